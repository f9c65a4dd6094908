/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/transfer.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/io/transfer_private.h"
#include "noroshi/base/text.h"

#define FDS_MAX 8

/* ---- webhooks ---- */

static void
finish(struct nrs_transfer *t, CURL *easy, CURLcode rc)
{
	struct nrs_transfer_result result = {0};
	struct nrs_transfer_job job;
	struct slot *slot = NULL;

	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&slot);
	assert(slot != NULL);
	job = slot->job;
	transfer_judge(slot, rc, &result);
	(void)curl_multi_remove_handle(t->multi, easy);
	transfer_clear(slot);
	slot->next = t->free;
	t->free = slot;
	t->n_free++;
	job.done(job.opaque, &result);
}

static void
start_webhook(struct nrs_transfer *t, const struct slot *filled)
{
	struct slot *slot = t->free;
	CURL *easy = slot->easy;

	t->free = slot->next;
	t->n_free--;
	*slot = *filled;
	slot->easy = easy;
	transfer_setup(slot);
	(void)curl_multi_add_handle(t->multi, easy);
}

static void
open_slots(struct nrs_transfer *t)
{
	size_t i;

	t->n_slots = t->n_free = (size_t)t->conf->max_webhook;
	t->slots = nrs_calloc(t->n_slots, sizeof(*t->slots));
	for (i = 0; i < t->n_slots; i++) {
		t->slots[i].easy = curl_easy_init();
		t->slots[i].next = t->free;
		t->free = &t->slots[i];
	}
}

static void
close_slots(struct nrs_transfer *t)
{
	size_t i;

	for (i = 0; i < t->n_slots; i++) {
		(void)curl_multi_remove_handle(t->multi, t->slots[i].easy);
		transfer_clear(&t->slots[i]);
		curl_easy_cleanup(t->slots[i].easy);
	}
	free(t->slots);
}

/* ---- the module ---- */

