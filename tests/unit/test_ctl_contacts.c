/* SPDX-License-Identifier: Apache-2.0 */
/* A table of contacts: what it would change, and where it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/contacts.h"
#include "support/signed.h"

#define NOW INT64_C(1795480496000)

static struct nrs_arena *arena;
static struct nrs_map *registered;
static char told[4096];
static bool vouched;

static int
setup(void **state)
{
	arena = nrs_arena_new();
	registered = nrs_map_new();
	told[0] = '\0';
	vouched = false;
	return 0;
}

static int
teardown(void **state)
{
	nrs_map_free(registered, NULL);
	nrs_arena_free(arena);
	return 0;
}

static void
wrong(void *ctx, const struct nrs_err *err)
{
	size_t len = strlen(told);

	(void)snprintf(
	    told + len, sizeof(told) - len, "%s: %s\n", err->field, err->rule);
}

static enum nrs_rc
parse(const char *text, struct ctl_contacts *out, struct nrs_err *err)
{
	const struct nrs_bytes bytes = {(const uint8_t *)text, strlen(text)};
	const struct nrs_check check = {.sectors = signed_sectors(),
	    .now_ms = NOW,
	    .mode = NRS_MODE_ACTUAL};
	struct nrs_csv csv;
	const struct ctl_contacts_query query = {.arena = arena,
	    .csv = &csv,
	    .check = &check,
	    .registered = registered,
	    .verified = vouched,
	    .wrong = wrong};

	*err = (struct nrs_err){0};
	assert_int_equal(nrs_csv_read(arena, bytes, &csv, err), NRS_OK);
	return ctl_contacts_parse(&query, out, err);
}

static struct ctl_contacts
good(const char *text)
{
	struct ctl_contacts out;
	struct nrs_err err;

	if (parse(text, &out, &err) != NRS_OK || out.n_wrong > 0)
		fail_msg("%s: %s\n%s", err.field, err.text, told);
	return out;
}

static void
assert_wrong(const char *text, const char *what)
{
	struct ctl_contacts out;
	struct nrs_err err;

	told[0] = '\0';
	if (parse(text, &out, &err) == NRS_OK)
		assert_true(out.n_wrong > 0);
	else
		wrong(NULL, &err);
	assert_string_equal(told, what);
}

static void
keep(const struct ctl_contacts *contacts)
{
	for (size_t i = 0; i < contacts->n; i++)
		(void)nrs_map_put(registered,
		    contacts->list[i].subscription->subscriber_id,
		    contacts->list[i].subscription);
}

#define HEAD "subscriber_id,kind,organisation,name,sectors,max_tlp,mail\r\n"
#define ALPHA                                                                  \
	"op-alpha,OPERATOR,alpha,アルファ銀行,finance,AMBER,a@example.jp\r\n"

static void
a_row_becomes_a_subscription(void **state)
{
	struct ctl_contacts c =
	    good("subscriber_id,kind,organisation,name,sectors,ceptoars,"
	         "max_tlp,lang,mail,webhook,second_mail,newsletter,active,"
	         "item_types,min_urgency,keywords\n"
	         "op,OPERATOR,alpha,名,\"finance; power\",,GREEN,en,"
	         "\"a@example.jp\nb@example.jp\",https://h.example.jp/x?a\\;b,"
	         "c@example.jp,no,yes,C1;C3,PRIORITY,\"a\\;b; c\"\n");
	const struct nrs_subscription *s = c.list[0].subscription;

	assert_int_equal(c.n, 1);
	assert_int_equal(c.list[0].change, CTL_CONTACT_NEW);
	assert_int_equal(c.list[0].line, 2);
	assert_int_equal(c.list[0].n_addresses, 4);
	assert_int_equal(s->kind, NRS_SUBSCRIBER_OPERATOR);
	assert_int_equal(s->n_sectors, 2);
	assert_string_equal(s->sectors[1], "power");
	assert_int_equal(s->max_tlp, NRS_TLP_GREEN);
	assert_int_equal(s->n_channels, 3);
	assert_string_equal(s->channels[1].address, "b@example.jp");
	assert_int_equal(s->channels[2].type, NRS_CHANNEL_WEBHOOK);
	assert_string_equal(
	    s->channels[2].address, "https://h.example.jp/x?a;b");
	assert_string_equal(s->second_contact->address, "c@example.jp");
	assert_true(s->digest_off);
	assert_false(s->inactive);
	assert_int_equal(s->filter->n_item_types, 2);
	assert_int_equal(s->filter->item_types[1], NRS_ITEM_C3);
	assert_int_equal(s->filter->min_urgency, NRS_URGENCY_PRIORITY);
	assert_string_equal(s->filter->keywords[0], "a;b");
	assert_int_equal(s->updated_at, NOW);
}

static void
the_same_table_again_changes_nothing(void **state)
{
	struct ctl_contacts c = good(HEAD ALPHA);

	keep(&c);
	c = good(HEAD ALPHA);
	assert_int_equal(c.list[0].change, CTL_CONTACT_SAME);
	assert_int_equal(c.list[0].n_addresses, 0);
	c = good("subscriber_id,mail\nop-alpha,b@example.jp\n");
	assert_int_equal(c.list[0].change, CTL_CONTACT_CHANGED);
	assert_int_equal(c.list[0].n_columns, 1);
	assert_string_equal(c.list[0].columns[0], "mail");
	assert_int_equal(c.list[0].n_addresses, 1);
	/* What the table does not speak of stays. */
	assert_string_equal(c.list[0].subscription->name, "アルファ銀行");
}

