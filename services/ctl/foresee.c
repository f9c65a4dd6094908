/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/foresee.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/read.h"
#include "noroshi/base/map.h"
#include "noroshi/core/clone.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/subscription.h"
#include "noroshi/io/table.h"
#include "noroshi/version.h"

/* ---- what the topics hold ---- */

static bool
is_ours(const struct ctl_foresight *f, const struct nrs_submission *s)
{
	if (f->issuer[0] == '\0')
		return true;
	for (size_t i = 0; i < s->n_signatures; i++) {
		const struct nrs_keyring_entry *key =
		    nrs_keyring_find(f->ring, s->signatures[i].key_id);
		if (key != NULL && strcmp(key->principal, f->issuer) == 0)
			return true;
	}
	return false;
}

static enum nrs_rc
see_command(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct ctl_foresight *f = ctx;
	const struct nrs_submission *s = value;

	(void)record;
	(void)err;
	if (s->type == NRS_SUBMISSION_NOTICE && is_ours(f, s))
		(void)nrs_map_put(f->ours, s->submission_id, f);
	return NRS_OK;
}

/* What was held went out by the outcome of its approval. */
static enum nrs_rc
see_outcome(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct ctl_foresight *f = ctx;
	const struct nrs_outcome *o = value;

	(void)record;
	(void)err;
	nrs_apply(f->state, o);
	if (o->n_copies == 0 ||
	    (nrs_map_get(f->ours, o->submission_id) == NULL &&
	        nrs_map_get(f->ours, o->about_id) == NULL))
		return NRS_OK;
	f->n_ours++;
	for (size_t i = 0; i < o->n_copies; i++)
		(void)nrs_map_put(f->sectors, o->copies[i].sector, f);
	if (o->tlp > 0 && o->tlp <= NRS_TLP_CLEAR)
		f->labels[o->tlp] = true;
	return NRS_OK;
}

static enum nrs_rc
see_subscription(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct ctl_foresight *f = ctx;
	const struct nrs_subscription *sub;
	struct nrs_arena *arena = f->ctl->arena;

	if (value == NULL)
		nrs_match_set_remove(f->subs,
		    nrs_arena_strndup(arena, (const char *)record->key.data,
		        record->key.len));
	/* What cannot be read changes nothing, as in the dispatcher. */
	else if (nrs_subscription_open(arena, value, &sub, err) == NRS_OK)
		nrs_match_set_put(f->subs, sub);
	return NRS_OK;
}

/* Who signs here; not everybody may read the journal, or has a key. */
static enum nrs_rc
find_issuer(struct ctl_foresight *f, struct nrs_err *err)
{
	const struct nrs_keyring_entry *entry = NULL;
	struct nrs_key *key = NULL;
	enum nrs_rc rc = NRS_OK;

	f->issuer = "";
	if (f->ctl->conf.key[0] == '\0')
		return NRS_OK;
	rc = nrs_key_read(f->ctl->conf.key, &key, err);
	if (rc == NRS_OK)
		rc = nrs_keyring_load(f->ctl->conf.keys, &f->ring, err);
	if (rc == NRS_OK)
		entry = nrs_keyring_find(f->ring, nrs_key_id(key));
	if (rc == NRS_OK && entry == NULL)
		rc = nrs_refuse(err, "key", "conf",
		    "%s is not in %s: nobody would believe it",
		    f->ctl->conf.key, f->ctl->conf.keys);
	if (entry != NULL)
		f->issuer = entry->principal;
	nrs_key_free(key);
	return rc;
}

static enum nrs_rc
read_topics(struct ctl_foresight *f, struct nrs_err *err)
{
	struct ctl_reading reading = {.topic = NRS_TOPIC_JOURNAL,
	    .type = NRS_TYPE_SUBMISSION,
	    .each = see_command,
	    .ctx = f,
	    .from = NRS_FROM_START};
	struct nrs_err unused = {0};
	enum nrs_rc rc;

	f->knows_ours = ctl_read(f->ctl, &reading, &unused) == NRS_OK;
	reading.topic = NRS_TOPIC_OUTCOME;
	reading.type = NRS_TYPE_OUTCOME;
	reading.each = see_outcome;
	rc = ctl_read(f->ctl, &reading, err);
	if (rc != NRS_OK)
		return rc;
	reading.topic = NRS_TOPIC_SUBSCRIPTION;
	reading.type = NRS_TYPE_SUBMISSION;
	reading.each = see_subscription;
	reading.tombstones = true;
	return ctl_read(f->ctl, &reading, err);
}

enum nrs_rc
ctl_foresee_open(struct ctl *ctl, struct ctl_foresight *f, struct nrs_err *err)
{
	const struct nrs_sector_table *sectors;
	const struct nrs_news_lists *lists = NULL;
	const struct nrs_rule_table *rules;
	struct nrs_policy *policy;
	enum nrs_rc rc;

	*f = (struct ctl_foresight){.ctl = ctl,
	    .state = nrs_state_new(),
	    .subs = nrs_match_set_new(),
	    .ours = nrs_map_new(),
	    .sectors = nrs_map_new()};
	rc = ctl_sectors(ctl, &sectors, err);
	if (rc == NRS_OK)
		rc = nrs_table_rules(ctl->arena, ctl->conf.rules, &rules, err);
	if (rc == NRS_OK)
		rc = nrs_table_news_lists(
		    ctl->arena, ctl->conf.newsletters, sectors, &lists, err);
	if (rc == NRS_OK)
		rc = find_issuer(f, err);
	if (rc != NRS_OK)
		return rc;
	policy = nrs_policy_new(
	    ctl->arena, sectors, rules, ctl_mode(ctl), NRS_VERSION);
	policy->lists = lists;
	f->policy = policy;
	return read_topics(f, err);
}

