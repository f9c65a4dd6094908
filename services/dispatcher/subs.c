/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/subs.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/base/log.h"
#include "noroshi/base/map.h"
#include "noroshi/core/clone.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/subscription.h"

struct dispatcher_subs {
	struct nrs_reader *reader;
	struct nrs_roster *roster;
	struct nrs_map *gone; /* record key -> clone of the endpoint */
	bool has_endpoints;
	struct nrs_arena *scratch;
};

/* A topic that an older version has not made yet. */
static enum nrs_rc
add_topic(struct dispatcher_subs *subs, const char *topic, bool *there,
    struct nrs_err *err)
{
	int n = 0;
	enum nrs_rc rc = nrs_reader_partitions(subs->reader, topic, &n, err);

	*there = n > 0;
	if (rc == NRS_OK && n == 0)
		nrs_log(NRS_LOG_WARN, "no_topic", NRS_S("topic", topic),
		    NRS_S("remedy", "noroshictl topics apply, and a restart"));
	return rc;
}

static enum nrs_rc
assign(struct dispatcher_subs *subs, struct nrs_err *err)
{
	struct nrs_reader_from from[3] = {
	    {NRS_TOPIC_SUBSCRIPTION, 0, NRS_FROM_START}};
	bool proofs = false;
	size_t n = 1;
	enum nrs_rc rc =
	    add_topic(subs, NRS_TOPIC_ENDPOINT, &subs->has_endpoints, err);

	if (rc == NRS_OK && subs->has_endpoints)
		from[n++] = (struct nrs_reader_from){
		    NRS_TOPIC_ENDPOINT, 0, NRS_FROM_START};
	if (rc == NRS_OK)
		rc = add_topic(subs, NRS_TOPIC_VERIFICATION, &proofs, err);
	if (rc == NRS_OK && proofs)
		from[n++] = (struct nrs_reader_from){
		    NRS_TOPIC_VERIFICATION, 0, NRS_FROM_START};
	return rc == NRS_OK ? nrs_reader_assign(subs->reader, from, n, err)
	                    : rc;
}

enum nrs_rc
dispatcher_subs_open(const struct nrs_bus_conf *bus,
    struct dispatcher_subs **out, struct nrs_err *err)
{
	struct dispatcher_subs *subs = nrs_calloc(1, sizeof(*subs));
	enum nrs_rc rc;

	subs->roster = nrs_roster_new();
	subs->gone = nrs_map_new();
	subs->scratch = nrs_arena_new();
	rc = nrs_reader_open(bus, &subs->reader, err);
	if (rc == NRS_OK)
		rc = assign(subs, err);
	if (rc == NRS_OK)
		*out = subs;
	else
		dispatcher_subs_close(subs);
	return rc;
}

void
dispatcher_subs_close(struct dispatcher_subs *subs)
{
	if (subs == NULL)
		return;
	nrs_reader_close(subs->reader);
	nrs_roster_free(subs->roster);
	nrs_map_free(subs->gone, free);
	nrs_arena_free(subs->scratch);
	free(subs);
}

const struct nrs_match_set *
dispatcher_subs_set(const struct dispatcher_subs *subs)
{
	return nrs_roster_set(subs->roster);
}

const struct nrs_roster *
dispatcher_subs_roster(const struct dispatcher_subs *subs)
{
	return subs->roster;
}

/* ---- endpoints ---- */

const char *
dispatcher_subs_endpoint_key(
    struct nrs_arena *arena, const char *subscriber_id, const char *address)
{
	return nrs_arena_printf(arena, "%s %s", subscriber_id, address);
}

static void
apply_endpoint(struct dispatcher_subs *subs, const struct nrs_record *record)
{
	const struct nrs_wire_input in = {.type = NRS_TYPE_ENDPOINT,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	const char *key = nrs_arena_strndup(
	    subs->scratch, (const char *)record->key.data, record->key.len);
	struct nrs_err err = {0};
	void *endpoint;

	if (record->value.data == NULL)
		free(nrs_map_del(subs->gone, key));
	else if (nrs_wire_decode(subs->scratch, &in, &endpoint, &err) == NRS_OK)
		free(nrs_map_put(
		    subs->gone, key, nrs_clone(NRS_TYPE_ENDPOINT, endpoint)));
	else
		nrs_log(NRS_LOG_ERROR, "endpoint_unreadable",
		    NRS_I("offset", record->offset), NRS_S("why", err.text));
}

bool
dispatcher_subs_is_gone(const struct dispatcher_subs *subs,
    const char *subscriber_id, const char *address)
{
	const struct nrs_subscription *sub =
	    nrs_match_set_find(nrs_roster_set(subs->roster), subscriber_id);
	const struct nrs_endpoint *endpoint;

	if (nrs_map_count(subs->gone) == 0) /* as almost always */
		return false;
	nrs_arena_reset(subs->scratch);
	endpoint =
	    nrs_map_get(subs->gone, dispatcher_subs_endpoint_key(
	                                subs->scratch, subscriber_id, address));
	return endpoint != NULL &&
	       (sub == NULL || sub->updated_at <= endpoint->gone_at);
}

bool
dispatcher_subs_has_endpoints(const struct dispatcher_subs *subs)
{
	return subs->has_endpoints;
}

/* ---- proven addresses ---- */

static void
apply_verification(
    struct dispatcher_subs *subs, const struct nrs_record *record)
{
	const struct nrs_wire_input in = {.type = NRS_TYPE_VERIFICATION,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	struct nrs_err err = {0};
	void *proof;

	if (record->value.data == NULL)
		return;
	if (nrs_wire_decode(subs->scratch, &in, &proof, &err) == NRS_OK)
		nrs_roster_prove(subs->roster, proof);
	else
		nrs_log(NRS_LOG_ERROR, "verification_unreadable",
		    NRS_I("offset", record->offset), NRS_S("why", err.text));
}

/* ---- records ---- */

void
dispatcher_subs_apply(
    struct dispatcher_subs *subs, const struct nrs_record *record)
{
	const struct nrs_subscription *sub;
	struct nrs_err err = {0};

	nrs_arena_reset(subs->scratch);
	if (strcmp(record->topic, NRS_TOPIC_ENDPOINT) == 0) {
		apply_endpoint(subs, record);
		return;
	}
	if (strcmp(record->topic, NRS_TOPIC_VERIFICATION) == 0) {
		apply_verification(subs, record);
		return;
	}
	if (record->value.data == NULL) {
		nrs_roster_remove(subs->roster,
		    nrs_arena_strndup(subs->scratch,
		        (const char *)record->key.data, record->key.len));
		return;
	}
	/* What cannot be read changes nothing: whom we knew stays known. */
	if (nrs_subscription_decode(subs->scratch, record->value, &sub, &err) !=
	    NRS_OK) {
		nrs_log(NRS_LOG_ERROR, "subscription_unreadable",
		    NRS_I("offset", record->offset), NRS_S("why", err.text));
		return;
	}
	nrs_roster_put(subs->roster, sub);
}

static enum nrs_rc
apply(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	(void)err;
	dispatcher_subs_apply(ctx, record);
	return NRS_OK;
}

enum nrs_rc
dispatcher_subs_refresh(
    struct dispatcher_subs *subs, int timeout_ms, struct nrs_err *err)
{
	return nrs_reader_to_end(subs->reader, timeout_ms, apply, subs, err);
}
