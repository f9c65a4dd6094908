/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_STALE_H
#define CTL_STALE_H
/*
 * stale: contacts whose last word was that they are out of date, out of all
 * receipts in any order. Receipts bear no address: of a recipient's contacts of
 * one kind a notice counts as stale if any was. Pure; one thread.
 */
#include <stdbool.h>

#include "noroshi/base/mem.h"
#include "noroshi/core/delivery.h"

struct ctl_stale_contact {
	const char *subscriber_id;
	enum nrs_channel_type channel;
	bool second;       /* the second contact, which escalations go to */
	int64_t since, at; /* first and last failure of the row of them */
	size_t n;          /* notices in that row */
	const char *detail, *notice_id; /* of the last one */
};

struct ctl_stale;
struct ctl_stale *ctl_stale_new(struct nrs_arena *arena);
void ctl_stale_free(struct ctl_stale *stale);
void ctl_stale_receipt(
    struct ctl_stale *stale, const struct nrs_receipt *receipt);
/* In arena, by subscriber and channel. */
struct ctl_stale_contact *ctl_stale_list(
    const struct ctl_stale *stale, size_t *n);
#endif