static void
secrets_stay_with_their_address_and_go_with_it(void **state)
{
	static const char *secrets[] = {
	    "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"};
	struct ctl_contacts c =
	    good("subscriber_id,kind,organisation,name,sectors,max_tlp,"
	         "webhook,mail\n"
	         "op,OPERATOR,o,n,finance,AMBER,https://h.example.jp/1,"
	         "a@example.jp\n");
	struct nrs_channel *hook = &c.list[0].subscription->channels[0];

	hook->secrets = secrets;
	hook->n_secrets = 1;
	keep(&c);
	c = good("subscriber_id,webhook\n"
	         "op,https://h.example.jp/2; https://h.example.jp/1\n");
	hook = c.list[0].subscription->channels;
	assert_int_equal(c.list[0].subscription->n_channels, 3);
	assert_string_equal(hook[0].address, "https://h.example.jp/1");
	assert_int_equal(hook[0].n_secrets, 1);
	assert_string_equal(hook[2].address, "https://h.example.jp/2");
	assert_int_equal(hook[2].n_secrets, 0);
}

static void
a_new_mailbox_waits_for_its_link_unless_somebody_vouches(void **state)
{
	struct ctl_contacts c =
	    good("subscriber_id,kind,organisation,name,sectors,max_tlp,mail,"
	         "webhook,second_mail\n"
	         "op,OPERATOR,o,n,finance,AMBER,old@example.jp,,\n");
	const struct nrs_subscription *s = c.list[0].subscription;

	assert_true(s->channels[0].unverified);
	s->channels[0].unverified = false; /* registered one by one, say */
	keep(&c);
	c = good("subscriber_id,mail,webhook,second_mail\n"
	         "op,old@example.jp;new@example.jp,https://h.example.jp/,"
	         "s@example.jp\n");
	s = c.list[0].subscription;
	assert_false(s->channels[0].unverified);
	assert_string_equal(s->channels[1].address, "new@example.jp");
	assert_true(s->channels[1].unverified);
	assert_false(s->channels[2].unverified); /* a webhook opens no link */
	assert_true(s->second_contact->unverified);
	keep(&c);
	c = good("subscriber_id,mail\nop,old@example.jp;new@example.jp\n");
	assert_int_equal(c.list[0].change, CTL_CONTACT_SAME);
	assert_true(c.list[0].subscription->channels[1].unverified);
	vouched = true;
	c = good("subscriber_id,mail\nop,old@example.jp;new@example.jp\n");
	assert_int_equal(c.list[0].change, CTL_CONTACT_CHANGED);
	assert_string_equal(c.list[0].columns[0], "verified");
	assert_false(c.list[0].subscription->channels[1].unverified);
}

