/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/decide.h"

#include <stdio.h>
#include <string.h>

#include "common/core/decide_internal.h"
#include "noroshi/base/text.h"
#include "noroshi/core/check.h"
#include "noroshi/core/topic.h"

#define N_LABELS (NRS_TLP_CLEAR + 1)

static const char *const *
all_alert_topics(
    struct nrs_arena *arena, const struct nrs_sector_table *sectors)
{
	const char **names = nrs_arena_array(
	    arena, sectors->n_sectors * N_LABELS, sizeof(*names));
	size_t i, label;

	for (i = 0; i < sectors->n_sectors; i++)
		for (label = NRS_TLP_AMBER_STRICT; label < N_LABELS; label++)
			names[i * N_LABELS + label] = nrs_topic_alert(arena,
			    sectors->sectors[i].code, (enum nrs_tlp)label);
	return names;
}

static const char *const *
all_ceptoar_topics(
    struct nrs_arena *arena, const struct nrs_sector_table *sectors)
{
	const char **names =
	    nrs_arena_array(arena, sectors->n_ceptoars, sizeof(*names));
	size_t i;

	for (i = 0; i < sectors->n_ceptoars; i++)
		names[i] =
		    nrs_topic_alert_ceptoar(arena, sectors->ceptoars[i].id);
	return names;
}

struct nrs_policy *
nrs_policy_new(struct nrs_arena *arena, const struct nrs_sector_table *sectors,
    const struct nrs_rule_table *rules, enum nrs_mode mode,
    const char *software)
{
	struct nrs_policy *policy = nrs_arena_alloc(arena, sizeof(*policy));

	policy->sectors = sectors;
	policy->rules = rules;
	policy->mode = mode;
	policy->versions = (struct nrs_versions){
	    .rules = rules->version,
	    .sectors = sectors->version,
	    .software = software,
	};
	policy->alert_topics = all_alert_topics(arena, sectors);
	policy->ceptoar_topics = all_ceptoar_topics(arena, sectors);
	return policy;
}

/* ---- answers ---- */

/* An outcome is read again for ever: what a hostile command put into a reason
 * must not make it unreadable. */
