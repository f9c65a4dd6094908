/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/preview.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/core/label.h"
#include "noroshi/io/foresee.h"
#include "noroshi/io/json.h"
#include "producer/admission.h"
#include "producer/reply.h"

/* What has been read so far; nothing that the topics do not hold. */
struct producer_previews {
	pthread_mutex_t lock;
	struct nrs_foresee *foresee; /* NULL until first asked */
};

struct producer_previews *
producer_previews_new(void)
{
	struct producer_previews *previews = nrs_calloc(1, sizeof(*previews));

	(void)pthread_mutex_init(&previews->lock, NULL);
	return previews;
}

void
producer_previews_free(struct producer_previews *previews)
{
	if (previews == NULL)
		return;
	nrs_foresee_close(previews->foresee);
	(void)pthread_mutex_destroy(&previews->lock);
	free(previews);
}

/* ---- the answer ---- */

static void
member(struct nrs_buf *out, const char *name, const char *value)
{
	if (out->data[out->len - 1] != '{')
		nrs_buf_addc(out, ',');
	nrs_json_string(out, name);
	nrs_buf_addc(out, ':');
	nrs_json_string(out, value);
}

static void
number(struct nrs_buf *out, const char *name, size_t value)
{
	if (out->data[out->len - 1] != '{')
		nrs_buf_addc(out, ',');
	nrs_json_string(out, name);
	nrs_buf_printf(out, ":%zu", value);
}

/* Between the members of a list. */
static void
next(struct nrs_buf *out)
{
	if (out->data[out->len - 1] != '[')
		nrs_buf_addc(out, ',');
	nrs_buf_addc(out, '{');
}

static void
add_recipients(struct nrs_buf *out, const struct nrs_preview *preview)
{
	const struct nrs_preview_recipient *r;
	size_t i;

	nrs_buf_adds(out, ",\"recipients\":[");
	for (i = 0; i < preview->n_recipients; i++) {
		r = &preview->recipients[i];
		next(out);
		member(out, "subscriber_id", r->subscriber_id);
		member(out, "name", r->name);
		member(out, "channel",
		    nrs_term_name(NRS_VOC_CHANNEL_TYPE, (int)r->channel));
		member(out, "what",
		    r->purpose == NRS_PURPOSE_STUB ? "STUB" : "ALERT");
		member(out, "when",
		    r->unless != NULL ? "unconfirmed"
		    : r->now          ? "now"
		                      : "newsletter");
		if (r->unless != NULL)
			member(out, "unless", r->unless);
		member(out, "rule", r->rule);
		nrs_buf_addc(out, '}');
	}
	nrs_buf_addc(out, ']');
}

static void
add_ways(struct nrs_buf *out, const struct nrs_preview *preview)
{
	const struct nrs_preview_way *way;
	char text[NRS_TIME_SIZE];
	size_t i, k;

	nrs_buf_adds(out, ",\"arrangements\":[");
	for (i = 0; i < preview->n_ways; i++) {
		way = &preview->ways[i];
		next(out);
		member(out, "arrangement_id", way->arrangement_id);
		member(out, "name", way->name);
		nrs_buf_adds(out, ",\"contacts\":[");
		for (k = 0; k < way->n_roles; k++) {
			nrs_buf_adds(out, k == 0 ? "" : ",");
			nrs_json_string(out, way->roles[k]);
		}
		nrs_buf_addc(out, ']');
		number(out, "waiting", way->n_waiting);
		if (way->wait_until > 0)
			member(
			    out, "until", nrs_time_utc(way->wait_until, text));
		nrs_buf_addc(out, '}');
	}
	nrs_buf_addc(out, ']');
}

static void
add_reach(struct nrs_buf *out, const struct nrs_preview *preview)
{
	nrs_buf_adds(out, ",\"reach\":{");
	number(out, "recipients", preview->n_reached);
	number(out, "stubs", preview->n_stubs);
	number(out, "not_cleared", preview->n_not_cleared);
	number(out, "filtered", preview->n_filtered);
	number(out, "unreachable", preview->n_unreachable);
	nrs_buf_addc(out, '}');
}

static void
add_unusual(struct nrs_buf *out, const struct nrs_preview *preview)
{
	size_t i;

	nrs_buf_adds(out, ",\"unusual\":[");
	if (preview->first) {
		next(out);
		nrs_buf_adds(out, "\"first\":true}");
	}
	for (i = 0; i < preview->n_new_sectors; i++) {
		next(out);
		member(out, "sector", preview->new_sectors[i]);
		nrs_buf_addc(out, '}');
	}
	if (preview->new_label) {
		next(out);
		member(out, "tlp",
		    nrs_term_name(NRS_VOC_TLP, (int)preview->outcome.tlp));
		nrs_buf_addc(out, '}');
	}
	nrs_buf_addc(out, ']');
}

static void
add_texts(struct nrs_buf *out, const struct nrs_preview *preview)
{
	const struct nrs_preview_text *text;
	struct nrs_buf whole = {0};
	size_t i;

	nrs_buf_adds(out, ",\"texts\":[");
	for (i = 0; i < preview->n_texts; i++) {
		text = &preview->texts[i];
		nrs_buf_reset(&whole);
		nrs_buf_printf(&whole, "%s%s", text->rendered.text_head,
		    text->rendered.text);
		next(out);
		member(out, "what", text->stub ? "STUB" : "ALERT");
		member(out, "lang", text->lang);
		member(out, "subject", text->rendered.subject);
		member(out, "text", nrs_buf_str(&whole));
		nrs_buf_addc(out, '}');
	}
	nrs_buf_addc(out, ']');
	nrs_buf_fini(&whole);
}

