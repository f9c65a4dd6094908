/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/standdown.h"

#include <string.h>

#include "ctl/draft.h"
#include "ctl/foresee.h"
#include "ctl/read.h"
#include "ctl/submit.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/map.h"
#include "noroshi/core/clone.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

#define VALID_MS (INT64_C(7) * 24 * 3600 * 1000)
#define WAIT_MS 60000
#define LOOK_MS 500
#define PREFIX "end-"

struct names {
	const char **items;
	size_t n, cap;
};

struct standdown {
	struct ctl *ctl;
	struct nrs_map *told;     /* submission id -> its addressing */
	struct nrs_map *outcomes; /* submission id -> anything: decided */
	struct names sectors, recipients;
	enum nrs_urgency urgency; /* the highest of the exercise */
	int64_t last_offset;      /* in the journal, of its last notice */
	/* Of the notice that is waited for. */
	const char *notice_id;
	struct nrs_map *open; /* delivery key in hex -> anything */
	size_t n_planned;
};

static void
add_name(struct standdown *s, struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->items[i], name) == 0)
			return;
	if (names->n == names->cap) {
		size_t cap = names->cap == 0 ? 16 : names->cap * 2;
		const char **items =
		    nrs_arena_array(s->ctl->arena, cap, sizeof(*items));
		if (names->n > 0)
			memcpy(items, names->items, names->n * sizeof(*items));
		names->items = items;
		names->cap = cap;
	}
	names->items[names->n++] = name;
}

/* ---- what the exercise has sent ---- */

static enum nrs_rc
see_command(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct standdown *s = ctx;
	const struct nrs_submission *said = value;
	struct nrs_wire_input in = {.type = NRS_TYPE_CONTENT,
	    .bytes = said->payload,
	    .how = NRS_WIRE_TOLERANT};
	const struct nrs_content *content;
	void *out;

	if (said->type != NRS_SUBMISSION_NOTICE ||
	    strncmp(said->submission_id, PREFIX, strlen(PREFIX)) == 0 ||
	    nrs_wire_decode(s->ctl->arena, &in, &out, err) != NRS_OK)
		return NRS_OK;
	content = out;
	in.type = NRS_TYPE_ADDRESSING;
	in.bytes = said->addressing;
	if (strcmp(content->exercise_id, s->ctl->conf.exercise_id) != 0 ||
	    nrs_wire_decode(s->ctl->arena, &in, &out, err) != NRS_OK)
		return NRS_OK;
	(void)nrs_map_put(s->told, said->submission_id, out);
	if (content->urgency > s->urgency)
		s->urgency = content->urgency;
	s->last_offset = record->offset;
	return NRS_OK;
}

static enum nrs_rc
see_outcome(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct standdown *s = ctx;
	const struct nrs_outcome *o = value;
	const struct nrs_addressing *to = nrs_map_get(
	    s->told, o->about_id[0] == '\0' ? o->submission_id : o->about_id);

	(void)record;
	(void)err;
	if (o->verdict == NRS_VERDICT_RELEASED)
		(void)nrs_map_put(s->outcomes, o->submission_id, s);
	if (to == NULL || o->n_copies == 0)
		return NRS_OK;
	for (size_t i = 0; i < to->n_recipients; i++)
		add_name(s, &s->recipients, to->recipients[i]);
	for (size_t i = 0; to->n_recipients == 0 && i < o->n_copies; i++)
		if (o->copies[i].sector[0] != '\0')
			add_name(s, &s->sectors, o->copies[i].sector);
	return NRS_OK;
}

static enum nrs_rc
read_exercise(struct standdown *s, struct nrs_err *err)
{
	struct ctl_reading reading = {.topic = NRS_TOPIC_JOURNAL,
	    .type = NRS_TYPE_SUBMISSION,
	    .each = see_command,
	    .ctx = s,
	    .from = NRS_FROM_START};
	enum nrs_rc rc = ctl_read(s->ctl, &reading, err);

	if (rc != NRS_OK)
		return rc;
	reading.topic = NRS_TOPIC_OUTCOME;
	reading.type = NRS_TYPE_OUTCOME;
	reading.each = see_outcome;
	return ctl_read(s->ctl, &reading, err);
}

