/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "common/io/pipe_txn.h"

struct nrs_once {
	struct nrs_txn *txn;
};

/* Who waits here is a person, not a watchdog. */
static void
alive(void *opaque)
{
	(void)opaque;
}

enum nrs_rc
nrs_once_open(const struct nrs_once_conf *conf, struct nrs_once **out,
    struct nrs_err *err)
{
	const struct nrs_txn_conf txn = {.bus = conf->bus,
	    .id = conf->id,
	    .outputs = {conf->topics, conf->n_topics},
	    .alive = alive};
	struct nrs_once *once = nrs_calloc(1, sizeof(*once));
	enum nrs_rc rc = nrs_txn_new(&txn, &once->txn, err);

	if (rc == NRS_OK)
		rc = nrs_txn_renew(once->txn, err);
	if (rc != NRS_OK) {
		nrs_once_close(once);
		return rc;
	}
	*out = once;
	return NRS_OK;
}

enum nrs_rc
nrs_once_write(struct nrs_once *once, const struct nrs_outgoing *records,
    size_t n, struct nrs_err *err)
{
	enum nrs_rc rc = nrs_txn_begin(once->txn, err);

	if (rc != NRS_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		nrs_txn_send(once->txn, &records[i]);
	rc = nrs_txn_commit(once->txn, NULL, NULL, err);
	/* Nothing that was sent may be referred to any more. */
	if (rc != NRS_OK)
		nrs_txn_drop(once->txn);
	return rc;
}

void
nrs_once_close(struct nrs_once *once)
{
	if (once == NULL)
		return;
	nrs_txn_free(once->txn);
	free(once);
}
