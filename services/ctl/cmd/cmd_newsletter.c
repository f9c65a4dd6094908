/* SPDX-License-Identifier: Apache-2.0 */
/* newsletter cutoff: a desk closes a list now, between two of its windows. */
#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/submit.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/rand.h"
#include "noroshi/core/check.h"
#include "noroshi/core/news_window.h"
#include "noroshi/io/wire.h"

/* When the list closes next is said by the producer alone. */
enum ctl_exit
ctl_cmd_newsletter_cutoff(struct ctl *ctl)
{
	const int64_t now_ms = nrs_wall_ms();
	const struct nrs_check check = {
	    .now_ms = now_ms, .mode = ctl_mode(ctl)};
	const struct nrs_cut_off cut_off = {
	    .list = ctl->args.words[0],
	    .window_id =
	        nrs_news_window_id(ctl->arena, ctl->args.words[0], now_ms),
	    .due_at = now_ms,
	    .mode = ctl_mode(ctl),
	};
	struct ctl_parcel parcel = {
	    .type = NRS_SUBMISSION_CUT_OFF, .mode = ctl_mode(ctl)};
	struct nrs_err err = {0};
	enum nrs_rc rc = nrs_check_cut_off(&check, &cut_off, &err);
	char id[NRS_ID_SIZE];

	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	parcel.id = nrs_arena_strdup(ctl->arena, nrs_id_new(id));
	parcel.payload =
	    nrs_wire_encode(ctl->arena, NRS_TYPE_CUT_OFF, &cut_off);
	return ctl_submit(ctl, &parcel);
}
