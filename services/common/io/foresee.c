/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/foresee.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/base/map.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/roster.h"
#include "noroshi/io/subscription.h"
#include "noroshi/io/wire.h"

#define SIGNERS_MAX 4
#define HEADER_THREAD "thread" /* of each delivery batch */

/* What the signers of one notice have issued: gets its sectors and label once
 * it has gone out. */
struct signed_by {
	struct nrs_usage *usages[SIGNERS_MAX];
	size_t n;
};

/* One partition of a topic, read from next on. */
struct place {
	const char *topic;
	enum nrs_message_type type;
	int64_t next;
};

struct nrs_foresee {
	struct nrs_foresee_conf conf;
	const struct nrs_keyring *ring; /* while it is refreshed */
	struct nrs_arena *scratch;      /* of one record */
	struct place journal, outcome, subscription, verification, dispatch;
	struct nrs_state *state;
	struct nrs_roster *roster;
	struct nrs_map *signers; /* submission id: struct signed_by */
	struct nrs_map *usages;  /* principal, "" for all: struct nrs_usage */
	struct nrs_arrangements *arrangements;
	bool knows_issuers, knows_contacts;
};

static void
free_usage(void *value)
{
	struct nrs_usage *usage = value;
	size_t i;

	for (i = 0; i < usage->n_sectors; i++)
		free(usage->sectors[i]);
	free(usage->sectors);
	free(usage);
}

enum nrs_rc
nrs_foresee_open(const struct nrs_foresee_conf *conf, struct nrs_foresee **out,
    struct nrs_err *err)
{
	struct nrs_foresee *f = nrs_calloc(1, sizeof(*f));

	(void)err;
	f->conf = *conf;
	f->scratch = nrs_arena_new();
	f->journal = (struct place){NRS_TOPIC_JOURNAL, NRS_TYPE_SUBMISSION, 0};
	f->outcome = (struct place){NRS_TOPIC_OUTCOME, NRS_TYPE_OUTCOME, 0};
	f->subscription =
	    (struct place){NRS_TOPIC_SUBSCRIPTION, NRS_TYPE_SUBMISSION, 0};
	f->state = nrs_state_new();
	f->verification =
	    (struct place){NRS_TOPIC_VERIFICATION, NRS_TYPE_VERIFICATION, 0};
	f->dispatch =
	    (struct place){NRS_TOPIC_DISPATCH_ALERT, NRS_TYPE_DISPATCH, 0};
	f->arrangements = nrs_arrangements_new();
	f->roster = nrs_roster_new();
	f->signers = nrs_map_new();
	f->usages = nrs_map_new();
	*out = f;
	return NRS_OK;
}

void
nrs_foresee_close(struct nrs_foresee *f)
{
	if (f == NULL)
		return;
	nrs_state_free(f->state);
	nrs_arrangements_free(f->arrangements);
	nrs_roster_free(f->roster);
	nrs_map_free(f->signers, free);
	nrs_map_free(f->usages, free_usage);
	nrs_arena_free(f->scratch);
	free(f);
}

bool
nrs_foresee_knows_issuers(const struct nrs_foresee *f)
{
	return f->knows_issuers;
}

bool
nrs_foresee_knows_contacts(const struct nrs_foresee *f)
{
	return f->knows_contacts;
}

/* ---- who issued what ---- */

static struct nrs_usage *
usage_of(struct nrs_foresee *f, const char *principal)
{
	struct nrs_usage *usage = nrs_map_get(f->usages, principal);

	if (usage != NULL)
		return usage;
	usage = nrs_calloc(1, sizeof(*usage));
	(void)nrs_map_put(f->usages, principal, usage);
	return usage;
}

static void
add_signer(struct signed_by *by, struct nrs_usage *usage)
{
	size_t i;

	for (i = 0; i < by->n; i++)
		if (by->usages[i] == usage)
			return;
	if (by->n < SIGNERS_MAX)
		by->usages[by->n++] = usage;
}

