/* SPDX-License-Identifier: Apache-2.0 */
/* contacts stale: whose contact is out of date, as far as receipts tell. */
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/members.h"
#include "ctl/read.h"
#include "ctl/stale.h"
#include "noroshi/core/topic.h"

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	(void)record;
	(void)err;
	ctl_stale_receipt(ctx, value);
	return NRS_OK;
}

static enum nrs_rc
read_receipts(struct ctl *ctl, struct ctl_stale *stale, struct nrs_err *err)
{
	static const char *const topics[] = {NRS_TOPIC_RECEIPT_ALERT,
	    NRS_TOPIC_RECEIPT_NEWSLETTER, NRS_TOPIC_RECEIPT_DUE};
	struct ctl_reading reading = {.type = NRS_TYPE_RECEIPT,
	    .each = see,
	    .ctx = stale,
	    .from = NRS_FROM_START,
	    .optional = true,
	    .scratch = nrs_arena_new()};
	enum nrs_rc rc = NRS_OK;

	for (size_t i = 0; rc == NRS_OK && i < 3; i++) {
		reading.topic = topics[i];
		rc = ctl_read(ctl, &reading, err);
	}
	nrs_arena_free(reading.scratch);
	return rc;
}

/* That the registration was changed since may mean that it is mended: the next
 * notice will tell. */
static void
print_one(struct ctl *ctl, const struct ctl_stale_contact *c,
    const struct nrs_subscription *s)
{
	struct ctl_out *out = ctl->out;

	ctl_out_begin(out, CTL_ROW);
	ctl_out_str(out, "subscriber_id", c->subscriber_id);
	ctl_out_str(out, "organisation", s->organisation);
	ctl_out_term(out, "channel", NRS_VOC_CHANNEL_TYPE, (int)c->channel);
	ctl_out_term(out, "purpose", NRS_VOC_DELIVERY_PURPOSE,
	    c->second ? NRS_PURPOSE_ESCALATION : 0);
	ctl_out_time(out, "since", c->since);
	ctl_out_time(out, "at", c->at);
	ctl_out_int(out, "count", (int64_t)c->n);
	ctl_out_time(
	    out, "updated_at", s->updated_at > c->at ? s->updated_at : 0);
	if (ctl_out_is_json(out))
		ctl_out_str(out, "notice_id", c->notice_id);
	ctl_out_str(out, "detail", c->detail);
	ctl_out_end(out);
}

static void
print_all(struct ctl *ctl, const struct ctl_members *members,
    const struct ctl_stale *stale)
{
	size_t n, n_shown = 0;
	const struct ctl_stale_contact *list = ctl_stale_list(stale, &n);

	for (size_t i = 0; i < n; i++) {
		const struct nrs_subscription *s =
		    ctl_members_find(members, list[i].subscriber_id);
		if (s == NULL || s->inactive ||
		    !ctl_members_may_see(members, list[i].subscriber_id))
			continue;
		print_one(ctl, &list[i], s);
		n_shown++;
	}
	if (n_shown == 0)
		ctl_out_note(ctl->out, "No contact is known to be out of date.",
		    "古いと分かっている連絡先はない。");
}

enum ctl_exit
ctl_cmd_contacts_stale(struct ctl *ctl)
{
	struct ctl_stale *stale = ctl_stale_new(ctl->arena);
	struct ctl_members members = {0};
	struct nrs_err err = {0};
	enum ctl_exit code = CTL_DONE;
	enum nrs_rc rc = ctl_members_load(ctl, NULL, &members, &err);

	if (rc == NRS_OK)
		rc = read_receipts(ctl, stale, &err);
	if (rc == NRS_OK)
		print_all(ctl, &members, stale);
	else
		code = strcmp(err.rule, "usage") == 0 ? ctl_misused(ctl, &err)
		                                      : ctl_failed(rc, &err);
	ctl_members_fini(&members);
	ctl_stale_free(stale);
	return code;
}
