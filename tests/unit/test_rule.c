/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 45 cells and 18 item types, written by hand from domain.md 5.1 and 3.2:
 * never computed from config/rules.conf, which they judge.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "noroshi/core/rule.h"
#include "noroshi/io/table.h"

#define A NRS_COLUMN_A
#define BA NRS_COLUMN_B_A
#define BB NRS_COLUMN_B_B
#define BC NRS_COLUMN_B_C
#define C NRS_COLUMN_C
#define NORMAL NRS_POSTURE_NORMAL
#define HEIGHT NRS_POSTURE_HEIGHTENED
#define INCID NRS_POSTURE_INCIDENT
#define R NRS_URGENCY_ROUTINE
#define P NRS_URGENCY_PRIORITY
#define I NRS_URGENCY_IMMEDIATE
#define NL_WEB (NRS_NL | NRS_WEB)
#define RT_NL_WEB (NRS_RT | NRS_NL | NRS_WEB)

static struct nrs_arena *arena;
static const struct nrs_rule_table *rules;

static int
setup(void **state)
{
	struct nrs_err err = {0};

	arena = nrs_arena_new();
	if (nrs_table_rules(arena, "config/rules.conf", &rules, &err) !=
	    NRS_OK) {
		print_error("%s\n", err.text);
		return 1;
	}
	return 0;
}

static int
teardown(void **state)
{
	nrs_arena_free(arena);
	return 0;
}

/* clang-format off */
static const struct {
	enum nrs_matrix_column column;
	enum nrs_posture posture;
	enum nrs_urgency urgency;
	unsigned routes;
	char mark;
	bool review;
	const char *id;
} golden[] = {
	{A, NORMAL, R, NL_WEB, 's', false, "cell:A/NORMAL/ROUTINE"},
	{A, NORMAL, P, NL_WEB, 's', false, "cell:A/NORMAL/PRIORITY"},
	{A, NORMAL, I, RT_NL_WEB, 'p', true, "cell:A/NORMAL/IMMEDIATE"},
	{A, HEIGHT, R, NL_WEB, 'i', false, "cell:A/HEIGHTENED/ROUTINE"},
	{A, HEIGHT, P, NL_WEB, 'i', false, "cell:A/HEIGHTENED/PRIORITY"},
	{A, HEIGHT, I, RT_NL_WEB, 'p', false, "cell:A/HEIGHTENED/IMMEDIATE"},
	{A, INCID, R, NL_WEB, 'i', false, "cell:A/INCIDENT/ROUTINE"},
	{A, INCID, P, NL_WEB, 'i', false, "cell:A/INCIDENT/PRIORITY"},
	{A, INCID, I, RT_NL_WEB, 'p', false, "cell:A/INCIDENT/IMMEDIATE"},

	{BA, NORMAL, R, NL_WEB, 's', false, "cell:B_A/NORMAL/ROUTINE"},
	{BA, NORMAL, P, NL_WEB, 's', false, "cell:B_A/NORMAL/PRIORITY"},
	{BA, NORMAL, I, RT_NL_WEB, 'p', true, "cell:B_A/NORMAL/IMMEDIATE"},
	{BA, HEIGHT, R, NL_WEB, 'i', false, "cell:B_A/HEIGHTENED/ROUTINE"},
	{BA, HEIGHT, P, NL_WEB, 'i', false, "cell:B_A/HEIGHTENED/PRIORITY"},
	{BA, HEIGHT, I, RT_NL_WEB, 'p', false, "cell:B_A/HEIGHTENED/IMMEDIATE"},
	{BA, INCID, R, NL_WEB, 'i', false, "cell:B_A/INCIDENT/ROUTINE"},
	{BA, INCID, P, NL_WEB, 'i', false, "cell:B_A/INCIDENT/PRIORITY"},
	{BA, INCID, I, RT_NL_WEB, 'p', false, "cell:B_A/INCIDENT/IMMEDIATE"},

	{BB, NORMAL, R, NL_WEB, 's', false, "cell:B_B/NORMAL/ROUTINE"},
	{BB, NORMAL, P, NL_WEB, 's', false, "cell:B_B/NORMAL/PRIORITY"},
	{BB, NORMAL, I, RT_NL_WEB, 'p', true, "cell:B_B/NORMAL/IMMEDIATE"},
	{BB, HEIGHT, R, NL_WEB, 'i', false, "cell:B_B/HEIGHTENED/ROUTINE"},
	{BB, HEIGHT, P, RT_NL_WEB, 'p', false, "cell:B_B/HEIGHTENED/PRIORITY"},
	{BB, HEIGHT, I, RT_NL_WEB, 'p', false, "cell:B_B/HEIGHTENED/IMMEDIATE"},
	{BB, INCID, R, NL_WEB, 'i', false, "cell:B_B/INCIDENT/ROUTINE"},
	{BB, INCID, P, RT_NL_WEB, 'p', false, "cell:B_B/INCIDENT/PRIORITY"},
	{BB, INCID, I, RT_NL_WEB, 'p', false, "cell:B_B/INCIDENT/IMMEDIATE"},

	{BC, NORMAL, R, NL_WEB, 'i', false, "cell:B_C/NORMAL/ROUTINE"},
	{BC, NORMAL, P, RT_NL_WEB, 'p', false, "cell:B_C/NORMAL/PRIORITY"},
	{BC, NORMAL, I, RT_NL_WEB, 'p', true, "cell:B_C/NORMAL/IMMEDIATE"},
	{BC, HEIGHT, R, RT_NL_WEB, 'i', false, "cell:B_C/HEIGHTENED/ROUTINE"},
	{BC, HEIGHT, P, RT_NL_WEB, 'i', false, "cell:B_C/HEIGHTENED/PRIORITY"},
	{BC, HEIGHT, I, RT_NL_WEB, 'i', false, "cell:B_C/HEIGHTENED/IMMEDIATE"},
	{BC, INCID, R, RT_NL_WEB, 'i', false, "cell:B_C/INCIDENT/ROUTINE"},
	{BC, INCID, P, RT_NL_WEB, 'i', false, "cell:B_C/INCIDENT/PRIORITY"},
	{BC, INCID, I, RT_NL_WEB, 'i', false, "cell:B_C/INCIDENT/IMMEDIATE"},

	{C, NORMAL, R, NRS_RT, 'p', true, "cell:C/NORMAL/ROUTINE"},
	{C, NORMAL, P, NRS_RT, 'p', true, "cell:C/NORMAL/PRIORITY"},
	{C, NORMAL, I, NRS_RT, 'p', true, "cell:C/NORMAL/IMMEDIATE"},
	{C, HEIGHT, R, NRS_RT, 's', false, "cell:C/HEIGHTENED/ROUTINE"},
	{C, HEIGHT, P, NRS_RT, 's', false, "cell:C/HEIGHTENED/PRIORITY"},
	{C, HEIGHT, I, NRS_RT, 's', false, "cell:C/HEIGHTENED/IMMEDIATE"},
	{C, INCID, R, NRS_RT, 's', false, "cell:C/INCIDENT/ROUTINE"},
	{C, INCID, P, NRS_RT, 's', false, "cell:C/INCIDENT/PRIORITY"},
	{C, INCID, I, NRS_RT, 's', false, "cell:C/INCIDENT/IMMEDIATE"},
};

