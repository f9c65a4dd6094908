/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/audience.h"

/* One notice to finance and power, AMBER, and four subscribers:
 *   both      finance and power, mail and webhook
 *   power     power only
 *   green     finance, cleared for GREEN only
 *   filtered  finance, wants item type C2 only */
struct scene {
	struct nrs_arena *arena;
	struct nrs_match_set *subs;
	struct nrs_content content;
	struct nrs_addressing addressing;
	struct nrs_classification copies[2];
	struct nrs_subscription both, power, green, filtered;
	struct nrs_filter filter;
	struct nrs_audience_query query;
	struct nrs_targets targets;
	char text[1024];
};

static const char *both_sectors[] = {"finance", "power"};
static const char *finance[] = {"finance"};
static const char *power[] = {"power"};
static enum nrs_item_type only_c2[] = {NRS_ITEM_C2};
static struct nrs_channel both_channels[] = {
    {NRS_CHANNEL_MAIL, "both@x.example"},
    {NRS_CHANNEL_WEBHOOK, "https://x.example/both"}};
static struct nrs_channel power_channels[] = {
    {NRS_CHANNEL_MAIL, "power@x.example"}};
static struct nrs_channel green_channels[] = {
    {NRS_CHANNEL_MAIL, "green@x.example"}};
static struct nrs_channel filtered_channels[] = {
    {NRS_CHANNEL_MAIL, "filtered@x.example"}};

static struct nrs_subscription
subscriber(const char *id, const char **sectors, size_t n_sectors,
    struct nrs_channel *channels, size_t n_channels)
{
	return (struct nrs_subscription){.subscriber_id = id,
	    .kind = NRS_SUBSCRIBER_OPERATOR,
	    .organisation = id,
	    .name = id,
	    .lang = "ja",
	    .max_tlp = NRS_TLP_AMBER,
	    .sectors = sectors,
	    .n_sectors = n_sectors,
	    .channels = channels,
	    .n_channels = n_channels};
}

static int
set_up(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->arena = nrs_arena_new();
	s->subs = nrs_match_set_new();
	s->content = (struct nrs_content){.kind = NRS_KIND_INITIAL,
	    .revision = 1,
	    .tlp = NRS_TLP_AMBER,
	    .urgency = NRS_URGENCY_PRIORITY,
	    .item_type = NRS_ITEM_BC3,
	    .lang = "ja",
	    .title = "",
	    .summary = "",
	    .impact = "",
	    .nisc_comment = ""};
	s->copies[0] = (struct nrs_classification){
	    .sector = "finance", .ceptoar = "", .column = NRS_COLUMN_B_C};
	s->copies[1] = (struct nrs_classification){
	    .sector = "power", .ceptoar = "", .column = NRS_COLUMN_B_C};
	s->both = subscriber("both", both_sectors, 2, both_channels, 2);
	s->power = subscriber("power", power, 1, power_channels, 1);
	s->green = subscriber("green", finance, 1, green_channels, 1);
	s->green.max_tlp = NRS_TLP_GREEN;
	s->filtered = subscriber("filtered", finance, 1, filtered_channels, 1);
	s->filter =
	    (struct nrs_filter){.item_types = only_c2, .n_item_types = 1};
	s->filtered.filter = &s->filter;
	nrs_match_set_put(s->subs, &s->both);
	nrs_match_set_put(s->subs, &s->power);
	nrs_match_set_put(s->subs, &s->green);
	nrs_match_set_put(s->subs, &s->filtered);
	s->query = (struct nrs_audience_query){.subs = s->subs,
	    .notice = {.content = &s->content,
	        .addressing = &s->addressing,
	        .copies = s->copies,
	        .n_copies = 2},
	    .has_stub = true};
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	nrs_match_set_free(s->subs);
	nrs_arena_free(s->arena);
	free(s);
	return 0;
}

/* What an earlier plan of the thread wrote: "id address" each. */
struct earlier {
	struct nrs_delivery_batch batch;
	struct nrs_delivery deliveries[4];
	struct nrs_channel channels[4];
};

static void
earlier_one(struct earlier *e, const char *id, enum nrs_channel_type type,
    const char *address)
{
	size_t n = e->batch.n_deliveries++;

	e->batch.deliveries = e->deliveries;
	e->channels[n] = (struct nrs_channel){type, address};
	e->deliveries[n] = (struct nrs_delivery){.subscriber_id = id,
	    .organisation = id,
	    .channel = &e->channels[n]};
}