void
ctl_foresee_close(struct ctl_foresight *f)
{
	nrs_state_free(f->state);
	nrs_match_set_free(f->subs);
	nrs_keyring_free(f->ring);
	nrs_map_free(f->ours, NULL);
	nrs_map_free(f->sectors, NULL);
}

/* ---- what would be decided ---- */

static bool
goes(const struct nrs_classification *copy, bool now)
{
	for (size_t i = 0; i < copy->n_routes; i++)
		if (now ? copy->routes[i] == NRS_ROUTE_REALTIME ||
		              copy->routes[i] == NRS_ROUTE_OVERRIDE
		        : copy->routes[i] == NRS_ROUTE_NEWSLETTER)
			return true;
	return false;
}

static struct nrs_match_notice
part(struct ctl_foresight *f, const struct ctl_draft *draft, bool now)
{
	const struct nrs_outcome *o = &f->outcome;
	struct nrs_classification *copies =
	    nrs_arena_array(f->ctl->arena, o->n_copies + 1, sizeof(*copies));
	struct nrs_match_notice notice = {.content = draft->content,
	    .addressing = draft->addressing,
	    .copies = copies};

	for (size_t i = 0; i < o->n_copies; i++)
		if (goes(&o->copies[i], now))
			copies[notice.n_copies++] = o->copies[i];
	return notice;
}

void
ctl_foresee_decide(
    struct ctl_foresight *f, const struct ctl_draft *draft, int64_t now_ms)
{
	struct nrs_arena *arena = f->ctl->arena;
	const struct nrs_content *c = draft->content;
	uint8_t payload_sha256[NRS_SHA256_SIZE];
	uint8_t addressing_sha256[NRS_SHA256_SIZE];
	const struct nrs_submission submission = {.submission_id = c->notice_id,
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = c->mode,
	    .payload = nrs_wire_encode(arena, NRS_TYPE_CONTENT, c),
	    .addressing =
	        nrs_wire_encode(arena, NRS_TYPE_ADDRESSING, draft->addressing),
	    .accepted_at = now_ms};
	const struct nrs_command cmd = {
	    .journal_offset = nrs_state_next_offset(f->state),
	    .submission = &submission,
	    .payload_sha256 = {payload_sha256, NRS_SHA256_SIZE},
	    .addressing_sha256 = {addressing_sha256, NRS_SHA256_SIZE},
	    .content = c,
	    .addressing = draft->addressing};

	nrs_sha256(submission.payload, payload_sha256);
	nrs_sha256(submission.addressing, addressing_sha256);
	nrs_decide(arena, f->policy, f->state, &cmd, &f->outcome);
	/* The outcome borrows from the command, which ends here. */
	f->outcome = *(struct nrs_outcome *)nrs_clone_into(
	    arena, NRS_TYPE_OUTCOME, &f->outcome);
	f->now = part(f, draft, true);
	f->later = part(f, draft, false);
}

/* ---- whom it would reach ---- */

struct scan {
	const struct nrs_match_notice *notice;
	bool now;
	struct nrs_map *told; /* subscriber id -> anything */
	struct ctl_reach *reach;
	void (*each)(void *ctx, const struct ctl_recipient *recipient);
	void *ctx;
};

static const char *
rule_for(
    const struct nrs_match_notice *notice, const struct nrs_subscription *sub)
{
	struct nrs_match_notice one = *notice;

	one.n_copies = 1;
	for (size_t i = 0; i < notice->n_copies; i++) {
		one.copies = &notice->copies[i];
		if (nrs_match_one(&one, sub, false) == NRS_MATCH_YES)
			return one.copies->route_rule;
	}
	return "";
}

static void
see_match(void *ctx, const struct nrs_subscription *sub, enum nrs_match verdict)
{
	struct scan *s = ctx;
	struct ctl_recipient one = {.sub = sub, .now = s->now};

	/* Whoever gets it now finds its title alone in the newsletter. */
	if (nrs_map_get(s->told, sub->subscriber_id) != NULL ||
	    (!s->now && sub->digest_off))
		return;
	(void)nrs_map_put(s->told, sub->subscriber_id, s);
	if (verdict == NRS_MATCH_NOT_CLEARED)
		s->reach->n_not_cleared++;
	else if (verdict == NRS_MATCH_FILTERED)
		s->reach->n_filtered++;
	else if (sub->n_channels == 0)
		s->reach->n_unreachable++;
	if (verdict != NRS_MATCH_YES || sub->n_channels == 0)
		return;
	s->reach->n++;
	one.rule = rule_for(s->notice, sub);
	s->each(s->ctx, &one);
}

void
ctl_foresee_reach(struct ctl_foresight *f, struct ctl_reach *reach,
    void (*each)(void *ctx, const struct ctl_recipient *recipient), void *ctx)
{
	struct scan scan = {.notice = &f->now,
	    .now = true,
	    .told = nrs_map_new(),
	    .reach = reach,
	    .each = each,
	    .ctx = ctx};

	*reach = (struct ctl_reach){0};
	nrs_match_scan(f->subs, scan.notice, see_match, &scan);
	scan.notice = &f->later;
	scan.now = false;
	nrs_match_scan(f->subs, scan.notice, see_match, &scan);
	nrs_map_free(scan.told, NULL);
}
