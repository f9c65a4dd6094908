/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dispatch record is a function of outcome and journal, so it can be made
 * again; nothing is decided here. A command without outcome cannot: who decides
 * it now decides it out of order, and only its author can say that it still
 * holds.
 */
#include "ctl/handover.h"

#include <string.h>

#include "ctl/read.h"
#include "noroshi/base/map.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/admit.h"
#include "noroshi/io/handover.h"

#define DECISIONS_MAX 64 /* about one notice: one, and one per promotion */

struct decision {
	const struct nrs_outcome *outcome;
	bool promotes;
};

struct search {
	struct ctl *ctl;
	const char *id;
	struct decision decisions[DECISIONS_MAX];
	size_t n;
	int64_t offset; /* of the notice in the journal; -1: not seen */
	const struct nrs_outcome *issued; /* id is an issue of it */
	const struct nrs_issue *issue;
	struct nrs_map *handed; /* sectors that a record is there for */
};

/* ---- what was decided ---- */

static void
add(struct search *s, const struct nrs_outcome *outcome, bool promotes)
{
	if (s->n < DECISIONS_MAX)
		s->decisions[s->n++] = (struct decision){outcome, promotes};
}

static void
see_promotions(struct search *s, const struct nrs_outcome *o)
{
	for (size_t i = 0; i < o->n_promotions; i++)
		if (strcmp(o->promotions[i].notice_id, s->id) == 0) {
			add(s, o, true);
			return;
		}
}

static enum nrs_rc
see_outcome(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	const struct nrs_outcome *o = value;
	struct search *s = ctx;
	const bool approves =
	    o->type == NRS_SUBMISSION_APPROVAL && o->about_id[0] != '\0';

	(void)record;
	(void)err;
	for (size_t i = 0; i < o->n_issues; i++)
		if (strcmp(o->issues[i].issue_id, s->id) == 0) {
			s->issued = o;
			s->issue = &o->issues[i];
		}
	if (o->verdict == NRS_VERDICT_REJECTED)
		return NRS_OK;
	if (strcmp(o->submission_id, s->id) == 0 && s->offset < 0)
		s->offset = o->journal_offset;
	if (strcmp(approves ? o->about_id : o->submission_id, s->id) == 0)
		add(s, o, false);
	see_promotions(s, o);
	return NRS_OK;
}

/* ---- what was handed over ---- */

static enum nrs_rc
see_dispatch(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	const struct nrs_dispatch *d = value;
	struct search *s = ctx;

	(void)record;
	(void)err;
	if (strcmp(d->submission_id, s->id) != 0)
		return NRS_OK;
	for (size_t i = 0; i < d->n_copies; i++)
		(void)nrs_map_put(s->handed, d->copies[i].sector, s);
	return NRS_OK;
}

/* A notice is handed over once for each sector. */
static bool
is_missing(const struct search *s, const struct nrs_outcome *o)
{
	for (size_t i = 0; i < o->n_copies; i++)
		if (nrs_handover_is_due(&o->copies[i]))
			return nrs_map_get(s->handed, o->copies[i].sector) ==
			       NULL;
	return false;
}

static enum nrs_rc
look(struct search *s, struct nrs_err *err)
{
	struct ctl_reading outcomes = {.topic = NRS_TOPIC_OUTCOME,
	    .type = NRS_TYPE_OUTCOME,
	    .each = see_outcome,
	    .ctx = s,
	    .from = NRS_FROM_START};
	const struct ctl_reading dispatches = {
	    .topic = NRS_TOPIC_DISPATCH_ALERT,
	    .type = NRS_TYPE_DISPATCH,
	    .each = see_dispatch,
	    .ctx = s,
	    .from = NRS_FROM_START};
	enum nrs_rc rc = ctl_read(s->ctl, &outcomes, err);

	if (rc != NRS_OK || s->issue != NULL)
		return rc;
	rc = ctl_read(s->ctl, &dispatches, err);
	if (rc == NRS_OK && s->offset < 0)
		rc = nrs_refuse(err, "", "not-found",
		    "nothing says where %s stands in the journal", s->id);
	return rc;
}

/* ---- the records ---- */

enum nrs_rc
ctl_handover_admit(struct ctl *ctl, const struct nrs_keyring *keys,
    const struct ctl_said *said, struct nrs_command *out, struct nrs_err *err)
{
	struct nrs_admit how = {
	    .check = {.mode = ctl_mode(ctl), .inside = true},
	    .keyring = keys,
	    .how = NRS_WIRE_TOLERANT};
	struct nrs_admitted *in = nrs_arena_alloc(ctl->arena, sizeof(*in));
	enum nrs_rc rc = ctl_sectors(ctl, &how.check.sectors, err);

	if (rc == NRS_OK)
		rc = nrs_admit(ctl->arena, &how, said->bytes, in, err);
	if (rc == NRS_OK && in->content == NULL)
		rc = nrs_refuse(err, "", "type", "this is no notice");
	if (rc != NRS_OK)
		return rc;
	*out = (struct nrs_command){.journal_offset = said->offset,
	    .submission = in->submission,
	    .addressing_sha256 = {in->addressing_sha256, NRS_SHA256_SIZE},
	    .content = in->content,
	    .addressing = in->addressing};
	return NRS_OK;
}

