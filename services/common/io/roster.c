/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/roster.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/base/map.h"
#include "noroshi/core/clone.h"

struct nrs_roster {
	struct nrs_match_set *set;
	struct nrs_map *owned;    /* subscriber_id -> the clone in set */
	struct nrs_map *unproven; /* -> a clone as it is registered */
	struct nrs_map *proofs;   /* key of a proof -> anything */
	struct nrs_arena *scratch;
};

struct nrs_roster *
nrs_roster_new(void)
{
	struct nrs_roster *roster = nrs_calloc(1, sizeof(*roster));

	roster->set = nrs_match_set_new();
	roster->owned = nrs_map_new();
	roster->unproven = nrs_map_new();
	roster->proofs = nrs_map_new();
	roster->scratch = nrs_arena_new();
	return roster;
}

void
nrs_roster_free(struct nrs_roster *roster)
{
	if (roster == NULL)
		return;
	nrs_match_set_free(roster->set);
	nrs_map_free(roster->owned, free);
	nrs_map_free(roster->unproven, free);
	nrs_map_free(roster->proofs, NULL);
	nrs_arena_free(roster->scratch);
	free(roster);
}

const struct nrs_match_set *
nrs_roster_set(const struct nrs_roster *roster)
{
	return roster->set;
}

const struct nrs_subscription *
nrs_roster_unproven(const struct nrs_roster *roster, const char *subscriber_id)
{
	return nrs_map_get(roster->unproven, subscriber_id);
}

void
nrs_roster_address_sha256(const char *address, uint8_t out[NRS_SHA256_SIZE])
{
	nrs_sha256(
	    (struct nrs_bytes){(const uint8_t *)address, strlen(address)}, out);
}

const char *
nrs_roster_proof_key(struct nrs_arena *arena, const char *subscriber_id,
    const uint8_t address_sha256[NRS_SHA256_SIZE])
{
	char hex[2 * NRS_SHA256_SIZE + 1];

	return nrs_arena_printf(arena, "%s %s", subscriber_id,
	    nrs_hex(address_sha256, NRS_SHA256_SIZE, hex));
}

bool
nrs_roster_waits(const struct nrs_roster *roster, const char *subscriber_id,
    const struct nrs_channel *channel)
{
	uint8_t hash[NRS_SHA256_SIZE];

	if (!channel->unverified)
		return false;
	nrs_roster_address_sha256(channel->address, hash);
	nrs_arena_reset(roster->scratch);
	return nrs_map_get(roster->proofs, nrs_roster_proof_key(roster->scratch,
	                                       subscriber_id, hash)) == NULL;
}

/* Take out what is not proven. True: there was such. */
static bool
thin(const struct nrs_roster *roster, struct nrs_subscription *sub)
{
	size_t i, n = 0, before = sub->n_channels;
	bool second =
	    sub->second_contact != NULL &&
	    nrs_roster_waits(roster, sub->subscriber_id, sub->second_contact);

	for (i = 0; i < before; i++)
		if (!nrs_roster_waits(
		        roster, sub->subscriber_id, &sub->channels[i]))
			sub->channels[n++] = sub->channels[i];
	sub->n_channels = n;
	if (second)
		sub->second_contact = NULL;
	return second || n < before;
}

void
nrs_roster_put(struct nrs_roster *roster, const struct nrs_subscription *sub)
{
	struct nrs_subscription *whole = nrs_clone(NRS_TYPE_SUBSCRIPTION, sub);
	struct nrs_subscription *clone = nrs_clone(NRS_TYPE_SUBSCRIPTION, sub);
	const char *id = clone->subscriber_id;

	if (thin(roster, clone)) {
		free(nrs_map_put(roster->unproven, id, whole));
	} else {
		free(whole);
		free(nrs_map_del(roster->unproven, id));
	}
	nrs_match_set_put(roster->set, clone);
	free(nrs_map_put(roster->owned, id, clone));
}

void
nrs_roster_remove(struct nrs_roster *roster, const char *subscriber_id)
{
	nrs_match_set_remove(roster->set, subscriber_id);
	free(nrs_map_del(roster->owned, subscriber_id));
	free(nrs_map_del(roster->unproven, subscriber_id));
}

void
nrs_roster_prove(
    struct nrs_roster *roster, const struct nrs_verification *proof)
{
	struct nrs_subscription *whole;

	if (proof->address_sha256.len != NRS_SHA256_SIZE)
		return;
	nrs_arena_reset(roster->scratch);
	(void)nrs_map_put(roster->proofs,
	    nrs_roster_proof_key(roster->scratch, proof->subscriber_id,
	        proof->address_sha256.data),
	    roster);
	/* Out of the map first: put may free what is in it. */
	whole = nrs_map_del(roster->unproven, proof->subscriber_id);
	if (whole != NULL)
		nrs_roster_put(roster, whole);
	free(whole);
}
