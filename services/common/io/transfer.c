/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/transfer.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/io/transfer_private.h"
#include "noroshi/base/text.h"

#define FDS_MAX 8

/* ---- slots ---- */

static struct pool *
pool_of(struct nrs_transfer *t, enum nrs_channel_type channel)
{
	return channel == NRS_CHANNEL_MAIL ? &t->mail : &t->webhook;
}

static void
release(struct nrs_transfer *t, struct slot *slot)
{
	struct pool *pool = pool_of(t, slot->job.channel);

	(void)curl_multi_remove_handle(t->multi, slot->easy);
	curl_slist_free_all(slot->list);
	slot->list = NULL;
	free(slot->address);
	slot->address = NULL;
	slot->next = pool->free;
	pool->free = slot;
	pool->n_free++;
}

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
	release(t, slot);
	job.done(job.opaque, &result);
}

static void
pool_init(struct nrs_transfer *t, struct pool *pool, int64_t n)
{
	size_t i;

	pool->n = pool->n_free = (size_t)n;
	pool->slots = nrs_calloc(pool->n, sizeof(*pool->slots));
	for (i = 0; i < pool->n; i++) {
		pool->slots[i].owner = t;
		pool->slots[i].easy = curl_easy_init();
		pool->slots[i].next = pool->free;
		pool->free = &pool->slots[i];
	}
}

static void
pool_fini(struct nrs_transfer *t, struct pool *pool)
{
	size_t i;

	for (i = 0; i < pool->n; i++) {
		(void)curl_multi_remove_handle(t->multi, pool->slots[i].easy);
		curl_slist_free_all(pool->slots[i].list);
		free(pool->slots[i].address);
		curl_easy_cleanup(pool->slots[i].easy);
	}
	free(pool->slots);
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
	t->multi = curl_multi_init();
	t->smtp_url = nrs_asprintf("%s/%s", conf->smtp_url, conf->helo);
	(void)curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS,
	    (long)(conf->max_mail + conf->max_webhook));
	pool_init(t, &t->mail, conf->max_mail);
	pool_init(t, &t->webhook, conf->max_webhook);
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
	return channel == NRS_CHANNEL_MAIL ? transfer->mail.n_free
	                                   : transfer->webhook.n_free;
}

static bool
is_plain(const struct nrs_transfer_job *job)
{
	return job->channel == NRS_CHANNEL_WEBHOOK &&
	       strncmp(job->address, "http://", 7) == 0;
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
	struct pool *pool = pool_of(transfer, job->channel);
	struct slot *slot = pool->free;
	char *address = NULL;
	enum nrs_rc rc;

	if (slot == NULL)
		return nrs_fail(err, NRS_RETRY, "all transfers are busy");
	rc = check_address(transfer, job, &address, err);
	if (rc != NRS_OK)
		return rc;
	pool->free = slot->next;
	pool->n_free--;
	*slot = (struct slot){.owner = transfer,
	    .easy = slot->easy,
	    .job = *job,
	    .plain = is_plain(job),
	    .address = address}; /* the slot owns it now */
	transfer_setup(slot);
	(void)curl_multi_add_handle(transfer->multi, slot->easy);
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
}

void
nrs_transfer_close(struct nrs_transfer *transfer)
{
	if (transfer == NULL)
		return;
	pool_fini(transfer, &transfer->mail);
	pool_fini(transfer, &transfer->webhook);
	(void)curl_multi_cleanup(transfer->multi);
	free(transfer->networks);
	free(transfer->smtp_url);
	free(transfer);
}