static enum nrs_rc
read_notice(struct search *s, struct nrs_command *out, struct nrs_err *err)
{
	struct ctl_said said = {.offset = s->offset};
	struct nrs_keyring *keys = NULL;
	enum nrs_rc rc = ctl_read_bytes(s->ctl, s->offset, &said.bytes, err);

	if (rc == NRS_OK)
		rc = nrs_keyring_load(s->ctl->conf.keys, &keys, err);
	if (rc == NRS_OK)
		rc = ctl_handover_admit(s->ctl, keys, &said, out, err);
	nrs_keyring_free(keys);
	return rc;
}

static size_t
make_all(
    struct search *s, const struct nrs_command *said, struct nrs_outgoing *out)
{
	struct nrs_arena *arena = s->ctl->arena;
	struct nrs_handover of;
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct nrs_outcome *o = s->decisions[i].outcome;
		if (s->decisions[i].promotes)
			o = nrs_handover_promoted(arena, o, said);
		if (o == NULL || !is_missing(s, o))
			continue;
		of = nrs_handover_of(arena, o, said);
		n += nrs_handover_make(arena, &of, &out[n]);
	}
	return n;
}

enum nrs_rc
ctl_handover(struct ctl *ctl, const char *id, const struct nrs_outgoing **out,
    size_t *n, struct nrs_err *err)
{
	struct search s = {
	    .ctl = ctl, .id = id, .offset = -1, .handed = nrs_map_new()};
	struct nrs_outgoing *records =
	    nrs_arena_array(ctl->arena, DECISIONS_MAX, sizeof(*records));
	struct nrs_command said;
	enum nrs_rc rc = look(&s, err);

	*n = 0;
	*out = records;
	if (rc == NRS_OK && s.issue != NULL) {
		rc = ctl_handover_issue(ctl, s.issued, s.issue, records, err);
		*n = rc == NRS_OK;
	} else if (rc == NRS_OK) {
		rc = read_notice(&s, &said, err);
		if (rc == NRS_OK)
			*n = make_all(&s, &said, records);
	}
	nrs_map_free(s.handed, NULL);
	return rc;
}

/* ---- a command without outcome ---- */

static const char *
line_of(struct ctl *ctl, const struct nrs_submission *s)
{
	const struct nrs_wire_input in = {.type = NRS_TYPE_CONTENT,
	    .bytes = s->payload,
	    .how = NRS_WIRE_TOLERANT};
	struct nrs_err unused = {0};
	const struct nrs_content *content;
	void *value;

	if (s->type == NRS_SUBMISSION_POSTURE_CHANGE)
		return "noroshictl posture SECTOR LEVEL";
	if (s->type != NRS_SUBMISSION_NOTICE ||
	    nrs_wire_decode(ctl->arena, &in, &value, &unused) != NRS_OK)
		return "";
	content = value;
	if (content->kind == NRS_KIND_INITIAL)
		return "noroshictl issue FILE";
	return nrs_arena_printf(ctl->arena,
	    content->kind == NRS_KIND_RETRACTION ? "noroshictl retract %s"
	                                         : "noroshictl revise %s FILE",
	    content->thread_id);
}

static const char *
author_of(struct ctl *ctl, const struct nrs_submission *s)
{
	struct nrs_keyring *ring = NULL;
	const struct nrs_keyring_entry *entry = NULL;
	struct nrs_err unused = {0};
	const char *who = "its author";

	if (s->n_signatures > 0 &&
	    nrs_keyring_load(ctl->conf.keys, &ring, &unused) == NRS_OK)
		entry = nrs_keyring_find(ring, s->signatures[0].key_id);
	if (entry != NULL)
		who = nrs_arena_strdup(ctl->arena, entry->principal);
	nrs_keyring_free(ring);
	return who;
}

const char *
ctl_handover_anew(struct ctl *ctl, int64_t offset)
{
	const struct nrs_submission *s;
	struct nrs_err err = {0};
	const char *line;

	if (ctl_read_command(ctl, offset, &s, &err) != NRS_OK)
		return "passed over, and never decided; it cannot be read";
	line = line_of(ctl, s);
	if (line[0] == '\0')
		return "passed over, and never decided; whoever made it makes "
		       "it anew, if it still holds";
	return nrs_arena_printf(ctl->arena,
	    "passed over, and never decided; if it still holds, %s sends it "
	    "anew, under a new id: %s",
	    author_of(ctl, s), line);
}
