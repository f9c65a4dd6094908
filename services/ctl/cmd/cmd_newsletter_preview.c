/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newsletter preview: the next issues, by closing a list as the classifier
 * would, over what the topics hold. Sends nothing.
 */
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/read.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/map.h"
#include "noroshi/core/decide.h"
#include "noroshi/core/news_window.h"
#include "noroshi/core/topic.h"
#include "noroshi/core/wording.h"
#include "noroshi/io/table.h"
#include "noroshi/io/wire.h"
#include "noroshi/version.h"

/* What one command drains: a list may need several. */
struct step {
	struct nrs_outcome outcome;
	struct step *next;
};

struct preview {
	struct ctl *ctl;
	const char *sector; /* NULL: all of the list */
	const struct nrs_news_list *list;
	struct nrs_policy *policy;
	struct nrs_state *state; /* the fold of `outcome`, ours to spend */
	int64_t due;
	struct step *first;
	/* Journal offset -> what it says; the preview itself: not read. */
	struct nrs_map *titles;
	int64_t oldest; /* of these offsets */
	size_t n_issues;
};

/* ---- which list ---- */

static enum nrs_rc
find_list(struct preview *p, const struct nrs_news_lists *lists,
    const struct nrs_sector_table *sectors, struct nrs_err *err)
{
	const char *file = p->ctl->conf.newsletters;

	if (p->sector == NULL) {
		p->list = nrs_news_list_find(lists, p->ctl->args.words[0]);
		return p->list != NULL ? NRS_OK
		                       : nrs_refuse(err, "", "not-found",
		                             "%s has no list \"%s\"", file,
		                             p->ctl->args.words[0]);
	}
	if (nrs_sector_find(sectors, p->sector) == NULL)
		return nrs_refuse(err, "", "not-found",
		    "no sector has the code \"%s\"; %s lists them", p->sector,
		    p->ctl->conf.sectors);
	p->list = nrs_news_list_of(lists, p->sector);
	return p->list != NULL ? NRS_OK
	                       : nrs_refuse(err, "", "not-found",
	                             "%s has no list for %s", file, p->sector);
}

static enum nrs_rc
load(struct preview *p, struct nrs_err *err)
{
	struct ctl *ctl = p->ctl;
	const struct nrs_sector_table *sectors;
	const struct nrs_rule_table *rules;
	const struct nrs_news_lists *lists;
	enum nrs_rc rc = ctl_sectors(ctl, &sectors, err);

	if (rc == NRS_OK)
		rc = nrs_table_rules(ctl->arena, ctl->conf.rules, &rules, err);
	if (rc == NRS_OK)
		rc = nrs_table_news_lists(
		    ctl->arena, ctl->conf.newsletters, sectors, &lists, err);
	if (rc != NRS_OK)
		return rc;
	p->policy = nrs_policy_new(
	    ctl->arena, sectors, rules, ctl_mode(ctl), NRS_VERSION);
	p->policy->lists = lists;
	return find_list(p, lists, sectors, err);
}

/* ---- what would be drained ---- */

static enum nrs_rc
see_outcome(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct preview *p = ctx;

	(void)record;
	(void)err;
	nrs_apply(p->state, value);
	return NRS_OK;
}

static struct step *
fold(struct preview *p, const struct nrs_cut_off *cut_off)
{
	struct nrs_arena *arena = p->ctl->arena;
	struct step *step = nrs_arena_alloc(arena, sizeof(*step));
	const struct nrs_submission submission = {
	    .submission_id = "newsletter-preview",
	    .type = cut_off != NULL ? NRS_SUBMISSION_CUT_OFF
	                            : NRS_SUBMISSION_DEADLINE,
	    .mode = ctl_mode(p->ctl),
	    .accepted_at = p->due};
	const struct nrs_command cmd = {
	    .journal_offset = nrs_state_next_offset(p->state),
	    .submission = &submission,
	    .cut_off = cut_off};

	*step = (struct step){0};
	nrs_fold(arena, p->policy, p->state, &cmd, &step->outcome);
	return step;
}

/* As the cut-off, and the deadlines that go on with what it left, would. */
static void
close_list(struct preview *p)
{
	struct nrs_cut_off cut_off = {
	    .list = p->list->id, .due_at = p->due, .mode = ctl_mode(p->ctl)};
	struct step *step;

	cut_off.window_id =
	    nrs_news_window_id(p->ctl->arena, cut_off.list, p->due);
	step = p->first = fold(p, &cut_off);
	while (step->outcome.more && step->outcome.n_issues > 0) {
		step->next = fold(p, NULL);
		step = step->next;
	}
}

static bool
is_of(const struct preview *p, const struct nrs_issue *issue)
{
	return strcmp(issue->list, p->list->id) == 0 &&
	       (p->sector == NULL || strcmp(issue->sector, p->sector) == 0);
}

/* In the order of the issues: by sector, then as they are read. */
static bool
is_in(const struct nrs_waiting_change *item, const struct nrs_issue *issue)
{
	return item->remove && strcmp(item->why, "drained") == 0 &&
	       strcmp(item->sector, issue->sector) == 0;
}

/* ---- titles ---- */

static const char *
key_of(struct preview *p, int64_t offset)
{
	return nrs_arena_printf(p->ctl->arena, "%lld", (long long)offset);
}

static void
want_titles(struct preview *p)
{
	p->oldest = INT64_MAX;
	for (const struct step *s = p->first; s != NULL; s = s->next)
		for (size_t i = 0; i < s->outcome.n_waiting; i++) {
			int64_t at = s->outcome.waiting[i].journal_offset;
			if (at < p->oldest)
				p->oldest = at;
			(void)nrs_map_put(p->titles, key_of(p, at), p);
		}
}

