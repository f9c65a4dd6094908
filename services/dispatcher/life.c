/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "dispatcher/dispatcher.h"
#include "noroshi/base/log.h"

void
dispatcher_close(void *self)
{
	struct dispatcher *d = self;

	if (d == NULL)
		return;
	dispatcher_policy_free(d->policy);
	nrs_arena_free(d->arena);
	(void)pthread_mutex_destroy(&d->lock);
	free(d);
}

enum nrs_rc
dispatcher_open(struct nrs_service_ctx *ctx, const void *conf, void **self,
    struct nrs_err *err)
{
	struct dispatcher *d = nrs_calloc(1, sizeof(*d));
	enum nrs_rc rc;

	d->conf = conf;
	d->ctx = ctx;
	d->arena = nrs_arena_new();
	(void)pthread_mutex_init(&d->lock, NULL);
	d->domain = d->conf->domain;
	if (d->domain[0] == '\0')
		d->domain = strrchr(d->conf->transfer.mail_from, '@') + 1;
	rc = dispatcher_policy_load(conf, &d->policy, err);
	if (rc != NRS_OK) {
		dispatcher_close(d);
		return rc;
	}
	if (d->policy->keyring == NULL)
		nrs_log(NRS_LOG_ERROR, "signatures_not_verified",
		    NRS_S("why", "verify = false: for benchmarks only"));
	*self = d;
	return NRS_OK;
}

/* Keys and sectors take effect with the next notice; the rest with a restart.
 */
enum nrs_rc
dispatcher_reload(void *self, const void *conf, struct nrs_err *err)
{
	struct dispatcher_policy *policy, *old;
	struct dispatcher *d = self;
	enum nrs_rc rc = dispatcher_policy_load(conf, &policy, err);

	if (rc != NRS_OK)
		return rc;
	(void)pthread_mutex_lock(&d->lock);
	old = d->policy;
	d->policy = policy;
	(void)pthread_mutex_unlock(&d->lock);
	dispatcher_policy_free(old);
	return NRS_OK;
}
