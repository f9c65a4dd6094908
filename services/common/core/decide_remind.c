/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A word before something ends, while there is time to prolong it. Source (the
 * seed): 対策室の設置/閉鎖情報(連絡体制の変更).
 *
 * Ours: a posture and an arrangement end by themselves, so that nothing stays
 * raised because it was forgotten; whoever would be surprised is told before,
 * once per end. An end that was set with less time left needs no reminder: they
 * have just thought of it.
 */
#include "common/core/decide_internal.h"

int64_t
decide_remind_at(const struct decision *d, int64_t from, int64_t until)
{
	const int64_t lead = d->policy->rules->remind_ms;
	int64_t at = until - lead;

	if (lead == 0 || until == 0)
		return 0;
	/* Not before it begins. */
	if (at < from)
		at = from;
	return at > d->now && at < until ? at : 0;
}

static void
remind(struct decision *d, const char *code, const char *about)
{
	struct nrs_outcome *out = d->out;

	out->attention = list_grow(d->arena, out->attention, out->n_attention,
	    sizeof(*out->attention));
	out->attention[out->n_attention++] =
	    nrs_arena_printf(d->arena, "%s%s", code, about);
}

/* What ends by this command is too late to be reminded of. */
static bool
is_due(const struct decision *d, int64_t at, int64_t until)
{
	return at != 0 && at <= d->now && until > d->now;
}

void
decide_reminders(struct decision *d)
{
	const struct nrs_postures postures = state_postures(d->state);
	const struct state_arrangement *at;
	const struct nrs_posture_set *set;
	void *cursor = NULL;
	size_t i;

	for (i = 0; i < postures.n; i++) {
		set = &postures.sets[i];
		if (is_due(d, set->remind_at, set->until))
			remind(d, NRS_ATTENTION_POSTURE, set->scope);
	}
	while ((at = state_next_arrangement(d->state, &cursor)) != NULL)
		if (is_due(d, at->set->remind_at,
		        at->set->arrangement->effective_until))
			remind(d, NRS_ATTENTION_ARRANGEMENT,
			    at->set->arrangement->arrangement_id);
}