static const char *
printable(struct nrs_arena *arena, const char *s)
{
	char *copy, *c;

	if (nrs_text_is_line(s))
		return nrs_arena_strdup(arena, s);
	copy = nrs_arena_strdup(arena, s);
	for (c = copy; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return copy;
}

static void
answer(struct decision *d, enum nrs_verdict verdict, const struct nrs_err *why)
{
	d->out->verdict = verdict;
	d->out->field = printable(d->arena, why->field);
	d->out->rule = printable(d->arena, why->rule);
	d->out->text = printable(d->arena, why->text);
}

void
decide_answer(struct decision *d, enum nrs_verdict verdict, const char *rule,
    const char *fmt, ...)
{
	struct nrs_err why = {0};
	va_list args;

	(void)snprintf(why.rule, sizeof(why.rule), "%s", rule);
	va_start(args, fmt);
	(void)vsnprintf(why.text, sizeof(why.text), fmt, args);
	va_end(args);
	answer(d, verdict, &why);
}

void
decide_reject(struct decision *d, const char *field, const char *rule,
    const char *fmt, ...)
{
	struct nrs_err why = {0};
	va_list args;

	(void)snprintf(why.field, sizeof(why.field), "%s", field);
	(void)snprintf(why.rule, sizeof(why.rule), "%s", rule);
	va_start(args, fmt);
	(void)vsnprintf(why.text, sizeof(why.text), fmt, args);
	va_end(args);
	answer(d, NRS_VERDICT_REJECTED, &why);
}

/* ---- commands other than notices ---- */

static struct nrs_posture_set *
add_posture(struct decision *d)
{
	struct nrs_outcome *out = d->out;

	out->postures = list_grow(
	    d->arena, out->postures, out->n_postures, sizeof(*out->postures));
	return &out->postures[out->n_postures++];
}

static void
decide_posture(struct decision *d)
{
	const struct nrs_posture_change *change = d->cmd->posture_change;

	if (change->posture > NRS_POSTURE_NORMAL && change->until <= d->now) {
		decide_answer(d, NRS_VERDICT_EXPIRED, "posture-until",
		    "this posture would have ended already");
		return;
	}
	*add_posture(d) = (struct nrs_posture_set){
	    .scope = change->scope,
	    .posture = change->posture,
	    .until = change->posture > NRS_POSTURE_NORMAL ? change->until : 0,
	    .remind_at = change->posture > NRS_POSTURE_NORMAL
	                     ? decide_remind_at(d, 0, change->until)
	                     : 0,
	};
	d->out->verdict = NRS_VERDICT_APPLIED;
}

static void
end_postures(struct decision *d)
{
	const struct nrs_postures postures = state_postures(d->state);
	const struct nrs_posture_set *set;
	size_t i;

	for (i = 0; i < postures.n; i++) {
		set = &postures.sets[i];
		if (set->until == 0 || set->until > d->now)
			continue;
		*add_posture(d) = (struct nrs_posture_set){
		    .scope = nrs_arena_strdup(d->arena, set->scope),
		    .posture = NRS_POSTURE_NORMAL,
		};
	}
}

/* Ends everything that is due, whatever it was posted for: posting it twice, or
 * too early, does no harm. What is too much for one record of the bus keeps the
 * deadline named, and it comes again. */
static void
decide_deadline(struct decision *d)
{
	const struct state_arrangement *arrangement;
	const struct nrs_waiting_change *waiting;
	const struct state_held *held;
	void *cursor = NULL;
	int64_t until;

	end_postures(d);
	while (
	    (arrangement = state_next_arrangement(d->state, &cursor)) != NULL) {
		until = arrangement->set->arrangement->effective_until;
		if (until != 0 && until <= d->now)
			decide_close_arrangement(d, arrangement);
	}
	decide_reminders(d);
	cursor = NULL;
	while ((waiting = state_next_waiting(d->state, &cursor)) != NULL &&
	       d->out->n_waiting < DECIDE_CHANGES_MAX)
		if (waiting->valid_until != 0 && waiting->valid_until <= d->now)
			decide_add_waiting_removal(d, waiting, "expired");
	cursor = NULL;
	while ((held = state_next_held(d->state, &cursor)) != NULL &&
	       d->out->n_held < DECIDE_CHANGES_MAX)
		if (held->valid_until != 0 && held->valid_until <= d->now)
			decide_add_held_removal(d, held, "expired");
	decide_drains(d);
	d->out->verdict = NRS_VERDICT_APPLIED;
}

static void
decide_foreign(struct decision *d)
{
	decide_reject(d, "type", "type",
	    "a subscription does not belong into the journal");
}

/* ---- the entry ---- */

static bool
same_bytes(const uint8_t known[32], struct nrs_bytes hash)
{
	return hash.len == 32 && memcmp(known, hash.data, 32) == 0;
}

/* Posted by a producer, not by a desk. */
static bool
is_window(const struct nrs_submission *submission)
{
	return submission->type == NRS_SUBMISSION_CUT_OFF &&
	       submission->n_signatures == 0;
}

/* The same id again: the same bytes are the first outcome's, others are
 * refused. A DEADLINE may come as often as it likes. A window is
 * its id, whatever else two producers say of it. */
static bool
is_again(struct decision *d)
{
	const struct nrs_command *cmd = d->cmd;
	const struct state_seen *seen;

	if (d->out->type == NRS_SUBMISSION_DEADLINE)
		return false;
	seen = state_seen(d->state, d->out->submission_id);
	if (seen == NULL)
		return false;
	d->out->first_offset = seen->offset;
	if (seen->type == d->out->type &&
	    (is_window(cmd->submission) ||
	        (same_bytes(seen->payload, cmd->payload_sha256) &&
	            same_bytes(seen->addressing, cmd->addressing_sha256)))) {
		decide_answer(d, NRS_VERDICT_DUPLICATE, "duplicate",
		    "decided before, at journal offset %lld",
		    (long long)seen->offset);
		return true;
	}
	decide_reject(d, "submission_id", "duplicate-id",
	    "this id already belongs to other content, at journal offset %lld",
	    (long long)seen->offset);
	return true;
}

static void
begin(struct decision *d)
{
	const struct nrs_submission *submission = d->cmd->submission;
	struct nrs_outcome *out = d->out;

	*out = (struct nrs_outcome){
	    .journal_offset = d->cmd->journal_offset,
	    .submission_id = "",
	    .thread_id = "",
	    .field = "",
	    .rule = "",
	    .text = "",
	    .next_deadline_id = "",
	    .about_id = "",
	    .mode = d->policy->mode,
	    .payload_sha256 = d->cmd->payload_sha256,
	    .addressing_sha256 = d->cmd->addressing_sha256,
	};
	out->versions = nrs_arena_alloc(d->arena, sizeof(*out->versions));
	*out->versions = d->policy->versions;
	d->now = nrs_state_now(d->state);
	if (submission != NULL) {
		if (nrs_text_is_id(submission->submission_id, NRS_CHECK_ID_MAX))
			out->submission_id = submission->submission_id;
		out->type = submission->type;
		out->mode = submission->mode;
		out->accepted_at = submission->accepted_at;
		/* Of what nobody vouches for, the time is not believed. */
		if (d->cmd->refused == NULL && submission->accepted_at > d->now)
			d->now = submission->accepted_at;
	}
	out->decided_at = d->now;
}

static bool
is_complete(const struct nrs_command *cmd)
{
	switch (cmd->submission->type) {
	case NRS_SUBMISSION_NOTICE:
		return cmd->content != NULL && cmd->addressing != NULL;
	case NRS_SUBMISSION_POSTURE_CHANGE:
		return cmd->posture_change != NULL;
	case NRS_SUBMISSION_APPROVAL:
		return cmd->approval != NULL;
	case NRS_SUBMISSION_CUT_OFF:
		return cmd->cut_off != NULL;
	case NRS_SUBMISSION_DEADLINE:
	case NRS_SUBMISSION_SUBSCRIPTION:
		return true;
	case NRS_SUBMISSION_UNSPECIFIED:
		break;
	}
	return false;
}

static void
decide_command(struct decision *d)
{
	static void (*const deciders[])(struct decision *) = {
	    [NRS_SUBMISSION_NOTICE] = decide_notice,
	    [NRS_SUBMISSION_POSTURE_CHANGE] = decide_posture,
	    [NRS_SUBMISSION_APPROVAL] = decide_approval,
	    [NRS_SUBMISSION_CUT_OFF] = decide_cut_off,
	    [NRS_SUBMISSION_DEADLINE] = decide_deadline,
	    [NRS_SUBMISSION_SUBSCRIPTION] = decide_foreign,
	};
	const struct nrs_command *cmd = d->cmd;

	if (cmd->refused != NULL) {
		answer(d, NRS_VERDICT_REJECTED, cmd->refused);
		return;
	}
	if (cmd->submission == NULL || !is_complete(cmd)) {
		decide_reject(d, "", "decode", "the record is not readable");
		return;
	}
	if (is_again(d))
		return;
	d->out->remembered = d->out->type != NRS_SUBMISSION_DEADLINE;
	deciders[d->out->type](d);
}

void
nrs_decide(struct nrs_arena *arena, const struct nrs_policy *policy,
    const struct nrs_state *state, const struct nrs_command *cmd,
    struct nrs_outcome *out)
{
	struct decision d = {
	    .arena = arena,
	    .policy = policy,
	    .state = state,
	    .record = cmd,
	    .cmd = cmd,
	    .out = out,
	};

	begin(&d);
	decide_command(&d);
	decide_promotions(&d);
}

/* Once per command while anything waits: printf would cost a tenth of it. */
static const char *
deadline_id(struct nrs_arena *arena, int64_t at)
{
	static const char prefix[] = "deadline:";
	char text[40], *c = text + sizeof(text) - 1;

	*c = '\0';
	for (; at > 0; at /= 10)
		*--c = (char)('0' + at % 10);
	c -= strlen(prefix);
	memcpy(c, prefix, strlen(prefix));
	return nrs_arena_strdup(arena, c);
}

void
nrs_settle(
    struct nrs_arena *arena, struct nrs_state *state, struct nrs_outcome *out)
{
	nrs_apply(state, out);
	out->next_deadline = nrs_state_next_deadline(state);
	if (out->next_deadline != 0)
		out->next_deadline_id = deadline_id(arena, out->next_deadline);
}

void
nrs_fold(struct nrs_arena *arena, const struct nrs_policy *policy,
    struct nrs_state *state, const struct nrs_command *cmd,
    struct nrs_outcome *out)
{
	nrs_decide(arena, policy, state, cmd, out);
	nrs_settle(arena, state, out);
}
