/* SPDX-License-Identifier: Apache-2.0 */
/* subscribe: store who is to be told what, and how. */
#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/secrets.h"
#include "ctl/submit.h"
#include "ctl/text.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/rand.h"
#include "noroshi/base/text.h"
#include "noroshi/core/check.h"
#include "noroshi/io/json.h"
#include "noroshi/io/wire.h"

/* A host in Japanese is stored as it is asked for. What cannot be turned stays
 * as it is: the check says what is wrong with it. */
static void
turn_url(struct ctl *ctl, struct nrs_channel *channel)
{
	const char *url;
	struct nrs_err unused;

	if (channel != NULL && channel->type == NRS_CHANNEL_WEBHOOK &&
	    nrs_text_url_ascii(ctl->arena, channel->address, &url, &unused) ==
	        NRS_OK)
		channel->address = url;
}

static enum nrs_rc
read_and_check(
    struct ctl *ctl, struct nrs_subscription **out, struct nrs_err *err)
{
	struct nrs_check check = {
	    .now_ms = nrs_wall_ms(), .mode = ctl_mode(ctl)};
	struct nrs_bytes text;
	void *value = NULL;
	size_t i;
	enum nrs_rc rc =
	    ctl_text_read(ctl->arena, ctl->args.words[0], &text, err);

	if (rc == NRS_OK)
		rc = nrs_json_decode(
		    ctl->arena, NRS_TYPE_SUBSCRIPTION, text, &value, err);
	if (rc == NRS_OK)
		rc = ctl_sectors(ctl, &check.sectors, err);
	if (rc != NRS_OK)
		return rc;
	*out = value;
	(*out)->updated_at = check.now_ms;
	for (i = 0; i < (*out)->n_channels; i++)
		turn_url(ctl, &(*out)->channels[i]);
	turn_url(ctl, (*out)->second_contact);
	rc = nrs_check_subscription(&check, *out, err);
	return rc == NRS_OK ? ctl_secrets_fill(ctl, *out, err) : rc;
}

enum ctl_exit
ctl_cmd_subscribe(struct ctl *ctl)
{
	struct nrs_subscription *subscription;
	struct nrs_err err = {0};
	char id[NRS_ID_SIZE];
	enum ctl_exit code;
	enum nrs_rc rc = read_and_check(ctl, &subscription, &err);

	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	const struct ctl_parcel parcel = {
	    .type = NRS_SUBMISSION_SUBSCRIPTION,
	    .mode = ctl_mode(ctl),
	    .id = nrs_id_new(id),
	    .payload = nrs_wire_encode(
	        ctl->arena, NRS_TYPE_SUBSCRIPTION, subscription),
	};
	code = ctl_submit(ctl, &parcel);
	if (code == CTL_DONE || code == CTL_UNKNOWN)
		ctl_secrets_print(ctl, subscription);
	return code;
}
