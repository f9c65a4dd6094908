/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dispatcher/mail/machine.h"
#include "dispatcher/planner/batches.h"
#include "noroshi/io/mime.h"
#include "noroshi/io/sign.h"
#include "noroshi/io/wire.h"
#include "support/signed.h"

#define LIBRDKAFKA_MAX_BYTES 1000000
#define N_TARGETS 600
#define BLOCK_MAX (64 * 1024)

struct scene {
	struct nrs_arena *arena;
	struct dispatcher_conf conf;
	struct dispatcher d;
	struct nrs_submission submission;
	struct nrs_dispatch dispatch;
	struct nrs_content *content;
	struct nrs_admitted admitted;
	struct dispatcher_notice notice;
	struct dispatcher_composer composer;
	struct nrs_target items[N_TARGETS];
	struct nrs_targets targets;
	struct dispatcher_batch *batches;
	size_t n;
	struct dispatcher_ack_plan ack;
};

static int
set_up(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->arena = nrs_arena_new();
	s->conf = (struct dispatcher_conf){
	    .transfer.mail_from = "desk@noroshi.example",
	    .from_name = "",
	    .sender = "",
	    .desk = ""};
	s->d = (struct dispatcher){.conf = &s->conf, .domain = "x.example"};
	s->content = signed_content(s->arena);
	s->admitted = (struct nrs_admitted){
	    .submission = &s->submission, .content = s->content};
	s->notice = (struct dispatcher_notice){
	    .dispatch = &s->dispatch, .admitted = &s->admitted};
	s->composer = (struct dispatcher_composer){
	    .d = &s->d, .arena = s->arena, .notice = &s->notice};
	s->targets.items = s->items;
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	nrs_arena_free(s->arena);
	free(s);
	return 0;
}

static const char *
long_text(struct scene *s, const char *unit, size_t len)
{
	char *out = nrs_arena_alloc(s->arena, len + 1);
	size_t i;

	for (i = 0; i < len; i++)
		out[i] = unit[i % strlen(unit)];
	out[len] = '\0';
	return out;
}

static void
add_target(struct scene *s, enum nrs_channel_type type, const char *address)
{
	const size_t n = s->targets.n++;

	s->items[n] = (struct nrs_target){
	    .subscriber_id = nrs_arena_printf(s->arena, "s-%zu", n),
	    .organisation = "o",
	    .name = "名前",
	    .lang = "ja",
	    .channel = {type, address},
	    .purpose = NRS_PURPOSE_ALERT};
}

/* Make the batches; each must be one that the bus takes. */
static size_t
plan(struct scene *s, int n_partitions)
{
	const struct nrs_delivery_batch head =
	    dispatcher_batches_head(&s->notice, 0, 0);
	const struct dispatcher_batches_query query = {.arena = s->arena,
	    .composer = &s->composer,
	    .targets = &s->targets,
	    .n_partitions = n_partitions,
	    .head = &head,
	    .content_sha256 = s->admitted.payload_sha256,
	    .occasion = "",
	    .ack = &s->ack};
	struct nrs_err err = {0};
	struct nrs_bytes value;
	size_t i, deliveries = 0;

	s->dispatch.payload =
	    nrs_wire_encode(s->arena, NRS_TYPE_CONTENT, s->content);
	assert_int_equal(
	    dispatcher_batches(&query, &s->batches, &s->n, &err), NRS_OK);
	for (i = 0; i < s->n; i++) {
		value = nrs_wire_encode(
		    s->arena, NRS_TYPE_DELIVERY_BATCH, &s->batches[i].batch);
		assert_true(value.len < LIBRDKAFKA_MAX_BYTES - 1000);
		assert_int_equal(s->batches[i].batch.chunk, i);
		assert_int_equal(s->batches[i].batch.n_chunks, s->n);
		deliveries += s->batches[i].batch.n_deliveries;
	}
	return deliveries;
}

static const char *
body_of(const struct scene *s, size_t variant)
{
	const struct nrs_part *part =
	    &s->batches[0].batch.variants[variant].parts[0];

	return nrs_arena_strndup(
	    s->arena, (const char *)part->data.data, part->data.len);
}

