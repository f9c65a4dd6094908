/* SPDX-License-Identifier: Apache-2.0 */
/* What a recipient may answer, how often, and what the page shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dispatcher/ack/ack.h"

static struct nrs_arena *arena;

static int
set_up(void **state)
{
	arena = nrs_arena_new();
	return 0;
}

static int
tear_down(void **state)
{
	nrs_arena_free(arena);
	return 0;
}

static struct nrs_bytes
bytes(const char *text)
{
	return (struct nrs_bytes){(const uint8_t *)text, strlen(text)};
}

static struct dispatcher_answer
form(const char *text)
{
	struct dispatcher_answer out;
	struct nrs_err err = {0};

	if (dispatcher_answer_form(arena, bytes(text), &out, &err) != NRS_OK)
		fail_msg("%s: %s", text, err.text);
	return out;
}

static void
the_four_responses_are_read_from_a_form(void **state)
{
	struct dispatcher_answer a = form("response=NOT_AFFECTED");

	assert_int_equal(a.response, NRS_RESPONSE_NOT_AFFECTED);
	assert_int_equal(
	    form("response=AFFECTED").response, NRS_RESPONSE_AFFECTED);
	assert_int_equal(
	    form("response=MITIGATED").response, NRS_RESPONSE_MITIGATED);
	a = form("relayed=3&response=%49NVESTIGATING&relayed_of=05");
	assert_int_equal(a.response, NRS_RESPONSE_INVESTIGATING);
	assert_int_equal(a.relayed, 3);
	assert_int_equal(a.relayed_of, 5);
}

static void
nothing_but_receipt_is_an_answer_too(void **state)
{
	struct dispatcher_answer a = form("response=&relayed=&relayed_of=");

	assert_int_equal(a.response, NRS_RESPONSE_UNSPECIFIED);
	assert_int_equal(a.relayed_of, 0);
	assert_int_equal(form("").response, NRS_RESPONSE_UNSPECIFIED);
}

static void
a_form_that_says_anything_else_is_refused(void **state)
{
	static const char *const bad[] = {"response", "response=YES",
	    "response=not_affected", "response=UNSPECIFIED",
	    "response=AFFECTED&response=AFFECTED", "state=RESPONDED",
	    "response=AFFECTED%00", "response=%4", "response=%zz", "&", "=",
	    "a=b", "relayed=-1", "relayed=+1", "relayed=1e3",
	    "relayed=99999999", "relayed=4&relayed_of=3",
	    "relayed=1&relayed_of=1000001", "relayed=1", "\xff=\xff",
	    "response=AFFECTED%0d%0a"};
	struct dispatcher_answer out;
	struct nrs_err err = {0};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (dispatcher_answer_form(arena, bytes(bad[i]), &out, &err) !=
		    NRS_REJECT)
			fail_msg("accepted: %s", bad[i]);
}

static void
json_says_the_same(void **state)
{
	struct dispatcher_answer out;

	assert_int_equal(dispatcher_answer_json(arena,
	                     bytes("{\"response\":\"MITIGATED\",\"relayed\":3,"
	                           "\"relayed_of\":5,\"notice_id\":\"n-1\"}"),
	                     &out, NULL),
	    NRS_OK);
	assert_int_equal(out.response, NRS_RESPONSE_MITIGATED);
	assert_int_equal(out.relayed, 3);
	assert_int_equal(out.relayed_of, 5);
	assert_string_equal(out.notice_id, "n-1");
	assert_int_equal(
	    dispatcher_answer_json(arena, bytes(""), &out, NULL), NRS_OK);
	assert_int_equal(
	    dispatcher_answer_json(arena, bytes("{}"), &out, NULL), NRS_OK);
	assert_int_equal(out.response, NRS_RESPONSE_UNSPECIFIED);
}

static void
json_cannot_say_what_is_not_the_recipients_to_say(void **state)
{
	static const char *const bad[] = {"[]", "null", "{", "1",
	    "{\"state\":\"DELIVERED\"}", "{\"subscriber_id\":\"other\"}",
	    "{\"key\":\"AAAA\"}", "{\"by\":\"desk\"}", "{\"at\":1}",
	    "{\"response\":\"YES\"}", "{\"response\":1}",
	    "{\"relayed\":2,\"relayed_of\":1}", "{\"acknowledged\":true}",
	    "{\"response\":\"AFFECTED\",\"response\":\"AFFECTED\"}"};
	struct dispatcher_answer out;
	struct nrs_err err = {0};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (dispatcher_answer_json(arena, bytes(bad[i]), &out, &err) !=
		    NRS_REJECT)
			fail_msg("accepted: %s", bad[i]);
}

static void
a_webhooks_answer_acknowledges_only_when_it_says_so(void **state)
{
	static const char *const no[] = {"", "ok", "{}", "true",
	    "{\"acknowledged\":false}", "{\"acknowledged\":\"true\"}",
	    "{\"acknowledged\":1}", "{\"response\":\"AFFECTED\"}",
	    "{\"acknowledged\":true,\"more\":1}",
	    "{\"acknowledged\":true,\"response\":\"YES\"}",
	    "{\"acknowledged\":true,\"state\":\"RESPONDED\"}",
	    "{\"acknowledged\":true}x", "<html>acknowledged</html>"};
	struct dispatcher_answer out;
	size_t i;

	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (dispatcher_answer_webhook(arena, bytes(no[i]), &out))
			fail_msg("taken for an acknowledgement: %s", no[i]);
	assert_true(dispatcher_answer_webhook(
	    arena, bytes(" { \"acknowledged\" : true }\n"), &out));
	assert_int_equal(out.response, NRS_RESPONSE_UNSPECIFIED);
	assert_true(dispatcher_answer_webhook(arena,
	    bytes("{\"response\":\"AFFECTED\",\"acknowledged\":true}"), &out));
	assert_int_equal(out.response, NRS_RESPONSE_AFFECTED);
}

/* ---- memory ---- */

