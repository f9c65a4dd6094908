/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 45 cells of domain.md 5.1 as decisions: what the outcome of a notice
 * says, its cell's id included. Written by hand, never computed from the table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/scene.h"

#define NORMAL NRS_POSTURE_NORMAL
#define HEIGHT NRS_POSTURE_HEIGHTENED
#define INCID NRS_POSTURE_INCIDENT
#define R NRS_URGENCY_ROUTINE
#define P NRS_URGENCY_PRIORITY
#define I NRS_URGENCY_IMMEDIATE

struct golden {
	enum nrs_item_type item;
	enum nrs_posture posture;
	enum nrs_urgency urgency;
	const char *routes, *rule;
	bool review; /* the duty officer is asked about the posture */
};

/* clang-format off */
static const struct golden cells[] = {
	{NRS_ITEM_A1, NORMAL, R, "NL+WEB", "cell:A/NORMAL/ROUTINE", false},
	{NRS_ITEM_A2, NORMAL, P, "NL+WEB", "cell:A/NORMAL/PRIORITY", false},
	{NRS_ITEM_A1, NORMAL, I, "RT+NL+WEB", "cell:A/NORMAL/IMMEDIATE", true},
	{NRS_ITEM_A2, HEIGHT, R, "NL+WEB", "cell:A/HEIGHTENED/ROUTINE", false},
	{NRS_ITEM_A1, HEIGHT, P, "NL+WEB", "cell:A/HEIGHTENED/PRIORITY", false},
	{NRS_ITEM_A2, HEIGHT, I, "RT+NL+WEB", "cell:A/HEIGHTENED/IMMEDIATE", false},
	{NRS_ITEM_A1, INCID, R, "NL+WEB", "cell:A/INCIDENT/ROUTINE", false},
	{NRS_ITEM_A2, INCID, P, "NL+WEB", "cell:A/INCIDENT/PRIORITY", false},
	{NRS_ITEM_A1, INCID, I, "RT+NL+WEB", "cell:A/INCIDENT/IMMEDIATE", false},

	{NRS_ITEM_BA1, NORMAL, R, "NL+WEB", "cell:B_A/NORMAL/ROUTINE", false},
	{NRS_ITEM_BA2, NORMAL, P, "NL+WEB", "cell:B_A/NORMAL/PRIORITY", false},
	{NRS_ITEM_BA3, NORMAL, I, "RT+NL+WEB", "cell:B_A/NORMAL/IMMEDIATE", true},
	{NRS_ITEM_BA4, HEIGHT, R, "NL+WEB", "cell:B_A/HEIGHTENED/ROUTINE", false},
	{NRS_ITEM_BA5, HEIGHT, P, "NL+WEB", "cell:B_A/HEIGHTENED/PRIORITY", false},
	{NRS_ITEM_BA6, HEIGHT, I, "RT+NL+WEB", "cell:B_A/HEIGHTENED/IMMEDIATE", false},
	{NRS_ITEM_BA1, INCID, R, "NL+WEB", "cell:B_A/INCIDENT/ROUTINE", false},
	{NRS_ITEM_BA2, INCID, P, "NL+WEB", "cell:B_A/INCIDENT/PRIORITY", false},
	{NRS_ITEM_BA3, INCID, I, "RT+NL+WEB", "cell:B_A/INCIDENT/IMMEDIATE", false},

	{NRS_ITEM_BB1, NORMAL, R, "NL+WEB", "cell:B_B/NORMAL/ROUTINE", false},
	{NRS_ITEM_BB2, NORMAL, P, "NL+WEB", "cell:B_B/NORMAL/PRIORITY", false},
	{NRS_ITEM_BB3, NORMAL, I, "RT+NL+WEB", "cell:B_B/NORMAL/IMMEDIATE", true},
	{NRS_ITEM_BB1, HEIGHT, R, "NL+WEB", "cell:B_B/HEIGHTENED/ROUTINE", false},
	{NRS_ITEM_BB2, HEIGHT, P, "RT+NL+WEB", "cell:B_B/HEIGHTENED/PRIORITY", false},
	{NRS_ITEM_BB3, HEIGHT, I, "RT+NL+WEB", "cell:B_B/HEIGHTENED/IMMEDIATE", false},
	{NRS_ITEM_BB1, INCID, R, "NL+WEB", "cell:B_B/INCIDENT/ROUTINE", false},
	{NRS_ITEM_BB2, INCID, P, "RT+NL+WEB", "cell:B_B/INCIDENT/PRIORITY", false},
	{NRS_ITEM_BB3, INCID, I, "RT+NL+WEB", "cell:B_B/INCIDENT/IMMEDIATE", false},

	{NRS_ITEM_BC1, NORMAL, R, "NL+WEB", "cell:B_C/NORMAL/ROUTINE", false},
	{NRS_ITEM_BC2, NORMAL, P, "RT+NL+WEB", "cell:B_C/NORMAL/PRIORITY", false},
	{NRS_ITEM_BC3, NORMAL, I, "RT+NL+WEB", "cell:B_C/NORMAL/IMMEDIATE", true},
	{NRS_ITEM_BC4, HEIGHT, R, "RT+NL+WEB", "cell:B_C/HEIGHTENED/ROUTINE", false},
	{NRS_ITEM_BC1, HEIGHT, P, "RT+NL+WEB", "cell:B_C/HEIGHTENED/PRIORITY", false},
	{NRS_ITEM_BC2, HEIGHT, I, "RT+NL+WEB", "cell:B_C/HEIGHTENED/IMMEDIATE", false},
	{NRS_ITEM_BC3, INCID, R, "RT+NL+WEB", "cell:B_C/INCIDENT/ROUTINE", false},
	{NRS_ITEM_BC4, INCID, P, "RT+NL+WEB", "cell:B_C/INCIDENT/PRIORITY", false},
	{NRS_ITEM_BC1, INCID, I, "RT+NL+WEB", "cell:B_C/INCIDENT/IMMEDIATE", false},

	{NRS_ITEM_C1, NORMAL, R, "RT", "cell:C/NORMAL/ROUTINE", true},
	{NRS_ITEM_C2, NORMAL, P, "RT", "cell:C/NORMAL/PRIORITY", true},
	{NRS_ITEM_C3, NORMAL, I, "RT", "cell:C/NORMAL/IMMEDIATE", true},
	{NRS_ITEM_C1, HEIGHT, R, "RT", "cell:C/HEIGHTENED/ROUTINE", false},
	{NRS_ITEM_C2, HEIGHT, P, "RT", "cell:C/HEIGHTENED/PRIORITY", false},
	{NRS_ITEM_C3, HEIGHT, I, "RT", "cell:C/HEIGHTENED/IMMEDIATE", false},
	{NRS_ITEM_C1, INCID, R, "RT", "cell:C/INCIDENT/ROUTINE", false},
	{NRS_ITEM_C2, INCID, P, "RT", "cell:C/INCIDENT/PRIORITY", false},
	{NRS_ITEM_C3, INCID, I, "RT", "cell:C/INCIDENT/IMMEDIATE", false},
};
/* clang-format on */

