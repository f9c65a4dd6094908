/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_SECRETS_H
#define CTL_SECRETS_H
/*
 * secrets: what signs a subscription's webhooks, kept from one `subscribe` to
 * the next, so that a file without secrets takes none away.
 */
#include "ctl/ctl.h"
#include "noroshi/core/delivery.h"

/* A webhook without secrets gets those that the stored subscription has for its
 * address; with --new-secret every webhook gets a new one in front, and keeps
 * the newest of the others beside it. Asks the bus only where it must.
 * NRS_RETRY: it does not answer. */
NRS_CHECKED enum nrs_rc ctl_secrets_fill(struct ctl *ctl,
    struct nrs_subscription *subscription, struct nrs_err *err);
/* With --new-secret, this once: each new secret. */
void ctl_secrets_print(
    struct ctl *ctl, const struct nrs_subscription *subscription);
#endif
