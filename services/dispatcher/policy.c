/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "dispatcher/dispatcher.h"
#include "noroshi/io/table.h"

enum nrs_rc
dispatcher_policy_load(const struct dispatcher_conf *conf,
    struct dispatcher_policy **out, struct nrs_err *err)
{
	struct dispatcher_policy *policy = nrs_calloc(1, sizeof(*policy));
	enum nrs_rc rc;

	policy->arena = nrs_arena_new();
	rc = nrs_table_sectors(
	    policy->arena, conf->sectors, &policy->sectors, err);
	if (rc == NRS_OK && conf->verify)
		rc = nrs_keyring_load(conf->keys, &policy->keyring, err);
	if (rc == NRS_OK && conf->ack.secrets != NULL &&
	    conf->ack.secrets[0] != '\0')
		rc = nrs_token_keys_load(
		    conf->ack.secrets, &policy->tokens, err);
	if (rc == NRS_OK)
		*out = policy;
	else
		dispatcher_policy_free(policy);
	return rc;
}

void
dispatcher_policy_free(struct dispatcher_policy *policy)
{
	if (policy == NULL)
		return;
	nrs_keyring_free(policy->keyring);
	nrs_arena_free(policy->arena);
	free(policy);
}

struct nrs_transfer_conf
dispatcher_transfer_conf(
    const struct dispatcher_conf *conf, const struct dispatcher_lane *lane)
{
	struct nrs_transfer_conf out = conf->transfer;

	if (lane->newsletter) {
		out.max_mail = conf->newsletter.max_mail;
		out.max_webhook = conf->newsletter.max_webhook;
	}
	return out;
}
