/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/reach_view.h"

#include <string.h>

#include "noroshi/base/text.h"

const char *
ctl_reach_span(struct nrs_arena *arena, int64_t ms)
{
	long long s = ms / 1000;

	if (ms < 0)
		return "-";
	if (ms < 10000)
		return nrs_arena_printf(
		    arena, "%lld.%llds", s, (long long)(ms % 1000 / 100));
	if (s < 60)
		return nrs_arena_printf(arena, "%llds", s);
	if (s < 3600)
		return nrs_arena_printf(arena, "%lldm%02llds", s / 60, s % 60);
	if (s < 86400)
		return nrs_arena_printf(
		    arena, "%lldh%02lldm", s / 3600, s % 3600 / 60);
	return nrs_arena_printf(
	    arena, "%lldd%02lldh", s / 86400, s % 86400 / 3600);
}

const char *
ctl_reach_masked(struct nrs_arena *arena, const char *address)
{
	const char *at = strchr(address, '@');
	const char *host = strstr(address, "://");

	if (host != NULL)
		return nrs_arena_printf(arena, "%.*s/***",
		    (int)(host - address + 3 + (long)strcspn(host + 3, "/?#")),
		    address);
	if (at != NULL)
		return nrs_arena_printf(arena, "%.*s***%s",
		    (int)nrs_text_cut(address, 1), address, at);
	return address[0] == '\0' ? "" : "***";
}

/* ---- a row ---- */

static void
add_shares(struct ctl *ctl, const char *const names[CTL_REACH_SHARES],
    const int64_t ms[CTL_REACH_SHARES])
{
	for (size_t i = 0; i < CTL_REACH_SHARES; i++)
		if (ms[i] >= 0)
			ctl_out_int(ctl->out, names[i], ms[i]);
}

static void
json_row(struct ctl *ctl, const struct ctl_tally *t)
{
	static const char *const arrived[] = {
	    "delivered_50_ms", "delivered_90_ms", "delivered_100_ms"};
	static const char *const acknowledged[] = {
	    "acknowledged_50_ms", "acknowledged_90_ms", "acknowledged_100_ms"};
	const struct {
		const char *name;
		size_t value;
	} counts[] = {
	    {"not_affected", t->responses[NRS_RESPONSE_NOT_AFFECTED]},
	    {"affected", t->responses[NRS_RESPONSE_AFFECTED]},
	    {"mitigated", t->responses[NRS_RESPONSE_MITIGATED]},
	    {"investigating", t->responses[NRS_RESPONSE_INVESTIGATING]},
	    {"failed", t->failed},
	    {"failed_contact_stale", t->reasons[NRS_FAILURE_CONTACT_STALE]},
	    {"failed_unreachable", t->reasons[NRS_FAILURE_UNREACHABLE]},
	    {"failed_rejected", t->reasons[NRS_FAILURE_REJECTED]},
	    {"failed_timeout", t->reasons[NRS_FAILURE_TIMEOUT]},
	    {"expired", t->expired},
	    {"cancelled", t->cancelled},
	    {"open", t->open},
	    {"reminders", t->reminders},
	    {"escalations", t->escalations},
	    {"relayed", t->relayed},
	    {"relayed_of", t->relayed_of},
	};

	ctl_out_int(ctl->out, "addressed", (int64_t)t->addressed);
	ctl_out_int(ctl->out, "delivered", (int64_t)t->arrived);
	ctl_out_int(ctl->out, "acknowledged", (int64_t)t->acknowledged);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		ctl_out_int(ctl->out, counts[i].name, (int64_t)counts[i].value);
	add_shares(ctl, arrived, t->arrived_ms);
	add_shares(ctl, acknowledged, t->acknowledged_ms);
}

/* "8 (80 %)": of those who are to be reached. */
static const char *
with_rate(struct nrs_arena *arena, size_t count, const struct ctl_tally *t)
{
	size_t wanted = t->addressed - t->cancelled;

	return wanted == 0 ? nrs_arena_printf(arena, "%zu", count)
	                   : nrs_arena_printf(arena, "%zu (%zu %%)", count,
	                         count * 100 / wanted);
}

static const char *
in_time(struct nrs_arena *arena, const int64_t ms[CTL_REACH_SHARES])
{
	return nrs_arena_printf(arena, "%s/%s/%s",
	    ctl_reach_span(arena, ms[CTL_REACH_50]),
	    ctl_reach_span(arena, ms[CTL_REACH_90]),
	    ctl_reach_span(arena, ms[CTL_REACH_100]));
}

