/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/permit.h"

#include <string.h>

#include "ctl/acls.h"
#include "ctl/read.h"
#include "ctl/seal.h"
#include "noroshi/base/map.h"
#include "noroshi/io/wire.h"

struct subscribers {
	struct ctl *ctl;
	struct nrs_keyring *ring;
	struct nrs_map *latest; /* subscriber id -> its subscription */
};

/* A clearance that nobody signed opens nothing. */
static enum nrs_rc
take(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct subscribers *all = ctx;
	const struct nrs_submission *s = value;
	const struct ctl_seal seal = {
	    .type = s->type,
	    .mode = s->mode,
	    .id = s->submission_id,
	    .payload = s->payload,
	    .addressing = s->addressing,
	    .signatures = s->signatures,
	    .n_signatures = s->n_signatures,
	};
	const struct nrs_wire_input in = {.type = NRS_TYPE_SUBSCRIPTION,
	    .bytes = s->payload,
	    .how = NRS_WIRE_TOLERANT};
	void *subscription;

	if (ctl_seal_signer(all->ring, &seal, err) == NULL ||
	    nrs_wire_decode(all->ctl->arena, &in, &subscription, err) !=
	        NRS_OK) {
		(void)fprintf(stderr, "noroshictl: %s@%lld: %s\n",
		    record->topic, (long long)record->offset, err->text);
		return NRS_OK;
	}
	(void)nrs_map_put(all->latest,
	    ((const struct nrs_subscription *)subscription)->subscriber_id,
	    subscription);
	return NRS_OK;
}

static enum nrs_rc
load_ceptoars(struct ctl *ctl, struct ctl_acl_world *world, struct nrs_err *err)
{
	struct subscribers all = {.ctl = ctl, .latest = nrs_map_new()};
	const struct ctl_reading reading = {.topic = NRS_TOPIC_SUBSCRIPTION,
	    .type = NRS_TYPE_SUBMISSION,
	    .each = take,
	    .ctx = &all,
	    .from = NRS_FROM_START,
	    .optional = true};
	const struct nrs_subscription **list;
	void *cursor = NULL, *value;
	const char *id;
	enum nrs_rc rc = nrs_keyring_load(ctl->conf.keys, &all.ring, err);

	if (rc == NRS_OK)
		rc = ctl_read(ctl, &reading, err);
	list = nrs_arena_array(
	    ctl->arena, nrs_map_count(all.latest) + 1, sizeof(*list));
	while (nrs_map_next(all.latest, &cursor, &id, &value)) {
		const struct nrs_subscription *s = value;
		if (s->kind == NRS_SUBSCRIBER_CEPTOAR && !s->inactive)
			list[world->n_ceptoars++] = s;
	}
	world->ceptoars = list;
	nrs_map_free(all.latest, NULL);
	nrs_keyring_free(all.ring);
	return rc;
}

static void
print_acls(struct ctl *ctl, const char *change, const struct ctl_acls *acls)
{
	for (size_t i = 0; i < acls->n; i++) {
		const struct nrs_admin_acl *acl = &acls->list[i];
		ctl_out_begin(ctl->out, CTL_ROW);
		ctl_out_str(ctl->out, "change", change);
		ctl_out_str(ctl->out, "principal", acl->principal);
		ctl_out_str(ctl->out, "operation", acl->operation);
		ctl_out_str(ctl->out, "type", acl->group ? "group" : "topic");
		ctl_out_str(ctl->out, "topic",
		    nrs_arena_printf(ctl->arena, "%s%s", acl->name,
		        acl->prefixed ? "*" : ""));
		ctl_out_end(ctl->out);
	}
}

enum nrs_rc
ctl_permit(struct ctl *ctl, struct nrs_admin *admin, bool apply, size_t *n,
    struct nrs_err *err)
{
	struct ctl_acl_world world = {.drill = ctl->conf.bus.drill};
	const struct nrs_sector_table *sectors;
	struct ctl_acls wanted, found = {0}, missing, extra;
	enum nrs_rc rc = ctl_sectors(ctl, &sectors, err);

	if (rc == NRS_OK)
		rc = load_ceptoars(ctl, &world, err);
	if (rc == NRS_OK)
		rc = nrs_admin_acl_list(
		    admin, ctl->arena, &found.list, &found.n, err);
	if (rc != NRS_OK)
		return rc;
	world.topics = nrs_topic_table(ctl->arena, sectors, &world.n_topics);
	wanted = ctl_acls_wanted(ctl->arena, &world);
	found = ctl_acls_ours(ctl->arena, &found, world.drill);
	missing = ctl_acls_without(ctl->arena, &wanted, &found);
	extra = ctl_acls_without(ctl->arena, &found, &wanted);
	print_acls(ctl, "allow", &missing);
	print_acls(ctl, "withdraw", &extra);
	*n += missing.n + extra.n;
	/* Withdraw first: a clearance that was lowered must not outlive an
	 * error in between. */
	if (apply && extra.n > 0)
		rc = nrs_admin_acl_delete(admin, extra.list, extra.n, err);
	if (rc == NRS_OK && apply && missing.n > 0)
		rc = nrs_admin_acl_create(admin, missing.list, missing.n, err);
	return rc;
}
