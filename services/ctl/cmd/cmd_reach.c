/* SPDX-License-Identifier: Apache-2.0 */
/* reach: whom a notice has reached, per stage and sector, and how soon. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/gather.h"
#include "ctl/members.h"
#include "ctl/reach.h"
#include "ctl/reach_view.h"
#include "noroshi/base/clock.h"

#define LOOK_MS 500   /* how soon an interrupt is seen */
#define QUIET_MS 1000 /* between two tables, at least */

struct reaching {
	struct ctl *ctl;
	const char *id;
	struct ctl_notices notices;
	struct ctl_members members;
	struct ctl_gather *gather;
	struct nrs_arena *scratch; /* of one table */
	bool shown;
};

/* ---- one table ---- */

struct group {
	struct reaching *r;
	enum nrs_subscriber_kind stage; /* UNSPECIFIED: any */
	const char *sector;             /* NULL: any */
};

static bool
is_in(void *ctx, const struct ctl_recipient *who)
{
	const struct group *g = ctx;

	if (g->stage != NRS_SUBSCRIBER_UNSPECIFIED && who->stage != g->stage)
		return false;
	return g->sector == NULL || ctl_members_in_sector(&g->r->members,
	                                who->subscriber_id, g->sector);
}

struct people {
	const struct ctl_recipient *list;
	size_t n;
};

static struct ctl_tally
print_group(struct reaching *r, const struct people *who, struct group group)
{
	struct ctl_tally tally =
	    ctl_reach_tally(r->scratch, who->list, who->n, is_in, &group);
	const struct ctl_reach_group shown = {.notice_id = r->id,
	    .stage = group.stage,
	    .sector = group.sector == NULL ? "" : group.sector};

	if (tally.addressed > 0 || group.stage == NRS_SUBSCRIBER_UNSPECIFIED)
		ctl_reach_row(r->ctl, &shown, &tally);
	return tally;
}

static void
print_stage(struct reaching *r, const struct people *who,
    enum nrs_subscriber_kind stage)
{
	const struct group all = {r, stage, NULL};
	size_t n;
	const char **sectors;

	if (print_group(r, who, all).addressed == 0)
		return;
	sectors =
	    ctl_members_sectors(&r->members, r->scratch, who->list, who->n, &n);
	for (size_t i = 0; i < n; i++)
		(void)print_group(r, who, (struct group){r, stage, sectors[i]});
}

static void
print_head(struct reaching *r)
{
	struct ctl_out *out = r->ctl->out;

	if (ctl_out_is_json(out))
		return;
	if (r->shown && isatty(STDOUT_FILENO) == 1)
		(void)fputs("\033[H\033[J", stdout); /* a board, not a log */
	ctl_out_begin(out, CTL_BLOCK);
	ctl_out_str(out, "notice_id", r->id);
	ctl_out_str(out, "ceptoar", r->members.ceptoar);
	ctl_out_time(out, "at", nrs_wall_ms());
	ctl_out_end(out);
}

static struct people
recipients(struct reaching *r)
{
	struct people who;
	size_t n_all, n = 0;
	struct ctl_recipient *all = ctl_reach_recipients(
	    r->scratch, ctl_gather_ledger(r->gather), &n_all);

	for (size_t i = 0; i < n_all; i++)
		if (ctl_members_may_see(&r->members, all[i].subscriber_id))
			all[n++] = all[i];
	who = (struct people){all, n};
	return who;
}

static void
print_table(struct reaching *r)
{
	struct people who;
	struct ctl_tally all;

	nrs_arena_reset(r->scratch);
	who = recipients(r);
	print_head(r);
	all = print_group(
	    r, &who, (struct group){r, NRS_SUBSCRIBER_UNSPECIFIED, NULL});
	print_stage(r, &who, NRS_SUBSCRIBER_MINISTRY);
	print_stage(r, &who, NRS_SUBSCRIBER_CEPTOAR);
	print_stage(r, &who, NRS_SUBSCRIBER_OPERATOR);
	ctl_reach_rest(r->ctl, &all);
	r->shown = true;
	if (all.failed + all.expired > 0 &&
	    ctl_opt(r->ctl, CTL_OPT_WATCH) == NULL)
		ctl_out_note(r->ctl->out,
		    "Who was not reached: noroshictl deliveries ID --failed",
		    "届いていない相手: noroshictl deliveries ID --failed");
}

/* ---- the board ---- */

/* A table when something has come, and then not sooner than in a while. */
static enum nrs_rc
watch(struct reaching *r, struct nrs_err *err)
{
	struct nrs_mono printed = nrs_mono_now();
	bool due = false, away = false, changed;
	enum nrs_rc rc;

	while (!nrs_stop_asked(r->ctl->stop)) {
		rc = ctl_gather_next(r->gather, LOOK_MS, &changed, err);
		if (rc == NRS_FATAL)
			return nrs_stop_asked(r->ctl->stop) ? NRS_OK : rc;
		if (rc == NRS_RETRY && !away)
			(void)fprintf(stderr, "noroshictl: %s: trying again\n",
			    err->text);
		away = rc == NRS_RETRY;
		if (away)
			(void)nrs_stop_wait(r->ctl->stop, LOOK_MS);
		due = due || changed;
		if (!due || nrs_mono_since_ms(printed) < QUIET_MS)
			continue;
		ctl_ledger_settle(ctl_gather_ledger(r->gather));
		print_table(r);
		if (ferror(stdout))
			return nrs_fail(
			    err, NRS_FATAL, "nobody takes what is read");
		printed = nrs_mono_now();
		due = false;
	}
	return NRS_OK;
}

static bool
is_known(const struct reaching *r)
{
	const struct ctl_notice *n = nrs_map_get(r->notices.by_id, r->id);

	return ctl_ledger_count(ctl_gather_ledger(r->gather)) > 0 ||
	       (n != NULL && n->thread_id[0] != '\0');
}

static enum nrs_rc
run(struct reaching *r, struct nrs_err *err)
{
	enum nrs_rc rc = ctl_notices_find(r->ctl, r->id, &r->notices, err);

	if (rc == NRS_OK)
		rc = ctl_members_load(r->ctl,
		    nrs_map_get(r->notices.by_id, r->id), &r->members, err);
	if (rc == NRS_OK)
		rc = ctl_gather_open(r->ctl, &r->notices, &r->gather, err);
	if (rc == NRS_OK)
		rc = ctl_gather_to_end(r->gather, err);
	if (rc != NRS_OK)
		return rc;
	if (!is_known(r))
		return nrs_refuse(
		    err, "", "not-found", "%s: no such notice", r->id);
	print_table(r);
	return ctl_opt(r->ctl, CTL_OPT_WATCH) == NULL ? NRS_OK : watch(r, err);
}

enum ctl_exit
ctl_cmd_reach(struct ctl *ctl)
{
	struct reaching r = {
	    .ctl = ctl, .id = ctl->args.words[0], .scratch = nrs_arena_new()};
	struct nrs_err err = {0};
	enum nrs_rc rc = run(&r, &err);
	enum ctl_exit code = CTL_DONE;

	if (rc != NRS_OK)
		code = strcmp(err.rule, "usage") == 0 ? ctl_misused(ctl, &err)
		                                      : ctl_failed(rc, &err);
	ctl_gather_close(r.gather);
	ctl_members_fini(&r.members);
	ctl_notices_fini(&r.notices);
	nrs_arena_free(r.scratch);
	return code;
}
