/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "noroshi/base/buf.h"
#include "noroshi/io/table.h"

#define SECTORS "config/sectors.conf"
#define RULES "config/rules.conf"
#define NEWS "config/newsletters.conf"

static struct nrs_arena *arena;
static char file[] = "/tmp/noroshi-table-XXXXXX";

static int
setup(void **state)
{
	int fd = mkstemp(file);

	arena = nrs_arena_new();
	return fd < 0 ? 1 : close(fd);
}

static int
teardown(void **state)
{
	nrs_arena_free(arena);
	return unlink(file);
}

/* The shipped file with its first `from` replaced by `to`, as file. */
static void
write_changed(const char *shipped, const char *from, const char *to)
{
	struct nrs_buf text = {0};
	FILE *f = fopen(shipped, "r");
	const char *at;
	int c;

	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		nrs_buf_addc(&text, (char)c);
	assert_int_equal(fclose(f), 0);
	at = strstr(nrs_buf_str(&text), from);
	assert_non_null(at);
	f = fopen(file, "w");
	assert_non_null(f);
	assert_int_equal(fprintf(f, "%.*s%s%s", (int)(at - text.data),
	                     text.data, to, at + strlen(from)),
	    (int)(text.len - strlen(from) + strlen(to)));
	assert_int_equal(fclose(f), 0);
	nrs_buf_fini(&text);
}

