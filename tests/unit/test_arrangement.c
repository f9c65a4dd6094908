/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an arrangement reaches, and who waits for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/arrangement.h"

/* A notice of column C to finance (the arrangement "hq" is in force) and power
 * (none is); op is of finance, both of both. */
struct scene {
	struct nrs_arena *arena;
	struct nrs_arrangements *all;
	struct nrs_match_set *subs;
	struct nrs_subscription op, both;
	struct nrs_content c1, content;
	struct nrs_contact_arrangement change;
	struct nrs_contact contacts[3];
	struct nrs_addressing addressing;
	struct nrs_classification copies[2];
	enum nrs_route routes[2], usual[1];
	struct nrs_match_notice notice;
	struct nrs_arrangement_query query;
};

static const char *finance[] = {"finance"};
static const char *both[] = {"finance", "power"};
static const char *named[] = {"op"};

static void
subscribe(struct scene *s, struct nrs_subscription *sub, const char *id,
    const char **sectors, size_t n)
{
	sub->subscriber_id = sub->organisation = sub->name = id;
	sub->lang = "ja";
	sub->sectors = sectors;
	sub->n_sectors = n;
	sub->max_tlp = NRS_TLP_AMBER;
	nrs_match_set_put(s->subs, sub);
}

static void
set_up_arrangement(struct scene *s)
{
	s->contacts[0] = (struct nrs_contact){"当直", "phone", "03-0000-0000"};
	s->contacts[1] = (struct nrs_contact){"連絡", "mail", "hq@x.example"};
	s->contacts[2] = (struct nrs_contact){"副", "mail", "hq2@x.example"};
	s->change = (struct nrs_contact_arrangement){
	    .action = NRS_ARRANGEMENT_ESTABLISH,
	    .arrangement_id = "hq",
	    .hq_name = "対策室",
	    .contacts = s->contacts,
	    .n_contacts = 3,
	    .policy = NRS_POLICY_REPLACE};
	s->c1 = (struct nrs_content){.notice_id = "c1",
	    .thread_id = "c1",
	    .kind = NRS_KIND_INITIAL,
	    .contact_change = &s->change};
	nrs_arrangements_note(s->all, &s->c1);
}

static int
set_up(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->arena = nrs_arena_new();
	s->all = nrs_arrangements_new();
	s->subs = nrs_match_set_new();
	subscribe(s, &s->op, "op", finance, 1);
	subscribe(s, &s->both, "both", both, 2);
	set_up_arrangement(s);
	s->routes[0] = NRS_ROUTE_OVERRIDE;
	s->routes[1] = NRS_ROUTE_REALTIME;
	s->usual[0] = NRS_ROUTE_REALTIME;
	s->copies[0] = (struct nrs_classification){.sector = "finance",
	    .ceptoar = "",
	    .arrangement_id = "hq",
	    .routes = s->routes,
	    .n_routes = 1};
	s->copies[1] = (struct nrs_classification){.sector = "power",
	    .ceptoar = "",
	    .arrangement_id = "",
	    .routes = s->usual,
	    .n_routes = 1};
	s->content = (struct nrs_content){.notice_id = "n",
	    .thread_id = "n",
	    .kind = NRS_KIND_INITIAL,
	    .tlp = NRS_TLP_AMBER};
	s->notice = (struct nrs_match_notice){.content = &s->content,
	    .addressing = &s->addressing,
	    .copies = s->copies,
	    .n_copies = 2};
	s->query = (struct nrs_arrangement_query){.arena = s->arena,
	    .all = s->all,
	    .subs = s->subs,
	    .notice = &s->notice};
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	nrs_match_set_free(s->subs);
	nrs_arrangements_free(s->all);
	nrs_arena_free(s->arena);
	free(s);
	return 0;
}

static const char *
replacing(struct scene *s, const char *who)
{
	const struct nrs_target target = {
	    .subscriber_id = who, .purpose = NRS_PURPOSE_ALERT};

	return nrs_arrangements_replacing(&s->query, &target);
}

static void
its_mailboxes_get_the_alert_once(void **state)
{
	struct scene *s = *state;
	struct nrs_targets out;

	/* in force for both sectors: still one headquarters */
	s->copies[1].routes = s->routes;
	s->copies[1].arrangement_id = "hq";
	out = nrs_arrangements_targets(&s->query);
	assert_int_equal(out.n, 2);
	assert_string_equal(out.items[0].subscriber_id, "@hq");
	assert_string_equal(out.items[0].channel.address, "hq@x.example");
	assert_string_equal(out.items[1].channel.address, "hq2@x.example");
	assert_string_equal(out.items[0].name, "対策室");
}

