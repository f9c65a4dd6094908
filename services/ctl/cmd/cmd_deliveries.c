/* SPDX-License-Identifier: Apache-2.0 */
/* deliveries: one line per delivery of a notice, and the failed ones again. */
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/reach_view.h"
#include "ctl/resend.h"

#define PLANNED "PLANNED"

/* ---- which ---- */

static bool
add_state(const char *word, size_t len, unsigned *states)
{
	char name[16];
	int state;

	if (len == 0 || len >= sizeof(name))
		return false;
	memcpy(name, word, len);
	name[len] = '\0';
	if (strcmp(name, PLANNED) == 0)
		state = NRS_STATE_UNSPECIFIED;
	else if (!nrs_term_parse(NRS_VOC_DELIVERY_STATE, name, &state) ||
	         state == NRS_STATE_UNSPECIFIED)
		return false;
	*states |= 1U << (unsigned)state;
	return true;
}

/* --state as a set of bits; all of them when it is absent. */
static enum nrs_rc
parse_states(const struct ctl *ctl, unsigned *states, struct nrs_err *err)
{
	const char *text = ctl_opt(ctl, CTL_OPT_STATE);

	*states = text == NULL ? ~0U : 0;
	for (const char *at = text; at != NULL;) {
		size_t len = strcspn(at, ",");
		if (!add_state(at, len, states))
			return nrs_refuse(err, "", "usage",
			    "--state: \"%.*s\" is no state of a delivery",
			    (int)len, at);
		at = at[len] == ',' ? at + len + 1 : NULL;
	}
	return NRS_OK;
}

static enum nrs_rc
check_options(const struct ctl *ctl, struct nrs_err *err)
{
	bool resend = ctl_opt(ctl, CTL_OPT_RESEND) != NULL;

	if (resend && ctl_opt(ctl, CTL_OPT_FAILED) == NULL)
		return nrs_refuse(err, "", "usage",
		    "--resend sends the failed ones again: say --failed with "
		    "it");
	if (resend && ctl_opt(ctl, CTL_OPT_STATE) != NULL)
		return nrs_refuse(err, "", "usage",
		    "--resend and --state exclude each other");
	if (!resend && (ctl_opt(ctl, CTL_OPT_YES) != NULL ||
	                   ctl_opt(ctl, CTL_OPT_DRY_RUN) != NULL))
		return nrs_refuse(
		    err, "", "usage", "--yes and --dry-run are for --resend");
	return NRS_OK;
}

/* ---- a line ---- */

static void
print_json(struct ctl *ctl, const struct ctl_delivery *d)
{
	struct ctl_out *out = ctl->out;

	ctl_out_term(out, "stage", NRS_VOC_SUBSCRIBER_KIND, (int)d->stage);
	ctl_out_str(out, "organisation", d->organisation);
	ctl_out_int(out, "occasion", d->occasion);
	if (d->resent)
		ctl_out_str(out, "change", "resent");
	ctl_out_time(out, "not_before", d->not_before);
	ctl_out_time(out, "accepted_at", d->accepted_at);
	ctl_out_time(out, "delivered_at", d->delivered_at);
	ctl_out_time(out, "acknowledged_at", d->acknowledged_at);
	ctl_out_term(out, "response", NRS_VOC_RESPONSE, (int)d->response);
	ctl_out_str(out, "topic", d->topic);
	if (!d->planned)
		return;
	ctl_out_int(out, "partition", d->partition);
	ctl_out_int(out, "offset", d->offset);
}

static void
print_state(struct ctl *ctl, const struct ctl_delivery *d)
{
	bool is_ja = strcmp(ctl_out_lang(ctl->out), "ja") == 0;

	if (d->state != NRS_STATE_UNSPECIFIED)
		ctl_out_term(
		    ctl->out, "state", NRS_VOC_DELIVERY_STATE, (int)d->state);
	else if (ctl_out_is_json(ctl->out))
		ctl_out_str(ctl->out, "state", PLANNED);
	else
		ctl_out_str(ctl->out, "state", is_ja ? "計画" : "planned");
}

/* What people read last: why, the answer, what came of it. */
static const char *
remark(struct ctl *ctl, const struct ctl_delivery *d)
{
	const char *lang = ctl_out_lang(ctl->out);
	const char *why =
	    d->response != 0
	        ? nrs_term_text(NRS_VOC_RESPONSE, (int)d->response, lang)
	    : d->reason != 0
	        ? nrs_term_text(NRS_VOC_FAILURE_REASON, (int)d->reason, lang)
	        : "";
	const char *again = !d->resent                ? ""
	                    : strcmp(lang, "ja") == 0 ? " (再送した)"
	                                              : " (sent again)";

	return nrs_arena_printf(ctl->arena, "%s%s%s%s", why,
	    why[0] != '\0' && d->detail[0] != '\0' ? ": " : "", d->detail,
	    again);
}

