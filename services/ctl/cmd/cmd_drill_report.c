/* SPDX-License-Identifier: Apache-2.0 */
/* drill report: who was reached by an exercise, when, and who confirmed. */
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/gather.h"
#include "ctl/members.h"
#include "ctl/reach.h"
#include "noroshi/base/clock.h"
#include "noroshi/io/csv.h"

struct report {
	struct ctl *ctl;
	const char *exercise_id;
	struct ctl_notices notices;
	struct ctl_members members;
	struct ctl_gather *gather;
	struct nrs_buf csv;
};

/* The real thing's topics are never read for a drill's report. */
static enum nrs_rc
check_mode(const struct ctl *ctl, struct nrs_err *err)
{
	if (ctl_mode(ctl) == NRS_MODE_EXERCISE)
		return NRS_OK;
	return nrs_refuse(err, "mode", "conf",
	    "the configuration says %s: take the drill's, with mode = "
	    "\"exercise\" (-F /etc/noroshi/drill/noroshictl.conf)",
	    nrs_term_name(NRS_VOC_MODE, (int)ctl_mode(ctl)));
}

/* ---- as CSV ---- */

static const char *const heading[] = {"exercise_id", "notice_id", "revision",
    "subscriber_id", "stage", "organisation", "name", "sectors", "ceptoars",
    "state", "reason", "addressed_at", "delivered_at", "delivered_minutes",
    "acknowledged_at", "acknowledged_minutes", "response", "reminders",
    "escalations"};

static void
csv_heading(struct nrs_buf *out)
{
	nrs_csv_begin(out);
	for (size_t i = 0; i < sizeof(heading) / sizeof(heading[0]); i++)
		nrs_csv_cell(out, heading[i]);
	nrs_csv_end_row(out);
}

static const char *
words(struct nrs_arena *arena, const char *const *list, size_t n)
{
	const char *text = "";

	for (size_t i = 0; i < n; i++)
		text = nrs_arena_printf(
		    arena, "%s%s%s", text, i == 0 ? "" : "; ", list[i]);
	return text;
}

static void
csv_time(struct nrs_buf *out, int64_t ms)
{
	char text[NRS_TIME_SIZE];

	nrs_csv_cell(out, ms == 0 ? "" : nrs_time_jst(ms, text));
}

/* With one decimal; from acceptance on. */
static void
csv_minutes(
    struct nrs_arena *arena, struct nrs_buf *out, int64_t from, int64_t to)
{
	int64_t tenths = to > from ? (to - from + 3000) / 6000 : 0;

	nrs_csv_cell(out,
	    to == 0 ? ""
	            : nrs_arena_printf(arena, "%lld.%lld",
	                  (long long)(tenths / 10), (long long)(tenths % 10)));
}

static const char *
term(enum nrs_vocabulary voc, int value)
{
	return value == 0 ? "" : nrs_term_name(voc, value);
}

static const char *
state_of(const struct ctl_recipient *who)
{
	return who->state == NRS_STATE_UNSPECIFIED
	           ? "PLANNED"
	           : term(NRS_VOC_DELIVERY_STATE, (int)who->state);
}

static void
csv_registration(struct report *r, const struct ctl_recipient *who)
{
	struct nrs_arena *arena = r->ctl->arena;
	const struct nrs_subscription *s =
	    ctl_members_find(&r->members, who->subscriber_id);

	nrs_csv_cell(&r->csv, who->organisation[0] == '\0' && s != NULL
	                          ? s->organisation
	                          : who->organisation);
	nrs_csv_cell(&r->csv, s == NULL ? "" : s->name);
	nrs_csv_cell(
	    &r->csv, s == NULL ? "" : words(arena, s->sectors, s->n_sectors));
	nrs_csv_cell(
	    &r->csv, s == NULL ? "" : words(arena, s->ceptoars, s->n_ceptoars));
}