static void
see_command(struct nrs_foresee *f, const struct nrs_submission *s)
{
	const struct nrs_keyring_entry *key;
	struct signed_by *by;
	size_t i;

	if (s->type != NRS_SUBMISSION_NOTICE)
		return;
	by = nrs_calloc(1, sizeof(*by));
	add_signer(by, usage_of(f, ""));
	for (i = 0; f->ring != NULL && i < s->n_signatures; i++) {
		key = nrs_keyring_find(f->ring, s->signatures[i].key_id);
		if (key != NULL)
			add_signer(by, usage_of(f, key->principal));
	}
	free(nrs_map_put(f->signers, s->submission_id, by));
}

static void
use_sector(struct nrs_usage *usage, const char *sector)
{
	size_t i;

	for (i = 0; i < usage->n_sectors; i++)
		if (strcmp(usage->sectors[i], sector) == 0)
			return;
	usage->sectors = nrs_realloc(
	    usage->sectors, usage->n_sectors + 1, sizeof(*usage->sectors));
	usage->sectors[usage->n_sectors++] = nrs_strdup(sector);
}

/* What was held went out by the outcome of its approval. */
static void
see_outcome(struct nrs_foresee *f, const struct nrs_outcome *o)
{
	const struct signed_by *by = nrs_map_get(f->signers, o->submission_id);
	size_t i, j;

	nrs_apply(f->state, o);
	if (by == NULL)
		by = nrs_map_get(f->signers, o->about_id);
	for (i = 0; by != NULL && o->n_copies > 0 && i < by->n; i++) {
		by->usages[i]->n++;
		for (j = 0; j < o->n_copies; j++)
			use_sector(by->usages[i], o->copies[j].sector);
		if (o->tlp > 0 && o->tlp <= NRS_TLP_CLEAR)
			by->usages[i]->labels[o->tlp] = true;
	}
}

/* ---- whom there is ---- */

static void
forget(struct nrs_foresee *f, const struct nrs_record *record)
{
	const char *id = nrs_arena_strndup(
	    f->scratch, (const char *)record->key.data, record->key.len);

	nrs_roster_remove(f->roster, id);
}

/* What cannot be read changes nothing, as in the dispatcher. */
static void
see_subscription(struct nrs_foresee *f, const struct nrs_submission *s)
{
	const struct nrs_subscription *sub;
	struct nrs_err unused = {0};

	if (nrs_subscription_open(f->scratch, s, &sub, &unused) != NRS_OK)
		return;
	nrs_roster_put(f->roster, sub);
}

/* As the planner reads it; what the dispatcher would not believe, the door and
 * the classifier have refused before it. */
static void
see_dispatch(struct nrs_foresee *f, const struct nrs_dispatch *dispatch)
{
	const struct nrs_wire_input in = {.type = NRS_TYPE_CONTENT,
	    .bytes = dispatch->payload,
	    .how = NRS_WIRE_TOLERANT};
	struct nrs_err unused = {0};
	void *content;

	if (nrs_wire_decode(f->scratch, &in, &content, &unused) == NRS_OK)
		nrs_arrangements_note(f->arrangements, content);
}

/* ---- reading on ---- */

struct pass {
	struct nrs_foresee *f;
	struct place *place;
	bool is_ahead; /* an outcome of a command that was not read yet */
};

static void
take(
    const struct pass *pass, const struct nrs_record *record, const void *value)
{
	if (value == NULL && pass->place == &pass->f->subscription)
		forget(pass->f, record);
	if (value == NULL)
		return;
	if (pass->place == &pass->f->journal)
		see_command(pass->f, value);
	else if (pass->place == &pass->f->outcome)
		see_outcome(pass->f, value);
	else if (pass->place == &pass->f->verification)
		nrs_roster_prove(pass->f->roster, value);
	else if (pass->place == &pass->f->dispatch)
		see_dispatch(pass->f, value);
	else
		see_subscription(pass->f, value);
}

/* Who issued it is in the journal: what came to both topics since that was read
 * is left for the next time. */