static const struct {
	enum nrs_item_type type;
	enum nrs_matrix_column column;
	enum nrs_news_section section;
} golden_items[] = {
	{NRS_ITEM_A1, A, NRS_NEWS_CASES},
	{NRS_ITEM_A2, A, NRS_NEWS_CASES},
	{NRS_ITEM_BA1, BA, NRS_NEWS_ABROAD},
	{NRS_ITEM_BA2, BA, NRS_NEWS_RULES},
	{NRS_ITEM_BA3, BA, NRS_NEWS_RULES},
	{NRS_ITEM_BA4, BA, NRS_NEWS_RULES},
	{NRS_ITEM_BA5, BA, NRS_NEWS_MEETINGS},
	{NRS_ITEM_BA6, BA, NRS_NEWS_STATISTICS},
	{NRS_ITEM_BB1, BB, NRS_NEWS_THREATS},
	{NRS_ITEM_BB2, BB, NRS_NEWS_CASES},
	{NRS_ITEM_BB3, BB, NRS_NEWS_THREATS},
	{NRS_ITEM_BC1, BC, NRS_NEWS_WARNINGS},
	{NRS_ITEM_BC2, BC, NRS_NEWS_WARNINGS},
	{NRS_ITEM_BC3, BC, NRS_NEWS_WARNINGS},
	{NRS_ITEM_BC4, BC, NRS_NEWS_WARNINGS},
	{NRS_ITEM_C1, C, NRS_NEWS_WARNINGS},
	{NRS_ITEM_C2, C, NRS_NEWS_WARNINGS},
	{NRS_ITEM_C3, C, NRS_NEWS_WARNINGS},
};
/* clang-format on */

static void
every_cell_is_as_written_by_hand(void **state)
{
	const struct nrs_rule_cell *cell;
	size_t i;

	assert_int_equal(sizeof(golden) / sizeof(golden[0]), 45);
	for (i = 0; i < 45; i++) {
		cell = nrs_rule_cell(rules, golden[i].column, golden[i].posture,
		    golden[i].urgency);
		assert_string_equal(cell->id, golden[i].id);
		assert_int_equal(cell->routes, golden[i].routes);
		assert_int_equal(cell->mark, golden[i].mark);
		assert_int_equal(cell->posture_review, golden[i].review);
	}
}

static void
every_item_type_stands_under_its_heading(void **state)
{
	const struct nrs_rule_item *item;
	size_t i;

	assert_int_equal(sizeof(golden_items) / sizeof(golden_items[0]), 18);
	for (i = 0; i < 18; i++) {
		item = nrs_rule_item(rules, golden_items[i].type);
		assert_int_equal(item->column, golden_items[i].column);
		assert_int_equal(item->section, golden_items[i].section);
		assert_true(item->validity_ms > 0);
	}
}

static void
what_the_table_cannot_know_goes_out_in_real_time(void **state)
{
	const struct nrs_rule_cell *cell;

	cell = nrs_rule_cell(rules, A, NORMAL, NRS_URGENCY_UNSPECIFIED);
	assert_string_equal(cell->id, "undecidable");
	assert_int_equal(cell->routes, NRS_RT);
	assert_true(cell->posture_review);
	cell = nrs_rule_cell(rules, (enum nrs_matrix_column)9, NORMAL, R);
	assert_string_equal(cell->id, "undecidable");
	cell = nrs_rule_cell(rules, A, (enum nrs_posture)4, R);
	assert_string_equal(cell->id, "undecidable");
	assert_int_equal(
	    nrs_rule_item(rules, (enum nrs_item_type)99)->column, C);
	assert_int_equal(nrs_rule_item(rules, NRS_ITEM_UNSPECIFIED)->column, C);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_cell_is_as_written_by_hand),
	    cmocka_unit_test(every_item_type_stands_under_its_heading),
	    cmocka_unit_test(what_the_table_cannot_know_goes_out_in_real_time),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
