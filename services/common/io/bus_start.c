/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/bus_private.h"

#define ASK_MS 5000

/* On a connection of its own: a broker answers a connection's requests one
 * after another, and a fetch may wait for 500 ms. */
static enum nrs_rc
ask_bounds(const struct nrs_bus_setup *setup, const struct nrs_bus_place *at,
    struct nrs_bounds *out, struct nrs_err *err)
{
	const struct nrs_bus_hooks hooks = {.opaque = NULL};
	rd_kafka_resp_err_t code;
	rd_kafka_t *asker;
	enum nrs_rc rc = nrs_bus_setup_open(setup, &hooks, &asker, err);

	if (rc != NRS_OK)
		return rc;
	code = rd_kafka_query_watermark_offsets(
	    asker, at->topic, at->partition, &out->first, &out->end, ASK_MS);
	rd_kafka_destroy(asker);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		return nrs_bus_fail(err, code, at->topic);
	return NRS_OK;
}

enum nrs_rc
nrs_bus_check_start(const struct nrs_bus_setup *setup,
    const struct nrs_bus_place *at, struct nrs_err *err)
{
	struct nrs_bounds bounds = {0, 0};
	enum nrs_rc rc = ask_bounds(setup, at, &bounds, err);

	if (rc != NRS_OK)
		return rc;
	if (at->offset < bounds.first)
		return nrs_fail(err, NRS_FATAL,
		    "bus: %s[%d] begins at %lld, but %lld is needed next: "
		    "records were deleted",
		    at->topic, at->partition, (long long)bounds.first,
		    (long long)at->offset);
	if (at->offset > bounds.end)
		return nrs_fail(err, NRS_FATAL,
		    "bus: %s[%d] ends at %lld, but %lld is needed next: it was "
		    "truncated or made anew",
		    at->topic, at->partition, (long long)bounds.end,
		    (long long)at->offset);
	return NRS_OK;
}
