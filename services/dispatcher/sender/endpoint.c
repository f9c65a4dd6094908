/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/sender/endpoint.h"

#include <string.h>

#define SECRETS_MAX 16

struct secrets {
	const char *items[SECRETS_MAX];
	size_t n;
};

static void
add_secrets(struct secrets *out, const struct nrs_channel *channel)
{
	size_t i;

	for (i = 0; i < channel->n_secrets && out->n < SECRETS_MAX; i++)
		out->items[out->n++] = channel->secrets[i];
}

/* Those of one address, or of all when address is NULL. */
static void
collect(struct secrets *out, const struct nrs_subscription *sub,
    const char *address)
{
	const struct nrs_channel *channel;
	size_t i;

	for (i = 0; i <= sub->n_channels; i++) {
		channel = i < sub->n_channels ? &sub->channels[i]
		                              : sub->second_contact;
		if (channel != NULL && channel->type == NRS_CHANNEL_WEBHOOK &&
		    (address == NULL || strcmp(channel->address, address) == 0))
			add_secrets(out, channel);
	}
}

static bool
has_address(const struct nrs_subscription *sub, const char *address)
{
	size_t i;

	for (i = 0; i < sub->n_channels; i++)
		if (strcmp(sub->channels[i].address, address) == 0)
			return true;
	return sub->second_contact != NULL &&
	       strcmp(sub->second_contact->address, address) == 0;
}

const char *
dispatcher_endpoint_sign(struct nrs_arena *arena,
    const struct nrs_subscription *sub, const char *address,
    const struct nrs_webhook *webhook)
{
	struct nrs_webhook with = *webhook;
	struct secrets secrets = {0};

	if (sub != NULL)
		collect(
		    &secrets, sub, has_address(sub, address) ? address : NULL);
	with.secrets = secrets.items;
	with.n_secrets = secrets.n;
	return nrs_webhook_signature(arena, &with);
}