static void
global_init(void)
{
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static enum nrs_rc
parse_networks(struct nrs_transfer *t, struct nrs_err *err)
{
	const struct nrs_conf_list *list = &t->conf->webhook_allow;
	enum nrs_rc rc;

	t->networks = nrs_calloc(list->n, sizeof(*t->networks));
	for (; t->n_networks < list->n; t->n_networks++) {
		rc = nrs_net_parse(list->items[t->n_networks],
		    &t->networks[t->n_networks], err);
		if (rc != NRS_OK)
			return rc;
	}
	return NRS_OK;
}

enum nrs_rc
nrs_transfer_open(const struct nrs_transfer_conf *conf,
    struct nrs_transfer **out, struct nrs_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct nrs_transfer *t = nrs_calloc(1, sizeof(*t));
	enum nrs_rc rc;

	(void)pthread_once(&once, global_init);
	t->conf = conf;
	atomic_init(&t->until_ns, INT64_MAX);
	atomic_init(&t->era, 0);
	t->multi = curl_multi_init();
	t->smtp_url = nrs_asprintf("%s/%s", conf->smtp_url, conf->helo);
	(void)curl_multi_setopt(
	    t->multi, CURLMOPT_MAXCONNECTS, (long)conf->max_webhook);
	(void)pthread_mutex_init(&t->lock, NULL);
	open_slots(t);
	transfer_mail_open(t);
	rc = parse_networks(t, err);
	if (rc == NRS_OK)
		*out = t;
	else
		nrs_transfer_close(t);
	return rc;
}

size_t
nrs_transfer_room(
    const struct nrs_transfer *transfer, enum nrs_channel_type channel)
{
	return channel == NRS_CHANNEL_MAIL ? transfer->n_unused
	                                   : transfer->n_free;
}

static bool
is_plain(const struct nrs_transfer_job *job)
{
	return job->channel == NRS_CHANNEL_WEBHOOK &&
	       strncmp(job->address, "http://", 7) == 0;
}

/* Ours, but made of what the bus says. */
static enum nrs_rc
check_from(const struct nrs_transfer_job *job, char **out, struct nrs_err *err)
{
	struct nrs_arena *arena = nrs_arena_new();
	const char *from = job->mail_from;
	enum nrs_rc rc = NRS_OK;

	if (job->channel == NRS_CHANNEL_MAIL && from != NULL)
		rc = nrs_text_mailbox(arena, from, &from, err);
	if (job->channel == NRS_CHANNEL_MAIL && from != NULL && rc == NRS_OK)
		*out = nrs_strdup(from);
	nrs_arena_free(arena);
	return rc;
}

/* The last look at an address before it meets a protocol: libcurl 7.88.1 passes
 * CR and LF on. */
static enum nrs_rc
check_address(const struct nrs_transfer *t, const struct nrs_transfer_job *job,
    char **out, struct nrs_err *err)
{
	struct nrs_arena *arena = nrs_arena_new();
	const char *address = job->address;
	enum nrs_rc rc;

	if (job->channel == NRS_CHANNEL_MAIL)
		rc = nrs_text_mailbox(arena, address, &address, err);
	else
		rc = nrs_text_url(address, err);
	if (rc == NRS_OK && is_plain(job) && t->n_networks == 0)
		rc = nrs_refuse(err, "", "url", "only https is allowed");
	if (rc == NRS_OK)
		*out = job->channel == NRS_CHANNEL_MAIL
		           ? nrs_asprintf("<%s>", address)
		           : nrs_strdup(address);
	nrs_arena_free(arena);
	return rc;
}

enum nrs_rc
nrs_transfer_start(struct nrs_transfer *transfer,
    const struct nrs_transfer_job *job, struct nrs_err *err)
{
	struct slot slot = {.owner = transfer,
	    .job = *job,
	    .plain = is_plain(job),
	    .era = atomic_load(&transfer->era)};
	enum nrs_rc rc;

	if (nrs_transfer_room(transfer, job->channel) == 0)
		return nrs_fail(err, NRS_RETRY, "all transfers are busy");
	rc = check_from(job, &slot.from, err);
	if (rc == NRS_OK)
		rc = check_address(transfer, job, &slot.address, err);
	if (rc != NRS_OK) {
		free(slot.from);
		return rc;
	}
	if (job->channel == NRS_CHANNEL_MAIL)
		transfer_mail_start(transfer, &slot);
	else
		start_webhook(transfer, &slot);
	return NRS_OK;
}

void
nrs_transfer_poll(
    struct nrs_transfer *transfer, int timeout_ms, const int *fds, size_t n_fds)
{
	struct curl_waitfd wait[FDS_MAX];
	CURLMsg *message;
	CURL *easy;
	CURLcode rc;
	int running, left;
	size_t i;

	for (i = 0; i < n_fds && i < FDS_MAX; i++)
		wait[i] = (struct curl_waitfd){
		    .fd = fds[i], .events = CURL_WAIT_POLLIN};
	(void)curl_multi_poll(
	    transfer->multi, wait, (unsigned)i, timeout_ms, NULL);
	(void)curl_multi_perform(transfer->multi, &running);
	while (
	    (message = curl_multi_info_read(transfer->multi, &left)) != NULL) {
		easy = message->easy_handle;
		rc = message->data.result;
		finish(transfer, easy, rc);
	}
	transfer_mail_collect(transfer);
}

void
nrs_transfer_allow_until(struct nrs_transfer *transfer, struct nrs_mono moment)
{
	atomic_store(&transfer->until_ns, moment.ns);
}

void
nrs_transfer_revoke(struct nrs_transfer *transfer)
{
	atomic_fetch_add(&transfer->era, 1);
}

void
nrs_transfer_close(struct nrs_transfer *transfer)
{
	if (transfer == NULL)
		return;
	transfer_mail_close(transfer);
	close_slots(transfer);
	(void)curl_multi_cleanup(transfer->multi);
	(void)pthread_mutex_destroy(&transfer->lock);
	free(transfer->networks);
	free(transfer->smtp_url);
	free(transfer);
}
