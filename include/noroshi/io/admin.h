/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_ADMIN_H
#define NOROSHI_IO_ADMIN_H
/*
 * admin: topics, their settings, and who may use them. For `noroshictl topics`
 * and for checks at start. Names are without the prefix, but Kafka's own
 * ("__transaction_state") stay as they are. Every call blocks, up to 30 s.
 * NRS_RETRY: the bus did not answer; NRS_REJECT: it refused. Changed settings
 * and permissions may be seen only a moment later. One thread.
 */
#include <stdbool.h>
#include <stddef.h>

#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"
#include "noroshi/io/bus.h"

struct nrs_admin;

NRS_CHECKED enum nrs_rc nrs_admin_open(const struct nrs_bus_conf *conf,
    struct nrs_admin **out, struct nrs_err *err);
void nrs_admin_close(struct nrs_admin *admin);

/* How many brokers there are now: the bound of replication. */
NRS_CHECKED enum nrs_rc nrs_admin_brokers(
    struct nrs_admin *admin, int *n, struct nrs_err *err);

/* io/mockbus.h: it has its topics from its start, and no settings. */
bool nrs_admin_is_embedded(struct nrs_admin *admin);

struct nrs_admin_topic {
	const char *name;
	int partitions;  /* 0: there is no such topic */
	int replication; /* when made: 0 leaves it to the broker */
	/* {"retention.ms", "-1"}; what is not here has the broker's default. */
	const char *const (*configs)[2];
	size_t n_configs;
};

/* Fill topics[i] from what the bus has, by its name: partitions, replication
 * and the settings that differ from the broker's defaults, in arena. */
NRS_CHECKED enum nrs_rc nrs_admin_describe(struct nrs_admin *admin,
    struct nrs_arena *arena, struct nrs_admin_topic *topics, size_t n,
    struct nrs_err *err);
/* Make topics with all their settings, and wait until they are seen. One that
 * is there already is left alone and is no error. */
NRS_CHECKED enum nrs_rc nrs_admin_create(struct nrs_admin *admin,
    const struct nrs_admin_topic *topics, size_t n, struct nrs_err *err);
/* Give topics exactly these settings: one that is missing here goes back to the
 * broker's default. Partitions stay. */
NRS_CHECKED enum nrs_rc nrs_admin_configure(struct nrs_admin *admin,
    const struct nrs_admin_topic *topics, size_t n, struct nrs_err *err);

/* Transactional ids are not among them: librdkafka cannot, Kafka's own tool
 * can (deploy/kafka/README.md). */
struct nrs_admin_acl {
	const char *principal; /* "User:classifier" */
	bool group;            /* a consumer group's name, not a topic's */
	bool prefixed;         /* all names that begin with name */
	const char *name;
	const char *operation; /* "READ", "WRITE", "DESCRIBE", ... */
	bool deny;
};

/* Those on names with our prefix, in arena. */
NRS_CHECKED enum nrs_rc nrs_admin_acl_list(struct nrs_admin *admin,
    struct nrs_arena *arena, struct nrs_admin_acl **out, size_t *n,
    struct nrs_err *err);
/* Again is harmless; from any host. */
NRS_CHECKED enum nrs_rc nrs_admin_acl_create(struct nrs_admin *admin,
    const struct nrs_admin_acl *acls, size_t n, struct nrs_err *err);
NRS_CHECKED enum nrs_rc nrs_admin_acl_delete(struct nrs_admin *admin,
    const struct nrs_admin_acl *acls, size_t n, struct nrs_err *err);
#endif
