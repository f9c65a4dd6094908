/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/source.h"

static char rules_conf[65536];

static int
read_rules(void **state)
{
	FILE *file = fopen("config/rules.conf", "r");

	if (file == NULL)
		return -1;
	rules_conf[fread(rules_conf, 1, sizeof(rules_conf) - 1, file)] = '\0';
	return fclose(file);
}

/* In the file a quote may be broken over two lines of comment. */
static void
assert_quoted(const char *line)
{
	static char text[65536];
	size_t n = 0;

	for (const char *p = rules_conf; *p != '\0';)
		if (*p == '\n' && p[1] == '#') {
			p += 2;
			p += strspn(p, " ");
		} else
			text[n++] = *p++;
	text[n] = '\0';
	if (strstr(text, line) == NULL)
		fail_msg("config/rules.conf does not quote: %s", line);
}

static void
no_line_is_quoted_that_rules_conf_does_not_quote(void **state)
{
	struct ctl_source_cell source;
	struct ctl_cell cell = {.urgency = NRS_URGENCY_ROUTINE};

	for (int column = NRS_COLUMN_A; column <= NRS_COLUMN_C; column++)
		for (int posture = NRS_POSTURE_NORMAL;
		     posture <= NRS_POSTURE_INCIDENT; posture++) {
			cell.column = (enum nrs_matrix_column)column;
			cell.posture = (enum nrs_posture)posture;
			ctl_source_of_cell(&cell, &source);
			assert_quoted(source.heading);
			assert_quoted(source.timing);
			assert_quoted(source.methods[0]);
			if (source.methods[1] != NULL)
				assert_quoted(source.methods[1]);
		}
	assert_quoted(ctl_source_of_rule("override:4")->quote);
	assert_quoted(ctl_source_of_rule("override:5")->quote);
}

static void
every_override_of_rules_conf_has_its_word(void **state)
{
	size_t n = 0;

	for (const char *p = rules_conf;
	     (p = strstr(p, "#   override:")) != NULL; p++, n++) {
		char id[16];
		assert_int_equal(sscanf(p, "# %15s", id), 1);
		if (ctl_source_of_rule(id) == NULL)
			fail_msg("nothing is said of %s", id);
	}
	assert_true(n >= 7);
}

/* Rules of the code that are no row of rules.conf; grep names_add and rule().
 */
static void
every_other_rule_of_a_decision_has_its_word(void **state)
{
	static const char *const ids[] = {"not-issued", "unknown-value",
	    "undecidable", "override:expiry", "promoted"};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		assert_non_null(ctl_source_of_rule(ids[i]));
	assert_null(ctl_source_of_rule("override:99"));
}

static void
only_the_column_of_warnings_depends_on_the_posture(void **state)
{
	const char *calm = ctl_source_line("cell:A/NORMAL/ROUTINE");
	const char *raised = ctl_source_line("cell:C/INCIDENT/ROUTINE");

	assert_string_not_equal(calm, raised);
	assert_string_equal(calm, ctl_source_line("B_B/INCIDENT/ROUTINE"));
	assert_string_equal(raised, ctl_source_line("C/NORMAL/ROUTINE"));
	assert_string_equal(calm, ctl_source_line("B_C/NORMAL/ROUTINE"));
	assert_string_equal(raised, ctl_source_line("B_C/HEIGHTENED/ROUTINE"));
	assert_string_equal(ctl_source_line("override:1"), "");
}

static void
what_names_no_cell_is_not_taken_for_one(void **state)
{
	static const char *const bad[] = {"", "cell:", "A/NORMAL",
	    "A/NORMAL/ROUTINE/", "A/NORMAL/ROUTINE/x", "D/NORMAL/ROUTINE",
	    "A/UNSPECIFIED/ROUTINE", "cell:cell:A/NORMAL/ROUTINE",
	    "AAAAAAAAAAAAAAAAAAAAAAAA/NORMAL/ROUTINE"};
	struct ctl_cell cell;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(ctl_cell_parse(bad[i], &cell));
	assert_true(ctl_cell_parse("b_a/incident/immediate", &cell));
	assert_int_equal(cell.column, NRS_COLUMN_B_A);
	assert_int_equal(cell.urgency, NRS_URGENCY_IMMEDIATE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_line_is_quoted_that_rules_conf_does_not_quote),
	    cmocka_unit_test(every_override_of_rules_conf_has_its_word),
	    cmocka_unit_test(every_other_rule_of_a_decision_has_its_word),
	    cmocka_unit_test(
	        only_the_column_of_warnings_depends_on_the_posture),
	    cmocka_unit_test(what_names_no_cell_is_not_taken_for_one),
	};

	return cmocka_run_group_tests(tests, read_rules, NULL);
}
