/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "noroshi/core/rule.h"
#include "noroshi/core/tlp.h"

#define RT NRS_ROUTE_REALTIME
#define NL NRS_ROUTE_NEWSLETTER
#define WEB NRS_ROUTE_WEB
#define OVR NRS_ROUTE_OVERRIDE

/* Written by hand from domain.md 4.4-4. */
static void
the_gate_is_this_truth_table(void **state)
{
	static const struct {
		enum nrs_tlp label;
		enum nrs_route route;
		bool allowed;
	} table[] = {
	    {NRS_TLP_UNSPECIFIED, RT, true},
	    {NRS_TLP_UNSPECIFIED, OVR, true},
	    {NRS_TLP_UNSPECIFIED, NL, false},
	    {NRS_TLP_UNSPECIFIED, WEB, false},
	    {NRS_TLP_RED, RT, true},
	    {NRS_TLP_RED, OVR, true},
	    {NRS_TLP_RED, NL, false},
	    {NRS_TLP_RED, WEB, false},
	    {NRS_TLP_AMBER_STRICT, RT, true},
	    {NRS_TLP_AMBER_STRICT, OVR, true},
	    {NRS_TLP_AMBER_STRICT, NL, true},
	    {NRS_TLP_AMBER_STRICT, WEB, false},
	    {NRS_TLP_AMBER, RT, true},
	    {NRS_TLP_AMBER, OVR, true},
	    {NRS_TLP_AMBER, NL, true},
	    {NRS_TLP_AMBER, WEB, false},
	    {NRS_TLP_GREEN, RT, true},
	    {NRS_TLP_GREEN, OVR, true},
	    {NRS_TLP_GREEN, NL, true},
	    {NRS_TLP_GREEN, WEB, false},
	    {NRS_TLP_CLEAR, RT, true},
	    {NRS_TLP_CLEAR, OVR, true},
	    {NRS_TLP_CLEAR, NL, true},
	    {NRS_TLP_CLEAR, WEB, true},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(nrs_tlp_allows(table[i].label, table[i].route),
		    table[i].allowed);
}

static void
a_number_nobody_knows_is_red(void **state)
{
	const enum nrs_tlp odd = (enum nrs_tlp)17;

	assert_false(nrs_tlp_allows(odd, NL));
	assert_false(nrs_tlp_allows(odd, WEB));
	assert_true(nrs_tlp_allows(odd, RT));
	assert_false(nrs_tlp_topic_holds(NRS_TLP_AMBER_STRICT, odd));
	assert_false(nrs_tlp_allows(NRS_TLP_CLEAR, NRS_ROUTE_UNSPECIFIED));
	assert_false(nrs_tlp_allows(NRS_TLP_CLEAR, (enum nrs_route)9));
}

static void
the_gate_only_takes_away(void **state)
{
	assert_int_equal(nrs_tlp_gate(NRS_TLP_GREEN, NRS_NL | NRS_WEB), NRS_NL);
	assert_int_equal(
	    nrs_tlp_gate(NRS_TLP_CLEAR, NRS_NL | NRS_WEB), NRS_NL | NRS_WEB);
	assert_int_equal(nrs_tlp_gate(NRS_TLP_RED, NRS_NL | NRS_WEB), 0);
	assert_int_equal(
	    nrs_tlp_gate(NRS_TLP_RED, NRS_RT | NRS_NL | NRS_WEB), NRS_RT);
	assert_int_equal(nrs_tlp_gate(NRS_TLP_CLEAR, 0), 0);
}

static void
a_topic_never_holds_a_label_above_its_name(void **state)
{
	static const struct {
		enum nrs_tlp topic, label;
		bool holds;
	} table[] = {
	    {NRS_TLP_CLEAR, NRS_TLP_CLEAR, true},
	    {NRS_TLP_CLEAR, NRS_TLP_GREEN, false},
	    {NRS_TLP_CLEAR, NRS_TLP_AMBER, false},
	    {NRS_TLP_CLEAR, NRS_TLP_AMBER_STRICT, false},
	    {NRS_TLP_CLEAR, NRS_TLP_RED, false},
	    {NRS_TLP_GREEN, NRS_TLP_CLEAR, true},
	    {NRS_TLP_GREEN, NRS_TLP_GREEN, true},
	    {NRS_TLP_GREEN, NRS_TLP_AMBER, false},
	    {NRS_TLP_AMBER, NRS_TLP_GREEN, true},
	    {NRS_TLP_AMBER, NRS_TLP_AMBER, true},
	    {NRS_TLP_AMBER, NRS_TLP_AMBER_STRICT, false},
	    {NRS_TLP_AMBER_STRICT, NRS_TLP_AMBER_STRICT, true},
	    {NRS_TLP_AMBER_STRICT, NRS_TLP_RED, false},
	    {NRS_TLP_RED, NRS_TLP_CLEAR, false},
	    {NRS_TLP_RED, NRS_TLP_RED, false},
	    {NRS_TLP_UNSPECIFIED, NRS_TLP_CLEAR, false},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(
		    nrs_tlp_topic_holds(table[i].topic, table[i].label),
		    table[i].holds);
}

static void
widening_is_towards_clear(void **state)
{
	assert_true(nrs_tlp_widens(NRS_TLP_RED, NRS_TLP_AMBER_STRICT));
	assert_true(nrs_tlp_widens(NRS_TLP_AMBER_STRICT, NRS_TLP_AMBER));
	assert_true(nrs_tlp_widens(NRS_TLP_AMBER, NRS_TLP_GREEN));
	assert_true(nrs_tlp_widens(NRS_TLP_GREEN, NRS_TLP_CLEAR));
	assert_false(nrs_tlp_widens(NRS_TLP_GREEN, NRS_TLP_GREEN));
	assert_false(nrs_tlp_widens(NRS_TLP_CLEAR, NRS_TLP_AMBER));
	assert_false(nrs_tlp_widens(NRS_TLP_RED, NRS_TLP_UNSPECIFIED));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_gate_is_this_truth_table),
	    cmocka_unit_test(a_number_nobody_knows_is_red),
	    cmocka_unit_test(the_gate_only_takes_away),
	    cmocka_unit_test(a_topic_never_holds_a_label_above_its_name),
	    cmocka_unit_test(widening_is_towards_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