/* ---- the notice ---- */

static struct nrs_translation *
in_english(const struct standdown *s)
{
	static const char *step = "Stop whatever you do for the exercise.";
	struct nrs_translation *t = nrs_arena_alloc(s->ctl->arena, sizeof(*t));

	*t = (struct nrs_translation){.lang = "en",
	    .title = "End of the exercise",
	    .summary = nrs_arena_printf(s->ctl->arena,
	        "The exercise %s is over. Whatever it told you was made up.",
	        s->ctl->conf.exercise_id),
	    .countermeasures = &step,
	    .n_countermeasures = 1};
	return t;
}

/* CLEAR: there is nothing in it, and whoever was told may know. C1 goes in real
 * time in every posture. */
static void
write_notice(
    struct standdown *s, const char *id, bool named, struct ctl_draft *draft)
{
	static struct nrs_countermeasure measure = {
	    .text = "訓練としての対応を終えてください。"};
	struct nrs_arena *arena = s->ctl->arena;
	const struct ctl_mint mint = {.now_ms = nrs_wall_ms(),
	    .mode = NRS_MODE_EXERCISE,
	    .stream = NRS_STREAM_NISC_PROVISION,
	    .originator = s->ctl->conf.originator,
	    .exercise_id = s->ctl->conf.exercise_id};
	const struct nrs_content content = {.notice_id = id,
	    .source_row = NRS_SOURCE_NISC_CI_GROUP,
	    .item_type = NRS_ITEM_C1,
	    .urgency = s->urgency,
	    .tlp = NRS_TLP_CLEAR,
	    .lang = "ja",
	    .title = "訓練終了",
	    .summary = nrs_arena_printf(arena,
	        "訓練 %s "
	        "は終了しました。この訓練で届いた情報はすべて架空のものです。",
	        s->ctl->conf.exercise_id),
	    .translations = in_english(s),
	    .n_translations = 1,
	    .countermeasures = &measure,
	    .n_countermeasures = 1,
	    .ack_waived = true,
	    .valid_until = mint.now_ms + VALID_MS};
	static const char *everywhere[] = {"*"}; /* those named, wherever */
	const struct nrs_addressing to = {
	    .sectors = named ? everywhere : s->sectors.items,
	    .n_sectors = named ? 1 : s->sectors.n,
	    .recipients = named ? s->recipients.items : NULL,
	    .n_recipients = named ? s->recipients.n : 0};

	draft->content = nrs_clone_into(arena, NRS_TYPE_CONTENT, &content);
	draft->addressing = nrs_clone_into(arena, NRS_TYPE_ADDRESSING, &to);
	ctl_draft_mint(arena, &mint, draft);
}

/* ---- until everybody has it ---- */

static enum nrs_rc
see_batch(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct standdown *s = ctx;
	const struct nrs_delivery_batch *batch = value;
	char hex[2 * NRS_SHA256_SIZE + 1];

	(void)record;
	(void)err;
	if (strcmp(batch->notice_id, s->notice_id) != 0)
		return NRS_OK;
	for (size_t i = 0; i < batch->n_deliveries; i++) {
		struct nrs_bytes key = batch->deliveries[i].key;
		s->n_planned++;
		if (key.len == NRS_SHA256_SIZE)
			(void)nrs_map_put(
			    s->open, nrs_hex(key.data, key.len, hex), s);
	}
	return NRS_OK;
}

static enum nrs_rc
see_receipt(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct standdown *s = ctx;
	const struct nrs_receipt *receipt = value;
	char hex[2 * NRS_SHA256_SIZE + 1];

	(void)record;
	(void)err;
	if (receipt->state >= NRS_STATE_DELIVERED &&
	    receipt->key.len == NRS_SHA256_SIZE)
		(void)nrs_map_del(
		    s->open, nrs_hex(receipt->key.data, receipt->key.len, hex));
	return NRS_OK;
}

