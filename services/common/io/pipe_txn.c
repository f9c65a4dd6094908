/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/pipe_txn.h"

#include <stdlib.h>

#include "noroshi/base/failpoint.h"

/* One call waits so long; in between we show that we are alive. */
#define STEP_MS 3000
#define PAUSE_MS 20
#define ABORT_MS 2000
#define FLUSH_MS 1000

struct nrs_txn {
	struct nrs_txn_conf conf;
	struct nrs_bus_setup *setup;
	rd_kafka_t *rk; /* NULL: dropped */
	struct nrs_map *handles;
	bool open, fenced;
	/* What went wrong with a record of this transaction: the first. */
	enum nrs_rc rc;
	struct nrs_err err;
};

enum nrs_rc
nrs_txn_new(
    const struct nrs_txn_conf *conf, struct nrs_txn **out, struct nrs_err *err)
{
	struct nrs_txn *txn = nrs_calloc(1, sizeof(*txn));
	enum nrs_rc rc;

	txn->conf = *conf;
	rc = nrs_bus_setup_new(
	    conf->bus, NRS_BUS_TRANSACTIONAL, conf->id, &txn->setup, err);
	if (rc != NRS_OK) {
		nrs_txn_free(txn);
		return rc;
	}
	*out = txn;
	return NRS_OK;
}

void
nrs_txn_free(struct nrs_txn *txn)
{
	if (txn == NULL)
		return;
	nrs_txn_drop(txn);
	nrs_bus_setup_free(txn->setup);
	free(txn);
}

/* ---- records ---- */

static void
spoil(struct nrs_txn *txn, rd_kafka_resp_err_t code, const char *topic)
{
	if (txn->rc == NRS_OK)
		txn->rc = nrs_bus_fail(&txn->err, code, topic);
}

static void
delivered(rd_kafka_t *rk, const rd_kafka_message_t *msg, void *opaque)
{
	struct nrs_txn *txn = opaque;

	(void)rk;
	if (nrs_bus_delivered(msg) != NRS_OK)
		spoil(txn, msg->err, rd_kafka_topic_name(msg->rkt));
}

void
nrs_txn_send(struct nrs_txn *txn, const struct nrs_outgoing *out)
{
	rd_kafka_topic_t *topic = nrs_map_get(txn->handles, out->topic);
	rd_kafka_resp_err_t code;

	if (txn->rc != NRS_OK)
		return;
	if (topic == NULL) {
		txn->rc = nrs_fail(&txn->err, NRS_FATAL,
		    "bus: topic %s is not among the outputs", out->topic);
		return;
	}
	/* A full queue empties while it is served; should the bus be gone, the
	 * records in it time out and spoil the transaction. */
	do {
		code = nrs_bus_produce(txn->rk, topic, out, 0);
		if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
			txn->conf.alive(txn->conf.opaque);
			rd_kafka_poll(txn->rk, PAUSE_MS);
		}
	} while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && txn->rc == NRS_OK);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		spoil(txn, code, out->topic);
}

/* ---- calls to the coordinator ---- */

struct call {
	struct nrs_txn *txn;
	const char *doing;
	rd_kafka_topic_partition_list_t *position;
	rd_kafka_consumer_group_metadata_t *group;
	rd_kafka_error_t *(*run)(const struct call *call);
};

static rd_kafka_error_t *
run_init(const struct call *call)
{
	return rd_kafka_init_transactions(call->txn->rk, STEP_MS);
}

static rd_kafka_error_t *
run_offsets(const struct call *call)
{
	return rd_kafka_send_offsets_to_transaction(
	    call->txn->rk, call->position, call->group, STEP_MS);
}

static rd_kafka_error_t *
run_commit(const struct call *call)
{
	return rd_kafka_commit_transaction(call->txn->rk, STEP_MS);
}

static bool
means_fenced(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR__FENCED ||
	       code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
	       code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH ||
	       code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
}

/* Takes error. A handle that is beyond repair is only that: a new one is made;
 * what a new one would meet as well is fatal. */
static enum nrs_rc
judge(struct nrs_txn *txn, rd_kafka_error_t *error, const char *doing,
    struct nrs_err *err)
{
	rd_kafka_resp_err_t code = rd_kafka_error_code(error);
	enum nrs_rc rc = nrs_bus_rc(code);

