/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "dispatcher/audit/audit.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/core/label.h"

#define BEHIND_MS 1000 /* then it reads all before it judges */
#define HOUR_MS (INT64_C(60) * 60 * 1000)
#define TOLD_MAX                                                               \
	20 /* gaps mailed in an hour; then one says that there are more */

/* Something that is wrong, since it was first found. */
struct alarm {
	bool told; /* or need not be */
	bool still;
};

/* ---- metrics ---- */

void
auditor_open_meters(struct auditor *a)
{
	struct nrs_metrics *all = nrs_service_metrics(a->ctx);
	char labels[64];
	int i;

	if (all == NULL)
		return;
	for (i = 0; i < NRS_AUDIT_STAGES; i++) {
		(void)snprintf(labels, sizeof(labels), "stage=\"%s\"",
		    nrs_audit_stage_name((enum nrs_audit_stage)i));
		a->gaps[i] = nrs_metrics_gauge(all, "noroshi_audit_gaps",
		    labels, "Notices that miss what must follow.");
	}
	a->silent = nrs_metrics_gauge(all, "noroshi_audit_gaps",
	    "stage=\"heartbeat\"", "Notices that miss what must follow.");
	a->lag = nrs_metrics_gauge(all, "noroshi_audit_lag_seconds", NULL,
	    "Since the auditor last had read all there was.");
	a->open = nrs_metrics_gauge(all, "noroshi_audit_open", NULL,
	    "Records that wait for what must follow.");
	for (i = NRS_CHANNEL_MAIL; i <= NRS_CHANNEL_WEBHOOK; i++) {
		(void)snprintf(labels, sizeof(labels), "channel=\"%s\"",
		    nrs_term_name(NRS_VOC_CHANNEL_TYPE, i));
		a->age[i] = nrs_metrics_gauge(all,
		    "noroshi_heartbeat_age_seconds", labels,
		    "Since the last heartbeat arrived, or the auditor began.");
	}
}

/* ---- alarms ---- */

void
auditor_end_alarms(struct auditor *a)
{
	int i;

	if (a->alarms != NULL)
		nrs_map_free(a->alarms, free);
	a->alarms = NULL;
	for (i = 0; i < NRS_AUDIT_STAGES; i++)
		nrs_metric_set(a->gaps[i], 0);
	nrs_metric_set(a->silent, 0);
	nrs_metric_set(a->lag, 0);
	nrs_metric_set(a->open, 0);
}

/* *is_new: it was not there a turn ago. */
static struct alarm *
raise_alarm(struct auditor *a, const char *name, bool *is_new)
{
	struct alarm *alarm = nrs_map_get(a->alarms, name);

	*is_new = alarm == NULL;
	if (alarm == NULL) {
		alarm = nrs_calloc(1, sizeof(*alarm));
		(void)nrs_map_put(a->alarms, name, alarm);
	}
	alarm->still = true;
	return alarm;
}

static void
end_alarms(struct auditor *a)
{
	struct nrs_map *still = nrs_map_new();
	void *cursor = NULL, *value;
	const char *name;

	while (nrs_map_next(a->alarms, &cursor, &name, &value)) {
		struct alarm *alarm = value;

		if (alarm->still) {
			alarm->still = false;
			(void)nrs_map_put(still, name, alarm);
			continue;
		}
		nrs_log(NRS_LOG_INFO, "audit_closed", NRS_S("gap", name));
		free(alarm);
	}
	nrs_map_free(a->alarms, NULL);
	a->alarms = still;
}

/* ---- mails ---- */

static enum nrs_rc
post(struct auditor *a, const struct nrs_matter *matter, struct nrs_err *err)
{
	const char *name = nrs_matter_name(a->arena, matter);
	struct nrs_rendered said;
	const struct dispatcher_own_mail mail =
	    dispatcher_duty_mail(a->d, name, nrs_wall_ms(), &said);
	const struct nrs_duty_letter letter = {.matters = matter,
	    .n = 1,
	    .mode = (enum nrs_mode)(a->conf->common.mode + 1),
	    .lang = mail.lang};

	if (nrs_audit_was_told(
	        a->audit, dispatcher_own_id(a->arena, mail.purpose, name)))
		return NRS_OK;
	nrs_duty_render(a->arena, &letter, &said);
	return auditor_post(
	    a, &mail, dispatcher_duty_partition(a->n_alert_parts), err);
}

/* Once; what cannot be told now is told in a later turn. */
static enum nrs_rc
tell(struct auditor *a, struct alarm *alarm, const struct nrs_matter *matter,
    struct nrs_err *err)
{
	const int64_t now = nrs_wall_ms();
	struct nrs_matter said = *matter;
	enum nrs_rc rc;

	if (alarm->told || a->conf->duty.address.n == 0)
		return NRS_OK;
	if (now - a->told_since >= HOUR_MS) {
		a->told_since = now;
		a->n_told = 0;
	}
	if (a->n_told > TOLD_MAX)
		return NRS_OK;
	if (a->n_told == TOLD_MAX)
		said = (struct nrs_matter){.kind = NRS_MATTER_MORE,
		    .id = nrs_arena_printf(
		        a->arena, "audit-%lld", (long long)a->told_since),
		    .scope = "",
		    .detail = "",
		    .at = now};
	rc = post(a, &said, err);
	if (rc != NRS_OK)
		return rc;
	a->n_told++;
	alarm->told = said.kind == matter->kind;
	return NRS_OK;
}

/* ---- gaps ---- */

