/* SPDX-License-Identifier: Apache-2.0 */
#include "classifier/outputs_private.h"

#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/label.h"
#include "noroshi/core/rule.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/sign.h"
#include "noroshi/io/wire.h"

struct nrs_bytes
outputs_bytes_of(const char *s)
{
	return (struct nrs_bytes){(const uint8_t *)s, strlen(s)};
}

void
outputs_write(struct outputs_writer *w, const struct nrs_outgoing *record)
{
	struct nrs_outgoing *more;

	if (w->out.n == w->cap) {
		w->cap = w->cap == 0 ? 32 : 2 * w->cap;
		more = nrs_arena_array(w->arena, w->cap, sizeof(*more));
		if (w->out.n > 0)
			memcpy(more, w->out.records, w->out.n * sizeof(*more));
		w->out.records = more;
	}
	w->out.records[w->out.n++] = *record;
}

static const struct nrs_bus_header *
headers_of(struct outputs_writer *w, const char *type, const char *sector)
{
	return nrs_handover_headers(w->arena, &w->notice, type, sector);
}

/* ---- the outcome, and the pointer to what was refused ---- */

static void
write_outcome(struct outputs_writer *w)
{
	static const struct nrs_bus_header headers[] = {
	    {"content-type", "application/protobuf"},
	    {"ce_specversion", "1.0"},
	    {"ce_type", "noroshi.outcome.v1"},
	    {"ce_source", OUTPUTS_SOURCE},
	};
	const struct nrs_outcome *o = w->outcome;
	const char *key = o->submission_id;

	if (key[0] == '\0')
		key = nrs_arena_printf(
		    w->arena, "journal:%lld", (long long)o->journal_offset);
	outputs_write(
	    w, &(struct nrs_outgoing){.topic = NRS_TOPIC_OUTCOME,
	           .key = outputs_bytes_of(key),
	           .value = nrs_wire_encode(w->arena, NRS_TYPE_OUTCOME, o),
	           .headers = headers,
	           .n_headers = sizeof(headers) / sizeof(headers[0])});
}

static void
write_rejection(struct outputs_writer *w)
{
	const struct nrs_outcome *o = w->outcome;
	const struct nrs_rejection rejection = {
	    .topic = NRS_TOPIC_JOURNAL,
	    .offset = o->journal_offset,
	    .service = "classifier",
	    .field = o->field,
	    .rule = o->rule,
	    .text = o->text,
	    .at = o->decided_at,
	    .mode = o->mode,
	    .submission_id = o->submission_id,
	};

	outputs_write(w, &(struct nrs_outgoing){.topic = NRS_TOPIC_REJECTED,
	                     .key = outputs_bytes_of(nrs_arena_printf(w->arena,
	                         "journal:%lld", (long long)o->journal_offset)),
	                     .value = nrs_wire_encode(
	                         w->arena, NRS_TYPE_REJECTION, &rejection)});
}

/* ---- alerts ---- */

/* What every copy has in common is encoded once: in protobuf a message may be
 * the concatenation of two, each with some of its fields. */
static struct nrs_bytes
common_of(struct outputs_writer *w)
{
	const struct nrs_submission *said = w->said->submission;
	const struct nrs_alert common = {
	    .payload = said->payload,
	    .addressing_sha256 = w->said->addressing_sha256,
	    .signatures = said->signatures,
	    .n_signatures = said->n_signatures,
	    .accepted_at = said->accepted_at,
	    .submission_id = said->submission_id,
	    .mode = said->mode,
	};

	if (w->common.data == NULL)
		w->common = nrs_wire_encode(w->arena, NRS_TYPE_ALERT, &common);
	return w->common;
}

static struct nrs_bytes
encode_alert(
    struct outputs_writer *w, struct nrs_classification *classification)
{
	const struct nrs_alert alert = {.classification = classification};
	const struct nrs_bytes common = common_of(w);
	const struct nrs_bytes own =
	    nrs_wire_encode(w->arena, NRS_TYPE_ALERT, &alert);
	uint8_t *whole = nrs_arena_alloc(w->arena, common.len + own.len);

	memcpy(whole, common.data, common.len);
	memcpy(whole + common.len, own.data, own.len);
	return (struct nrs_bytes){whole, common.len + own.len};
}

/* Does a record of this copy belong into this topic? */
static bool
belongs(const struct outputs_writer *w, const struct nrs_classification *copy,
    const char *topic)
{
	static const char alert[] = "alert.", ceptoar[] = "alert.ceptoar.";
	const size_t n = strlen(copy->sector);
	const struct nrs_ceptoar *one;

	if (strncmp(topic, ceptoar, strlen(ceptoar)) == 0) {
		one = nrs_ceptoar_find(
		    w->policy->sectors, topic + strlen(ceptoar));
		return one != NULL && strcmp(one->sector, copy->sector) == 0 &&
		       (copy->ceptoar[0] == '\0' ||
		           strcmp(copy->ceptoar, one->id) == 0);
	}
	return strncmp(topic, alert, strlen(alert)) == 0 &&
	       strncmp(topic + strlen(alert), copy->sector, n) == 0 &&
	       topic[strlen(alert) + n] == '.';
}