static void
a_webhook_has_the_readers_language_first_where_there_are_two(void **state)
{
	struct scene *s = *state;
	struct nrs_translation english = {.lang = "en",
	    .title = "In English",
	    .summary = "Summary",
	    .nisc_comment = "",
	    .impact = "",
	    .revision_reason = ""};
	const char *body;

	add_target(s, NRS_CHANNEL_WEBHOOK, "https://a.example/h");
	s->content->lang = "ja";
	plan(s, 1);
	assert_null(strstr(body_of(s, 0), "\"texts\""));
	s->content->translations = &english;
	s->content->n_translations = 1;
	s->items[0].lang = "en";
	memset(s->composer.made, 0, sizeof(s->composer.made));
	plan(s, 1);
	body = body_of(s, 0);
	assert_non_null(strstr(body, "\"subject\":\"[TLP:"));
	assert_non_null(strstr(body, "[Report 1] In English\""));
	assert_non_null(strstr(
	    body, "\"texts\":[{\"lang\":\"en\",\"title\":\"In English\""));
	assert_true(strstr(body, "{\"lang\":\"en\"") <
	            strstr(body, "{\"lang\":\"ja\""));
	/* the signed form has both, whoever reads it */
	assert_non_null(strstr(body, "\"translations\":[{\"lang\":\"en\""));
}

static void
few_recipients_of_one_kind_share_a_record(void **state)
{
	struct scene *s = *state;

	add_target(s, NRS_CHANNEL_MAIL, "a@x.example");
	add_target(s, NRS_CHANNEL_WEBHOOK, "https://x.example/b");
	add_target(s, NRS_CHANNEL_MAIL, "c@x.example");
	assert_int_equal(plan(s, 1), 3);
	assert_int_equal(s->n, 2);
	assert_string_equal(
	    s->batches[0].batch.deliveries[1].channel->address, "c@x.example");
}

static void
one_recipients_deliveries_meet_in_one_partition(void **state)
{
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < 40; i++)
		add_target(s, NRS_CHANNEL_MAIL, "a@x.example");
	for (i = 0; i < 40; i++)
		s->items[i].subscriber_id = "same";
	assert_int_equal(plan(s, 12), 40);
	assert_int_equal(s->n, 1);
}

/* Frozen beside the text, for whoever was sent something of it before. */
static void
a_correction_travels_with_its_stub(void **state)
{
	struct scene *s = *state;
	const char *supersedes[] = {"n"};
	struct nrs_stub stub = {0};
	struct nrs_stub_content said = {.notice_id = "n2",
	    .thread_id = "n",
	    .revision = 2,
	    .kind = NRS_KIND_CORRECTION,
	    .mode = NRS_MODE_ACTUAL,
	    .supersedes = supersedes,
	    .n_supersedes = 1};
	const struct nrs_delivery_batch *mail, *hook;

	s->notice.stub = &said;
	s->dispatch.stubs = &stub;
	s->dispatch.n_stubs = 1;
	add_target(s, NRS_CHANNEL_MAIL, "a@x.example");
	add_target(s, NRS_CHANNEL_MAIL, "new@x.example");
	add_target(s, NRS_CHANNEL_WEBHOOK, "https://x.example/b");
	add_target(s, NRS_CHANNEL_TOPIC, "");
	s->items[0].had_thread = s->items[2].had_thread =
	    s->items[3].had_thread = true;
	assert_int_equal(plan(s, 1), 4);
	assert_int_equal(s->n, 3);
	mail = &s->batches[0].batch;
	hook = &s->batches[1].batch;
	assert_int_equal(mail->n_variants, 2);
	assert_int_equal(mail->deliveries[0].stub_key.len, NRS_SHA256_SIZE);
	assert_false(nrs_bytes_equal(
	    mail->deliveries[0].stub_key, mail->deliveries[0].key));
	assert_int_equal(mail->deliveries[1].stub_key.len, 0);
	assert_int_equal(hook->n_variants, 2);
	assert_non_null(strstr(
	    (const char *)hook->variants[1].parts[0].data.data, "\"stub\":"));
	assert_null(strstr((const char *)hook->variants[1].parts[0].data.data,
	    s->content->title));
	assert_int_equal(s->batches[2].batch.n_variants, 1);
	assert_int_equal(s->batches[2].batch.deliveries[0].stub_key.len, 0);
}

