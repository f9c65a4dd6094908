/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "dispatcher/ack/ack.h"
#include "noroshi/base/map.h"

#define REMEMBERED 8192
#define WINDOW_MS (10 * 60 * 1000)
#define PER_WINDOW 10 /* answers of one recipient that are written */
/* A second click. Later the same words may be news: another listener, a webhook
 * or noroshictl may have written others meanwhile. */
#define AGAIN_MS 10000

struct known {
	char key[2 * NRS_SHA256_SIZE + 1];
	bool said;
	int64_t said_at;
	enum nrs_response response;
	uint32_t relayed, relayed_of;
	int64_t since; /* of the window */
	unsigned asked;
};

struct ack_memory {
	pthread_mutex_t lock;
	struct nrs_map *known; /* key in hex -> in ring */
	struct known *ring;
	size_t next;
};

struct ack_memory *
ack_memory_new(void)
{
	struct ack_memory *memory = nrs_calloc(1, sizeof(*memory));

	(void)pthread_mutex_init(&memory->lock, NULL);
	memory->known = nrs_map_new();
	memory->ring = nrs_calloc(REMEMBERED, sizeof(*memory->ring));
	return memory;
}

void
ack_memory_free(struct ack_memory *memory)
{
	if (memory == NULL)
		return;
	nrs_map_free(memory->known, NULL);
	free(memory->ring);
	(void)pthread_mutex_destroy(&memory->lock);
	free(memory);
}

/* The oldest makes room. */
static struct known *
known_of(struct ack_memory *memory, const uint8_t key[NRS_SHA256_SIZE])
{
	char hex[2 * NRS_SHA256_SIZE + 1];
	struct known *known;

	(void)nrs_hex(key, NRS_SHA256_SIZE, hex);
	known = nrs_map_get(memory->known, hex);
	if (known != NULL)
		return known;
	known = &memory->ring[memory->next];
	memory->next = (memory->next + 1) % REMEMBERED;
	if (known->key[0] != '\0')
		(void)nrs_map_del(memory->known, known->key);
	*known = (struct known){0};
	memcpy(known->key, hex, sizeof(hex));
	(void)nrs_map_put(memory->known, hex, known);
	return known;
}

static bool
adds_nothing(const struct known *known, const struct dispatcher_answer *answer,
    int64_t now_ms)
{
	if (!known->said || now_ms < known->said_at ||
	    now_ms - known->said_at >= AGAIN_MS)
		return false;
	if (answer->relayed_of != 0 &&
	    (answer->relayed != known->relayed ||
	        answer->relayed_of != known->relayed_of))
		return false;
	return answer->response == NRS_RESPONSE_UNSPECIFIED ||
	       answer->response == known->response;
}

enum ack_verdict
ack_memory_ask(struct ack_memory *memory, const uint8_t key[NRS_SHA256_SIZE],
    const struct dispatcher_answer *answer, int64_t now_ms)
{
	enum ack_verdict verdict = ACK_NEW;
	struct known *known;

	(void)pthread_mutex_lock(&memory->lock);
	known = known_of(memory, key);
	if (now_ms - known->since >= WINDOW_MS || now_ms < known->since) {
		known->since = now_ms;
		known->asked = 0;
	}
	if (adds_nothing(known, answer, now_ms))
		verdict = ACK_REPEATED;
	else if (known->asked >= PER_WINDOW)
		verdict = ACK_TOO_MANY;
	else
		known->asked++;
	(void)pthread_mutex_unlock(&memory->lock);
	return verdict;
}

bool
ack_memory_has(struct ack_memory *memory, const uint8_t key[NRS_SHA256_SIZE])
{
	bool said;

	(void)pthread_mutex_lock(&memory->lock);
	said = known_of(memory, key)->said;
	(void)pthread_mutex_unlock(&memory->lock);
	return said;
}

void
ack_memory_note(struct ack_memory *memory, const uint8_t key[NRS_SHA256_SIZE],
    const struct dispatcher_answer *answer, int64_t now_ms)
{
	struct known *known;

	(void)pthread_mutex_lock(&memory->lock);
	known = known_of(memory, key);
	known->said = true;
	known->said_at = now_ms;
	if (answer->response != NRS_RESPONSE_UNSPECIFIED)
		known->response = answer->response;
	if (answer->relayed_of != 0) {
		known->relayed = answer->relayed;
		known->relayed_of = answer->relayed_of;
	}
	(void)pthread_mutex_unlock(&memory->lock);
}