static enum nrs_rc
see_command(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct preview *p = ctx;
	const struct nrs_submission *command = value;
	const char *key = key_of(p, record->offset);
	const struct nrs_wire_input in = {.type = NRS_TYPE_CONTENT,
	    .bytes = command->payload,
	    .how = NRS_WIRE_TOLERANT};
	void *content;

	(void)err;
	if (nrs_map_get(p->titles, key) != NULL &&
	    nrs_wire_decode(p->ctl->arena, &in, &content, NULL) == NRS_OK)
		(void)nrs_map_put(p->titles, key, content);
	return NRS_OK;
}

/* Outcomes have no content: titles are in the journal, for who may read it. */
static void
read_titles(struct preview *p)
{
	struct ctl_reading reading = {.topic = NRS_TOPIC_JOURNAL,
	    .type = NRS_TYPE_SUBMISSION,
	    .each = see_command,
	    .ctx = p};
	struct nrs_err err = {0};

	want_titles(p);
	reading.from = p->oldest;
	if (p->oldest != INT64_MAX &&
	    ctl_read(p->ctl, &reading, &err) != NRS_OK)
		(void)fprintf(stderr, "noroshictl: no titles: %s\n", err.text);
}

/* ---- printing ---- */

static const char *
title_of(struct preview *p, int64_t offset)
{
	const void *found = nrs_map_get(p->titles, key_of(p, offset));
	const struct nrs_content *content = found;

	return found == NULL || found == p
	           ? ""
	           : nrs_wording_title(content, ctl_out_lang(p->ctl->out));
}

static void
print_item(struct preview *p, const struct nrs_waiting_change *item)
{
	struct ctl_out *out = p->ctl->out;

	ctl_out_begin(out, CTL_ROW);
	if (ctl_out_is_json(out)) {
		ctl_out_str(out, "step", "item");
		ctl_out_str(out, "sector", item->sector);
	}
	ctl_out_term(out, "section", NRS_VOC_NEWS_SECTION, (int)item->section);
	ctl_out_term(out, "tlp", NRS_VOC_TLP, (int)item->tlp);
	ctl_out_str(out, "notice_id", item->notice_id);
	ctl_out_int(out, "revision", (int64_t)item->revision);
	ctl_out_int(out, "offset", item->journal_offset);
	ctl_out_str(out, "title", title_of(p, item->journal_offset));
	ctl_out_end(out);
}

static void
print_issue(struct preview *p, const struct nrs_outcome *o,
    const struct nrs_issue *issue)
{
	struct ctl_out *out = p->ctl->out;

	if (p->n_issues++ > 0 && !ctl_out_is_json(out))
		(void)puts("");
	ctl_out_begin(out, CTL_BLOCK);
	if (ctl_out_is_json(out))
		ctl_out_str(out, "step", "issue");
	ctl_out_str(out, "issue_id", issue->issue_id);
	ctl_out_str(out, "list", issue->list);
	ctl_out_str(out, "sector", issue->sector);
	ctl_out_int(out, "number", (int64_t)issue->number);
	ctl_out_time(out, "from", issue->from);
	ctl_out_time(out, "to", issue->to);
	ctl_out_int(out, "count", (int64_t)issue->total);
	ctl_out_end(out);
	for (size_t i = 0; i < o->n_waiting; i++)
		if (is_in(&o->waiting[i], issue))
			print_item(p, &o->waiting[i]);
}

static void
print_all(struct preview *p)
{
	read_titles(p);
	for (const struct step *s = p->first; s != NULL; s = s->next)
		for (size_t i = 0; i < s->outcome.n_issues; i++)
			if (is_of(p, &s->outcome.issues[i]))
				print_issue(
				    p, &s->outcome, &s->outcome.issues[i]);
	if (p->n_issues == 0)
		ctl_out_note(
		    p->ctl->out, "Nothing waits for it.", "載るものはない。");
	ctl_out_note(p->ctl->out, "Nothing was sent.", "何も送っていない。");
}

enum ctl_exit
ctl_cmd_newsletter_preview(struct ctl *ctl)
{
	struct preview p = {.ctl = ctl,
	    .sector = ctl_opt(ctl, CTL_OPT_SECTOR),
	    .state = nrs_state_new(),
	    .titles = nrs_map_new()};
	const struct ctl_reading reading = {.topic = NRS_TOPIC_OUTCOME,
	    .type = NRS_TYPE_OUTCOME,
	    .each = see_outcome,
	    .ctx = &p,
	    .from = NRS_FROM_START};
	const bool named = ctl->args.n_words > 0;
	struct nrs_err err = {0};
	enum ctl_exit code = CTL_DONE;
	enum nrs_rc rc = NRS_OK;

	if (named == (p.sector != NULL)) {
		(void)nrs_refuse(&err, "", "usage",
		    "say which: the id of a list, or --sector CODE");
		code = ctl_misused(ctl, &err);
		goto out;
	}
	rc = load(&p, &err);
	if (rc == NRS_OK)
		rc = ctl_read(ctl, &reading, &err);
	if (rc == NRS_OK) {
		p.due = nrs_news_window_after(p.list, nrs_wall_ms());
		close_list(&p);
		print_all(&p);
	} else
		code = ctl_failed(rc, &err);
out:
	nrs_state_free(p.state);
	nrs_map_free(p.titles, NULL);
	return code;
}