static void
csv_row(struct report *r, const struct ctl_recipient *who)
{
	struct nrs_arena *arena = r->ctl->arena;
	struct nrs_buf *out = &r->csv;

	nrs_csv_cell(out, r->exercise_id);
	nrs_csv_cell(out, who->notice_id);
	nrs_csv_cell(out, nrs_arena_printf(arena, "%u", who->revision));
	nrs_csv_cell(out, who->subscriber_id);
	nrs_csv_cell(out, term(NRS_VOC_SUBSCRIBER_KIND, (int)who->stage));
	csv_registration(r, who);
	nrs_csv_cell(out, state_of(who));
	nrs_csv_cell(out, term(NRS_VOC_FAILURE_REASON, (int)who->reason));
	csv_time(out, who->accepted_at);
	csv_time(out, who->delivered_at);
	csv_minutes(arena, out, who->accepted_at, who->delivered_at);
	csv_time(out, who->acknowledged_at);
	csv_minutes(arena, out, who->accepted_at, who->acknowledged_at);
	nrs_csv_cell(out, term(NRS_VOC_RESPONSE, (int)who->response));
	nrs_csv_cell(out, nrs_arena_printf(arena, "%zu", who->n_reminders));
	nrs_csv_cell(out, nrs_arena_printf(arena, "%zu", who->n_escalations));
	nrs_csv_end_row(out);
}

/* ---- for people, and as JSON ---- */

static void
print_row(struct ctl *ctl, const struct ctl_recipient *who)
{
	struct ctl_out *out = ctl->out;

	ctl_out_begin(out, CTL_ROW);
	ctl_out_str(out, "notice_id", who->notice_id);
	ctl_out_str(out, "subscriber_id", who->subscriber_id);
	ctl_out_term(out, "stage", NRS_VOC_SUBSCRIBER_KIND, (int)who->stage);
	if (who->state == NRS_STATE_UNSPECIFIED)
		ctl_out_str(out, "state", state_of(who));
	else
		ctl_out_term(
		    out, "state", NRS_VOC_DELIVERY_STATE, (int)who->state);
	ctl_out_time(out, "delivered_at", who->delivered_at);
	ctl_out_time(out, "acknowledged_at", who->acknowledged_at);
	ctl_out_term(out, "response", NRS_VOC_RESPONSE, (int)who->response);
	ctl_out_term(out, "reason", NRS_VOC_FAILURE_REASON, (int)who->reason);
	ctl_out_end(out);
}

static void
print_all(struct report *r)
{
	bool csv = ctl_opt(r->ctl, CTL_OPT_CSV) != NULL;
	size_t n;
	const struct ctl_recipient *who = ctl_reach_recipients(
	    r->ctl->arena, ctl_gather_ledger(r->gather), &n);

	if (csv)
		csv_heading(&r->csv);
	for (size_t i = 0; i < n; i++) {
		if (!ctl_members_may_see(&r->members, who[i].subscriber_id))
			continue;
		if (csv)
			csv_row(r, &who[i]);
		else
			print_row(r->ctl, &who[i]);
	}
	if (csv)
		(void)fwrite(nrs_buf_str(&r->csv), 1, r->csv.len, stdout);
}

static enum nrs_rc
load(struct report *r, struct nrs_err *err)
{
	enum nrs_rc rc = check_mode(r->ctl, err);

	if (rc == NRS_OK)
		rc = ctl_notices_of_exercise(
		    r->ctl, r->exercise_id, &r->notices, err);
	if (rc == NRS_OK && nrs_map_count(r->notices.by_id) == 0)
		rc = nrs_refuse(err, "", "not-found",
		    "no notice belongs to the exercise %s", r->exercise_id);
	if (rc == NRS_OK)
		rc = ctl_members_load(r->ctl, NULL, &r->members, err);
	if (rc == NRS_OK)
		rc = ctl_gather_open(r->ctl, &r->notices, &r->gather, err);
	return rc == NRS_OK ? ctl_gather_to_end(r->gather, err) : rc;
}

enum ctl_exit
ctl_cmd_drill_report(struct ctl *ctl)
{
	struct report r = {.ctl = ctl, .exercise_id = ctl->args.words[0]};
	struct nrs_err err = {0};
	enum ctl_exit code = CTL_DONE;
	enum nrs_rc rc = load(&r, &err);

	if (rc == NRS_OK)
		print_all(&r);
	else
		code = strcmp(err.rule, "usage") == 0 ? ctl_misused(ctl, &err)
		                                      : ctl_failed(rc, &err);
	nrs_buf_fini(&r.csv);
	ctl_gather_close(r.gather);
	ctl_members_fini(&r.members);
	ctl_notices_fini(&r.notices);
	return code;
}