static void
who_is_reached_by_it_alone_waits(void **state)
{
	struct scene *s = *state;

	assert_string_equal(replacing(s, "op"), "hq");
}

static void
who_is_meant_by_another_sector_too_does_not(void **state)
{
	assert_null(replacing(*state, "both"));
}

static void
one_that_adds_replaces_nobody(void **state)
{
	struct scene *s = *state;

	s->copies[0].n_routes = 2;
	assert_null(replacing(s, "op"));
	assert_int_equal(nrs_arrangements_targets(&s->query).n, 2);
}

/* Fail towards delivery. */
static void
one_that_nobody_can_mail_replaces_nobody(void **state)
{
	struct scene *s = *state;

	s->change.n_contacts = 1; /* a telephone */
	nrs_arrangements_note(s->all, &s->c1);
	assert_null(replacing(s, "op"));
	s->copies[0].arrangement_id = "unknown";
	assert_null(replacing(s, "op"));
}

static void
it_never_learns_what_is_for_people_by_name(void **state)
{
	struct scene *s = *state;

	s->addressing.recipients = named;
	s->addressing.n_recipients = 1;
	assert_int_equal(nrs_arrangements_targets(&s->query).n, 0);
	assert_null(replacing(s, "op"));
	s->addressing.n_recipients = 0;
	s->content.tlp = NRS_TLP_RED;
	assert_int_equal(nrs_arrangements_targets(&s->query).n, 0);
}

static void
who_read_the_error_hears_of_it_at_once(void **state)
{
	struct scene *s = *state;
	const struct nrs_target target = {.subscriber_id = "op",
	    .purpose = NRS_PURPOSE_ALERT,
	    .had_thread = true};

	s->content.kind = NRS_KIND_CORRECTION;
	assert_null(nrs_arrangements_replacing(&s->query, &target));
	s->content.kind = NRS_KIND_FOLLOW_UP;
	assert_string_equal(
	    nrs_arrangements_replacing(&s->query, &target), "hq");
}

static void
a_closed_or_withdrawn_one_is_gone(void **state)
{
	struct scene *s = *state;

	s->change.action = NRS_ARRANGEMENT_CLOSE;
	nrs_arrangements_note(s->all, &s->c1);
	assert_null(nrs_arrangements_find(s->all, "hq"));
	s->change.action = NRS_ARRANGEMENT_ESTABLISH;
	nrs_arrangements_note(s->all, &s->c1);
	assert_non_null(nrs_arrangements_find(s->all, "hq"));
	s->c1.kind = NRS_KIND_RETRACTION;
	nrs_arrangements_note(s->all, &s->c1);
	assert_null(nrs_arrangements_find(s->all, "hq"));
}

/* As the classifier has it: what was changed holds again. */
static void
a_withdrawn_change_brings_back_the_earlier_one(void **state)
{
	struct scene *s = *state;
	struct nrs_contact other = {"連絡", "mail", "other@x.example"};
	struct nrs_contact_arrangement change = s->change;
	struct nrs_content c2 = s->c1;

	change.action = NRS_ARRANGEMENT_CHANGE;
	change.contacts = &other;
	change.n_contacts = 1;
	c2.notice_id = c2.thread_id = "c2";
	c2.contact_change = &change;
	nrs_arrangements_note(s->all, &c2);
	assert_int_equal(nrs_arrangements_targets(&s->query).n, 1);
	c2.kind = NRS_KIND_RETRACTION;
	nrs_arrangements_note(s->all, &c2);
	assert_int_equal(nrs_arrangements_targets(&s->query).n, 2);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(its_mailboxes_get_the_alert_once),
	    CASE(who_is_reached_by_it_alone_waits),
	    CASE(who_is_meant_by_another_sector_too_does_not),
	    CASE(one_that_adds_replaces_nobody),
	    CASE(one_that_nobody_can_mail_replaces_nobody),
	    CASE(it_never_learns_what_is_for_people_by_name),
	    CASE(who_read_the_error_hears_of_it_at_once),
	    CASE(a_closed_or_withdrawn_one_is_gone),
	    CASE(a_withdrawn_change_brings_back_the_earlier_one),
	};

	return cmocka_run_group_tests_name("arrangement", tests, NULL, NULL);
}