/* Beside the words, and saying no more than they do. */
static void
a_mail_tells_machines_what_it_is(void **state)
{
	struct scene *s = *state;
	struct nrs_vulnerability vulns[] = {
	    {.cve = "CVE-2026-0001"}, {.cve = ""}, {.cve = "CVE-2026-0002"}};
	struct nrs_countermeasure measures[] = {
	    {"a", 1795485600000}, {"b", 1795399200000}, {"c", 0}};
	const struct dispatcher_machine said = {
	    .content = s->content, .payload_sha256 = "00ff"};
	const struct nrs_stub_content withdrawn = {.notice_id = "n2",
	    .thread_id = "n",
	    .revision = 2,
	    .kind = NRS_KIND_RETRACTION,
	    .mode = NRS_MODE_EXERCISE};
	const struct dispatcher_machine stub = {
	    .stub = &withdrawn, .payload_sha256 = ""};
	const char *json;

	s->content->notice_id = s->content->thread_id = "n";
	s->content->title = "題\"名";
	s->content->vulns = vulns;
	s->content->n_vulns = 3;
	s->content->countermeasures = measures;
	s->content->n_countermeasures = 3;
	json = dispatcher_machine(s->arena, &said);
	assert_non_null(strstr(json,
	    "{\"type\":\"noroshi.alert\",\"notice_id\":\"n\","
	    "\"thread_id\":\"n\",\"revision\":1,\"kind\":\"INITIAL\","
	    "\"mode\":\"ACTUAL\","));
	assert_non_null(strstr(json, "\"title\":\"題\\\"名\","));
	assert_non_null(
	    strstr(json, "\"cve\":[\"CVE-2026-0001\",\"CVE-2026-0002\"]"));
	assert_non_null(
	    strstr(json, "\"first_deadline\":\"2026-11-23T02:00:00.000Z\""));
	assert_non_null(strstr(json, "\"payload_sha256\":\"00ff\"}"));
	assert_null(strstr(json, "sector"));
	assert_string_equal(dispatcher_machine(s->arena, &stub),
	    "{\"type\":\"noroshi.stub\",\"notice_id\":\"n2\","
	    "\"thread_id\":\"n\",\"revision\":2,\"kind\":\"RETRACTION\","
	    "\"mode\":\"EXERCISE\"}");
}

/* A record that the bus refuses would stop all alerts. */
static void
long_addresses_make_more_records_not_a_larger_one(void **state)
{
	struct scene *s = *state;
	const char *url = nrs_arena_printf(
	    s->arena, "https://x.example/%s", long_text(s, "p", 2000));
	struct nrs_section *sections =
	    nrs_arena_array(s->arena, 3, sizeof(*sections));
	size_t i;

	for (i = 0; i < 3; i++)
		sections[i] =
		    (struct nrs_section){"節", long_text(s, "x\n", BLOCK_MAX)};
	s->content->sections = sections;
	s->content->n_sections = 3;
	for (i = 0; i < N_TARGETS; i++)
		add_target(s, NRS_CHANNEL_WEBHOOK, url);
	assert_int_equal(plan(s, 1), N_TARGETS);
	assert_true(s->n > 2);
}

/* The text after the greeting, decoded. */
static const char *
text_of(struct scene *s, const struct nrs_variant *variant)
{
	struct nrs_buf lines = {0};
	struct nrs_bytes text;
	const char *at, *end;
	size_t i = 0;

	while (variant->parts[i].slot != NRS_SLOT_GREETING)
		i++;
	at = nrs_arena_strndup(s->arena,
	    (const char *)variant->parts[i + 1].data.data,
	    variant->parts[i + 1].data.len);
	end = strstr(at, "\r\n--");
	assert_non_null(end);
	for (; at < end; at++)
		if (*at != '\r' && *at != '\n')
			nrs_buf_addc(&lines, *at);
	assert_int_equal(
	    nrs_base64_decode(s->arena, nrs_buf_str(&lines), &text, NULL),
	    NRS_OK);
	nrs_buf_fini(&lines);
	return nrs_arena_strndup(s->arena, (const char *)text.data, text.len);
}

/* Nine bytes for each of its two: more than a record holds. */
static void
a_text_that_grows_too_long_is_cut_and_says_so(void **state)
{
	struct scene *s = *state;
	struct nrs_countermeasure *measures =
	    nrs_arena_array(s->arena, 3, sizeof(*measures));
	const char *text;
	size_t i;

	for (i = 0; i < 3; i++)
		measures[i].text = long_text(s, "x\n", BLOCK_MAX);
	s->content->countermeasures = measures;
	s->content->n_countermeasures = 3;
	for (i = 0; i < N_TARGETS; i++)
		add_target(s, NRS_CHANNEL_MAIL, "a@x.example");
	assert_int_equal(plan(s, 1), N_TARGETS);
	text = text_of(s, &s->batches[0].batch.variants[0]);
	assert_non_null(strstr(text, "\r\n  1.  x\r\n"));
	text = strstr(text, "以下を省略しました");
	assert_non_null(text);
	assert_non_null(strstr(text, s->content->notice_id));
}

