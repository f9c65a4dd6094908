/* SPDX-License-Identifier: Apache-2.0 */
/* preview: `issue --preview`, for a file. */
#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/draft.h"
#include "ctl/preview.h"
#include "ctl/text.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/check.h"

static enum nrs_rc
read_draft(struct ctl *ctl, struct ctl_draft *draft, struct nrs_err *err)
{
	const int64_t now_ms = nrs_wall_ms();
	const struct ctl_mint mint = {.now_ms = now_ms,
	    .mode = ctl_mode(ctl),
	    .stream = NRS_STREAM_NISC_PROVISION,
	    .originator = ctl->conf.originator,
	    .exercise_id = ctl->conf.exercise_id};
	struct nrs_check check = {.now_ms = now_ms, .mode = ctl_mode(ctl)};
	struct nrs_bytes text;
	enum nrs_rc rc =
	    ctl_text_read(ctl->arena, ctl->args.words[0], &text, err);

	if (rc == NRS_OK)
		rc = ctl_draft_parse(ctl->arena, text, draft, err);
	if (rc == NRS_OK)
		rc = ctl_sectors(ctl, &check.sectors, err);
	if (rc != NRS_OK)
		return rc;
	ctl_draft_mint(ctl->arena, &mint, draft);
	return nrs_check_notice(&check, draft->content, draft->addressing, err);
}

enum ctl_exit
ctl_cmd_preview(struct ctl *ctl)
{
	struct ctl_draft draft;
	struct nrs_err err = {0};
	enum nrs_rc rc = read_draft(ctl, &draft, &err);

	return rc == NRS_OK ? ctl_preview(ctl, &draft) : ctl_failed(rc, &err);
}
