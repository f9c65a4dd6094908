/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/resend.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/again.h"
#include "ctl/reach_view.h"
#include "ctl/read.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/pipe.h"
#include "noroshi/io/wire.h"

#define TRANSACTION "noroshictl.resend"
#define TIMEOUT_MS 10000

static const char *const outputs[] = {NRS_TOPIC_DELIVERY_ALERT,
    NRS_TOPIC_DELIVERY_NEWSLETTER, NRS_TOPIC_DELIVERY_DUE, NRS_TOPIC_AUDIT};
#define N_OUTPUTS (sizeof(outputs) / sizeof(outputs[0]))

struct ctl_resend {
	struct ctl *ctl;
	const char *topics[N_OUTPUTS]; /* those that there are */
	size_t n_topics;
	struct nrs_once *once;
	struct nrs_reader *reader;
	struct nrs_outgoing *records;
	size_t n, cap;
};

static bool
has_topic(const struct ctl_resend *r, const char *topic)
{
	for (size_t i = 0; i < r->n_topics; i++)
		if (strcmp(r->topics[i], topic) == 0)
			return true;
	return false;
}

static enum nrs_rc
find_topics(struct ctl_resend *r, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;

	for (size_t i = 0; rc == NRS_OK && i < N_OUTPUTS; i++) {
		int partitions = 0;
		rc = nrs_reader_partitions(
		    r->reader, outputs[i], &partitions, err);
		if (rc == NRS_OK && partitions > 0)
			r->topics[r->n_topics++] = outputs[i];
	}
	return rc;
}

enum nrs_rc
ctl_resend_open(struct ctl *ctl, struct ctl_resend **out, struct nrs_err *err)
{
	struct ctl_resend *r = nrs_calloc(1, sizeof(*r));
	const struct nrs_once_conf once = {
	    .bus = &ctl->conf.bus, .id = TRANSACTION, .topics = r->topics};
	enum nrs_rc rc;

	r->ctl = ctl;
	rc = nrs_reader_open_lookup(&ctl->conf.bus, &r->reader, err);
	if (rc == NRS_OK)
		rc = find_topics(r, err);
	if (rc == NRS_OK) {
		struct nrs_once_conf conf = once;
		conf.n_topics = r->n_topics;
		rc = nrs_once_open(&conf, &r->once, err);
	}
	if (rc != NRS_OK) {
		nrs_err_prefix(err, "%s", ctl->conf.bus.servers);
		ctl_resend_close(r);
		return rc;
	}
	*out = r;
	return NRS_OK;
}

void
ctl_resend_close(struct ctl_resend *r)
{
	if (r == NULL)
		return;
	nrs_once_close(r->once);
	nrs_reader_close(r->reader);
	free(r);
}

enum nrs_rc
ctl_resend_may(const struct ctl_deliveries *d, struct nrs_err *err)
{
	const struct ctl_notice *notice = nrs_map_get(d->notices.by_id, d->id);

	if (!d->notices.readable)
		return nrs_refuse(err, "", "outcome",
		    "whether %s is still valid is in the topic outcome, which "
		    "could not be read",
		    d->id);
	if (notice->thread_id[0] == '\0')
		return nrs_refuse(
		    err, "", "not-found", "%s: no such notice", d->id);
	return ctl_again_may(notice, nrs_wall_ms(), err);
}

/* ---- what would go ---- */

static void
show(struct ctl *ctl, const struct ctl_again *again)
{
	bool full = ctl_opt(ctl, CTL_OPT_ADDRESSES) != NULL;
	const char *address =
	    again->channel == NULL ? "" : again->channel->address;

	ctl_out_begin(ctl->out, CTL_ROW);
	ctl_out_str(ctl->out, "subscriber_id", again->old->subscriber_id);
	ctl_out_term(ctl->out, "channel", NRS_VOC_CHANNEL_TYPE,
	    (int)again->old->channel);
	ctl_out_str(ctl->out, "address",
	    full ? address : ctl_reach_masked(ctl->arena, address));
	ctl_out_str(
	    ctl->out, "change", again->channel == NULL ? "skip" : "resend");
	ctl_out_int(ctl->out, "occasion",
	    (int64_t)again->old->occasion + (again->channel != NULL));
	ctl_out_str(ctl->out, "reason", again->why);
	ctl_out_end(ctl->out);
}

