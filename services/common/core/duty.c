/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source (domain.md 5): an item that is marked so "raises a posture review to
 * the duty officer". Ours: so does what is held, because it waits for a person,
 * and what was refused after the door had let it in.
 */
#include "noroshi/core/duty.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/base/map.h"

#define TOLD_MAX 1000 /* then what is old enough is forgotten */

struct nrs_duty {
	int64_t quiet_ms;
	size_t max;
	struct nrs_map *told; /* kind and scope -> int64_t: when */
	int64_t since;        /* of the count */
	size_t n;
};

struct nrs_duty *
nrs_duty_new(int64_t quiet_ms, size_t max)
{
	struct nrs_duty *duty = nrs_calloc(1, sizeof(*duty));

	duty->quiet_ms = quiet_ms;
	duty->max = max;
	duty->told = nrs_map_new();
	duty->since = INT64_MIN / 2;
	return duty;
}

void
nrs_duty_free(struct nrs_duty *duty)
{
	if (duty == NULL)
		return;
	nrs_map_free(duty->told, free);
	free(duty);
}

/* ---- what an outcome has in it ---- */

struct finding {
	struct nrs_arena *arena;
	const struct nrs_outcome *outcome;
	struct nrs_matter *matters;
	size_t n;
};

static void
find(struct finding *f, enum nrs_matter_kind kind, const char *scope,
    const char *detail)
{
	const struct nrs_outcome *o = f->outcome;
	const char *id = o->submission_id;

	if (id[0] == '\0')
		id = nrs_arena_printf(
		    f->arena, "journal:%lld", (long long)o->journal_offset);
	f->matters[f->n++] = (struct nrs_matter){
	    .kind = kind,
	    .id = id,
	    .scope = scope,
	    .detail = detail,
	    .at = o->decided_at,
	};
}

/* What whoever sent it was told and can mend. Everything else that got past the
 * door, and was refused inside, is a key withdrawn, a tampered record, or two
 * versions that disagree. */
static bool
is_ordinary(const char *rule)
{
	static const char *const rules[] = {"approval-label", "approval-source",
	    "approval-unknown", "arrangement-open", "arrangement-unknown",
	    "list-unknown", "required", "revision-gap", "supersedes-unknown",
	    "thread-unknown", "tlp-widened"};
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(rules[i], rule) == 0)
			return true;
	return false;
}

static void
find_reviews(struct finding *f)
{
	const struct nrs_outcome *o = f->outcome;
	size_t i;

	for (i = 0; i < o->n_copies; i++)
		if (o->copies[i].posture_review)
			find(f, NRS_MATTER_REVIEW, o->copies[i].sector,
			    o->copies[i].route_rule);
	if (o->posture_review && f->n == 0)
		find(f, NRS_MATTER_REVIEW, "", "");
}

/* Before something ends by itself. */
static void
find_endings(struct finding *f)
{
	static const struct {
		const char *code;
		enum nrs_matter_kind kind;
	} codes[] = {{NRS_ATTENTION_POSTURE, NRS_MATTER_POSTURE_ENDS},
	    {NRS_ATTENTION_ARRANGEMENT, NRS_MATTER_ARRANGEMENT_ENDS}};
	const struct nrs_outcome *o = f->outcome;
	size_t i, j, n;

	for (i = 0; i < o->n_attention; i++)
		for (j = 0; j < sizeof(codes) / sizeof(codes[0]); j++) {
			n = strlen(codes[j].code);
			if (strncmp(o->attention[i], codes[j].code, n) == 0)
				find(f, codes[j].kind, o->attention[i] + n, "");
		}
}

static void
find_all(struct finding *f)
{
	const struct nrs_outcome *o = f->outcome;
	size_t i;

	f->matters = nrs_arena_array(f->arena,
	    o->n_copies + o->n_held + o->n_attention + 2, sizeof(*f->matters));
	find_reviews(f);
	find_endings(f);
	for (i = 0; i < o->n_held; i++)
		if (!o->held[i].remove)
			find(f, NRS_MATTER_HELD, o->held[i].needs, "");
	if (o->verdict == NRS_VERDICT_REJECTED && !is_ordinary(o->rule))
		find(f, NRS_MATTER_REFUSED, o->rule, o->field);
}

/* ---- what of it is told ---- */

static void
forget_old(struct nrs_duty *duty, int64_t now)
{
	struct nrs_map *kept = nrs_map_new();
	void *cursor = NULL, *value;
	const char *key;

	while (nrs_map_next(duty->told, &cursor, &key, &value))
		if (*(const int64_t *)value > now - duty->quiet_ms)
			(void)nrs_map_put(kept, key, value);
		else
			free(value);
	nrs_map_free(duty->told, NULL);
	duty->told = kept;
}

/* Each that is held waits for a decision of its own, and each end is said once
 * by the classifier already. */
static bool
is_single(enum nrs_matter_kind kind)
{
	return kind == NRS_MATTER_HELD || kind == NRS_MATTER_POSTURE_ENDS ||
	       kind == NRS_MATTER_ARRANGEMENT_ENDS;
}

static bool
is_told(struct nrs_duty *duty, struct nrs_arena *arena,
    const struct nrs_matter *matter)
{
	const char *key = nrs_arena_printf(arena, "%d %s %s", (int)matter->kind,
	    matter->scope, is_single(matter->kind) ? matter->id : "");
	int64_t *at = nrs_map_get(duty->told, key);

	if (at != NULL && *at > matter->at - duty->quiet_ms)
		return true;
	if (nrs_map_count(duty->told) >= TOLD_MAX)
		forget_old(duty, matter->at);
	at = nrs_alloc(sizeof(*at));
	*at = matter->at;
	free(nrs_map_put(duty->told, key, at));
	return false;
}

/* The last one that there is room for says that there may be more. */
static bool
has_room(struct nrs_duty *duty, struct nrs_matter *matter)
{
	if (matter->at - duty->since >= duty->quiet_ms) {
		duty->since = matter->at;
		duty->n = 0;
	}
	if (duty->n > duty->max)
		return false;
	if (duty->n++ == duty->max) {
		matter->kind = NRS_MATTER_MORE;
		matter->scope = matter->detail = "";
	}
	return true;
}

size_t
nrs_duty_see(struct nrs_duty *duty, struct nrs_arena *arena,
    const struct nrs_outcome *outcome, const struct nrs_matter **out)
{
	struct finding f = {.arena = arena, .outcome = outcome};
	size_t i, n = 0;

	find_all(&f);
	for (i = 0; i < f.n; i++)
		if (!is_told(duty, arena, &f.matters[i]) &&
		    has_room(duty, &f.matters[i]))
			f.matters[n++] = f.matters[i];
	*out = f.matters;
	return n;
}
