/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCER_LOOKUP_H
#define PRODUCER_LOOKUP_H
/*
 * lookup: an outcome at its place in the topic, for those whose bytes are not
 * kept. Whoever asks shares one reader, in turn: each would be some threads and
 * buffers, and anybody may ask. Any thread.
 */
#include <stdint.h>

#include "noroshi/io/bus.h"

struct producer_lookup;

/* bus is borrowed; nothing is opened before the first question. */
struct producer_lookup *producer_lookup_new(const struct nrs_bus_conf *bus);
void producer_lookup_free(struct producer_lookup *lookup);
/* Blocks, for seconds when the bus does not answer, however many ask. bytes in
 * arena. NRS_RETRY: it could not be read now. */
NRS_CHECKED enum nrs_rc producer_lookup_outcome(struct producer_lookup *lookup,
    int64_t offset, struct nrs_arena *arena, struct nrs_bytes *bytes,
    struct nrs_err *err);
#endif
