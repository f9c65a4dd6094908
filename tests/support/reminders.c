/* SPDX-License-Identifier: Apache-2.0 */
#include "support/reminders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* due 0: said, or never to be. */
struct end {
	int64_t due, until;
};

void
reminders_open(struct reminders *reminders)
{
	*reminders = (struct reminders){.ends = nrs_map_new()};
}

void
reminders_close(struct reminders *reminders)
{
	nrs_map_free(reminders->ends, free);
}

/* An end from a decision made at now, of what begins at from. */
static void
put(struct reminders *reminders, const char *code, struct end end,
    const struct nrs_outcome *out)
{
	struct end *kept = nrs_calloc(1, sizeof(*kept));

	if (end.due <= out->decided_at || end.due >= end.until)
		end.due = 0;
	*kept = end;
	free(nrs_map_put(reminders->ends, code, kept));
}

static void
see_changes(
    struct reminders *reminders, int64_t lead, const struct nrs_outcome *out)
{
	const struct nrs_contact_arrangement *hq;
	const struct nrs_posture_set *set;
	char code[160];
	struct end end;
	size_t i;

	for (i = 0; i < out->n_postures; i++) {
		set = &out->postures[i];
		(void)snprintf(
		    code, sizeof(code), "posture-ending:%s", set->scope);
		end = (struct end){set->until - lead, set->until};
		put(reminders, code, end, out);
	}
	for (i = 0; i < out->n_arrangements; i++) {
		hq = out->arrangements[i].arrangement;
		(void)snprintf(code, sizeof(code), "arrangement-ending:%s",
		    hq->arrangement_id);
		end = (struct end){
		    hq->effective_until - lead, hq->effective_until};
		if (end.due < hq->effective_from)
			end.due = hq->effective_from;
		if (hq->action == NRS_ARRANGEMENT_CLOSE)
			end = (struct end){0};
		put(reminders, code, end, out);
	}
}

static bool
is_due(const struct end *end, int64_t now)
{
	return end->due != 0 && end->due <= now && end->until > now;
}

static void
see_said(struct reminders *reminders, const struct nrs_outcome *out)
{
	struct end *end;
	size_t i;

	for (i = 0; i < out->n_attention; i++) {
		assert_int_equal(out->type, NRS_SUBMISSION_DEADLINE);
		end = nrs_map_get(reminders->ends, out->attention[i]);
		assert_non_null(end);
		assert_true(is_due(end, out->decided_at));
		end->due = 0;
		reminders->n_said++;
		reminders->n_arrangements += out->attention[i][0] == 'a';
	}
}

void
reminders_see(struct reminders *reminders, const struct nrs_rule_table *rules,
    const struct nrs_outcome *out)
{
	const bool ended = out->type == NRS_SUBMISSION_DEADLINE &&
	                   out->verdict == NRS_VERDICT_APPLIED;
	const struct end *end;
	void *cursor = NULL, *value;
	const char *code;

	see_changes(reminders, rules->remind_ms, out);
	see_said(reminders, out);
	while (nrs_map_next(reminders->ends, &cursor, &code, &value)) {
		end = value;
		if (ended)
			assert_false(is_due(end, out->decided_at));
		/* or nobody would post its DEADLINE */
		if (end->due != 0 && end->until > out->decided_at)
			assert_true(out->next_deadline != 0 &&
			            out->next_deadline <= end->due);
	}
}
