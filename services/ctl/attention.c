/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/attention.h"

#include <string.h>

#include "ctl/read.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/map.h"
#include "noroshi/core/topic.h"

#define SOON_MS (INT64_C(24) * 3600 * 1000)

/* One thing to look at, as far as outcomes tell. */
struct matter {
	const char *id, *sector, *detail;
	int64_t at, until; /* until 0: no end */
	enum nrs_posture posture;
	bool reminded; /* the classifier said that it ends */
};

struct attention {
	struct ctl *ctl;
	struct nrs_map *held;         /* submission id -> struct matter */
	struct nrs_map *reviews;      /* sector -> the same, of the latest */
	struct nrs_map *postures;     /* scope -> the same */
	struct nrs_map *arrangements; /* id -> the same */
};

static void
put(struct attention *a, struct nrs_map *map, const char *key,
    const struct matter *matter)
{
	struct matter *kept = nrs_arena_alloc(a->ctl->arena, sizeof(*kept));

	*kept = *matter;
	(void)nrs_map_put(map, key, kept);
}

static void
see_held(struct attention *a, const struct nrs_outcome *o)
{
	for (size_t i = 0; i < o->n_held; i++) {
		const struct nrs_held_change *h = &o->held[i];
		if (h->remove)
			(void)nrs_map_del(a->held, h->submission_id);
		else
			put(a, a->held, h->submission_id,
			    &(struct matter){.id = h->submission_id,
			        .sector = "",
			        .detail = h->needs,
			        .at = o->accepted_at});
	}
}

/* Any word on a posture is a review, also that NORMAL is right. */
static void
see_postures(struct attention *a, const struct nrs_outcome *o)
{
	for (size_t i = 0; i < o->n_postures; i++) {
		const struct nrs_posture_set *set = &o->postures[i];
		put(a, a->postures, set->scope,
		    &(struct matter){.id = o->submission_id,
		        .sector = set->scope,
		        .detail = "",
		        .at = o->accepted_at,
		        .until = set->until,
		        .posture = set->posture});
		if (strcmp(set->scope, "*") != 0) {
			(void)nrs_map_del(a->reviews, set->scope);
			continue;
		}
		nrs_map_free(a->reviews, NULL);
		a->reviews = nrs_map_new();
	}
}

static void
see_reviews(struct attention *a, const struct nrs_outcome *o)
{
	for (size_t i = 0; i < o->n_copies; i++) {
		const struct nrs_classification *c = &o->copies[i];
		if (c->posture_review && c->sector[0] != '\0')
			put(a, a->reviews, c->sector,
			    &(struct matter){.id = o->submission_id,
			        .sector = c->sector,
			        .detail = c->route_rule,
			        .at = o->accepted_at});
	}
}

static void
see_arrangements(struct attention *a, const struct nrs_outcome *o)
{
	for (size_t i = 0; i < o->n_arrangements; i++) {
		const struct nrs_arrangement_set *set = &o->arrangements[i];
		const struct nrs_contact_arrangement *arr = set->arrangement;
		if (arr == NULL)
			continue;
		if (arr->action == NRS_ARRANGEMENT_CLOSE)
			(void)nrs_map_del(a->arrangements, arr->arrangement_id);
		else
			put(a, a->arrangements, arr->arrangement_id,
			    &(struct matter){.id = set->notice_id,
			        .sector = "",
			        .detail = arr->hq_name,
			        .at = o->accepted_at,
			        .until = arr->effective_until,
			        .posture = NRS_POSTURE_UNSPECIFIED});
	}
}

static void
see_reminder(struct nrs_map *map, const char *code, const char *kind)
{
	const size_t n = strlen(kind);
	struct matter *m =
	    strncmp(code, kind, n) == 0 ? nrs_map_get(map, code + n) : NULL;

	if (m != NULL)
		m->reminded = true;
}

/* After what the same outcome changed. */
static void
see_reminders(struct attention *a, const struct nrs_outcome *o)
{
	for (size_t i = 0; i < o->n_attention; i++) {
		see_reminder(
		    a->postures, o->attention[i], NRS_ATTENTION_POSTURE);
		see_reminder(a->arrangements, o->attention[i],
		    NRS_ATTENTION_ARRANGEMENT);
	}
}

static enum nrs_rc
see_outcome(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	(void)record;
	(void)err;
	see_held(ctx, value);
	see_reviews(ctx, value);
	see_postures(ctx, value);
	see_arrangements(ctx, value);
	see_reminders(ctx, value);
	return NRS_OK;
}

static void
print(struct ctl *ctl, const char *what, const struct matter *m)
{
	ctl_out_begin(ctl->out, CTL_ROW);
	ctl_out_str(ctl->out, "attention", what);
	ctl_out_time(ctl->out, "at", m->at);
	ctl_out_str(ctl->out, "submission_id", m->id);
	ctl_out_str(ctl->out, "sector", m->sector);
	ctl_out_time(ctl->out, "until", m->until);
	ctl_out_str(ctl->out, "detail", m->detail);
	ctl_out_end(ctl->out);
}

static void
print_all(struct ctl *ctl, struct nrs_map *map, const char *what, bool ending)
{
	const int64_t now = nrs_wall_ms();
	void *cursor = NULL, *value;
	const char *key;

	while (nrs_map_next(map, &cursor, &key, &value)) {
		const struct matter *m = value;
		bool ends = m->until > now &&
		            (m->reminded || m->until <= now + SOON_MS) &&
		            m->posture != NRS_POSTURE_NORMAL;
		if (!ending || ends)
			print(ctl, what, m);
	}
}

enum ctl_exit
ctl_attention(struct ctl *ctl)
{
	struct attention a = {.ctl = ctl,
	    .held = nrs_map_new(),
	    .reviews = nrs_map_new(),
	    .postures = nrs_map_new(),
	    .arrangements = nrs_map_new()};
	const struct ctl_reading reading = {.topic = NRS_TOPIC_OUTCOME,
	    .type = NRS_TYPE_OUTCOME,
	    .each = see_outcome,
	    .ctx = &a,
	    .from = NRS_FROM_START};
	struct nrs_err err = {0};
	enum nrs_rc rc = ctl_read(ctl, &reading, &err);

	if (rc == NRS_OK) {
		print_all(ctl, a.held, "HELD", false);
		print_all(ctl, a.reviews, "POSTURE_REVIEW", false);
		print_all(ctl, a.postures, "POSTURE_ENDS", true);
		print_all(ctl, a.arrangements, "ARRANGEMENT_ENDS", true);
	}
	nrs_map_free(a.held, NULL);
	nrs_map_free(a.reviews, NULL);
	nrs_map_free(a.postures, NULL);
	nrs_map_free(a.arrangements, NULL);
	return rc == NRS_OK ? CTL_DONE : ctl_failed(rc, &err);
}
