/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTEGRATION_LISTENER_H
#define INTEGRATION_LISTENER_H
/*
 * listener: the lane ack of a dispatcher on the mock cluster, and what comes to
 * it: one request, one connection. A failure fails the test.
 */
#include "noroshi/base/mem.h"
#include "noroshi/core/tlp.h"
#include "noroshi/io/bus.h"
#include "noroshi/io/token.h"

#define LISTENER_WAIT_MS 20000
#define LISTENER_PARTITIONS 3 /* of receipt.alert */

struct listener {
	struct nrs_arena *arena; /* answers live in it */
	struct nrs_reader *reader;
	const struct nrs_token_keys *tokens;
};
/* Fixtures of a group: 0, or it did not start. */
int listener_open(void **state, struct listener *out);
int listener_close(void **state);

/* The whole answer to one request, headers first. */
const char *listener_say(const char *request);
const char *listener_get(const char *path);
/* A form, or whatever type says. */
const char *listener_post(const char *path, const char *body);
const char *listener_post_as(
    const char *type, const char *path, const char *body);
int listener_status(const char *answer);
const char *listener_body(const char *answer);

/* On the bus; the offset. */
int64_t listener_put(const char *topic, int partition, struct nrs_bytes value);
/* A notice under this id. */
int64_t listener_release(const char *id, enum nrs_tlp tlp);

/* Of the CEPTOAR "ceptoar-power", for the notice at this offset, and where it
 * leads. */
struct nrs_token listener_token(int64_t offset);
const char *listener_path(const struct nrs_token *token);
#endif
