/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_STAGE_H
#define SUPPORT_STAGE_H
/*
 * stage: lanes of the real dispatcher on a mock cluster, with a relay and an
 * endpoint of ours. A test that uses it includes "dispatcher/dispatcher.h"; it
 * starts what it is about. One thread.
 */
#include <pthread.h>

#include "dispatcher/dispatcher.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/schema.h"
#include "support/copier.h"
#include "support/peer.h"
#include "support/signed.h"

#define STAGE_WAIT_MS 40000
#define STAGE_PARTITIONS 3
#define STAGE_LANES 4
#define STAGE_HOUR_MS (60 * 60 * 1000)

struct stage {
	struct nrs_arena *arena;
	struct nrs_key *key;        /* of the desk, in ACTUAL */
	char sectors[64], keys[64]; /* files: finance and power; key */
	char smtp_url[64], hook_url[64];
	struct peer_script script;
	struct peer *relay, *endpoint;
	struct nrs_reader *reader;
	struct nrs_producer *door;
};

/* One dispatcher. */
struct stage_member {
	struct nrs_service_ctx ctx;
	struct dispatcher_conf conf;
	void *self;
	struct stage_run {
		struct stage_member *m;
		const struct nrs_lane *lane;
		pthread_t thread;
	} runs[STAGE_LANES];
	size_t n_lanes;
};

/* For cmocka's group setup and teardown; zeroed before. Then the topics: those
 * of one partition, those of STAGE_PARTITIONS; and what the test writes to. */
int stage_open(struct stage *stage, void **state);
void stage_topics(const char *const *single, const char *const *fanned);
void stage_doors(struct stage *stage, const char *const *topics, size_t n);
int stage_close(struct stage *stage, void **state);
/* A new file of text in path, "...XXXXXX". */
void stage_file(char *path, const char *text);

/* What all lanes need; borrows from stage. */
struct dispatcher_conf stage_conf(const struct stage *stage);
/* The lanes of these names, each in a thread; one that ends badly ends the
 * program. */
void stage_start(struct stage_member *m, const struct dispatcher_conf *conf,
    const char *const *lanes, size_t n);
void stage_stop(struct stage_member *m);

/* Wait until it is on the bus. partition -1: by the key. */
void stage_put(struct stage *stage, const char *topic, int partition,
    const char *key, struct nrs_bytes value);
void stage_subscribe(struct stage *stage, const struct nrs_subscription *sub);
/* A notice of now that is valid for a week, and how it is released to these
 * sectors; in stage's arena. */
struct nrs_content *stage_content(struct stage *stage, const char *id);
struct nrs_dispatch stage_dispatch(struct stage *stage,
    const struct nrs_content *content, const struct nrs_key *by,
    struct nrs_classification *copies, size_t n_copies);

/* All that is in a topic now, in stage's arena. */
struct stage_found {
	enum nrs_message_type type;
	void *items[1024];
	size_t n;
};
void stage_read(struct stage *stage, const char *topic, int partitions,
    struct stage_found *found);
#endif