/* One word from a person; whoever cannot be asked has to say --yes. */
static enum nrs_rc
ask(struct ctl *ctl, size_t n, struct nrs_err *err)
{
	bool is_ja = strcmp(ctl_out_lang(ctl->out), "ja") == 0;
	char answer[16] = "";

	if (ctl_opt(ctl, CTL_OPT_YES) != NULL)
		return NRS_OK;
	if (isatty(STDIN_FILENO) != 1)
		return nrs_refuse(err, "", "usage",
		    "nobody can be asked here: say --yes (or --dry-run)");
	(void)fprintf(stderr,
	    is_ja ? "%zu 件を再送しますか [y/N] " : "Send %zu again? [y/N] ",
	    n);
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
	    (answer[0] == 'y' || answer[0] == 'Y'))
		return NRS_OK;
	return nrs_fail(err, NRS_FATAL, "nothing was sent");
}

/* ---- the records ---- */

static void
add_record(struct ctl_resend *r, const struct nrs_outgoing *record)
{
	if (r->n == r->cap) {
		size_t cap = r->cap == 0 ? 32 : r->cap * 2;
		struct nrs_outgoing *records =
		    nrs_arena_array(r->ctl->arena, cap, sizeof(*records));
		if (r->n > 0)
			memcpy(records, r->records, r->n * sizeof(*records));
		r->records = records;
		r->cap = cap;
	}
	r->records[r->n++] = *record;
}

/* The record that old was planned by, whole. */
static enum nrs_rc
read_batch(struct ctl_resend *r, const struct ctl_delivery *old,
    const struct nrs_delivery_batch **out, struct nrs_err *err)
{
	const struct nrs_reader_from from = {
	    old->topic, old->partition, old->offset};
	struct nrs_record record = {0};
	struct nrs_wire_input in = {
	    .type = NRS_TYPE_DELIVERY_BATCH, .how = NRS_WIRE_TOLERANT};
	void *batch;
	enum nrs_rc rc = nrs_reader_assign(r->reader, &from, 1, err);

	if (rc == NRS_OK)
		rc = nrs_reader_next(r->reader, TIMEOUT_MS, &record, err);
	if (rc == NRS_OK &&
	    (record.topic == NULL || record.offset != old->offset))
		rc = nrs_fail(err, NRS_RETRY, "%s %d@%lld did not arrive",
		    old->topic, old->partition, (long long)old->offset);
	if (rc != NRS_OK)
		return rc;
	in.bytes =
	    nrs_arena_bytes(r->ctl->arena, record.value.data, record.value.len);
	rc = nrs_wire_decode(r->ctl->arena, &in, &batch, err);
	*out = batch;
	return rc;
}

static void
add_batch(struct ctl_resend *r, const struct ctl_delivery *old,
    const struct nrs_delivery_batch *batch)
{
	struct nrs_arena *arena = r->ctl->arena;
	struct nrs_bus_header *headers =
	    nrs_arena_array(arena, 2, sizeof(*headers));
	const struct nrs_outgoing record = {.topic = old->topic,
	    .partition = old->partition,
	    .key = {(const uint8_t *)batch->thread_id,
	        strlen(batch->thread_id)},
	    .value = nrs_wire_encode(arena, NRS_TYPE_DELIVERY_BATCH, batch),
	    .headers = headers,
	    .n_headers = 2};

	headers[0] =
	    (struct nrs_bus_header){NRS_HEADER_THREAD, batch->thread_id};
	headers[1] = (struct nrs_bus_header){NRS_HEADER_SOURCE,
	    nrs_arena_printf(arena, "%lld", (long long)batch->source_offset)};
	add_record(r, &record);
}

static bool
same_record(const struct ctl_delivery *a, const struct ctl_delivery *b)
{
	return a->partition == b->partition && a->offset == b->offset &&
	       strcmp(a->topic, b->topic) == 0;
}

