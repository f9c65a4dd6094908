/* SPDX-License-Identifier: Apache-2.0 */
/* noroshictl contacts import and export through the real door. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/child.h" /* door_fixture starts programs with it */
#include "noroshi/core/topic.h"
#include "support/bus_fixture.h"
#include "support/ctl_program.h"
#include "support/door_fixture.h"

#define HEAD                                                                   \
	"\xef\xbb\xbfsubscriber_id,kind,organisation,name,sectors,ceptoars,"   \
	"max_tlp,mail\r\n"
#define A "op-a,OPERATOR,alpha,アルファ銀行,finance,bank,AMBER,a@example.jp\r\n"
#define B "op-b,OPERATOR,beta,ベータ電力,power,,GREEN,b@example.jp\r\n"

/* Written to a file and imported; more is put before the file's name. */
static const struct ctl_ran *
import(const char *text, const char *more)
{
	char line[256];

	door_write("contacts.csv", text);
	(void)snprintf(line, sizeof(line), "%s contacts import %s", more,
	    door_path("contacts.csv"));
	return ctl_program("", line);
}

static void
a_dry_run_shows_what_would_change_and_stores_nothing(void **state)
{
	int before = bus_fixture_count(NRS_TOPIC_SUBSCRIPTION);
	const struct ctl_ran *ran = import(HEAD A B, "--json --dry-run");

	assert_string_equal(ran->err, "");
	assert_int_equal(ran->code, CTL_DONE);
	assert_string_equal(ran->out,
	    "{\"line\":2,\"subscriber_id\":\"op-a\",\"change\":\"new\","
	    "\"new_addresses\":1}\n"
	    "{\"line\":3,\"subscriber_id\":\"op-b\",\"change\":\"new\","
	    "\"new_addresses\":1}\n");
	assert_int_equal(bus_fixture_count(NRS_TOPIC_SUBSCRIPTION), before);
}

static void
one_wrong_row_keeps_all_of_them_out(void **state)
{
	int before = bus_fixture_count(NRS_TOPIC_SUBSCRIPTION);
	const struct ctl_ran *ran =
	    import(HEAD A "op-b,OPERATOR,b,名,nowhere,,GREEN,b@example.jp\r\n"
	                  "op-c,OPERATOR,c,名,power,,GREEN,c@\r\n",
	        "");

	assert_int_equal(ran->code, CTL_REFUSED);
	ctl_program_has(ran->err,
	    "contacts.csv: line 3, column 5 (sectors): sector-known: ");
	ctl_program_has(
	    ran->err, "contacts.csv: line 4, column 8 (mail): mailbox: ");
	ctl_program_has(
	    ran->err, "2 of 3 rows are wrong: nothing was stored\n");
	assert_int_equal(bus_fixture_count(NRS_TOPIC_SUBSCRIPTION), before);
	ran = import("subscriber_id\n\"a\n", "");
	assert_int_equal(ran->code, CTL_REFUSED);
	assert_int_equal(import(HEAD A, "-X mode=exercise")->code, CTL_USAGE);
}

static void
what_is_imported_is_exported_and_only_changes_are_stored(void **state)
{
	int before = bus_fixture_count(NRS_TOPIC_SUBSCRIPTION);
	const struct ctl_ran *ran = import(HEAD A B, "--json");

	assert_string_equal(ran->err, "");
	assert_int_equal(ran->code, CTL_DONE);
	assert_int_equal(bus_fixture_count(NRS_TOPIC_SUBSCRIPTION), before + 2);
	ran = import(HEAD A B, "--json");
	assert_int_equal(ran->code, CTL_DONE);
	assert_string_equal(ran->out, "");
	ran = import("subscriber_id,mail\nop-b,new@example.jp\n", "--json");
	assert_string_equal(ran->out,
	    "{\"line\":2,\"subscriber_id\":\"op-b\",\"change\":\"changed\","
	    "\"new_addresses\":1,\"fields\":[\"mail\"]}\n");
	assert_int_equal(bus_fixture_count(NRS_TOPIC_SUBSCRIPTION), before + 3);
	ran = ctl_program("", "contacts export");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, "\xef\xbb\xbf\"subscriber_id\",\"kind\",");
	ctl_program_has(ran->out,
	    "\"op-b\",\"OPERATOR\",\"beta\",\"ベータ電力\",\"power\",\"\","
	    "\"GREEN\",\"ja\",\"new@example.jp\",");
	ran = import(ran->out, "--json --dry-run");
	assert_int_equal(ran->code, CTL_DONE);
	assert_null(strstr(ran->out, "\"changed\""));
	assert_null(strstr(ran->out, "\"new\""));
	ran = ctl_program("", "contacts export --ceptoar bank");
	ctl_program_has(ran->out, "op-a");
	assert_null(strstr(ran->out, "op-b"));
}

/* What was stored stands; the same table again stores the rest. */
static void
an_import_that_the_door_breaks_off_says_how_far_it_came(void **state)
{
	const struct ctl_ran *ran;

	door_stop();
	ran = import("subscriber_id,name\nop-a,別名\n", "");
	assert_int_equal(ran->code, CTL_FAILED);
	ctl_program_has(ran->err, "broken off after 0; import it again");
	door_restart();
	ran = import("subscriber_id,name\nop-a,別名\n", "--json");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, "\"fields\":[\"name\"]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        a_dry_run_shows_what_would_change_and_stores_nothing),
	    cmocka_unit_test(one_wrong_row_keeps_all_of_them_out),
	    cmocka_unit_test(
	        what_is_imported_is_exported_and_only_changes_are_stored),
	    cmocka_unit_test(
	        an_import_that_the_door_breaks_off_says_how_far_it_came),
	};

	return cmocka_run_group_tests(
	    tests, ctl_program_start, ctl_program_stop);
}