static enum nrs_rc
look(struct standdown *s, struct nrs_err *err)
{
	struct ctl_reading reading = {.topic = NRS_TOPIC_DELIVERY_ALERT,
	    .type = NRS_TYPE_DELIVERY_BATCH,
	    .each = see_batch,
	    .ctx = s,
	    .from = NRS_FROM_START};
	enum nrs_rc rc = ctl_read(s->ctl, &reading, err);

	if (rc != NRS_OK)
		return rc;
	reading.topic = NRS_TOPIC_RECEIPT_ALERT;
	reading.type = NRS_TYPE_RECEIPT;
	reading.each = see_receipt;
	return ctl_read(s->ctl, &reading, err);
}

static enum ctl_exit
wait_for_all(struct standdown *s, size_t expected)
{
	const struct nrs_mono start = nrs_mono_now();
	struct nrs_err err = {0};
	enum nrs_rc rc;
	size_t open;

	do {
		s->n_planned = 0;
		s->open = nrs_map_new();
		rc = look(s, &err);
		open = nrs_map_count(s->open);
		nrs_map_free(s->open, NULL);
		if (rc != NRS_OK)
			return ctl_failed(rc, &err);
		if (s->n_planned >= expected && open == 0)
			return CTL_DONE;
	} while (nrs_mono_since_ms(start) < WAIT_MS &&
	         !nrs_stop_wait(s->ctl->stop, LOOK_MS));
	(void)fprintf(stderr,
	    "noroshictl: of %zu deliveries of the stand-down %zu have not "
	    "ended; see: noroshictl trace %s\n",
	    s->n_planned > expected ? s->n_planned : expected,
	    open + (s->n_planned < expected ? expected - s->n_planned : 0),
	    s->notice_id);
	return CTL_UNKNOWN;
}

/* Whom an arrangement names, or replaces, is not waited for. */
static bool
is_at_once(const struct nrs_preview_recipient *r)
{
	return r->now && r->unless == NULL &&
	       !nrs_audience_is_arrangement(r->subscriber_id);
}

/* How many deliveries the planner will make of it. */
static enum nrs_rc
foresee(struct ctl *ctl, const struct ctl_draft *draft, size_t *expected,
    struct nrs_err *err)
{
	struct ctl_foresight f;
	enum nrs_rc rc = ctl_foresee_open(ctl, &f, err);

	*expected = 0;
	if (rc == NRS_OK)
		rc = ctl_foresee(&f, draft, nrs_wall_ms(), err);
	for (size_t i = 0; rc == NRS_OK && i < f.preview.n_recipients; i++)
		*expected += is_at_once(&f.preview.recipients[i]);
	ctl_foresee_close(&f);
	return rc;
}

static enum ctl_exit
tell(struct standdown *s, bool named)
{
	struct ctl_draft draft;
	struct nrs_err err = {0};
	size_t expected;
	enum ctl_exit code = CTL_DONE;
	enum nrs_rc rc;

	s->notice_id = nrs_arena_printf(s->ctl->arena, PREFIX "%s%s-%lld",
	    named ? "named-" : "", s->ctl->conf.exercise_id,
	    (long long)s->last_offset);
	write_notice(s, s->notice_id, named, &draft);
	rc = foresee(s->ctl, &draft, &expected, &err);
	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	if (nrs_map_get(s->outcomes, s->notice_id) == NULL)
		code = ctl_submit_notice(s->ctl, &draft);
	return code == CTL_DONE ? wait_for_all(s, expected) : code;
}

enum ctl_exit
ctl_standdown(struct ctl *ctl)
{
	struct standdown s = {.ctl = ctl,
	    .told = nrs_map_new(),
	    .outcomes = nrs_map_new(),
	    .urgency = NRS_URGENCY_ROUTINE};
	struct nrs_err err = {0};
	enum nrs_rc rc = read_exercise(&s, &err);
	enum ctl_exit code = rc == NRS_OK ? CTL_DONE : ctl_failed(rc, &err);

	if (code == CTL_DONE && s.sectors.n > 0)
		code = tell(&s, false);
	if (code == CTL_DONE && s.recipients.n > 0)
		code = tell(&s, true);
	nrs_map_free(s.told, NULL);
	nrs_map_free(s.outcomes, NULL);
	return code;
}