static bool
is_ahead(const struct pass *pass, const void *value)
{
	const struct nrs_outcome *o = value;

	return pass->place == &pass->f->outcome && pass->f->knows_issuers &&
	       o->journal_offset >= pass->f->journal.next;
}

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct pass *pass = ctx;
	const struct nrs_wire_input in = {.type = pass->place->type,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	struct nrs_err unused = {0};
	void *value = NULL;

	nrs_arena_reset(pass->f->scratch);
	if (record->value.data != NULL &&
	    nrs_wire_decode(pass->f->scratch, &in, &value, &unused) != NRS_OK) {
		pass->place->next = record->offset + 1;
		return NRS_OK;
	}
	if (value != NULL && is_ahead(pass, value)) {
		pass->is_ahead = true;
		return nrs_fail(err, NRS_RETRY, "ahead of the journal");
	}
	take(pass, record, value);
	pass->place->next = record->offset + 1;
	return NRS_OK;
}

static enum nrs_rc
find_topic(struct nrs_foresee *f, struct nrs_reader *reader, const char *topic,
    int *n, struct nrs_err *err)
{
	enum nrs_rc rc = nrs_reader_partitions(reader, topic, n, err);

	if (rc == NRS_OK && *n == 0)
		rc = nrs_refuse(err, "", "not-found",
		    "%s has no topic \"%s\" under this prefix: another bus or "
		    "bus.prefix, or `noroshictl topics apply` is still to come",
		    f->conf.bus->servers, topic);
	return rc;
}

static enum nrs_rc
read_on(struct nrs_foresee *f, struct nrs_reader *reader, struct place *place,
    struct nrs_err *err)
{
	struct pass pass = {.f = f, .place = place};
	const struct nrs_reader_from from = {
	    place->topic, 0, place->next == 0 ? NRS_FROM_START : place->next};
	int n = 0;
	enum nrs_rc rc = find_topic(f, reader, place->topic, &n, err);

	if (rc == NRS_OK)
		rc = nrs_reader_assign(reader, &from, 1, err);
	if (rc == NRS_OK)
		rc = nrs_reader_to_end(
		    reader, f->conf.timeout_ms, see, &pass, err);
	return pass.is_ahead ? NRS_OK : rc;
}

enum nrs_rc
nrs_foresee_refresh(
    struct nrs_foresee *f, const struct nrs_keyring *ring, struct nrs_err *err)
{
	struct nrs_reader *reader = NULL;
	struct nrs_err unused = {0};
	enum nrs_rc rc = nrs_reader_open_lookup(f->conf.bus, &reader, err);

	f->ring = ring;
	if (rc == NRS_OK)
		f->knows_issuers =
		    read_on(f, reader, &f->journal, &unused) == NRS_OK;
	if (rc == NRS_OK)
		rc = read_on(f, reader, &f->outcome, err);
	if (rc == NRS_OK)
		rc = read_on(f, reader, &f->subscription, err);
	/* One that is not there yet proves nothing. */
	if (rc == NRS_OK &&
	    read_on(f, reader, &f->verification, &unused) == NRS_RETRY)
		rc = nrs_fail(err, NRS_RETRY, "%s", unused.text);
	if (rc == NRS_OK)
		f->knows_contacts =
		    nrs_state_counts(f->state).arrangements == 0 ||
		    read_on(f, reader, &f->dispatch, &unused) == NRS_OK;
	f->ring = NULL;
	nrs_reader_close(reader);
	return rc;
}

/* ---- whom a thread was planned for ---- */

struct priors {
	struct nrs_arena *arena;
	const char *thread_id;
	const struct nrs_delivery_batch **list;
	size_t n;
};

