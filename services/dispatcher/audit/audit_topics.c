/* SPDX-License-Identifier: Apache-2.0 */
/* What is read: the topics of the way, then the newsletters of each sector. */
#include <stdlib.h>
#include <string.h>

#include "dispatcher/audit/audit.h"
#include "noroshi/base/log.h"
#include "noroshi/core/sector.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/audit_record.h"

static void
add_part(struct auditor *a, struct auditor_part part)
{
	a->parts = nrs_realloc(a->parts, a->n_parts + 1, sizeof(*a->parts));
	a->parts[a->n_parts++] = part;
}

static enum nrs_rc
add_topic(struct auditor *a, const char *topic, struct nrs_err *err)
{
	int n, i;
	enum nrs_rc rc = nrs_reader_partitions(a->reader, topic, &n, err);

	if (rc != NRS_OK)
		return rc;
	if (n == 0)
		return nrs_fail(err, NRS_RETRY,
		    "there is no topic %s: apply the topics", topic);
	for (i = 0; i < n; i++)
		add_part(a, (struct auditor_part){topic, i, topic, i});
	if (strcmp(topic, NRS_TOPIC_DELIVERY_ALERT) == 0)
		a->n_alert_parts = n;
	return NRS_OK;
}

/* ---- newsletters ---- */

/* Alerts are audited, whatever becomes of newsletters: a sector whose topics
 * are not there, or not ours to read, is left out. */
static enum nrs_rc
leave_out(struct auditor *a, size_t n_before, const char *topic,
    const struct nrs_err *err)
{
	a->n_parts = n_before;
	nrs_log(NRS_LOG_WARN, "audit_without", NRS_S("topic", topic),
	    NRS_S("why", err->text));
	return NRS_OK;
}

static enum nrs_rc
add_sector(struct auditor *a, const char *sector, struct nrs_err *err)
{
	const char *name = nrs_arena_printf(a->names, "n.%s", sector), *topic;
	const size_t n_before = a->n_parts;
	enum nrs_rc rc;
	int label, n;

	for (label = NRS_TLP_AMBER_STRICT; label <= NRS_TLP_CLEAR; label++) {
		topic =
		    nrs_topic_newsletter(a->names, sector, (enum nrs_tlp)label);
		rc = nrs_reader_partitions(a->reader, topic, &n, err);
		if (rc == NRS_RETRY)
			return rc;
		if (rc == NRS_OK && n == 0)
			rc =
			    nrs_fail(err, NRS_REJECT, "there is no such topic");
		if (rc != NRS_OK)
			return leave_out(a, n_before, topic, err);
		add_part(a, (struct auditor_part){
		                topic, 0, name, label - NRS_TLP_AMBER_STRICT});
	}
	nrs_service_alive(a->ctx, a->lane);
	return NRS_OK;
}

/* In a->names: the table goes when the files are read again. */
static const char **
sectors_of(struct auditor *a, size_t *n)
{
	struct dispatcher *d = a->d;
	const struct nrs_sector_table *table;
	const char **codes;
	size_t i;

	(void)pthread_mutex_lock(&d->lock);
	table = d->policy->sectors;
	*n = table->n_sectors;
	codes = nrs_arena_array(a->names, *n + 1, sizeof(*codes));
	for (i = 0; i < *n; i++)
		codes[i] = nrs_arena_strdup(a->names, table->sectors[i].code);
	a->table = nrs_arena_strdup(a->names, table->version);
	(void)pthread_mutex_unlock(&d->lock);
	return codes;
}

bool
auditor_has_new_sectors(struct auditor *a)
{
	struct dispatcher *d = a->d;
	bool differs;

	(void)pthread_mutex_lock(&d->lock);
	differs = strcmp(a->table, d->policy->sectors->version) != 0;
	(void)pthread_mutex_unlock(&d->lock);
	return differs;
}

enum nrs_rc
auditor_add_topics(struct auditor *a, struct nrs_err *err)
{
	const char *const *topics;
	const char **sectors;
	enum nrs_rc rc = NRS_OK;
	size_t i, n;

	a->names = nrs_arena_new();
	topics = nrs_audit_topics(&n);
	for (i = 0; i < n && rc == NRS_OK; i++)
		rc = add_topic(a, topics[i], err);
	sectors = sectors_of(a, &n);
	for (i = 0; i < n && rc == NRS_OK; i++)
		rc = add_sector(a, sectors[i], err);
	return rc;
}
