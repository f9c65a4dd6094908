/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/subs.h"

#include <stdlib.h>

#include "noroshi/base/log.h"
#include "noroshi/base/map.h"
#include "noroshi/core/clone.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/subscription.h"

struct dispatcher_subs {
	struct nrs_reader *reader;
	struct nrs_match_set *set;
	struct nrs_map *owned; /* subscriber_id -> the clone in set */
	struct nrs_arena *scratch;
};

enum nrs_rc
dispatcher_subs_open(const struct nrs_bus_conf *bus,
    struct dispatcher_subs **out, struct nrs_err *err)
{
	const struct nrs_reader_from from = {
	    NRS_TOPIC_SUBSCRIPTION, 0, NRS_FROM_START};
	struct dispatcher_subs *subs = nrs_calloc(1, sizeof(*subs));
	enum nrs_rc rc;

	subs->set = nrs_match_set_new();
	subs->owned = nrs_map_new();
	subs->scratch = nrs_arena_new();
	rc = nrs_reader_open(bus, &subs->reader, err);
	if (rc == NRS_OK)
		rc = nrs_reader_assign(subs->reader, &from, 1, err);
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
	nrs_match_set_free(subs->set);
	nrs_map_free(subs->owned, free);
	nrs_arena_free(subs->scratch);
	free(subs);
}

const struct nrs_match_set *
dispatcher_subs_set(const struct dispatcher_subs *subs)
{
	return subs->set;
}

static void
forget(struct dispatcher_subs *subs, const char *id)
{
	nrs_match_set_remove(subs->set, id);
	free(nrs_map_del(subs->owned, id));
}

static void
keep(struct dispatcher_subs *subs, const struct nrs_subscription *sub)
{
	struct nrs_subscription *clone = nrs_clone(NRS_TYPE_SUBSCRIPTION, sub);

	nrs_match_set_put(subs->set, clone);
	free(nrs_map_put(subs->owned, clone->subscriber_id, clone));
}

void
dispatcher_subs_apply(
    struct dispatcher_subs *subs, const struct nrs_record *record)
{
	const struct nrs_subscription *sub;
	struct nrs_err err = {0};

	nrs_arena_reset(subs->scratch);
	if (record->value.data == NULL) {
		forget(
		    subs, nrs_arena_strndup(subs->scratch,
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
	keep(subs, sub);
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
