/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/secrets.h"

#include <string.h>

#include "ctl/read.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/subscription.h"
#include "noroshi/io/webhook.h"

/* ---- what is stored ---- */

struct stored {
	struct ctl *ctl;
	const char *subscriber_id;
	const struct nrs_subscription *found;
};

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct stored *stored = ctx;
	const struct nrs_subscription *sub;

	if (record->key.len != strlen(stored->subscriber_id) ||
	    memcmp(record->key.data, stored->subscriber_id, record->key.len) !=
	        0)
		return NRS_OK;
	if (value == NULL)
		stored->found = NULL;
	else if (nrs_subscription_open(stored->ctl->arena, value, &sub, err) ==
	         NRS_OK)
		stored->found = sub;
	return NRS_OK;
}

static enum nrs_rc
find_stored(struct ctl *ctl, const char *subscriber_id,
    const struct nrs_subscription **out, struct nrs_err *err)
{
	struct stored stored = {.ctl = ctl, .subscriber_id = subscriber_id};
	const struct ctl_reading reading = {.topic = NRS_TOPIC_SUBSCRIPTION,
	    .type = NRS_TYPE_SUBMISSION,
	    .each = see,
	    .ctx = &stored,
	    .from = NRS_FROM_START,
	    .optional = true,
	    .tombstones = true};
	enum nrs_rc rc = ctl_read(ctl, &reading, err);

	*out = stored.found;
	return rc;
}

/* ---- the channels ---- */

/* Those in order, then the second contact; NULL after the last. */
static struct nrs_channel *
channel_at(const struct nrs_subscription *sub, size_t i)
{
	if (i < sub->n_channels)
		return &sub->channels[i];
	return i == sub->n_channels ? sub->second_contact : NULL;
}

static bool
wants_stored(const struct nrs_subscription *sub)
{
	const struct nrs_channel *channel;
	size_t i;

	for (i = 0; (channel = channel_at(sub, i)) != NULL; i++)
		if (channel->type == NRS_CHANNEL_WEBHOOK &&
		    channel->n_secrets == 0)
			return true;
	return false;
}

static void
keep(const struct nrs_subscription *stored, struct nrs_channel *channel)
{
	const struct nrs_channel *had;
	size_t i;

	if (stored == NULL || channel->n_secrets > 0)
		return;
	for (i = 0; (had = channel_at(stored, i)) != NULL; i++) {
		if (had->type != NRS_CHANNEL_WEBHOOK || had->n_secrets == 0 ||
		    strcmp(had->address, channel->address) != 0)
			continue;
		channel->secrets = had->secrets;
		channel->n_secrets = had->n_secrets;
		return;
	}
}

static void
renew(struct ctl *ctl, struct nrs_channel *channel)
{
	const char **secrets = nrs_arena_array(ctl->arena, 2, sizeof(*secrets));
	size_t n = 0;

	secrets[n++] = nrs_webhook_secret(ctl->arena);
	if (channel->n_secrets > 0)
		secrets[n++] = channel->secrets[0];
	channel->secrets = secrets;
	channel->n_secrets = n;
}

enum nrs_rc
ctl_secrets_fill(
    struct ctl *ctl, struct nrs_subscription *subscription, struct nrs_err *err)
{
	const struct nrs_subscription *stored = NULL;
	struct nrs_channel *channel;
	enum nrs_rc rc = NRS_OK;
	size_t i;

	if (wants_stored(subscription))
		rc =
		    find_stored(ctl, subscription->subscriber_id, &stored, err);
	if (rc != NRS_OK) {
		nrs_err_prefix(err, "what signs its webhooks now is not known");
		return rc;
	}
	for (i = 0; (channel = channel_at(subscription, i)) != NULL; i++) {
		if (channel->type != NRS_CHANNEL_WEBHOOK)
			continue;
		keep(stored, channel);
		if (ctl_opt(ctl, CTL_OPT_NEW_SECRET) != NULL)
			renew(ctl, channel);
	}
	return NRS_OK;
}

static void
print_one(struct ctl *ctl, const char *channel, const char *secret)
{
	if (!ctl_out_is_json(ctl->out)) {
		(void)printf("%s %s\n", channel, secret);
		return;
	}
	ctl_out_begin(ctl->out, CTL_BLOCK);
	ctl_out_str(ctl->out, "channel", channel);
	ctl_out_str(ctl->out, "secret", secret);
	ctl_out_end(ctl->out);
}

void
ctl_secrets_print(struct ctl *ctl, const struct nrs_subscription *subscription)
{
	const struct nrs_channel *channel;
	const char *name;
	size_t i;

	if (ctl_opt(ctl, CTL_OPT_NEW_SECRET) == NULL)
		return;
	for (i = 0; (channel = channel_at(subscription, i)) != NULL; i++) {
		if (channel->type != NRS_CHANNEL_WEBHOOK)
			continue;
		name = i < subscription->n_channels
		           ? nrs_arena_printf(ctl->arena, "channels[%zu]", i)
		           : "second_contact";
		print_one(ctl, name, channel->secrets[0]);
	}
	ctl_out_note(ctl->out,
	    "This is shown once: give it to the endpoint's owner on a way that "
	    "nobody else reads.",
	    "表示は今回だけ。受け手の担当者へ、他人に見られない方法で渡す。");
}
