/* SPDX-License-Identifier: Apache-2.0 */
#include "classifier/outputs_private.h"

#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/label.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/sign.h"
#include "noroshi/io/wire.h"

#define URGENT(route)                                                          \
	((route) == NRS_ROUTE_REALTIME || (route) == NRS_ROUTE_OVERRIDE)

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

/* ---- headers: CloudEvents 1.0 in binary mode, and what one filters by ---- */

#define N_HEADERS 11

static const struct nrs_bus_header *
headers_of(struct outputs_writer *w, const char *type, const char *sector)
{
	const struct nrs_outcome *o = w->outcome;
	const struct nrs_bus_header all[N_HEADERS] = {
	    {"content-type", "application/protobuf"},
	    {"ce_specversion", "1.0"},
	    {"ce_id", w->said->content->notice_id},
	    {"ce_type", type},
	    {"ce_source", OUTPUTS_SOURCE},
	    {"ce_time", w->time},
	    {"thread", o->thread_id},
	    {"revision", w->revision},
	    {"tlp", nrs_term_name(NRS_VOC_TLP, (int)o->tlp)},
	    {"mode", nrs_term_name(NRS_VOC_MODE, (int)o->mode)},
	    {"sector", sector},
	};
	struct nrs_bus_header *headers =
	    nrs_arena_array(w->arena, N_HEADERS, sizeof(*headers));

	memcpy(headers, all, sizeof(all));
	return headers;
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

static bool
has_route(const struct nrs_classification *copy, enum nrs_route route)
{
	size_t i;

	for (i = 0; i < copy->n_routes; i++)
		if (copy->routes[i] == route)
			return true;
	return false;
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
	                     .n_headers = N_HEADERS});
}

/* The public page is of no sector, and says nothing of any one's posture. */
static void
write_web(struct outputs_writer *w)
{
	const struct nrs_outcome *o = w->outcome;
	struct nrs_classification public;
	size_t i;

	for (i = 0; i < o->n_copies; i++)
		if (has_route(&o->copies[i], NRS_ROUTE_WEB))
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
	                     .n_headers = N_HEADERS});
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
		           .n_headers = N_HEADERS});
}

/* ---- dispatch ---- */

/* What goes out now; what waits is not the dispatcher's yet. */
static void
pick_copies(struct outputs_writer *w, struct nrs_dispatch *dispatch)
{
	const struct nrs_outcome *o = w->outcome;
	size_t i;

	dispatch->copies =
	    nrs_arena_array(w->arena, o->n_copies, sizeof(*dispatch->copies));
	for (i = 0; i < o->n_copies; i++)
		if (has_route(&o->copies[i], NRS_ROUTE_REALTIME) ||
		    has_route(&o->copies[i], NRS_ROUTE_OVERRIDE))
			dispatch->copies[dispatch->n_copies++] = o->copies[i];
}

static void
write_dispatch(struct outputs_writer *w)
{
	const struct nrs_submission *said = w->said->submission;
	const struct nrs_outcome *o = w->outcome;
	struct nrs_dispatch dispatch = {
	    .payload = said->payload,
	    .addressing = said->addressing,
	    .signatures = said->signatures,
	    .n_signatures = said->n_signatures,
	    .stubs = said->stubs,
	    .n_stubs = said->n_stubs,
	    .accepted_at = said->accepted_at,
	    .journal_offset = w->said->journal_offset,
	    .submission_id = said->submission_id,
	    .mode = said->mode,
	};

	pick_copies(w, &dispatch);
	if (dispatch.n_copies == 0)
		return;
	if (o->thread != NULL && o->thread->n_notice_ids > 1) {
		dispatch.supersedes_all = o->thread->notice_ids;
		dispatch.n_supersedes_all = o->thread->n_notice_ids - 1;
	}
	outputs_write(
	    w, &(struct nrs_outgoing){.topic = NRS_TOPIC_DISPATCH_ALERT,
	           .key = outputs_bytes_of(o->thread_id),
	           .value =
	               nrs_wire_encode(w->arena, NRS_TYPE_DISPATCH, &dispatch),
	           .headers = headers_of(w, "noroshi.dispatch.v1", ""),
	           .n_headers = N_HEADERS});
}

/* ---- all of it ---- */

static void
write_notice(struct outputs_writer *w)
{
	const struct nrs_outcome *o = w->outcome;
	char *time = nrs_arena_alloc(w->arena, NRS_TIME_SIZE);
	size_t i;

	w->time = nrs_time_utc(w->said->submission->accepted_at, time);
	w->revision = nrs_arena_printf(w->arena, "%u", (unsigned)o->revision);
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

static const char **
grow_names(struct nrs_arena *arena, const char **was, size_t n, size_t more)
{
	const char **names = nrs_arena_array(arena, n + more, sizeof(*names));

	if (n > 0)
		memcpy(names, was, n * sizeof(*names));
	return names;
}

/* One sector that the notice is promoted for. */
static void
add_promotion(struct outputs_writer *w, const struct nrs_promotion *from,
    struct nrs_outcome *notice, struct nrs_thread_change *thread)
{
	notice->tlp = from->tlp;
	notice->copies[notice->n_copies++] = *from->copy;
	notice->topics = grow_names(
	    w->arena, notice->topics, notice->n_topics, from->n_topics);
	if (from->n_topics > 0)
		memcpy(&notice->topics[notice->n_topics], from->topics,
		    from->n_topics * sizeof(*from->topics));
	notice->n_topics += from->n_topics;
	thread->notice_ids = grow_names(
	    w->arena, from->supersedes_all, from->n_supersedes_all, 1);
	thread->notice_ids[from->n_supersedes_all] = from->notice_id;
	thread->n_notice_ids = from->n_supersedes_all + 1;
}

/* As if it were decided now: by what the promotions say of it. */
static void
write_promoted(struct outputs_writer *w, const struct nrs_command *said)
{
	const struct nrs_outcome *outcome = w->outcome;
	const struct nrs_promotion *each;
	struct nrs_thread_change thread = {0};
	struct nrs_outcome notice = {
	    .mode = outcome->mode,
	    .thread_id = said->content->thread_id,
	    .revision = said->content->revision,
	    .thread = &thread,
	};
	struct outputs_writer own = {
	    .arena = w->arena,
	    .policy = w->policy,
	    .outcome = &notice,
	    .said = said,
	    .out = w->out,
	    .cap = w->cap,
	};
	size_t i;

	notice.copies = nrs_arena_array(w->arena, outcome->n_promotions + 1,
	    sizeof(struct nrs_classification));
	for (i = 0; i < outcome->n_promotions; i++) {
		each = &outcome->promotions[i];
		if (each->journal_offset == said->journal_offset)
			add_promotion(&own, each, &notice, &thread);
	}
	if (notice.n_copies == 0)
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
