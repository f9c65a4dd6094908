/* SPDX-License-Identifier: Apache-2.0 */
/* The real noroshictl against the door: what a script sees of it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/child.h" /* door_fixture starts programs with it */
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/ctl_program.h"
#include "support/door_fixture.h"
#include "support/peer.h"
#include "support/signed.h"

/* ---- issuing ---- */

static void
issuing_prints_the_outcome(void **state)
{
	const struct ctl_ran *ran =
	    ctl_program(CTL_PROGRAM_NOTICE, "--json issue");

	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, "\"verdict\":\"RELEASED\"");
	ran = ctl_program(CTL_PROGRAM_NOTICE, "--lang en issue -");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, "outcome:    released");
	ran = ctl_program(CTL_PROGRAM_NOTICE, "-q issue");
	assert_int_equal(strlen(ran->out), 37);
}

static void
a_refusal_names_field_and_rule_and_exits_4(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
	    {"{\"title\":\"a\\nb\"}", "noroshictl: "},
	    {"{\"titel\":\"a\"}", "titel: unknown-key: "},
	    {"{\"urgency\":\"SOON\"}", "urgency: "},
	    {"{", "json: "},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ctl_ran *ran =
		    ctl_program(cases[i].text, "issue -");
		assert_int_equal(ran->code, CTL_REFUSED);
		ctl_program_has(ran->err, cases[i].says);
		assert_string_equal(ran->out, "");
	}
}

static void
a_rejected_command_exits_4_with_its_outcome(void **state)
{
	const struct ctl_ran *ran =
	    ctl_program("{\"title\":\"reject\","
	                "\"stream\":\"NISC_PROVISION\","
	                "\"source_row\":\"NISC_CI_GROUP\","
	                "\"item_type\":\"A1\",\"urgency\":\"ROUTINE\","
	                "\"tlp\":\"GREEN\",\"sectors\":[\"power\"],"
	                "\"summary\":\"概要\"}",
	        "--json issue");

	assert_int_equal(ran->code, CTL_REFUSED);
	ctl_program_has(ran->out, "\"verdict\":\"REJECTED\"");
	ctl_program_has(ran->err, "revision: revision-gap");
}

static void
wrong_use_exits_2_and_what_is_missing_5(void **state)
{
	assert_int_equal(ctl_program("", "isue")->code, CTL_USAGE);
	assert_int_equal(ctl_program("", "-X no.such=1 list")->code, CTL_USAGE);
	assert_int_equal(ctl_program("", "consume")->code, CTL_USAGE);
	assert_int_equal(ctl_program("", "show nothing")->code, CTL_NOT_FOUND);
	assert_int_equal(ctl_program("", "trace nothing")->code, CTL_NOT_FOUND);
	assert_int_equal(
	    ctl_program("", "retract nothing --reason x")->code, CTL_NOT_FOUND);
	assert_int_equal(
	    ctl_program("", "issue /no/such/file")->code, CTL_FAILED);
}

static void
a_list_shows_titles_to_people(void **state)
{
	char id[37];
	const char *row;
	const struct ctl_ran *ran;

	ctl_program_issue(id);
	ran = ctl_program("", "--lang en list --limit 3");
	assert_int_equal(ran->code, CTL_DONE);
	row = strstr(ran->out, id);
	assert_non_null(row);
	ctl_program_has(row, "題名\n");
	ran = ctl_program("", "--json list --limit 3");
	ctl_program_has(ran->out, id);
	assert_null(strstr(ran->out, "題名"));
}

/* ---- with an editor ---- */

/* The same on a terminal, with the shell commands as editor: $1 is the file. */
static const struct ctl_ran *
ctl_edit(const char *commands, const char *line)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char script[512];
	const struct ctl_ran *ran;

	assert_true(terminal >= 0);
	assert_int_equal(grantpt(terminal), 0);
	assert_int_equal(unlockpt(terminal), 0);
	(void)snprintf(script, sizeof(script), "#!/bin/sh\n%s\n", commands);
	door_write("editor", script);
	assert_int_equal(chmod(door_path("editor"), 0700), 0);
	assert_int_equal(setenv("EDITOR", door_path("editor"), 1), 0);
	assert_int_equal(setenv("TMPDIR", door_dir(), 1), 0);
	(void)unsetenv("VISUAL");
	ran = ctl_program_between(ptsname(terminal), NULL, line);
	(void)close(terminal);
	return ran;
}

/* Its path ends the last line. */
static void
remove_kept_text(const struct ctl_ran *ran)
{
	static const char before[] = "your text is in ";
	const char *at = strstr(ran->err, before);
	char path[512];

	assert_non_null(at);
	at += strlen(before);
	(void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, "\n"), at);
	assert_int_equal(unlink(path), 0);
}