static void
print_one(struct ctl *ctl, const struct ctl_delivery *d)
{
	struct ctl_out *out = ctl->out;
	bool full = ctl_opt(ctl, CTL_OPT_ADDRESSES) != NULL;

	ctl_out_begin(out, CTL_ROW);
	ctl_out_str(out, "subscriber_id", d->subscriber_id);
	ctl_out_term(out, "channel", NRS_VOC_CHANNEL_TYPE, (int)d->channel);
	ctl_out_str(out, "address",
	    full ? d->address : ctl_reach_masked(ctl->arena, d->address));
	ctl_out_term(out, "purpose", NRS_VOC_DELIVERY_PURPOSE, (int)d->purpose);
	print_state(ctl, d);
	ctl_out_int(out, "attempt", d->attempts);
	ctl_out_time(out, "at", d->at);
	if (ctl_out_is_json(out)) {
		ctl_out_term(
		    out, "reason", NRS_VOC_FAILURE_REASON, (int)d->reason);
		ctl_out_str(out, "detail", d->detail);
		print_json(ctl, d);
	} else
		ctl_out_str(out, "detail", remark(ctl, d));
	ctl_out_end(out);
}

static enum ctl_exit
print_all(const struct ctl_deliveries *d, unsigned states)
{
	const struct ctl_ledger *ledger = ctl_gather_ledger(d->gather);
	bool only_failed = ctl_opt(d->ctl, CTL_OPT_FAILED) != NULL;
	const struct ctl_notice *notice = nrs_map_get(d->notices.by_id, d->id);

	for (size_t i = 0; i < ctl_ledger_count(ledger); i++) {
		const struct ctl_delivery *one = ctl_ledger_at(ledger, i);
		if ((states & 1U << (unsigned)one->state) != 0 &&
		    (!only_failed || ctl_delivery_failed(one)) &&
		    ctl_members_may_see(&d->members, one->subscriber_id))
			print_one(d->ctl, one);
	}
	if (ctl_ledger_count(ledger) > 0 || notice->thread_id[0] != '\0')
		return CTL_DONE;
	(void)fprintf(stderr, "noroshictl: %s: no such notice\n", d->id);
	return CTL_NOT_FOUND;
}

/* ---- the command ---- */

static enum nrs_rc
load(struct ctl_deliveries *d, struct ctl_resend **resend, struct nrs_err *err)
{
	bool again = ctl_opt(d->ctl, CTL_OPT_RESEND) != NULL;
	enum nrs_rc rc = ctl_notices_find(d->ctl, d->id, &d->notices, err);

	if (rc == NRS_OK && again)
		rc = ctl_resend_may(d, err);
	if (rc == NRS_OK && again)
		rc = ctl_resend_open(d->ctl, resend, err);
	if (rc == NRS_OK)
		rc = ctl_members_load(d->ctl,
		    nrs_map_get(d->notices.by_id, d->id), &d->members, err);
	if (rc == NRS_OK && again)
		rc = ctl_members_prove(d->ctl, &d->members, err);
	if (rc == NRS_OK)
		rc = ctl_gather_open(d->ctl, &d->notices, &d->gather, err);
	return rc == NRS_OK ? ctl_gather_to_end(d->gather, err) : rc;
}

enum ctl_exit
ctl_cmd_deliveries(struct ctl *ctl)
{
	struct ctl_deliveries d = {.ctl = ctl, .id = ctl->args.words[0]};
	struct ctl_resend *resend = NULL;
	struct nrs_err err = {0};
	enum ctl_exit code;
	unsigned states;
	enum nrs_rc rc = parse_states(ctl, &states, &err);

	if (rc == NRS_OK)
		rc = check_options(ctl, &err);
	if (rc == NRS_OK)
		rc = load(&d, &resend, &err);
	if (rc != NRS_OK)
		code = strcmp(err.rule, "usage") == 0 ? ctl_misused(ctl, &err)
		                                      : ctl_failed(rc, &err);
	else if (resend != NULL)
		code = ctl_resend_run(resend, &d);
	else
		code = print_all(&d, states);
	ctl_resend_close(resend);
	ctl_gather_close(d.gather);
	ctl_members_fini(&d.members);
	ctl_notices_fini(&d.notices);
	return code;
}