static void
reply_preview(struct nrs_http_reply *reply, const struct nrs_preview *preview,
    bool is_desk)
{
	struct nrs_buf *out = &reply->body;

	reply->status =
	    preview->outcome.verdict == NRS_VERDICT_REJECTED ? 422 : 200;
	reply->type = "application/json";
	nrs_buf_adds(out, "{\"outcome\":");
	nrs_json_encode(out, NRS_TYPE_OUTCOME, &preview->outcome);
	/* No recipient learns who the others are (invariant 8), and an issuer
	 * may be one. */
	if (is_desk) {
		add_recipients(out, preview);
		add_ways(out, preview);
	}
	add_reach(out, preview);
	add_unusual(out, preview);
	add_texts(out, preview);
	nrs_buf_adds(out, "}\n");
}

/* ---- the work ---- */

static enum nrs_rc
read_on(struct producer *p, struct nrs_err *err)
{
	struct producer_previews *previews = p->previews;
	const struct nrs_foresee_conf conf = {.bus = &p->conf->common.bus,
	    .timeout_ms = (int)p->conf->append_timeout_ms};
	enum nrs_rc rc = NRS_OK;

	if (previews->foresee == NULL)
		rc = nrs_foresee_open(&conf, &previews->foresee, err);
	if (rc == NRS_OK)
		rc = nrs_foresee_refresh(
		    previews->foresee, p->door->keyring, err);
	/* A topic that is not there yet may come: it is not the caller's. */
	return rc == NRS_OK ? NRS_OK : NRS_RETRY;
}

/* A reload waits meanwhile: the tables are the door's. */
static enum nrs_rc
foresee(struct producer *p, struct nrs_arena *arena,
    const struct producer_admission *admission, struct nrs_preview *out,
    struct nrs_err *err)
{
	const struct nrs_admitted *a = &admission->admitted;
	struct nrs_foresee_query query = {.arena = arena,
	    .submission = a->submission,
	    .content = a->content,
	    .addressing = a->addressing,
	    .n_unknown = a->n_unknown,
	    .now_ms = admission->accepted_at,
	    .ack = {.immediate_ms = p->conf->ack_immediate_ms,
	        .priority_ms = p->conf->ack_priority_ms,
	        .routine_ms = p->conf->ack_routine_ms,
	        .report_after = NRS_ACK_REPORT_AFTER,
	        .give_up_ms = NRS_ACK_GIVE_UP_MS},
	    .principal = admission->principal};
	enum nrs_rc rc;

	(void)pthread_rwlock_rdlock(&p->door_lock);
	query.policy = p->door->policy;
	if (query.policy == NULL)
		rc = nrs_refuse(err, "", "preview-off",
		    "this producer has no rules to preview by (rules = ...)");
	else
		rc = read_on(p, err);
	if (rc == NRS_OK)
		rc = nrs_foresee(p->previews->foresee, &query, out, err);
	(void)pthread_rwlock_unlock(&p->door_lock);
	return rc;
}

static enum nrs_rc
is_notice(const struct producer_admission *admission, struct nrs_err *err)
{
	const struct nrs_submission *s = admission->admitted.submission;

	if (s->type == NRS_SUBMISSION_NOTICE)
		return NRS_OK;
	return nrs_refuse(err, "type", "preview-type",
	    "only a NOTICE can be previewed, not a %s",
	    nrs_term_name(NRS_VOC_SUBMISSION_TYPE, (int)s->type));
}

/* The next preview changes what this one points to: it waits until this one is
 * written down. */
static enum nrs_rc
answer(struct producer *p, struct nrs_arena *arena,
    const struct producer_admission *admission, struct nrs_http_reply *reply,
    struct nrs_err *err)
{
	struct nrs_preview preview;
	enum nrs_rc rc;

	(void)pthread_mutex_lock(&p->previews->lock);
	rc = foresee(p, arena, admission, &preview, err);
	if (rc == NRS_OK)
		reply_preview(reply, &preview, admission->is_desk);
	(void)pthread_mutex_unlock(&p->previews->lock);
	return rc;
}

void
producer_preview(struct producer *producer,
    const struct producer_request *request, struct nrs_http_reply *reply)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct producer_admission admission = {0};
	struct nrs_err err = {0};
	const char *id = "";
	enum nrs_rc rc =
	    producer_admit(producer, request, arena, &admission, &err);

	if (rc == NRS_OK)
		rc = is_notice(&admission, &err);
	if (admission.admitted.submission != NULL)
		id = admission.admitted.submission->submission_id;
	if (rc == NRS_OK)
		rc = answer(producer, arena, &admission, reply, &err);
	if (rc == NRS_REJECT && strcmp(err.rule, "preview-off") == 0)
		producer_reply_refused(reply, 404, id, &err);
	else if (rc == NRS_REJECT)
		producer_reply_refused(reply, 422, id, &err);
	else if (rc != NRS_OK)
		producer_reply_unavailable(reply, id, "bus-down", &err);
	nrs_arena_free(arena);
}