/* What is taken out in the editor is gone: a deadline, say, or a recipient. */
static void
a_thread_revised_in_the_editor_says_what_stands_there(void **state)
{
	char id[37], line[128];
	const struct ctl_ran *ran;

	ctl_program_issue(id);
	(void)snprintf(line, sizeof(line), "--dry-run revise %s", id);
	ran = ctl_edit("sed -i -e '/\"countermeasures\"/,/\\]/d' "
	               "-e 's/概要/変更/' \"$1\"",
	    line);
	assert_int_equal(ran->code, CTL_REFUSED);
	ctl_program_has(ran->err, "countermeasures: countermeasure: ");
	ctl_program_has(ran->err, "your text is in ");
	remove_kept_text(ran);
	ran = ctl_edit("sed -i -e '/\"countermeasures\"/,/\\]/d' "
	               "-e 's/概要/変更/' "
	               "-e '1a \"no_countermeasure\": true,' \"$1\"",
	    line);
	assert_string_equal(ran->err, "");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, "\"summary\": \"変更\"");
	assert_null(strstr(ran->out, "対処"));
}

static void
an_editor_left_without_a_change_sends_nothing(void **state)
{
	char id[37], line[128];
	int before;
	const struct ctl_ran *ran;

	ctl_program_issue(id);
	before = bus_fixture_count(NRS_TOPIC_JOURNAL);
	(void)snprintf(line, sizeof(line), "revise %s", id);
	ran = ctl_edit("echo >> \"$1\"", line);
	assert_int_equal(ran->code, CTL_FAILED);
	ctl_program_has(ran->err, "nothing was changed: nothing was sent");
	ran = ctl_edit("exit 1", line);
	assert_int_equal(ran->code, CTL_FAILED);
	ctl_program_has(ran->err, "did not end well");
	remove_kept_text(ran);
	assert_int_equal(bus_fixture_count(NRS_TOPIC_JOURNAL), before);
}

/* ---- what cannot work ---- */

static void
a_configuration_that_cannot_work_exits_2_and_says_why(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
	    {"-X no.such=1 list", "\"no.such\""},
	    {"-X enable.auto.commit=true list", "enable.auto.commit"},
	    {"-X keys=/no/keys.conf consume --sector power",
	        "/no/keys.conf: No such file"},
	    {"-X producer=desk list", "producer: \"desk\": does not begin"},
	    {"--key /no/such.pem issue", "/no/such.pem: No such file"},
	    {"-X key= issue", "no key to sign with"},
	    {"posture power INCIDENT", "--reason TEXT and --until TIME"},
	    {"posture power NORMAL", "--reason TEXT\n"},
	    {"key new --out @ --principal x --modes REAL",
	        "\"REAL\" is not ACTUAL, EXERCISE or TEST"},
	    {"key new --out @ --principal x --roles=", "--roles names none"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ctl_ran *ran =
		    ctl_program(CTL_PROGRAM_NOTICE, cases[i].line);
		assert_int_equal(ran->code, CTL_USAGE);
		ctl_program_has(ran->err, cases[i].says);
		assert_string_equal(ran->out, "");
	}
	assert_int_equal(
	    ctl_program("", "-X fetch.wait.max.ms=33 list")->code, CTL_DONE);
}

/* Nobody is there: the signed bytes are kept, and sent later they are the same
 * submission. */
static void
what_could_not_be_sent_is_kept_and_sent_again(void **state)
{
	const struct ctl_ran *ran = ctl_program(
	    CTL_PROGRAM_NOTICE, "-X producer=http://127.0.0.1:1 issue -");
	char file[512], line[600], *end;
	const char *at;

	assert_int_equal(ran->code, CTL_FAILED);
	at = strstr(ran->err, "resend ");
	assert_non_null(at);
	(void)snprintf(file, sizeof(file), "%s", at + strlen("resend "));
	end = strchr(file, '\n');
	assert_non_null(end);
	*end = '\0';
	assert_int_equal(access(file, R_OK), 0);
	(void)snprintf(line, sizeof(line), "--json resend %s", file);
	ran = ctl_program("", line);
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, "RELEASED");
	assert_int_equal(access(file, F_OK), -1);
}

/* The producer has it, and nobody has decided in time. */
static void
what_is_not_decided_in_time_exits_3(void **state)
{
	const struct ctl_ran *ran =
	    ctl_program("{\"title\":\"undecided\","
	                "\"stream\":\"NISC_PROVISION\","
	                "\"source_row\":\"NISC_CI_GROUP\","
	                "\"item_type\":\"A1\",\"urgency\":\"ROUTINE\","
	                "\"tlp\":\"GREEN\",\"sectors\":[\"power\"],"
	                "\"summary\":\"概要\"}",
	        "issue --wait 100 -");

	assert_int_equal(ran->code, CTL_UNKNOWN);
	ctl_program_has(ran->err, "accepted, but not decided within 100 ms");
	ctl_program_has(ran->err, "noroshictl trace ");
}

/* The request went out and no answer came back: it may have been accepted. The
 * same bytes under the same id are kept for sending again. */