static void
refuses_rules(const char *from, const char *to, const char *why)
{
	const struct nrs_rule_table *rules = NULL;
	struct nrs_err err = {0};

	write_changed(RULES, from, to);
	assert_int_equal(
	    nrs_table_rules(arena, file, &rules, &err), NRS_REJECT);
	if (strstr(err.text, why) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
	assert_int_equal(strncmp(err.text, file, strlen(file)), 0);
	assert_int_equal(err.text[strlen(file)], ':');
}

static void
refuses_sectors(const char *from, const char *to, const char *why)
{
	const struct nrs_sector_table *sectors = NULL;
	struct nrs_err err = {0};

	write_changed(SECTORS, from, to);
	assert_int_equal(
	    nrs_table_sectors(arena, file, &sectors, &err), NRS_REJECT);
	if (strstr(err.text, why) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
	assert_int_equal(strncmp(err.text, file, strlen(file)), 0);
}

static void
refuses_news(const char *from, const char *to, const char *why)
{
	const struct nrs_sector_table *sectors;
	const struct nrs_news_lists *lists = NULL;
	struct nrs_err err = {0};

	assert_int_equal(
	    nrs_table_sectors(arena, SECTORS, &sectors, NULL), NRS_OK);
	write_changed(NEWS, from, to);
	assert_int_equal(
	    nrs_table_news_lists(arena, file, sectors, &lists, &err),
	    NRS_REJECT);
	if (strstr(err.text, why) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
	assert_int_equal(strncmp(err.text, file, strlen(file)), 0);
	assert_int_equal(err.text[strlen(file)], ':');
}

static void
the_shipped_scheme_has_15_sectors_and_21_ceptoars(void **state)
{
	static const char *const unverified[] = {
	    "airport", "funds-settlement", "port"};
	const struct nrs_sector_table *table;
	size_t i, n = 0;

	assert_int_equal(
	    nrs_table_sectors(arena, SECTORS, &table, NULL), NRS_OK);
	assert_int_equal(table->n_sectors, 15);
	assert_int_equal(table->n_ceptoars, 21);
	assert_int_equal(nrs_sector_find(table, "port")->since, 2023);
	assert_string_equal(nrs_sector_find(table, "finance")->ja, "金融");
	assert_string_equal(nrs_ceptoar_find(table, "bank")->sector, "finance");
	for (i = 0; i < table->n_ceptoars; i++)
		n += !table->ceptoars[i].verified;
	assert_int_equal(n, 3);
	for (i = 0; i < 3; i++)
		assert_false(nrs_ceptoar_find(table, unverified[i])->verified);
}

static void
a_ceptoar_may_have_a_mailbox(void **state)
{
	const struct nrs_sector_table *table, *shipped;

	(void)state;
	write_changed(SECTORS, "id = \"bank\"",
	    "id = \"bank\"; mail = \"desk@bank.example\"");
	assert_int_equal(nrs_table_sectors(arena, file, &table, NULL), NRS_OK);
	assert_string_equal(
	    nrs_ceptoar_find(table, "bank")->mail, "desk@bank.example");
	assert_null(nrs_ceptoar_find(table, "gas")->mail);
	assert_int_equal(
	    nrs_table_sectors(arena, SECTORS, &shipped, NULL), NRS_OK);
	assert_string_not_equal(table->version, shipped->version);
}

static void
every_sector_has_a_ceptoar(void **state)
{
	const struct nrs_sector_table *table;
	size_t i, j;

	assert_int_equal(
	    nrs_table_sectors(arena, SECTORS, &table, NULL), NRS_OK);
	for (i = 0; i < table->n_sectors; i++) {
		for (j = 0; j < table->n_ceptoars; j++)
			if (strcmp(table->ceptoars[j].sector,
			        table->sectors[i].code) == 0)
				break;
		assert_int_not_equal(j, table->n_ceptoars);
	}
}

static void
a_wrong_sector_table_is_refused_with_its_line(void **state)
{
	refuses_sectors("since = 2007", "sinse = 2007", "unknown key");
	refuses_sectors("since = 2007", "since = \"2007\"", "integer");
	refuses_sectors("since = 2007;", "", "since is missing");
	refuses_sectors("since = 2007", "since = 99999999999", "1..9999");
	refuses_sectors("\"telecom\"", "\"Telecom\"", "a-z");
	refuses_sectors("\"telecom\"", "\"tele.com\"", "a-z");
	refuses_sectors("\"telecom\"", "\"ceptoar\"", "ceptoar");
	refuses_sectors("\"telecom\"", "\"finance\"", "twice");
	refuses_sectors("code = \"gas\"", "code = \"gaz\"", "no sector");
	refuses_sectors("id = \"bank\"", "id = \"gas\"", "twice");
	refuses_sectors(
	    "id = \"bank\"", "id = \"bank\"; mail = \"bank\"", "mail");
	refuses_sectors(
	    "id = \"bank\"", "id = \"bank\"; mail = \"\"", "not empty");
	refuses_sectors("\"情報通信\"", "\"\"", "not empty");
	refuses_sectors("sectors = (", "sektors = (", "unknown key");
	refuses_sectors("sectors = (", "sectors = ", "");
}

static void
a_wrong_rule_table_is_refused_with_its_line(void **state)
{
	const char *cell = "{ column = \"A\";   posture = \"NORMAL\";      "
	                   "urgency = \"ROUTINE\";    mark = \"s\"; "
	                   "routes = [\"NEWSLETTER\", \"WEB\"]; },";

	refuses_rules(cell, "", "cell A/NORMAL/ROUTINE is missing");
	refuses_rules("urgency = \"PRIORITY\"", "urgency = \"ROUTINE\"",
	    "cell:A/NORMAL/ROUTINE is there twice");
	refuses_rules("\"WEB\"", "\"WEBB\"", "no such word");
	refuses_rules("\"WEB\"", "\"OVERRIDE\"", "contact arrangement");
	refuses_rules(
	    "[\"NEWSLETTER\", \"WEB\"]", "[]", "no cell may drop a notice");
	refuses_rules("mark = \"s\"", "mark = \"x\"", "\"s\", \"i\" or \"p\"");
	refuses_rules(
	    "posture_review = true", "posture_revue = true", "unknown key");
	refuses_rules("posture = \"NORMAL\"", "posture = \"UNSPECIFIED\"",
	    "no such word");
	refuses_rules("type = \"A2\"", "type = \"A1\"", "twice");
	refuses_rules("validity_days = 365", "validity_days = 0", "1..3660");
	refuses_rules("section = \"CASES\"; ", "", "section is missing");
	refuses_rules("remind_hours = 24", "remind_hours = -1", "0..8784");
	refuses_rules("remind_hours = 24", "remind_hours = 24.5", "integer");
	refuses_rules("remind_hours", "remind_days", "unknown key");
}

static void
a_rule_table_says_how_long_before_an_end_the_desk_is_reminded(void **state)
{
	const struct nrs_rule_table *rules;

	assert_int_equal(nrs_table_rules(arena, RULES, &rules, NULL), NRS_OK);
	assert_int_equal(rules->remind_ms, 24 * 3600000);
	write_changed(RULES, "remind_hours = 24", "remind_hours = 0");
	assert_int_equal(nrs_table_rules(arena, file, &rules, NULL), NRS_OK);
	assert_int_equal(rules->remind_ms, 0);
	write_changed(RULES, "remind_hours = 24;", "");
	assert_int_equal(nrs_table_rules(arena, file, &rules, NULL), NRS_OK);
	assert_int_equal(rules->remind_ms, 24 * 3600000);
}

static void
the_shipped_newsletter_serves_every_sector_on_fridays(void **state)
{
	const struct nrs_sector_table *sectors;
	const struct nrs_news_lists *lists;
	size_t i;

	assert_int_equal(
	    nrs_table_sectors(arena, SECTORS, &sectors, NULL), NRS_OK);
	assert_int_equal(
	    nrs_table_news_lists(arena, NEWS, sectors, &lists, NULL), NRS_OK);
	assert_int_equal(lists->n, 1);
	assert_int_equal(strlen(lists->version), 16);
	for (i = 0; i < sectors->n_sectors; i++)
		assert_ptr_equal(
		    nrs_news_list_of(lists, sectors->sectors[i].code),
		    &lists->lists[0]);
	assert_string_equal(lists->lists[0].id, "weekly");
	assert_string_equal(lists->lists[0].zone, "Asia/Tokyo");
	assert_int_equal(lists->lists[0].weekdays, NRS_WEEKDAY_BIT(NRS_FRIDAY));
	assert_int_equal(lists->lists[0].at_minutes, 15 * 60);
	assert_int_equal(lists->lists[0].n_holidays, 30);
	/* 2026-11-03 and 2026-11-23 */
	assert_int_equal(lists->lists[0].holidays[0], 20760);
	assert_int_equal(lists->lists[0].holidays[1], 20780);
}

static void
a_wrong_newsletter_list_is_refused_with_its_line(void **state)
{
	refuses_news("id = \"weekly\"", "id = \"Weekly\"", "a-z");
	refuses_news("\"weekly\"", "\"a-name-too-long-for-an-id\"", "1 to 24");
	refuses_news("[\"*\"]", "[]", "names no sector");
	refuses_news("[\"*\"]", "[\"atlantis\"]", "no sector has the code");
	refuses_news("[\"*\"]", "[\"*\", \"power\"]", "stands alone");
	refuses_news("[\"*\"]", "[\"power\", \"*\"]", "stands alone");
	refuses_news("[\"*\"]", "[\"gas\", \"gas\"]", "belongs to list");
	refuses_news("[\"FRI\"]", "[]", "names no day");
	refuses_news("[\"FRI\"]", "[\"Friday\"]", "must be MON");
	refuses_news("\"15:00\"", "\"24:00\"", "time of the day");
	refuses_news("\"15:00\"", "\"15:60\"", "time of the day");
	refuses_news("\"15:00\"", "\"15:0\"", "time of the day");
	refuses_news("\"15:00\"", "\" 5:00\"", "time of the day");
	refuses_news("\"15:00\"", "\"5:000\"", "time of the day");
	refuses_news("\"15:00\"", "\"15:00:00\"", "time of the day");
	refuses_news("at = \"15:00\"; ", "", "at is missing");
	refuses_news("zone = \"Asia/Tokyo\";", "", "zone is missing");
	refuses_news("Asia/Tokyo", "Asia/Atlantis", "no such time zone");
	refuses_news("Asia/Tokyo", "../../etc/passwd", "has a name such as");
	refuses_news("\"2027-01-01\"", "\"2027-02-29\"", "must be a day");
	refuses_news("\"2027-01-01\"", "\"01.01.2027\"", "must be a day");
	refuses_news("\"2027-01-01\"", "\"1969-12-31\"", "must be a day");
	refuses_news("holidays = [", "holydays = [", "unknown key");
	refuses_news("lists = (", "list = (", "unknown key");
}

static void
a_sector_or_an_id_in_two_newsletter_lists_is_refused(void **state)
{
	const char *first = "{ id = \"weekly\"; sectors = [\"*\"];";
	const char *rest = " weekdays = [\"MON\"]; at = \"09:00\"; zone = "
	                   "\"Asia/Tokyo\"; }, ";
	char *two;

	two = nrs_arena_printf(
	    arena, "{ id = \"a\"; sectors = [\"*\"];%s%s", rest, first);
	refuses_news(first, two, "* belongs to list a already");
	two = nrs_arena_printf(
	    arena, "{ id = \"weekly\"; sectors = [\"gas\"];%s%s", rest, first);
	refuses_news(first, two, "weekly is there twice");
	two = nrs_arena_printf(arena,
	    "{ id = \"a\"; sectors = [\"gas\"];%s"
	    "{ id = \"weekly\"; sectors = [\"water\", \"gas\"];",
	    rest);
	refuses_news(first, two, "gas belongs to list a already");
}

static void
the_version_follows_the_values_and_not_the_comments(void **state)
{
	const struct nrs_rule_table *shipped, *other;

	assert_int_equal(nrs_table_rules(arena, RULES, &shipped, NULL), NRS_OK);
	assert_int_equal(strlen(shipped->version), 16);
	write_changed(RULES, "# Ours:", "# Mine:");
	assert_int_equal(nrs_table_rules(arena, file, &other, NULL), NRS_OK);
	assert_string_equal(shipped->version, other->version);
	write_changed(RULES, "validity_days = 365", "validity_days = 364");
	assert_int_equal(nrs_table_rules(arena, file, &other, NULL), NRS_OK);
	assert_string_not_equal(shipped->version, other->version);
}

static void
a_file_that_is_not_there_is_an_error(void **state)
{
	const struct nrs_rule_table *rules;
	struct nrs_err err = {0};

	assert_int_not_equal(
	    nrs_table_rules(arena, "/nonexistent", &rules, &err), NRS_OK);
	assert_non_null(strstr(err.text, "/nonexistent"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_shipped_scheme_has_15_sectors_and_21_ceptoars),
	    cmocka_unit_test(a_ceptoar_may_have_a_mailbox),
	    cmocka_unit_test(every_sector_has_a_ceptoar),
	    cmocka_unit_test(a_wrong_sector_table_is_refused_with_its_line),
	    cmocka_unit_test(a_wrong_rule_table_is_refused_with_its_line),
	    cmocka_unit_test(
	        a_rule_table_says_how_long_before_an_end_the_desk_is_reminded),
	    cmocka_unit_test(
	        the_shipped_newsletter_serves_every_sector_on_fridays),
	    cmocka_unit_test(a_wrong_newsletter_list_is_refused_with_its_line),
	    cmocka_unit_test(
	        a_sector_or_an_id_in_two_newsletter_lists_is_refused),
	    cmocka_unit_test(
	        the_version_follows_the_values_and_not_the_comments),
	    cmocka_unit_test(a_file_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
