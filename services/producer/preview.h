/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCER_PREVIEW_H
#define PRODUCER_PREVIEW_H
/*
 * preview: what would become of a submission, without submitting it: one JSON
 * object of outcome, recipients, reach, unusual and texts. It is admitted as a
 * submission is. Who the recipients are only a desk learns; others are told how
 * many. Any thread; one preview at a time.
 */
#include "producer/submit.h"

struct producer_previews;
struct producer_previews *producer_previews_new(void);
void producer_previews_free(struct producer_previews *previews);
/* Blocks while the topics are read: from their beginning the first time, then
 * what has come since. */
void producer_preview(struct producer *producer,
    const struct producer_request *request, struct nrs_http_reply *reply);
#endif