	/* Whoever joins anew after a broker's death fences itself, too; whether
	 * there is a twin the member finds out. */
	if (rc != NRS_FATAL || code == RD_KAFKA_RESP_ERR__FATAL ||
	    code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
		rc = NRS_RETRY;
	txn->fenced = txn->fenced || means_fenced(code);
	nrs_fail(err, rc, "bus: %s: %s (%s)", doing,
	    rd_kafka_error_string(error), rd_kafka_error_name(error));
	rd_kafka_error_destroy(error);
	return rc;
}

/* Repeat the call as long as librdkafka says that it may be, and as long as the
 * coordinator would keep the transaction. */
static enum nrs_rc
persist(const struct call *call, struct nrs_err *err)
{
	struct nrs_txn *txn = call->txn;
	struct nrs_mono start = nrs_mono_now();
	rd_kafka_error_t *error;

	for (;;) {
		txn->conf.alive(txn->conf.opaque);
		error = call->run(call);
		if (error == NULL)
			return NRS_OK;
		if (!rd_kafka_error_is_retriable(error) ||
		    nrs_mono_since_ms(start) >=
		        txn->conf.bus->transaction_timeout_ms)
			return judge(txn, error, call->doing, err);
		rd_kafka_error_destroy(error);
		rd_kafka_poll(txn->rk, PAUSE_MS);
	}
}

enum nrs_rc
nrs_txn_renew(struct nrs_txn *txn, struct nrs_err *err)
{
	const struct nrs_bus_hooks hooks = {
	    .opaque = txn, .delivered = delivered};
	const struct call init = {
	    .txn = txn, .doing = "fencing the predecessor", .run = run_init};
	enum nrs_rc rc;

	nrs_txn_drop(txn);
	rc = nrs_bus_setup_open(txn->setup, &hooks, &txn->rk, err);
	if (rc != NRS_OK)
		return rc;
	txn->handles = nrs_map_new();
	rc = persist(&init, err);
	if (rc == NRS_OK)
		rc = nrs_bus_warm(
		    txn->rk, txn->setup, txn->conf.outputs, txn->handles, err);
	if (rc != NRS_OK)
		nrs_txn_drop(txn);
	return rc;
}

enum nrs_rc
nrs_txn_begin(struct nrs_txn *txn, struct nrs_err *err)
{
	rd_kafka_error_t *error = rd_kafka_begin_transaction(txn->rk);

	if (error != NULL)
		return judge(txn, error, "beginning a transaction", err);
	txn->open = true;
	txn->rc = NRS_OK;
	return NRS_OK;
}

/* A record that the bus will never take fails again: say so instead of trying
 * for ever. */
static enum nrs_rc
spoilt(struct nrs_txn *txn, struct nrs_err *err)
{
	if (err != NULL)
		*err = txn->err;
	return txn->rc == NRS_REJECT ? NRS_FATAL : txn->rc;
}

enum nrs_rc
nrs_txn_commit(struct nrs_txn *txn, rd_kafka_topic_partition_list_t *position,
    rd_kafka_consumer_group_metadata_t *group, struct nrs_err *err)
{
	struct call offsets = {
	    txn, "storing the position", position, group, run_offsets};
	struct call commit = {txn, "committing", NULL, NULL, run_commit};
	enum nrs_rc rc = txn->rc;

	if (rc == NRS_OK && position != NULL)
		rc = persist(&offsets, err);
	NRS_FAILPOINT("pipe.position-sent");
	if (rc == NRS_OK)
		rc = persist(&commit, err);
	if (position != NULL)
		rd_kafka_topic_partition_list_destroy(position);
	if (group != NULL)
		rd_kafka_consumer_group_metadata_destroy(group);
	if (rc == NRS_OK)
		txn->open = false;
	return txn->rc == NRS_OK ? rc : spoilt(txn, err);
}

bool
nrs_txn_take_fenced(struct nrs_txn *txn)
{
	bool fenced = txn->fenced;

	txn->fenced = false;
	return fenced;
}

/* Readers need not wait for the timeout then; if it fails, they wait. */
static void
abort_open(struct nrs_txn *txn)
{
	rd_kafka_error_t *error;

	if (!txn->open || rd_kafka_fatal_error(txn->rk, NULL, 0) !=
	                      RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	error = rd_kafka_abort_transaction(txn->rk, ABORT_MS);
	if (error != NULL)
		rd_kafka_error_destroy(error);
}

void
nrs_txn_drop(struct nrs_txn *txn)
{
	if (txn->rk == NULL)
		return;
	abort_open(txn);
	txn->open = false;
	rd_kafka_purge(
	    txn->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_flush(txn->rk, FLUSH_MS);
	nrs_bus_handles_free(txn->handles);
	txn->handles = NULL;
	rd_kafka_destroy(txn->rk);
	txn->rk = NULL;
}