static void
an_answer_that_never_came_exits_3_and_may_be_sent_again(void **state)
{
	const struct peer_script script = {.http = PEER_DROP};
	struct peer *peer = peer_http(&script);
	char line[600], id[37];
	const char *again;
	const struct ctl_ran *ran;

	(void)snprintf(line, sizeof(line),
	    "-X producer=http://127.0.0.1:%d issue -", peer_port(peer));
	ran = ctl_program(CTL_PROGRAM_NOTICE, line);
	peer_close(peer);
	assert_int_equal(ran->code, CTL_UNKNOWN);
	assert_string_equal(ran->out, "");
	again = strstr(ran->err, "resend ");
	assert_non_null(again);
	(void)snprintf(line, sizeof(line), "--json %.*s",
	    (int)strcspn(again, "\n"), again);
	(void)snprintf(id, sizeof(id), "%.36s", strrchr(line, '/') + 1);
	ran = ctl_program("", line);
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, id); /* the same submission */
}

/* ---- reading ---- */

static void
put_alert(struct nrs_arena *arena, const struct nrs_submission *s)
{
	ctl_program_put("alert.power.green", 0, "k",
	    nrs_wire_encode(arena, NRS_TYPE_ALERT, signed_alert(arena, s)));
}

static void
only_what_a_known_key_signed_is_shown(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_content *content = signed_content(arena);
	struct nrs_submission *good =
	    signed_notice(arena, door_key(), content, signed_addressing(arena));
	struct nrs_submission bad = *good;
	const struct ctl_ran *ran;

	bus_fixture_topic("alert.power.green", 1);
	put_alert(arena, good);
	ran = ctl_program("", "consume --sector power --label GREEN");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, content->title);
	ctl_program_has(ran->out, "desk-1");
	content->title = "forged";
	bad.payload = nrs_wire_encode(arena, NRS_TYPE_CONTENT, content);
	put_alert(arena, &bad);
	ran = ctl_program("", "--json consume --sector power --label GREEN");
	assert_int_equal(ran->code, CTL_FAILED);
	ctl_program_has(ran->out, "\"rule\":\"signature\"");
	assert_null(strstr(ran->out, "forged"));
	nrs_arena_free(arena);
}

static void
output_that_nobody_took_is_no_success(void **state)
{
	static const char *const lines[] = {"list", "--json list", "-h",
	    "consume --sector power --from-start",
	    "consume --sector power --from-start --follow"};

	bus_fixture_topic("alert.power.green", 1);
	bus_fixture_put("alert.power.green", 0, "unreadable");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const struct ctl_ran *ran =
		    ctl_program_between("/dev/null", "/dev/full", lines[i]);
		assert_int_equal(ran->code, CTL_FAILED);
		ctl_program_has(ran->err, "stdout: ");
	}
}

static void
a_new_key_is_never_written_over_another(void **state)
{
	char line[256], row[512];
	const struct ctl_ran *ran;

	(void)snprintf(line, sizeof(line),
	    "key new --out %s --principal desk-2 --roles desk,review",
	    door_path("new.pem"));
	ran = ctl_program("", line);
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->err, "between the ( ) of keys.conf");
	ctl_program_has(ran->out, "principal = \"desk-2\"");
	assert_null(strstr(ran->out, "keys.conf")); /* it is pasted as it is */
	ctl_program_has(ran->out, "roles = [\"desk\", \"review\"]");
	ctl_program_read(door_path("new.pem"), row, sizeof(row));
	ctl_program_has(row, "PRIVATE KEY");
	assert_int_equal(ctl_program("", line)->code, CTL_FAILED);
	(void)unlink(door_path("new.pem"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(issuing_prints_the_outcome),
	    cmocka_unit_test(a_refusal_names_field_and_rule_and_exits_4),
	    cmocka_unit_test(a_rejected_command_exits_4_with_its_outcome),
	    cmocka_unit_test(wrong_use_exits_2_and_what_is_missing_5),
	    cmocka_unit_test(a_list_shows_titles_to_people),
	    cmocka_unit_test(
	        a_thread_revised_in_the_editor_says_what_stands_there),
	    cmocka_unit_test(an_editor_left_without_a_change_sends_nothing),
	    cmocka_unit_test(
	        a_configuration_that_cannot_work_exits_2_and_says_why),
	    cmocka_unit_test(what_could_not_be_sent_is_kept_and_sent_again),
	    cmocka_unit_test(what_is_not_decided_in_time_exits_3),
	    cmocka_unit_test(
	        an_answer_that_never_came_exits_3_and_may_be_sent_again),
	    cmocka_unit_test(only_what_a_known_key_signed_is_shown),
	    cmocka_unit_test(output_that_nobody_took_is_no_success),
	    cmocka_unit_test(a_new_key_is_never_written_over_another),
	};

	return cmocka_run_group_tests(
	    tests, ctl_program_start, ctl_program_stop);
}