static void
ask_to_confirm(struct scene *s)
{
	s->conf.ack.url = "https://ack.example.jp";
	s->ack = (struct dispatcher_ack_plan){.keys.n = 1, .validity_ms = 1000};
	s->dispatch.accepted_at = 500;
	s->notice.offset = 77;
}

static const struct nrs_delivery *
delivery(const struct scene *s, size_t batch)
{
	return &s->batches[batch].batch.deliveries[0];
}

static const char *
joined(struct scene *s, size_t batch)
{
	struct nrs_buf out = {0};
	const char *text;

	assert_int_equal(nrs_mime_join(&s->batches[batch].batch.variants[0],
	                     delivery(s, batch), &out, NULL),
	    NRS_OK);
	text = nrs_arena_strdup(s->arena, nrs_buf_str(&out));
	nrs_buf_fini(&out);
	return text;
}

static void
each_delivery_has_a_token_of_its_own_that_opens_to_it(void **state)
{
	struct scene *s = *state;
	struct nrs_token_want want = {&s->ack.keys, NRS_MODE_ACTUAL, 1499};
	struct nrs_token token;

	ask_to_confirm(s);
	add_target(s, NRS_CHANNEL_MAIL, "a@x.example");
	add_target(s, NRS_CHANNEL_TOPIC, "");
	assert_int_equal(plan(s, 1), 2);
	assert_string_not_equal(
	    delivery(s, 0)->ack_token, delivery(s, 1)->ack_token);
	assert_int_equal(nrs_token_open(s->arena, &want,
	                     delivery(s, 1)->ack_token, &token, NULL),
	    NRS_OK);
	assert_int_equal(token.use, NRS_TOKEN_ACK);
	assert_int_equal(token.channel, NRS_CHANNEL_TOPIC);
	assert_int_equal(token.source_offset, 77);
	assert_string_equal(token.subscriber_id, "s-1");
	assert_memory_equal(
	    token.key, delivery(s, 1)->key.data, NRS_SHA256_SIZE);
	want.now_ms++;
	assert_int_equal(nrs_token_open(s->arena, &want,
	                     delivery(s, 1)->ack_token, &token, NULL),
	    NRS_REJECT);
}

static void
a_webhook_is_told_where_to_confirm(void **state)
{
	struct scene *s = *state;
	const char *text;

	ask_to_confirm(s);
	add_target(s, NRS_CHANNEL_WEBHOOK, "https://x.example/b");
	assert_int_equal(plan(s, 1), 1);
	text = joined(s, 0);
	assert_non_null(
	    strstr(text, nrs_arena_printf(s->arena,
	                     ",\"ack_url\":\"https://ack.example.jp/ack/%s\"}",
	                     delivery(s, 0)->ack_token)));
}

static void
nobody_is_asked_when_the_notice_waives_it_or_no_url_is_there(void **state)
{
	struct scene *s = *state;

	add_target(s, NRS_CHANNEL_WEBHOOK, "https://x.example/b");
	assert_int_equal(plan(s, 1), 1);
	assert_null(strstr(joined(s, 0), "ack_url"));
	assert_string_equal(delivery(s, 0)->ack_token, "");
	ask_to_confirm(s);
	s->content->ack_waived = true;
	memset(s->composer.made, 0, sizeof(s->composer.made));
	dispatcher_ack_plan(&s->d, s->content, &s->ack);
	assert_int_equal(plan(s, 1), 1);
	assert_null(strstr(joined(s, 0), "ack_url"));
	assert_string_equal(delivery(s, 0)->ack_token, "");
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(a_webhook_has_the_readers_language_first_where_there_are_two),
	    CASE(few_recipients_of_one_kind_share_a_record),
	    CASE(one_recipients_deliveries_meet_in_one_partition),
	    CASE(a_correction_travels_with_its_stub),
	    CASE(a_mail_tells_machines_what_it_is),
	    CASE(long_addresses_make_more_records_not_a_larger_one),
	    CASE(a_text_that_grows_too_long_is_cut_and_says_so),
	    CASE(each_delivery_has_a_token_of_its_own_that_opens_to_it),
	    CASE(a_webhook_is_told_where_to_confirm),
	    CASE(nobody_is_asked_when_the_notice_waives_it_or_no_url_is_there),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_batches", tests, NULL, NULL);
}