static void
write_alert(struct outputs_writer *w, const char *topic)
{
	const struct nrs_outcome *o = w->outcome;
	size_t i;

	for (i = 0; i < o->n_copies; i++)
		if (belongs(w, &o->copies[i], topic))
			break;
	if (i == o->n_copies)
		return;
	if (w->alerts[i].data == NULL) {
		w->alerts[i] = encode_alert(w, &o->copies[i]);
		w->headers[i] =
		    headers_of(w, "noroshi.alert.v1", o->copies[i].sector);
	}
	outputs_write(w, &(struct nrs_outgoing){.topic = topic,
	                     .key = outputs_bytes_of(o->thread_id),
	                     .value = w->alerts[i],
	                     .headers = w->headers[i],
	                     .n_headers = NRS_HANDOVER_HEADERS});
}

/* The public page is of no sector, and says nothing of any one's posture. */
static void
write_web(struct outputs_writer *w)
{
	const struct nrs_outcome *o = w->outcome;
	struct nrs_classification public;
	size_t i;

	for (i = 0; i < o->n_copies; i++)
		if ((nrs_rule_routes(
		         o->copies[i].routes, o->copies[i].n_routes) &
		        NRS_WEB) != 0)
			break;
	if (i == o->n_copies)
		return;
	public = (struct nrs_classification){
	    .column = o->copies[i].column,
	    .newsletter_section = o->copies[i].newsletter_section,
	    .decided_at = o->copies[i].decided_at,
	};
	outputs_write(w, &(struct nrs_outgoing){.topic = NRS_TOPIC_WEB,
	                     .key = outputs_bytes_of(o->thread_id),
	                     .value = encode_alert(w, &public),
	                     .headers = headers_of(w, "noroshi.alert.v1", ""),
	                     .n_headers = NRS_HANDOVER_HEADERS});
}

/* "Withdrawn" or "changed", signed like its notice, over an addressing of no
 * bytes; it names nobody and says nothing. */
static void
write_stubs(struct outputs_writer *w)
{
	const struct nrs_submission *said = w->said->submission;
	const struct nrs_outcome *o = w->outcome;
	uint8_t *nothing = nrs_arena_alloc(w->arena, NRS_SHA256_SIZE);
	const struct nrs_bus_header *headers;
	struct nrs_bytes value;
	size_t i;

	if (o->n_stub_topics == 0 || said->n_stubs == 0)
		return;
	nrs_sha256((struct nrs_bytes){0}, nothing);
	value = nrs_wire_encode(w->arena, NRS_TYPE_ALERT,
	    &(struct nrs_alert){.payload = said->stubs[0].payload,
	        .addressing_sha256 = {nothing, NRS_SHA256_SIZE},
	        .signatures = said->stubs[0].signatures,
	        .n_signatures = said->stubs[0].n_signatures,
	        .stub = true,
	        .accepted_at = said->accepted_at,
	        .submission_id = said->submission_id,
	        .mode = said->mode});
	headers = headers_of(w, "noroshi.stub.v1", "");
	for (i = 0; i < o->n_stub_topics; i++)
		outputs_write(
		    w, &(struct nrs_outgoing){.topic = o->stub_topics[i],
		           .key = outputs_bytes_of(o->thread_id),
		           .value = value,
		           .headers = headers,
		           .n_headers = NRS_HANDOVER_HEADERS});
}

static void
write_dispatch(struct outputs_writer *w)
{
	struct nrs_outgoing record;

	if (nrs_handover_make(w->arena, &w->notice, &record))
		outputs_write(w, &record);
}

/* ---- all of it ---- */

static void
write_notice(struct outputs_writer *w)
{
	const struct nrs_outcome *o = w->outcome;
	size_t i;

	w->notice = nrs_handover_of(w->arena, o, w->said);
	w->alerts =
	    nrs_arena_array(w->arena, o->n_copies, sizeof(struct nrs_bytes));
	w->headers = nrs_arena_array(
	    w->arena, o->n_copies, sizeof(struct nrs_bus_header *));
	for (i = 0; i < o->n_topics; i++)
		if (strcmp(o->topics[i], NRS_TOPIC_WEB) == 0)
			write_web(w);
		else
			write_alert(w, o->topics[i]);
	write_stubs(w);
	write_dispatch(w);
}

/* ---- what waited ---- */

/* As if it were decided now: by what the promotions say of it. */
static void
write_promoted(struct outputs_writer *w, const struct nrs_command *said)
{
	struct outputs_writer own = {
	    .arena = w->arena,
	    .policy = w->policy,
	    .outcome = nrs_handover_promoted(w->arena, w->outcome, said),
	    .said = said,
	    .out = w->out,
	    .cap = w->cap,
	};

	if (own.outcome == NULL)
		return;
	write_notice(&own);
	w->out = own.out;
	w->cap = own.cap;
}

struct classifier_outputs
classifier_outputs_of(struct nrs_arena *arena, const struct nrs_policy *policy,
    const struct nrs_command *cmd, const struct nrs_outcome *outcome,
    const struct classifier_again *again)
{
	struct outputs_writer w = {
	    .arena = arena, .policy = policy, .outcome = outcome};
	size_t i;

	w.said = cmd->approved != NULL ? cmd->approved : cmd;
	write_outcome(&w);
	if (cmd->refused != NULL)
		write_rejection(&w);
	else if (outcome->n_copies + outcome->n_stub_topics > 0)
		write_notice(&w);
	for (i = 0; i < again->n; i++)
		write_promoted(&w, again->items[i]);
	outputs_write_issues(&w, again);
	return w.out;
}