static enum nrs_rc
report_gap(
    struct auditor *a, const struct nrs_audit_gap *gap, struct nrs_err *err)
{
	const char *stage = nrs_audit_stage_name(gap->stage);
	const struct nrs_matter matter = {.kind = NRS_MATTER_GAP,
	    .id = gap->id,
	    .scope = stage,
	    .detail = nrs_arena_printf(a->arena, "%s[%d]@%lld (%zu) %s",
	        gap->topic, gap->partition, (long long)gap->offset, gap->n,
	        nrs_audit_fault_name(gap->fault)),
	    .at = gap->since};
	bool is_new;
	struct alarm *alarm = raise_alarm(
	    a, nrs_arena_printf(a->arena, "%s %s", stage, gap->id), &is_new);

	if (is_new)
		nrs_log(NRS_LOG_ERROR, "audit_gap", NRS_S("stage", stage),
		    NRS_S("id", gap->id),
		    NRS_S("what", nrs_audit_fault_name(gap->fault)),
		    NRS_I("n", gap->n), NRS_I("since", gap->since),
		    NRS_S("topic", gap->topic),
		    NRS_I("partition", gap->partition),
		    NRS_I("offset", gap->offset));
	return tell(a, alarm, &matter, err);
}

static enum nrs_rc
report_gaps(struct auditor *a, const struct nrs_audit_gap *gaps, size_t n,
    struct nrs_err *err)
{
	int64_t count[NRS_AUDIT_STAGES] = {0};
	enum nrs_rc rc = NRS_OK;
	size_t i;

	for (i = 0; i < n && rc == NRS_OK; i++) {
		count[gaps[i].stage]++;
		rc = report_gap(a, &gaps[i], err);
	}
	for (i = 0; i < NRS_AUDIT_STAGES; i++)
		nrs_metric_set(a->gaps[i], count[i]);
	return rc;
}

/* ---- heartbeats ---- */

static enum nrs_rc
report_beat(
    struct auditor *a, enum nrs_channel_type channel, struct nrs_err *err)
{
	const char *name = nrs_term_name(NRS_VOC_CHANNEL_TYPE, (int)channel);
	const int64_t last = nrs_audit_beat(a->audit, channel).delivered_at;
	const struct nrs_matter matter = {.kind = NRS_MATTER_SILENT,
	    .id = nrs_arena_printf(a->arena, "%lld", (long long)last),
	    .scope = name,
	    .detail = "",
	    .at = last > 0 ? last : a->begun_at};
	bool is_new;
	struct alarm *alarm = raise_alarm(
	    a, nrs_arena_printf(a->arena, "heartbeat %s", name), &is_new);

	if (is_new)
		nrs_log(NRS_LOG_ERROR, "heartbeat_missing",
		    NRS_S("channel", name), NRS_I("last", last));
	return tell(a, alarm, &matter, err);
}

static enum nrs_rc
report_beats(struct auditor *a, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;
	int64_t last, silent = 0;
	int channel;

	for (channel = NRS_CHANNEL_MAIL;
	     channel <= NRS_CHANNEL_WEBHOOK && rc == NRS_OK; channel++) {
		if (auditor_canary(a, (enum nrs_channel_type)channel)[0] ==
		    '\0')
			continue;
		last = nrs_audit_beat(a->audit, (enum nrs_channel_type)channel)
		           .delivered_at;
		nrs_metric_set(a->age[channel],
		    (nrs_wall_ms() - (last > 0 ? last : a->begun_at)) / 1000);
		if (!auditor_is_silent(a, (enum nrs_channel_type)channel))
			continue;
		silent++;
		rc = report_beat(a, (enum nrs_channel_type)channel, err);
	}
	nrs_metric_set(a->silent, silent);
	return rc;
}

/* ---- a turn ---- */

static bool
is_any_new(const struct auditor *a, const struct nrs_audit_gap *gaps, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (nrs_map_get(a->alarms,
		        nrs_arena_printf(a->arena, "%s %s",
		            nrs_audit_stage_name(gaps[i].stage), gaps[i].id)) ==
		    NULL)
			return true;
	return false;
}

enum nrs_rc
auditor_judge(struct auditor *a, struct nrs_err *err)
{
	const int64_t now = nrs_wall_ms();
	const struct nrs_audit_gap *gaps;
	enum nrs_rc rc = NRS_OK;
	size_t n;

	nrs_metric_set(a->lag, nrs_mono_since_ms(a->caught_up) / 1000);
	/* Who was away for long catches up, and so do the others. */
	if (now - a->begun_at < a->conf->audit.outcome_ms)
		return NRS_OK;
	/* Never by half of what was written at once. */
	if (nrs_mono_since_ms(a->caught_up) > BEHIND_MS)
		rc = auditor_read_all(a, err);
	if (rc != NRS_OK)
		return rc;
	nrs_arena_reset(a->arena);
	n = nrs_audit_gaps(a->audit, a->arena, now, NULL, &gaps);
	/* What is missing may be on the bus, and only not read. */
	if (is_any_new(a, gaps, n)) {
		rc = auditor_read_all(a, err);
		nrs_arena_reset(a->arena);
		n = nrs_audit_gaps(a->audit, a->arena, now, NULL, &gaps);
	}
	if (rc == NRS_OK)
		rc = report_gaps(a, gaps, n, err);
	if (rc == NRS_OK)
		rc = report_beats(a, err);
	if (rc == NRS_OK)
		rc = auditor_tell_silences(a, err);
	if (rc == NRS_OK)
		end_alarms(a);
	return rc;
}