static void
an_error_names_line_and_column(void **state)
{
	assert_wrong(HEAD ALPHA "op-b,OPERATOR,b,名,finance,AMBER,nobody\n",
	    "line 3, column 7 (mail): mailbox\n");
	assert_wrong(HEAD "op-b,PERSON,b,名,finance,AMBER,b@example.jp\n",
	    "line 2, column 2 (kind): enum\n");
	assert_wrong(HEAD "op-b,OPERATOR,b,名,nowhere,AMBER,b@example.jp\n"
	                  "op c,OPERATOR,b,名,finance,AMBER,b@example.jp\n",
	    "line 2, column 5 (sectors): sector-known\n"
	    "line 3, column 1 (subscriber_id): id\n");
	assert_wrong(HEAD ALPHA ALPHA,
	    "line 3, column 1 (subscriber_id): repeated-id\n");
	assert_wrong("subscriber_id,mail\nop-new,x@example.jp\n",
	    "line 2: required\n"); /* a new one has no kind */
	assert_wrong("subscriber_id,second_mail,second_webhook\n"
	             "op,a@example.jp,https://h.example.jp/\n",
	    "line 2, column 2 (second_mail): one-second-contact\n");
}

static void
a_heading_that_is_not_known_is_refused(void **state)
{
	assert_wrong("", "line 1: required\n");
	assert_wrong("name,mail\n", "line 1: required\n");
	assert_wrong(
	    "subscriber_id,e-mail\n", "line 1, column 2: unknown-column\n");
	assert_wrong(
	    "subscriber_id,mail,mail\n", "line 1, column 3: repeated-column\n");
}

static void
what_is_exported_imports_as_unchanged(void **state)
{
	struct ctl_contacts c =
	    good("subscriber_id,kind,organisation,name,sectors,ceptoars,"
	         "max_tlp,lang,mail,topic,second_webhook,newsletter,active,"
	         "columns,min_severity,cpe_prefixes,keywords\n"
	         "bank,CEPTOAR,o,\"=HYPERLINK(\"\"x\"\")\",finance,bank,RED,ja,"
	         "a@example.jp;b@example.jp,yes,https://h.example.jp/?x;y,no,"
	         "no,C;B_C,3_HIGH,cpe:/a:x,\"a\\;b;-c\"\n"
	         "op-2,OPERATOR,o,n,finance,,CLEAR,en,x@example.jp,,,,,,,,\n");
	const struct nrs_subscription *list[] = {
	    c.list[0].subscription, c.list[1].subscription};
	struct nrs_buf text = {0};

	keep(&c);
	ctl_contacts_write(arena, &text, list, 2);
	assert_null(strstr(nrs_buf_str(&text), "\"=HYPERLINK"));
	c = good(nrs_buf_str(&text));
	nrs_buf_fini(&text);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.list[0].change, CTL_CONTACT_SAME);
	assert_int_equal(c.list[1].change, CTL_CONTACT_SAME);
	assert_string_equal(c.list[0].subscription->name, "=HYPERLINK(\"x\")");
}

#define FACT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FACT(a_row_becomes_a_subscription),
	    FACT(the_same_table_again_changes_nothing),
	    FACT(secrets_stay_with_their_address_and_go_with_it),
	    FACT(a_new_mailbox_waits_for_its_link_unless_somebody_vouches),
	    FACT(an_error_names_line_and_column),
	    FACT(a_heading_that_is_not_known_is_refused),
	    FACT(what_is_exported_imports_as_unchanged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