static enum ack_verdict
ask(struct ack_memory *memory, enum nrs_response response, int64_t now)
{
	static const uint8_t key[NRS_SHA256_SIZE] = {1};
	const struct dispatcher_answer answer = {.response = response};
	enum ack_verdict verdict = ack_memory_ask(memory, key, &answer, now);

	if (verdict == ACK_NEW)
		ack_memory_note(memory, key, &answer, now);
	return verdict;
}

static void
a_repeat_writes_nothing_and_neither_does_less(void **state)
{
	struct ack_memory *m = ack_memory_new();

	assert_int_equal(ask(m, NRS_RESPONSE_UNSPECIFIED, 1), ACK_NEW);
	assert_int_equal(ask(m, NRS_RESPONSE_UNSPECIFIED, 2), ACK_REPEATED);
	assert_int_equal(ask(m, NRS_RESPONSE_AFFECTED, 3), ACK_NEW);
	assert_int_equal(ask(m, NRS_RESPONSE_AFFECTED, 4), ACK_REPEATED);
	assert_int_equal(ask(m, NRS_RESPONSE_UNSPECIFIED, 5), ACK_REPEATED);
	assert_int_equal(ask(m, NRS_RESPONSE_MITIGATED, 6), ACK_NEW);
	assert_int_equal(ask(m, NRS_RESPONSE_AFFECTED, 7), ACK_NEW);
	ack_memory_free(m);
}

/* Behind a proxy with two listeners: what was said here may have been changed
 * there, so that it is no repeat to say it again. */
static void
an_answer_that_was_changed_elsewhere_is_written_again(void **state)
{
	struct ack_memory *here = ack_memory_new(), *there = ack_memory_new();

	assert_int_equal(ask(here, NRS_RESPONSE_AFFECTED, 1), ACK_NEW);
	assert_int_equal(ask(there, NRS_RESPONSE_MITIGATED, 30000), ACK_NEW);
	assert_int_equal(ask(here, NRS_RESPONSE_AFFECTED, 60000), ACK_NEW);
	ack_memory_free(here);
	ack_memory_free(there);
}

static void
an_answer_that_was_not_written_is_new_again(void **state)
{
	static const uint8_t key[NRS_SHA256_SIZE] = {1};
	const struct dispatcher_answer answer = {0};
	struct ack_memory *m = ack_memory_new();

	assert_int_equal(ack_memory_ask(m, key, &answer, 1), ACK_NEW);
	assert_int_equal(ack_memory_ask(m, key, &answer, 2), ACK_NEW);
	ack_memory_free(m);
}

static void
nobody_writes_without_end(void **state)
{
	struct ack_memory *m = ack_memory_new();
	int i;

	for (i = 0; i < 10; i++)
		assert_int_equal(
		    ask(m, (enum nrs_response)(1 + i % 2), i), ACK_NEW);
	assert_int_equal(ask(m, NRS_RESPONSE_MITIGATED, 10), ACK_TOO_MANY);
	assert_int_equal(ask(m, NRS_RESPONSE_AFFECTED, 11), ACK_REPEATED);
	assert_int_equal(ask(m, NRS_RESPONSE_AFFECTED, 20000), ACK_TOO_MANY);
	assert_int_equal(ask(m, NRS_RESPONSE_MITIGATED, 600000), ACK_NEW);
	ack_memory_free(m);
}

