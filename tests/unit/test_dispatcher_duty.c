/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dispatcher/duty/duty.h"
#include "noroshi/io/mime.h"
#include "noroshi/io/wire.h"

#define NOW INT64_C(1767225600000)

struct office {
	struct nrs_arena *arena;
	struct dispatcher_conf conf;
	struct dispatcher d;
	struct nrs_rendered said;
	struct nrs_delivery_batch batch;
	struct nrs_err err;
};

static const char *both[] = {
    "duty@noroshi.example", "https://hooks.example/duty"};

static int
set_up(void **state)
{
	struct office *o = calloc(1, sizeof(*o));

	assert_non_null(o);
	o->arena = nrs_arena_new();
	o->conf = (struct dispatcher_conf){
	    .transfer.mail_from = "desk@noroshi.example",
	    .from_name = "",
	    .duty.address = {both, 2}};
	o->d = (struct dispatcher){.conf = &o->conf, .domain = "x.example"};
	o->said = (struct nrs_rendered){.subject = "件名",
	    .text_head = "",
	    .text = "本文\n",
	    .html_head = "",
	    .html = "",
	    .html_meta = ""};
	*state = o;
	return 0;
}

static int
tear_down(void **state)
{
	struct office *o = *state;

	nrs_arena_free(o->arena);
	free(o);
	return 0;
}

static enum nrs_rc
make(struct office *o, const char *id)
{
	const struct dispatcher_own_mail mail =
	    dispatcher_duty_mail(&o->d, id, NOW, &o->said);

	return dispatcher_own_batch(&o->d, o->arena, &mail, &o->batch, &o->err);
}

static const char *
body(struct office *o, size_t i)
{
	const struct nrs_delivery *delivery = &o->batch.deliveries[i];
	struct nrs_buf out = {0};
	const char *copy;

	assert_int_equal(nrs_mime_join(&o->batch.variants[delivery->variant],
	                     delivery, &out, &o->err),
	    NRS_OK);
	copy = nrs_arena_strdup(o->arena, nrs_buf_str(&out));
	nrs_buf_fini(&out);
	return copy;
}

static void
each_address_gets_it_by_its_channel(void **state)
{
	struct office *o = *state;

	assert_int_equal(make(o, "review.power.n1"), NRS_OK);
	assert_int_equal(o->batch.purpose, NRS_PURPOSE_DUTY);
	assert_int_equal(o->batch.mode, NRS_MODE_ACTUAL);
	assert_int_equal(o->batch.n_deliveries, 2);
	assert_int_equal(
	    o->batch.deliveries[0].channel->type, NRS_CHANNEL_MAIL);
	assert_int_equal(
	    o->batch.deliveries[1].channel->type, NRS_CHANNEL_WEBHOOK);
	assert_non_null(
	    strstr(body(o, 0), "\r\nTo: <duty@noroshi.example>\r\n"));
	assert_non_null(
	    strstr(body(o, 1), "{\"type\":\"noroshi.duty\",\"id\":"));
}

static void
two_mailboxes_share_the_frozen_text(void **state)
{
	static const char *two[] = {"a@x.example", "b@x.example"};
	struct office *o = *state;

	o->conf.duty.address = (struct nrs_conf_list){two, 2};
	assert_int_equal(make(o, "held.n1"), NRS_OK);
	assert_int_equal(o->batch.n_variants, 1);
	assert_non_null(strstr(body(o, 1), "\r\nTo: <b@x.example>\r\n"));
}

static void
the_same_reason_and_id_have_the_same_key(void **state)
{
	struct office *o = *state;
	struct nrs_bytes first;

	assert_int_equal(make(o, "held.n1"), NRS_OK);
	first = o->batch.deliveries[0].key;
	assert_false(nrs_bytes_equal(first, o->batch.deliveries[1].key));
	assert_int_equal(make(o, "held.n1"), NRS_OK);
	assert_true(nrs_bytes_equal(first, o->batch.deliveries[0].key));
	assert_int_equal(make(o, "held.n2"), NRS_OK);
	assert_false(nrs_bytes_equal(first, o->batch.deliveries[0].key));
}

static void
an_id_cannot_break_out_of_its_header(void **state)
{
	struct office *o = *state;

	assert_int_equal(make(o, "held.a\r\nBcc: <x@y>"), NRS_OK);
	assert_string_equal(o->batch.notice_id, "duty.held.a--Bcc---x-y-");
	assert_null(strstr(body(o, 0), "\nBcc"));
}

static void
without_an_address_nobody_is_told(void **state)
{
	struct office *o = *state;

	o->conf.duty.address.n = 0;
	assert_int_equal(make(o, "held.n1"), NRS_REJECT);
}

static void
an_address_is_a_mailbox_or_a_url(void **state)
{
	static const char *bad[] = {"duty"}, *ftp[] = {"ftp://x.example/"};
	struct office *o = *state;
	const struct nrs_conf_list good = {both, 2}, none = {0};

	assert_int_equal(
	    dispatcher_own_check("duty.address", &good, &o->err), NRS_OK);
	assert_int_equal(
	    dispatcher_own_check("duty.address", &none, &o->err), NRS_OK);
	assert_int_equal(dispatcher_own_check("duty.address",
	                     &(struct nrs_conf_list){bad, 1}, &o->err),
	    NRS_REJECT);
	assert_non_null(strstr(o->err.text, "duty.address: duty: "));
	assert_int_equal(dispatcher_own_check("duty.address",
	                     &(struct nrs_conf_list){ftp, 1}, &o->err),
	    NRS_REJECT);
}

/* Whoever reads the topic for who was told of what must not meet it. */
static void
the_planner_takes_it_for_nobodys_plan(void **state)
{
	struct office *o = *state;
	struct nrs_bus_header headers[DISPATCHER_OWN_HEADERS];

	assert_int_equal(make(o, "held.n1"), NRS_OK);
	assert_int_equal(o->batch.source_offset, -1);
	dispatcher_own_headers(&o->batch, headers);
	assert_string_equal(headers[0].name, DISPATCHER_HEADER_THREAD);
	assert_string_equal(headers[0].value, "duty.held.n1");
	assert_string_equal(headers[1].value, "-1");
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(each_address_gets_it_by_its_channel),
	    CASE(two_mailboxes_share_the_frozen_text),
	    CASE(the_same_reason_and_id_have_the_same_key),
	    CASE(an_id_cannot_break_out_of_its_header),
	    CASE(without_an_address_nobody_is_told),
	    CASE(an_address_is_a_mailbox_or_a_url),
	    CASE(the_planner_takes_it_for_nobodys_plan),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_duty", tests, NULL, NULL);
}