static void
decide_as(const struct golden *golden)
{
	struct scene s;
	struct nrs_content content;
	struct nrs_addressing to;

	scene_open(&s, NRS_MODE_ACTUAL);
	if (golden->posture != NORMAL)
		scene_posture(&s, "power", golden->posture, s.now + DAY);
	content = scene_content(&s, "a");
	content.item_type = golden->item;
	content.urgency = golden->urgency;
	content.tlp = NRS_TLP_CLEAR; /* the gate takes nothing away */
	to = scene_to(&s, "power");
	scene_notice(&s, &content, &to);
	assert_string_equal(scene_routes(&s, "power"), golden->routes);
	assert_string_equal(scene_copy(&s, "power")->route_rule, golden->rule);
	assert_string_equal(scene_rules(&s, "power"), golden->rule);
	assert_int_equal(s.out.posture_review, golden->review);
	assert_int_equal(s.out.verdict, golden->routes[0] == 'R'
	                                    ? NRS_VERDICT_RELEASED
	                                    : NRS_VERDICT_WAITING);
	scene_close(&s);
}

static void
every_cell_decides_as_written_by_hand(void **state)
{
	size_t i;

	assert_int_equal(sizeof(cells) / sizeof(cells[0]), 45);
	for (i = 0; i < 45; i++)
		decide_as(&cells[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_cell_decides_as_written_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
