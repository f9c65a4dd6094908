/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/ack/ack_token.h"

#include <string.h>

bool
dispatcher_ack_asked(
    const struct dispatcher_conf *conf, const struct nrs_content *content)
{
	return conf->ack.url != NULL && conf->ack.url[0] != '\0' &&
	       !content->ack_waived;
}

void
dispatcher_ack_plan(struct dispatcher *d, const struct nrs_content *content,
    struct dispatcher_ack_plan *out)
{
	*out = (struct dispatcher_ack_plan){
	    .validity_ms = d->conf->ack.validity_ms};
	if (!dispatcher_ack_asked(d->conf, content))
		return;
	(void)pthread_mutex_lock(&d->lock);
	out->keys = d->policy->tokens;
	(void)pthread_mutex_unlock(&d->lock);
}

const char *
dispatcher_ack_token(struct nrs_arena *arena,
    const struct dispatcher_ack_plan *plan,
    const struct nrs_delivery_batch *head, const struct nrs_delivery *delivery,
    bool english)
{
	struct nrs_token token = {.use = NRS_TOKEN_ACK,
	    .mode = head->mode,
	    .english = english,
	    .kind = delivery->kind,
	    .channel = delivery->channel->type,
	    .source_offset = head->source_offset,
	    .expires_at = head->accepted_at + plan->validity_ms,
	    .subscriber_id = delivery->subscriber_id};

	if (plan->keys.n == 0 || delivery->key.len != sizeof(token.key))
		return "";
	memcpy(token.key, delivery->key.data, sizeof(token.key));
	return nrs_token_make(arena, &plan->keys, &token);
}