static enum nrs_rc
see_batch(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct priors *p = ctx;
	const char *thread_id = nrs_record_header(record, HEADER_THREAD);
	struct nrs_wire_input in = {
	    .type = NRS_TYPE_DELIVERY_BATCH, .how = NRS_WIRE_TOLERANT};
	const struct nrs_delivery_batch **more;
	void *value;

	(void)err;
	if (thread_id == NULL || strcmp(thread_id, p->thread_id) != 0)
		return NRS_OK;
	in.bytes =
	    nrs_arena_bytes(p->arena, record->value.data, record->value.len);
	if (nrs_wire_decode(p->arena, &in, &value, NULL) != NRS_OK)
		return NRS_OK;
	if ((p->n & (p->n - 1)) == 0) {
		more = nrs_arena_array(p->arena, 2 * p->n + 1, sizeof(*more));
		if (p->n > 0)
			memcpy(more, p->list, p->n * sizeof(*more));
		p->list = more;
	}
	p->list[p->n++] = value;
	return NRS_OK;
}

static enum nrs_rc
read_priors(struct nrs_foresee *f, struct priors *p, struct nrs_err *err)
{
	struct nrs_reader *reader = NULL;
	struct nrs_reader_from *from;
	int n = 0, i;
	enum nrs_rc rc = nrs_reader_open_lookup(f->conf.bus, &reader, err);

	if (rc == NRS_OK)
		rc = find_topic(f, reader, NRS_TOPIC_DELIVERY_ALERT, &n, err);
	if (rc != NRS_OK)
		goto out;
	from = nrs_arena_array(p->arena, (size_t)n, sizeof(*from));
	for (i = 0; i < n; i++)
		from[i] = (struct nrs_reader_from){
		    NRS_TOPIC_DELIVERY_ALERT, i, NRS_FROM_START};
	rc = nrs_reader_assign(reader, from, (size_t)n, err);
	if (rc == NRS_OK)
		rc = nrs_reader_to_end(
		    reader, f->conf.timeout_ms, see_batch, p, err);
out:
	nrs_reader_close(reader);
	return rc;
}

/* ---- the preview ---- */

static struct nrs_bytes
hash_of(struct nrs_arena *arena, struct nrs_bytes data)
{
	uint8_t hash[NRS_SHA256_SIZE];

	nrs_sha256(data, hash);
	return nrs_arena_bytes(arena, hash, sizeof(hash));
}

/* As the dispatcher reads it; NULL: there is none. */
static const struct nrs_stub_content *
stub_of(const struct nrs_foresee_query *query)
{
	struct nrs_wire_input in = {
	    .type = NRS_TYPE_STUB_CONTENT, .how = NRS_WIRE_TOLERANT};
	struct nrs_err unused = {0};
	void *stub;

	if (query->submission->n_stubs == 0)
		return NULL;
	in.bytes = query->submission->stubs[0].payload;
	return nrs_wire_decode(query->arena, &in, &stub, &unused) == NRS_OK
	           ? stub
	           : NULL;
}

enum nrs_rc
nrs_foresee(struct nrs_foresee *f, const struct nrs_foresee_query *query,
    struct nrs_preview *out, struct nrs_err *err)
{
	struct nrs_submission submission = *query->submission;
	const struct nrs_command cmd = {
	    .journal_offset = nrs_state_next_offset(f->state),
	    .submission = &submission,
	    .payload_sha256 = hash_of(query->arena, submission.payload),
	    .addressing_sha256 = hash_of(query->arena, submission.addressing),
	    .content = query->content,
	    .addressing = query->addressing,
	    .n_unknown = query->n_unknown};
	struct priors priors = {
	    .arena = query->arena, .thread_id = query->content->thread_id};
	struct nrs_preview_query preview = {.arena = query->arena,
	    .policy = query->policy,
	    .state = f->state,
	    .subs = nrs_roster_set(f->roster),
	    .cmd = &cmd,
	    .arrangements = f->knows_contacts ? f->arrangements : NULL,
	    .ack = &query->ack,
	    .stub = stub_of(query)};
	enum nrs_rc rc = NRS_OK;

	submission.accepted_at = query->now_ms;
	if (query->content->revision > 1)
		rc = read_priors(f, &priors, err);
	if (rc != NRS_OK)
		return rc;
	preview.priors = priors.list;
	preview.n_priors = priors.n;
	if (f->knows_issuers)
		preview.usage = usage_of(f, query->principal);
	nrs_preview(&preview, out);
	return NRS_OK;
}
