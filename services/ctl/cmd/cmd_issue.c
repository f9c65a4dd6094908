/* SPDX-License-Identifier: Apache-2.0 */
/* issue, report, resend: what a person writes becomes a signed submission. */
#include <string.h>
#include <unistd.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/draft.h"
#include "ctl/submit.h"
#include "ctl/template.h"
#include "ctl/text.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/command.h"
#include "noroshi/io/json.h"

static enum ctl_exit
print_template(struct ctl *ctl, enum nrs_stream stream)
{
	struct ctl_template how = {.stream = stream,
	    .now_ms = nrs_wall_ms(),
	    .lang = ctl_out_lang(ctl->out)};
	struct nrs_buf text = {0};
	struct nrs_err err = {0};
	int item;

	if (!nrs_term_parse(
	        NRS_VOC_ITEM_TYPE, ctl_opt(ctl, CTL_OPT_TEMPLATE), &item) ||
	    item == 0) {
		(void)nrs_refuse(&err, "", "usage",
		    "--template is one of A1, A2, BA1 to BA6, BB1 to BB3, BC1 "
		    "to BC4, C1 to C3");
		return ctl_misused(ctl, &err);
	}
	how.item = (enum nrs_item_type)item;
	ctl_template_print(&text, &how);
	(void)fputs(nrs_buf_str(&text), stdout);
	nrs_buf_fini(&text);
	return CTL_DONE;
}

/* The text and, when it came from an editor, the file it lies in. */
static enum nrs_rc
get_text(struct ctl *ctl, enum nrs_stream stream, struct nrs_bytes *text,
    const char **edited, struct nrs_err *err)
{
	struct ctl_template how = {.stream = stream,
	    .now_ms = nrs_wall_ms(),
	    .lang = ctl_out_lang(ctl->out)};
	struct nrs_buf start = {0};
	const char *file = ctl->args.n_words > 0 ? ctl->args.words[0] : NULL;
	enum nrs_rc rc = NRS_OK;

	*edited = NULL;
	if (file == NULL && isatty(STDIN_FILENO) == 1) {
		ctl_template_print(&start, &how);
		rc =
		    ctl_text_edit(ctl->arena, nrs_buf_str(&start), edited, err);
		file = *edited;
		nrs_buf_fini(&start);
	}
	return rc == NRS_OK ? ctl_text_read(ctl->arena, file, text, err) : rc;
}

static enum ctl_exit
issue_as(struct ctl *ctl, enum nrs_stream stream)
{
	struct ctl_mint mint = {.now_ms = nrs_wall_ms(),
	    .mode = ctl_mode(ctl),
	    .stream = stream,
	    .originator = ctl->conf.originator,
	    .exercise_id = ctl->conf.exercise_id};
	const char *edited = NULL;
	struct ctl_draft draft;
	struct nrs_bytes text;
	struct nrs_err err = {0};
	enum ctl_exit code;
	enum nrs_rc rc;

	if (ctl_opt(ctl, CTL_OPT_TEMPLATE) != NULL)
		return print_template(ctl, stream);
	rc = get_text(ctl, stream, &text, &edited, &err);
	if (rc == NRS_OK)
		rc = ctl_draft_parse(ctl->arena, text, &draft, &err);
	if (rc == NRS_OK) {
		mint.now_ms = nrs_wall_ms();
		ctl_draft_mint(ctl->arena, &mint, &draft);
		code = ctl_submit_notice(ctl, &draft);
	} else
		code = ctl_failed(rc, &err);
	return ctl_text_edited(edited, code);
}

enum ctl_exit
ctl_cmd_issue(struct ctl *ctl)
{
	return issue_as(ctl, NRS_STREAM_NISC_PROVISION);
}

enum ctl_exit
ctl_cmd_report(struct ctl *ctl)
{
	return issue_as(ctl, NRS_STREAM_SECTOR_REPORT);
}

enum ctl_exit
ctl_cmd_resend(struct ctl *ctl)
{
	const char *file = ctl->args.words[0];
	struct nrs_bytes json;
	struct nrs_err err = {0};
	enum ctl_exit code;
	void *submission;
	enum nrs_rc rc = ctl_text_read(ctl->arena, file, &json, &err);

	if (rc == NRS_OK)
		rc = nrs_json_decode(
		    ctl->arena, NRS_TYPE_SUBMISSION, json, &submission, &err);
	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	code = ctl_submit_again(ctl,
	    ((const struct nrs_submission *)submission)->submission_id, json);
	if (code == CTL_DONE && strcmp(file, "-") != 0)
		(void)unlink(file);
	return code;
}