/* "both@x.example https://x.example/both", in order of address; a stub has a
 * '-' in front. */
static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *
plan(struct scene *s, const struct earlier *earlier, size_t n)
{
	struct nrs_audience *audience = nrs_audience_new(s->arena, &s->query);
	const char *words[16];
	size_t i;

	for (i = 0; i < n; i++)
		nrs_audience_prior(audience, &earlier[i].batch);
	s->targets = nrs_audience_end(audience);
	assert_true(s->targets.n <= 16);
	for (i = 0; i < s->targets.n; i++)
		words[i] = nrs_arena_printf(s->arena, "%s%s",
		    s->targets.items[i].purpose == NRS_PURPOSE_STUB ? "-" : "",
		    s->targets.items[i].channel.address);
	qsort(words, s->targets.n, sizeof(words[0]), by_text);
	s->text[0] = '\0';
	for (i = 0; i < s->targets.n; i++)
		(void)snprintf(s->text + strlen(s->text),
		    sizeof(s->text) - strlen(s->text), "%s%s",
		    i == 0 ? "" : " ", words[i]);
	return s->text;
}

#define EVERYONE "both@x.example https://x.example/both power@x.example"

static void
one_of_both_sectors_gets_it_once_per_channel(void **state)
{
	struct scene *s = *state;

	assert_string_equal(plan(s, NULL, 0), EVERYONE);
	assert_int_equal(s->targets.n_not_cleared, 1);
}

static void
what_was_planned_is_not_planned_again(void **state)
{
	struct scene *s = *state;
	struct earlier e = {
	    .batch = {.revision = 1, .purpose = NRS_PURPOSE_ALERT}};

	earlier_one(&e, "both", NRS_CHANNEL_MAIL, "both@x.example");
	earlier_one(&e, "power", NRS_CHANNEL_MAIL, "power@x.example");
	assert_string_equal(plan(s, &e, 1), "https://x.example/both");
}

static void
another_revision_is_planned_again(void **state)
{
	struct scene *s = *state;
	struct earlier e = {
	    .batch = {.revision = 1, .purpose = NRS_PURPOSE_ALERT}};

	earlier_one(&e, "both", NRS_CHANNEL_MAIL, "both@x.example");
	s->content.revision = 2;
	s->content.kind = NRS_KIND_FOLLOW_UP;
	assert_string_equal(plan(s, &e, 1), EVERYONE);
}

static void
a_filter_does_not_cut_a_conversation(void **state)
{
	struct scene *s = *state;
	struct earlier e = {
	    .batch = {.revision = 1, .purpose = NRS_PURPOSE_ALERT}};

	earlier_one(&e, "filtered", NRS_CHANNEL_MAIL, "filtered@x.example");
	s->content.revision = 2;
	s->content.kind = NRS_KIND_FOLLOW_UP;
	assert_string_equal(plan(s, &e, 1),
	    "both@x.example filtered@x.example https://x.example/both "
	    "power@x.example");
}

/* domain.md 4.4-3: even if sectors or the address changed since. */
static void
a_retraction_goes_where_the_original_went(void **state)
{
	struct scene *s = *state;
	struct earlier e = {
	    .batch = {.revision = 1, .purpose = NRS_PURPOSE_ALERT}};

	earlier_one(&e, "power", NRS_CHANNEL_MAIL, "old@x.example");
	s->power.n_sectors = 0;
	nrs_match_set_put(s->subs, &s->power);
	s->content.revision = 2;
	s->content.kind = NRS_KIND_RETRACTION;
	assert_string_equal(plan(s, &e, 1),
	    "both@x.example https://x.example/both old@x.example");
}

static void
a_follow_up_goes_to_who_is_meant_now(void **state)
{
	struct scene *s = *state;
	struct earlier e = {
	    .batch = {.revision = 1, .purpose = NRS_PURPOSE_ALERT}};

	earlier_one(&e, "power", NRS_CHANNEL_MAIL, "old@x.example");
	s->content.revision = 2;
	s->content.kind = NRS_KIND_FOLLOW_UP;
	assert_string_equal(plan(s, &e, 1), EVERYONE);
}

