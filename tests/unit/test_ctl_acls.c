/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/acls.h"

static const struct nrs_sector sectors[] = {
    {"finance", "金融", "Finance", 2007}, {"power", "電力", "Power", 2007}};
static const struct nrs_ceptoar ceptoars[] = {
    {"bank", "finance", "銀行等", "Banks", true},
    {"securities", "finance", "証券", "Securities", true}};
static const struct nrs_sector_table table = {sectors, 2, ceptoars, 2, "t"};

static const char *finance[] = {"finance"};
static const char *bank[] = {"bank"};
static const struct nrs_subscription green_bank = {.subscriber_id = "cep-bank",
    .kind = NRS_SUBSCRIBER_CEPTOAR,
    .sectors = finance,
    .n_sectors = 1,
    .ceptoars = bank,
    .n_ceptoars = 1,
    .max_tlp = NRS_TLP_GREEN};
static const struct nrs_subscription *const subscribers[] = {&green_bank};

static struct ctl_acls
wanted(struct nrs_arena *arena, bool drill)
{
	struct ctl_acl_world world = {
	    .ceptoars = subscribers, .n_ceptoars = 1, .drill = drill};

	world.topics = nrs_topic_table(arena, &table, &world.n_topics);
	return ctl_acls_wanted(arena, &world);
}

static bool
allows(const struct ctl_acls *acls, const char *principal,
    const char *operation, const char *name)
{
	for (size_t i = 0; i < acls->n; i++)
		if (strcmp(acls->list[i].principal, principal) == 0 &&
		    strcmp(acls->list[i].operation, operation) == 0 &&
		    strcmp(acls->list[i].name, name) == 0)
			return true;
	return false;
}

static bool
joins(const struct ctl_acls *acls, const char *principal, const char *group)
{
	for (size_t i = 0; i < acls->n; i++)
		if (acls->list[i].group &&
		    strcmp(acls->list[i].principal, principal) == 0 &&
		    strncmp(group, acls->list[i].name,
		        strlen(acls->list[i].name)) == 0)
			return true;
	return false;
}

static void
a_ceptoar_reads_its_sector_up_to_its_clearance_and_nothing_else(void **state)
{
	static const char *const may[] = {"alert.finance.clear",
	    "alert.finance.green", "newsletter.finance.green",
	    "alert.ceptoar.bank"};
	static const char *const may_not[] = {"alert.finance.amber",
	    "alert.finance.amber-strict", "newsletter.finance.amber",
	    "alert.power.clear", "alert.ceptoar.securities", "journal",
	    "subscription", "dispatch.alert", "delivery.alert", "receipt.alert",
	    "outcome"};
	struct nrs_arena *arena = nrs_arena_new();
	struct ctl_acls acls = wanted(arena, false);

	for (size_t i = 0; i < sizeof(may) / sizeof(may[0]); i++)
		assert_true(allows(&acls, "User:ceptoar.bank", "READ", may[i]));
	for (size_t i = 0; i < sizeof(may_not) / sizeof(may_not[0]); i++)
		assert_false(
		    allows(&acls, "User:ceptoar.bank", "READ", may_not[i]));
	for (size_t i = 0; i < acls.n; i++)
		assert_false(
		    strncmp(acls.list[i].principal, "User:ceptoar", 12) == 0 &&
		    strcmp(acls.list[i].operation, "WRITE") == 0);
	nrs_arena_free(arena);
}

static void
only_its_writer_writes_a_topic(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct ctl_acls acls = wanted(arena, false);

	assert_true(allows(&acls, "User:producer", "WRITE", "journal"));
	assert_false(allows(&acls, "User:classifier", "WRITE", "journal"));
	assert_true(allows(&acls, "User:classifier", "WRITE", "outcome"));
	assert_false(allows(&acls, "User:dispatcher", "WRITE", "outcome"));
	assert_true(allows(&acls, "User:classifier", "READ", "journal"));
	assert_false(allows(&acls, "User:portal", "READ", "journal"));
	nrs_arena_free(arena);
}

/* As services/dispatcher names them. */
static void
a_daemon_may_join_its_groups_and_no_others(void **state)
{
	static const char *const mine[] = {"planner-alert", "sender-alert",
	    "planner-newsletter", "sender-newsletter", "dispatcher-duty",
	    "dispatcher-audit"};
	struct nrs_arena *arena = nrs_arena_new();
	struct ctl_acls acls = wanted(arena, false);

	for (size_t i = 0; i < sizeof(mine) / sizeof(mine[0]); i++) {
		assert_true(joins(&acls, "User:dispatcher", mine[i]));
		assert_false(joins(&acls, "User:classifier", mine[i]));
		assert_false(joins(&acls, "User:ceptoar.bank", mine[i]));
	}
	assert_true(joins(&acls, "User:classifier", "classifier"));
	nrs_arena_free(arena);
}

static void
a_drill_has_principals_of_its_own(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct ctl_acls acls = wanted(arena, true);

	for (size_t i = 0; i < acls.n; i++)
		assert_memory_equal(acls.list[i].principal, "User:drill.", 11);
	nrs_arena_free(arena);
}

static void
differences_leave_drills_and_denials_alone(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct ctl_acls acls = wanted(arena, false);
	struct nrs_admin_acl more[] = {{.principal = "User:x",
	                                   .name = "drill.journal",
	                                   .operation = "READ"},
	    {.principal = "User:x",
	        .name = "journal",
	        .operation = "READ",
	        .deny = true},
	    {.principal = "User:x", .name = "journal", .operation = "READ"}};
	struct ctl_acls found = {more, 3}, ours, extra, missing;

	ours = ctl_acls_ours(arena, &found, false);
	extra = ctl_acls_without(arena, &ours, &acls);
	assert_int_equal(extra.n, 1);
	assert_false(extra.list[0].deny);
	assert_string_equal(extra.list[0].name, "journal");
	missing = ctl_acls_without(arena, &acls, &ours);
	assert_int_equal(missing.n, acls.n);
	missing = ctl_acls_without(arena, &acls, &acls);
	assert_int_equal(missing.n, 0);
	nrs_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        a_ceptoar_reads_its_sector_up_to_its_clearance_and_nothing_else),
	    cmocka_unit_test(only_its_writer_writes_a_topic),
	    cmocka_unit_test(a_daemon_may_join_its_groups_and_no_others),
	    cmocka_unit_test(a_drill_has_principals_of_its_own),
	    cmocka_unit_test(differences_leave_drills_and_denials_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