static void
what_is_remembered_is_bounded(void **state)
{
	const struct dispatcher_answer answer = {0};
	struct ack_memory *m = ack_memory_new();
	uint8_t key[NRS_SHA256_SIZE] = {0};
	int i;

	for (i = 0; i < 20000; i++) {
		memcpy(key, &i, sizeof(i));
		assert_int_equal(ack_memory_ask(m, key, &answer, 1), ACK_NEW);
		ack_memory_note(m, key, &answer, 1);
	}
	assert_int_equal(ack_memory_ask(m, key, &answer, 1), ACK_REPEATED);
	assert_true(ack_memory_has(m, key));
	memset(key, 0, sizeof(key));
	assert_int_equal(ack_memory_ask(m, key, &answer, 1), ACK_NEW);
	ack_memory_free(m);
}

/* ---- the page ---- */

static const char *
page(const struct ack_page *in)
{
	struct nrs_buf out = {0};
	const char *text;

	ack_page_notice(in, &out);
	text = nrs_arena_strdup(arena, nrs_buf_str(&out));
	nrs_buf_fini(&out);
	return text;
}

static struct ack_notice
notice(void)
{
	return (struct ack_notice){.notice_id = "n-1",
	    .mode = NRS_MODE_ACTUAL,
	    .tlp = NRS_TLP_AMBER,
	    .subject = {"<script>件名</script>", "<b>subject</b>"}};
}

static void
the_page_shows_the_notice_in_the_recipients_language(void **state)
{
	const struct ack_notice n = notice();
	const char *ja = page(&(struct ack_page){.notice = &n});
	const char *en =
	    page(&(struct ack_page){.notice = &n, .english = true});

	assert_non_null(strstr(ja, "<html lang=\"ja\">"));
	assert_non_null(strstr(ja, "&lt;script&gt;件名"));
	assert_non_null(strstr(ja, "TLP:AMBER"));
	assert_non_null(strstr(ja, "n-1"));
	assert_non_null(strstr(ja, "該当なし"));
	assert_non_null(strstr(ja, "確認中"));
	assert_non_null(strstr(en, "<html lang=\"en\">"));
	assert_non_null(strstr(en, "&lt;b&gt;subject"));
	assert_null(strstr(en, "件名"));
}

static void
the_page_runs_nothing_and_loads_nothing(void **state)
{
	const struct ack_notice n = notice();
	const char *text = page(&(struct ack_page){.notice = &n});
	size_t i, count;
	const struct nrs_http_field *fields = ack_page_fields(&count);

	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "src="));
	assert_null(strstr(text, "http"));
	assert_null(strstr(text, "action="));
	for (i = 0; i < count; i++)
		if (strcmp(fields[i].name, "Content-Security-Policy") == 0)
			break;
	assert_true(i < count);
	assert_memory_equal(fields[i].value, "default-src 'none'; ", 20);
	assert_null(strstr(fields[i].value, "unsafe"));
}

static void
a_drill_says_so_and_a_ceptoar_is_asked_whom_it_told(void **state)
{
	struct ack_notice n = notice();
	const struct dispatcher_answer said = {
	    .response = NRS_RESPONSE_AFFECTED, .relayed = 3, .relayed_of = 5};
	const char *text;

	assert_null(
	    strstr(page(&(struct ack_page){.notice = &n}), "name=\"relayed\""));
	n.mode = NRS_MODE_EXERCISE;
	text = page(
	    &(struct ack_page){.notice = &n, .may_relay = true, .said = &said});
	assert_non_null(strstr(text, "【訓練】"));
	assert_non_null(strstr(text, "name=\"relayed_of\""));
	assert_non_null(strstr(text, "3 / 5"));
	assert_non_null(strstr(text, "value=\"AFFECTED\" checked"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_four_responses_are_read_from_a_form),
	    cmocka_unit_test(nothing_but_receipt_is_an_answer_too),
	    cmocka_unit_test(a_form_that_says_anything_else_is_refused),
	    cmocka_unit_test(json_says_the_same),
	    cmocka_unit_test(json_cannot_say_what_is_not_the_recipients_to_say),
	    cmocka_unit_test(
	        a_webhooks_answer_acknowledges_only_when_it_says_so),
	    cmocka_unit_test(a_repeat_writes_nothing_and_neither_does_less),
	    cmocka_unit_test(
	        an_answer_that_was_changed_elsewhere_is_written_again),
	    cmocka_unit_test(an_answer_that_was_not_written_is_new_again),
	    cmocka_unit_test(nobody_writes_without_end),
	    cmocka_unit_test(what_is_remembered_is_bounded),
	    cmocka_unit_test(
	        the_page_shows_the_notice_in_the_recipients_language),
	    cmocka_unit_test(the_page_runs_nothing_and_loads_nothing),
	    cmocka_unit_test(
	        a_drill_says_so_and_a_ceptoar_is_asked_whom_it_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
