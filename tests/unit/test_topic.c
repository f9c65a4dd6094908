/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/topic.h"

static const struct nrs_sector sectors[] = {
    {"finance", "金融", "Finance", 2005},
    {"power", "電力", "Electric power", 2005},
};
static const struct nrs_ceptoar ceptoars[] = {
    {"bank", "finance", "銀行等", "Banks", true},
};
static const struct nrs_sector_table sector_table = {
    sectors, 2, ceptoars, 1, "v1"};

static struct nrs_arena *arena;
static const struct nrs_topic *table;
static size_t n_topics;

static int
setup(void **state)
{
	arena = nrs_arena_new();
	table = nrs_topic_table(arena, &sector_table, &n_topics);
	return 0;
}

static int
teardown(void **state)
{
	nrs_arena_free(arena);
	return 0;
}

static const struct nrs_topic *
find(const char *name)
{
	size_t i;

	for (i = 0; i < n_topics; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

static void
every_sector_has_one_alert_and_one_newsletter_topic_per_label(void **state)
{
	static const char *const names[] = {
	    "alert.finance.clear",
	    "alert.finance.green",
	    "alert.finance.amber",
	    "alert.finance.amber-strict",
	    "newsletter.power.clear",
	    "newsletter.power.green",
	    "newsletter.power.amber",
	    "newsletter.power.amber-strict",
	    "alert.ceptoar.bank",
	    "journal",
	    "outcome",
	    "dispatch.alert",
	    "dispatch.newsletter",
	    "web",
	    "subscription",
	    "delivery.alert",
	    "delivery.newsletter",
	    "delivery.due",
	    "receipt.alert",
	    "receipt.newsletter",
	    "receipt.due",
	    "draft",
	    "audit",
	    "rejected",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_non_null(find(names[i]));
	assert_int_equal(n_topics, 17 + 2 * 8 + 1);
}

static void
no_topic_exists_for_red(void **state)
{
	size_t i;

	assert_null(nrs_topic_label(NRS_TLP_RED));
	assert_null(nrs_topic_label(NRS_TLP_UNSPECIFIED));
	for (i = 0; i < n_topics; i++) {
		assert_null(strstr(table[i].name, "red."));
		assert_null(strstr(table[i].name, ".red"));
		assert_int_not_equal(table[i].label, NRS_TLP_RED);
	}
}

static void
only_daemons_read_what_names_recipients(void **state)
{
	static const char *const names[] = {"journal", "dispatch.alert",
	    "dispatch.newsletter", "delivery.alert", "delivery.newsletter",
	    "delivery.due"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(find(names[i])->readers, NRS_READ_DAEMONS);
}

static void
a_ceptoar_topic_is_read_by_that_ceptoar_and_not_by_its_sector(void **state)
{
	const struct nrs_topic *topic = find("alert.ceptoar.bank");

	assert_string_equal(topic->ceptoar, "bank");
	assert_string_equal(topic->sector, "");
	assert_true(topic->readers & NRS_READ_CEPTOAR);
	assert_false(topic->readers & NRS_READ_SECTOR);
	topic = find("alert.power.amber");
	assert_string_equal(topic->sector, "power");
	assert_string_equal(topic->ceptoar, "");
	assert_int_equal(topic->label, NRS_TLP_AMBER);
	assert_true(topic->readers & NRS_READ_SECTOR);
	assert_false(topic->readers & NRS_READ_CEPTOAR);
}

static void
what_must_be_kept_is_flushed_and_kept_for_ever(void **state)
{
	static const char *const forever[] = {
	    "journal", "outcome", "newsletter.power.green"};
	size_t i;

	for (i = 0; i < sizeof(forever) / sizeof(forever[0]); i++) {
		assert_int_equal(find(forever[i])->retention_ms, -1);
		assert_false(find(forever[i])->compacted);
		assert_true(find(forever[i])->obligation);
	}
	assert_true(find("delivery.alert")->obligation);
	assert_true(find("receipt.due")->obligation);
	assert_true(find("subscription")->compacted);
	assert_true(find("web")->compacted);
	assert_int_equal(find("alert.finance.clear")->retention_ms,
	    INT64_C(400) * 24 * 3600 * 1000);
	assert_false(find("rejected")->obligation);
}

static void
order_needs_one_partition_and_fan_out_twelve(void **state)
{
	size_t i;

	for (i = 0; i < n_topics; i++)
		if (strncmp(table[i].name, "delivery.", 9) == 0 ||
		    strncmp(table[i].name, "receipt.", 8) == 0)
			assert_int_equal(table[i].partitions, 12);
		else
			assert_int_equal(table[i].partitions, 1);
}

static void
a_batch_of_any_producer_fits_every_topic(void **state)
{
	size_t i;

	for (i = 0; i < n_topics; i++)
		assert_true(table[i].max_bytes > 1000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        every_sector_has_one_alert_and_one_newsletter_topic_per_label),
	    cmocka_unit_test(no_topic_exists_for_red),
	    cmocka_unit_test(only_daemons_read_what_names_recipients),
	    cmocka_unit_test(
	        a_ceptoar_topic_is_read_by_that_ceptoar_and_not_by_its_sector),
	    cmocka_unit_test(what_must_be_kept_is_flushed_and_kept_for_ever),
	    cmocka_unit_test(order_needs_one_partition_and_fan_out_twelve),
	    cmocka_unit_test(a_batch_of_any_producer_fits_every_topic),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
