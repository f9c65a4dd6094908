/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/again.h"

#include <string.h>

#include "noroshi/base/text.h"

enum nrs_rc
ctl_again_may(
    const struct ctl_notice *notice, int64_t now_ms, struct nrs_err *err)
{
	if (notice->retracted)
		return nrs_refuse(err, "", "retracted",
		    "%s was withdrawn by %s: send that again", notice->id,
		    notice->later_id);
	if (notice->later_id[0] != '\0')
		return nrs_refuse(err, "", "superseded",
		    "%s was followed by revision %u, %s: send that again",
		    notice->id, notice->later_revision, notice->later_id);
	/* That something was withdrawn is worth knowing for ever. */
	if (notice->kind != NRS_KIND_RETRACTION && notice->valid_until > 0 &&
	    notice->valid_until <= now_ms)
		return nrs_refuse(err, "valid_until", "expired",
		    "%s is not valid any more", notice->id);
	return NRS_OK;
}

/* ---- where to ---- */

/* As it is frozen in deliveries: a mailbox in ASCII, and no secrets. */
static const char *
frozen(struct nrs_arena *arena, const struct nrs_channel *channel)
{
	const char *address = channel->address;
	struct nrs_err unused;

	if (channel->type != NRS_CHANNEL_MAIL ||
	    nrs_text_mailbox(arena, address, &address, &unused) != NRS_OK)
		return channel->address;
	return address;
}

static const struct nrs_channel *
as_frozen(struct nrs_arena *arena, const struct nrs_channel *channel)
{
	struct nrs_channel *out = nrs_arena_alloc(arena, sizeof(*out));

	out->type = channel->type;
	out->address = frozen(arena, channel);
	return out;
}

/* The notice is, or was, on its way to this address of theirs already. */
static bool
was_used(const struct ctl_ledger *ledger, const struct ctl_delivery *old,
    const struct nrs_channel *channel)
{
	for (size_t i = 0; i < ctl_ledger_count(ledger); i++) {
		const struct ctl_delivery *d = ctl_ledger_at(ledger, i);
		if (d->channel == channel->type &&
		    strcmp(d->subscriber_id, old->subscriber_id) == 0 &&
		    strcmp(d->address, channel->address) == 0)
			return true;
	}
	return false;
}

/* The same place, if it is still theirs; else one of the same kind that was not
 * tried with this notice. */
static const struct nrs_channel *
place_of(struct nrs_arena *arena, const struct ctl_ledger *ledger,
    const struct ctl_delivery *old, const struct nrs_subscription *s)
{
	const struct nrs_channel *other = NULL;

	for (size_t i = 0; i < s->n_channels; i++) {
		const struct nrs_channel *c = as_frozen(arena, &s->channels[i]);
		if (c->type != old->channel)
			continue;
		if (strcmp(c->address, old->address) == 0)
			return c;
		if (other == NULL && !was_used(ledger, old, c))
			other = c;
	}
	return other;
}

static struct ctl_again
judge(struct nrs_arena *arena, const struct ctl_ledger *ledger,
    const struct ctl_delivery *old, const struct nrs_subscription *s)
{
	struct ctl_again out = {.old = old, .why = ""};

	if (old->purpose != NRS_PURPOSE_ALERT &&
	    old->purpose != NRS_PURPOSE_NEWSLETTER &&
	    old->purpose != NRS_PURPOSE_STUB)
		out.why = "its time is over";
	else if (!old->planned)
		out.why = "its record cannot be read";
	else if (s == NULL)
		out.why = "not registered any more";
	else if (s->inactive)
		out.why = "suspended";
	else {
		out.channel = place_of(arena, ledger, old, s);
		if (out.channel == NULL)
			out.why = "no address of that kind any more";
	}
	return out;
}

struct ctl_again *
ctl_again_list(struct nrs_arena *arena, const struct ctl_ledger *ledger,
    const struct ctl_members *members, size_t *n)
{
	struct ctl_again *list =
	    nrs_arena_array(arena, ctl_ledger_count(ledger) + 1, sizeof(*list));

	*n = 0;
	for (size_t i = 0; i < ctl_ledger_count(ledger); i++) {
		const struct ctl_delivery *d = ctl_ledger_at(ledger, i);
		if (!ctl_delivery_failed(d) ||
		    !ctl_members_may_see(members, d->subscriber_id))
			continue;
		list[(*n)++] = judge(arena, ledger, d,
		    ctl_members_find(members, d->subscriber_id));
	}
	return list;
}

/* ---- batches ---- */

static const struct ctl_again *
again_of(const struct ctl_again_query *q, const struct nrs_delivery *delivery)
{
	for (size_t i = 0; i < q->n; i++)
		if (q->list[i].channel != NULL &&
		    nrs_bytes_equal(q->list[i].old->key, delivery->key))
			return &q->list[i];
	return NULL;
}

/* As long as the first time, counted from now. */
static int64_t
give_up_at(const struct ctl_again_query *q)
{
	const struct nrs_delivery_batch *old = q->old;
	int64_t at = q->now_ms + (old->give_up_at - old->accepted_at);

	if (at < old->give_up_at)
		at = old->give_up_at;
	if (old->kind != NRS_KIND_RETRACTION && q->valid_until > 0 &&
	    q->valid_until < at)
		at = q->valid_until;
	return at;
}

static void
fill(const struct ctl_again_query *q, const struct ctl_again *again,
    const struct nrs_delivery *old, struct nrs_delivery *out)
{
	uint8_t key[NRS_SHA256_SIZE];
	struct nrs_channel *channel =
	    nrs_arena_alloc(q->arena, sizeof(*channel));

	*out = *old;
	*channel = *again->channel;
	out->channel = channel;
	ctl_delivery_again_key(
	    old->key, q->old->occasion + 1, again->channel, key);
	out->key = nrs_arena_bytes(q->arena, key, sizeof(key));
	if (old->stub_key.len == 0)
		return;
	ctl_delivery_again_key(
	    old->stub_key, q->old->occasion + 1, again->channel, key);
	out->stub_key = nrs_arena_bytes(q->arena, key, sizeof(key));
}

const struct nrs_delivery_batch *
ctl_again_batch(const struct ctl_again_query *q)
{
	struct nrs_delivery_batch *out =
	    nrs_arena_alloc(q->arena, sizeof(*out));

	*out = *q->old;
	out->occasion = q->old->occasion + 1;
	out->planned_at = q->now_ms;
	out->not_before = 0;
	out->give_up_at = give_up_at(q);
	out->deliveries = nrs_arena_array(
	    q->arena, q->old->n_deliveries + 1, sizeof(*out->deliveries));
	out->n_deliveries = 0;
	for (size_t i = 0; i < q->old->n_deliveries; i++) {
		const struct nrs_delivery *old = &q->old->deliveries[i];
		const struct ctl_again *again = again_of(q, old);
		if (again != NULL)
			fill(q, again, old,
			    &out->deliveries[out->n_deliveries++]);
	}
	return out->n_deliveries == 0 ? NULL : out;
}