static void
who_may_no_longer_see_it_gets_the_stub(void **state)
{
	struct scene *s = *state;
	struct earlier e = {
	    .batch = {.revision = 1, .purpose = NRS_PURPOSE_ALERT}};

	earlier_one(&e, "green", NRS_CHANNEL_MAIL, "green@x.example");
	earlier_one(&e, "gone", NRS_CHANNEL_MAIL, "gone@x.example");
	s->content.revision = 2;
	s->content.kind = NRS_KIND_CORRECTION;
	assert_string_equal(
	    plan(s, &e, 1), "-gone@x.example -green@x.example " EVERYONE);
	/* raised by a follow-up: the same */
	s->content.kind = NRS_KIND_FOLLOW_UP;
	assert_string_equal(
	    plan(s, &e, 1), "-gone@x.example -green@x.example " EVERYONE);
	/* without a stub there is nothing that they may have */
	s->query.has_stub = false;
	s->content.kind = NRS_KIND_CORRECTION;
	assert_string_equal(plan(s, &e, 1), EVERYONE);
	assert_int_equal(s->targets.n_not_cleared, 2);
}

static void
one_excluded_from_a_correction_gets_the_stub(void **state)
{
	static const char *excluded[] = {"power"};
	struct scene *s = *state;
	struct earlier e = {
	    .batch = {.revision = 1, .purpose = NRS_PURPOSE_ALERT}};

	earlier_one(&e, "power", NRS_CHANNEL_MAIL, "power@x.example");
	s->addressing.excluded_recipients = excluded;
	s->addressing.n_excluded_recipients = 1;
	s->content.revision = 2;
	s->content.kind = NRS_KIND_CORRECTION;
	assert_string_equal(plan(s, &e, 1),
	    "-power@x.example both@x.example https://x.example/both");
}

static void
raised_to_red_only_the_named_see_it(void **state)
{
	static const char *named[] = {"both"};
	struct scene *s = *state;
	struct earlier e = {
	    .batch = {.revision = 1, .purpose = NRS_PURPOSE_ALERT}};

	s->both.max_tlp = s->power.max_tlp = NRS_TLP_RED;
	earlier_one(&e, "both", NRS_CHANNEL_MAIL, "both@x.example");
	earlier_one(&e, "power", NRS_CHANNEL_MAIL, "power@x.example");
	s->addressing.recipients = named;
	s->addressing.n_recipients = 1;
	s->content.tlp = NRS_TLP_RED;
	s->content.revision = 2;
	s->content.kind = NRS_KIND_CORRECTION;
	assert_string_equal(plan(s, &e, 1),
	    "-power@x.example both@x.example https://x.example/both");
}

static void
a_stub_is_planned_once_too(void **state)
{
	struct scene *s = *state;
	struct earlier e[2] = {
	    {.batch = {.revision = 1, .purpose = NRS_PURPOSE_ALERT}},
	    {.batch = {.revision = 2, .purpose = NRS_PURPOSE_STUB}}};

	earlier_one(&e[0], "green", NRS_CHANNEL_MAIL, "green@x.example");
	earlier_one(&e[1], "green", NRS_CHANNEL_MAIL, "green@x.example");
	s->content.revision = 2;
	s->content.kind = NRS_KIND_CORRECTION;
	assert_string_equal(plan(s, e, 2), EVERYONE);
}

static void
one_without_a_channel_is_counted(void **state)
{
	struct scene *s = *state;

	s->power.n_channels = 0;
	nrs_match_set_put(s->subs, &s->power);
	assert_string_equal(
	    plan(s, NULL, 0), "both@x.example https://x.example/both");
	assert_int_equal(s->targets.n_unreachable, 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(one_of_both_sectors_gets_it_once_per_channel),
	    CASE(what_was_planned_is_not_planned_again),
	    CASE(another_revision_is_planned_again),
	    CASE(a_filter_does_not_cut_a_conversation),
	    CASE(a_retraction_goes_where_the_original_went),
	    CASE(a_follow_up_goes_to_who_is_meant_now),
	    CASE(who_may_no_longer_see_it_gets_the_stub),
	    CASE(one_excluded_from_a_correction_gets_the_stub),
	    CASE(raised_to_red_only_the_named_see_it),
	    CASE(a_stub_is_planned_once_too),
	    CASE(one_without_a_channel_is_counted),
	};

	return cmocka_run_group_tests_name("nrs_audience", tests, NULL, NULL);
}