/* Each record that had a failure gets one successor, for its failures. */
static enum nrs_rc
add_batches(
    struct ctl_resend *r, struct ctl_again_query *q, struct nrs_err *err)
{
	for (size_t i = 0; i < q->n; i++) {
		const struct ctl_delivery *old = q->list[i].old;
		const struct nrs_delivery_batch *batch;
		size_t k = 0;
		if (q->list[i].channel == NULL)
			continue;
		while (k < i && (q->list[k].channel == NULL ||
		                    !same_record(q->list[k].old, old)))
			k++;
		if (k < i)
			continue; /* with an earlier one */
		if (read_batch(r, old, &q->old, err) != NRS_OK)
			return NRS_FATAL;
		batch = ctl_again_batch(q);
		if (batch != NULL)
			add_batch(r, old, batch);
	}
	return NRS_OK;
}

static void
add_audit(struct ctl_resend *r, const struct ctl_deliveries *d, size_t n)
{
	const struct passwd *who = getpwuid(getuid());
	const struct nrs_audit audit = {.at = nrs_wall_ms(),
	    .service = "noroshictl",
	    .who = who == NULL ? "" : who->pw_name,
	    .action = "deliveries.resend",
	    .about_id = d->id,
	    .detail = nrs_arena_printf(r->ctl->arena, "deliveries: %zu", n),
	    .mode = ctl_mode(r->ctl)};
	const struct nrs_outgoing record = {.topic = NRS_TOPIC_AUDIT,
	    .partition = 0,
	    .key = {(const uint8_t *)d->id, strlen(d->id)},
	    .value = nrs_wire_encode(r->ctl->arena, NRS_TYPE_AUDIT, &audit)};

	if (has_topic(r, NRS_TOPIC_AUDIT))
		add_record(r, &record);
}

static enum nrs_rc
write_all(struct ctl_resend *r, const struct ctl_deliveries *d,
    struct ctl_again_query *q, size_t n, struct nrs_err *err)
{
	enum nrs_rc rc = add_batches(r, q, err);

	if (rc != NRS_OK)
		return rc;
	add_audit(r, d, n);
	rc = nrs_once_write(r->once, r->records, r->n, err);
	if (rc == NRS_RETRY)
		nrs_err_prefix(err,
		    "whether it was written is not known, or somebody else has "
		    "begun to re-send; look at `noroshictl deliveries %s` "
		    "first",
		    d->id);
	return rc;
}

enum ctl_exit
ctl_resend_run(struct ctl_resend *r, const struct ctl_deliveries *d)
{
	struct ctl *ctl = r->ctl;
	const struct ctl_notice *notice = nrs_map_get(d->notices.by_id, d->id);
	struct ctl_again_query q = {.arena = ctl->arena,
	    .now_ms = nrs_wall_ms(),
	    .valid_until = notice->valid_until};
	struct nrs_err err = {0};
	size_t n = 0;
	enum nrs_rc rc;

	q.list = ctl_again_list(
	    ctl->arena, ctl_gather_ledger(d->gather), &d->members, &q.n);
	for (size_t i = 0; i < q.n; i++) {
		show(ctl, &q.list[i]);
		n += q.list[i].channel != NULL;
	}
	if (n == 0) {
		ctl_out_note(ctl->out, "There is nothing to send again.",
		    "再送するものはない。");
		return CTL_DONE;
	}
	if (ctl_opt(ctl, CTL_OPT_DRY_RUN) != NULL) {
		ctl_out_note(
		    ctl->out, "Nothing was sent.", "何も送っていない。");
		return CTL_DONE;
	}
	rc = ask(ctl, n, &err);
	if (rc == NRS_REJECT)
		return ctl_misused(ctl, &err);
	if (rc == NRS_OK)
		rc = write_all(r, d, &q, n, &err);
	if (rc == NRS_OK)
		return CTL_DONE;
	(void)ctl_failed(rc, &err);
	return rc == NRS_RETRY ? CTL_UNKNOWN : CTL_FAILED;
}