static void
people_row(struct ctl *ctl, const struct ctl_tally *t)
{
	struct nrs_arena *arena = ctl->arena;

	ctl_out_int(ctl->out, "addressed", (int64_t)t->addressed);
	ctl_out_str(ctl->out, "delivered", with_rate(arena, t->arrived, t));
	ctl_out_str(
	    ctl->out, "acknowledged", with_rate(arena, t->acknowledged, t));
	ctl_out_int(ctl->out, "failed", (int64_t)(t->failed + t->expired));
	ctl_out_int(ctl->out, "open", (int64_t)t->open);
	ctl_out_str(ctl->out, "delivered_in", in_time(arena, t->arrived_ms));
	ctl_out_str(
	    ctl->out, "acknowledged_in", in_time(arena, t->acknowledged_ms));
}

void
ctl_reach_row(struct ctl *ctl, const struct ctl_reach_group *group,
    const struct ctl_tally *tally)
{
	bool is_ja = strcmp(ctl_out_lang(ctl->out), "ja") == 0;

	ctl_out_begin(ctl->out, CTL_ROW);
	if (ctl_out_is_json(ctl->out)) {
		ctl_out_str(ctl->out, "notice_id", group->notice_id);
		ctl_out_term(ctl->out, "stage", NRS_VOC_SUBSCRIBER_KIND,
		    (int)group->stage);
		ctl_out_str(ctl->out, "sector", group->sector);
		json_row(ctl, tally);
	} else {
		if (group->stage == NRS_SUBSCRIBER_UNSPECIFIED)
			ctl_out_str(ctl->out, "stage", is_ja ? "全体" : "all");
		else
			ctl_out_term(ctl->out, "stage", NRS_VOC_SUBSCRIBER_KIND,
			    (int)group->stage);
		ctl_out_str(ctl->out, "sector", group->sector);
		people_row(ctl, tally);
	}
	ctl_out_end(ctl->out);
}

/* ---- the rest ---- */

static void
rest(struct ctl *ctl, const char *what, const char *why, const char *count)
{
	ctl_out_begin(ctl->out, CTL_ROW);
	ctl_out_str(ctl->out, "result", what);
	ctl_out_str(ctl->out, "count", count);
	ctl_out_str(ctl->out, "reason", why);
	ctl_out_end(ctl->out);
}

static void
rest_count(struct ctl *ctl, const char *what, const char *why, size_t count)
{
	if (count > 0)
		rest(
		    ctl, what, why, nrs_arena_printf(ctl->arena, "%zu", count));
}

void
ctl_reach_rest(struct ctl *ctl, const struct ctl_tally *t)
{
	const char *lang = ctl_out_lang(ctl->out);

	if (ctl_out_is_json(ctl->out))
		return;
	for (int i = NRS_RESPONSE_NOT_AFFECTED; i < CTL_REACH_RESPONSES; i++)
		rest_count(ctl,
		    nrs_term_text(
		        NRS_VOC_DELIVERY_STATE, NRS_STATE_RESPONDED, lang),
		    nrs_term_text(NRS_VOC_RESPONSE, i, lang), t->responses[i]);
	for (int i = 0; i < CTL_REACH_REASONS; i++)
		rest_count(ctl,
		    nrs_term_text(
		        NRS_VOC_DELIVERY_STATE, NRS_STATE_FAILED, lang),
		    i == 0 ? ""
		           : nrs_term_text(NRS_VOC_FAILURE_REASON, i, lang),
		    t->reasons[i]);
	rest_count(ctl,
	    nrs_term_text(NRS_VOC_DELIVERY_STATE, NRS_STATE_EXPIRED, lang), "",
	    t->expired);
	rest_count(ctl,
	    nrs_term_text(NRS_VOC_DELIVERY_STATE, NRS_STATE_CANCELLED, lang),
	    "", t->cancelled);
	rest_count(ctl,
	    nrs_term_text(NRS_VOC_DELIVERY_PURPOSE, NRS_PURPOSE_REMINDER, lang),
	    "", t->reminders);
	rest_count(ctl,
	    nrs_term_text(
	        NRS_VOC_DELIVERY_PURPOSE, NRS_PURPOSE_ESCALATION, lang),
	    "", t->escalations);
	if (t->relayed_of > 0)
		rest(ctl, strcmp(lang, "ja") == 0 ? "展開" : "relayed", "",
		    nrs_arena_printf(
		        ctl->arena, "%u/%u", t->relayed, t->relayed_of));
}
