/* SPDX-License-Identifier: Apache-2.0 */
/* revise, retract: a later notice of a thread, made from its last one. */
#include <string.h>
#include <unistd.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/draft.h"
#include "ctl/read.h"
#include "ctl/submit.h"
#include "ctl/text.h"
#include "noroshi/base/clock.h"
#include "noroshi/io/wire.h"

/* A thread as it stands, and what comes after it. */
struct last {
	struct ctl_thread thread;
	struct ctl_draft draft;
	struct ctl_successor after;
};

static enum nrs_rc
decode(struct ctl *ctl, enum nrs_message_type type, struct nrs_bytes bytes,
    void **out, struct nrs_err *err)
{
	const struct nrs_wire_input in = {
	    .type = type, .bytes = bytes, .how = NRS_WIRE_TOLERANT};

	return nrs_wire_decode(ctl->arena, &in, out, err);
}

/* A follow-up supersedes the one before; a correction or retraction names every
 * message that it voids. */
static void
set_successor(struct ctl *ctl, struct last *last, enum nrs_msg_kind kind)
{
	const struct nrs_thread_change *t = last->thread.last->thread;

	last->after = (struct ctl_successor){
	    .thread_id = t->thread_id,
	    .revision = t->revision + 1,
	    .kind = kind,
	    .supersedes = t->notice_ids,
	    .n_supersedes = t->n_notice_ids,
	};
	if (kind != NRS_KIND_FOLLOW_UP && t->n_notice_ids > 0)
		return;
	last->after.supersedes =
	    nrs_arena_array(ctl->arena, 1, sizeof(*last->after.supersedes));
	last->after.supersedes[0] = t->notice_id;
	last->after.n_supersedes = 1;
}

static enum nrs_rc
load(struct ctl *ctl, const char *id, struct last *last, struct nrs_err *err)
{
	const struct nrs_submission *command;
	void *content = NULL, *addressing = NULL;
	enum nrs_rc rc = ctl_read_thread(ctl, id, &last->thread, err);

	if (rc != NRS_OK || last->thread.last == NULL)
		return rc;
	rc = ctl_read_command(
	    ctl, last->thread.last->journal_offset, &command, err);
	if (rc == NRS_OK)
		rc = decode(
		    ctl, NRS_TYPE_CONTENT, command->payload, &content, err);
	if (rc == NRS_OK)
		rc = decode(ctl, NRS_TYPE_ADDRESSING, command->addressing,
		    &addressing, err);
	last->draft.content = content;
	last->draft.addressing = addressing;
	return rc;
}

static enum ctl_exit
not_found(const char *id)
{
	struct nrs_err err = {0};

	(void)nrs_fail(
	    &err, NRS_FATAL, "%s: no notice of this id was decided", id);
	(void)ctl_failed(NRS_FATAL, &err);
	return CTL_NOT_FOUND;
}

/* The thread's last text as the person leaves it: what they take out is gone.
 * One who leaves it as it was wants nothing sent, except with --final. */
static enum nrs_rc
edit(struct ctl *ctl, const struct last *last, struct ctl_draft *draft,
    const char **edited, struct nrs_err *err)
{
	const struct nrs_bytes was = ctl_draft_text(ctl->arena, &last->draft);
	struct nrs_bytes text;
	enum nrs_rc rc =
	    ctl_text_edit(ctl->arena, (const char *)was.data, edited, err);

	if (rc == NRS_OK)
		rc = ctl_text_read(ctl->arena, *edited, &text, err);
	if (rc != NRS_OK)
		return rc;
	if (ctl_opt(ctl, CTL_OPT_FINAL) == NULL && text.len >= was.len &&
	    memcmp(text.data, was.data, was.len) == 0 &&
	    text.len - was.len <= strlen("\n")) {
		(void)unlink(*edited);
		*edited = NULL;
		return nrs_fail(
		    err, NRS_FATAL, "nothing was changed: nothing was sent");
	}
	return ctl_draft_parse(ctl->arena, text, draft, err);
}

/* Members from a file or standard input lie over the thread's last text. */
static enum nrs_rc
change(struct ctl *ctl, const struct last *last, struct ctl_draft *draft,
    const char **edited, struct nrs_err *err)
{
	const char *file = ctl->args.n_words > 1 ? ctl->args.words[1] : NULL;
	struct nrs_bytes text;
	enum nrs_rc rc;

	*edited = NULL;
	if (file == NULL && isatty(STDIN_FILENO) == 1)
		return edit(ctl, last, draft, edited, err);
	rc = ctl_text_read(ctl->arena, file, &text, err);
	if (rc != NRS_OK)
		return rc;
	return ctl_draft_overlay(ctl->arena, &last->draft, text, draft, err);
}

/* Of the thread's last text: a time that is over says nothing any more. */
static void
forget_what_is_over(struct nrs_content *c, int64_t now_ms)
{
	if (c->ack_deadline != 0 && c->ack_deadline <= now_ms)
		c->ack_deadline = 0;
	if (c->kind == NRS_KIND_RETRACTION && c->valid_until <= now_ms)
		c->valid_until = 0;
}

static enum ctl_exit
send(struct ctl *ctl, struct last *last, struct ctl_draft *draft)
{
	const char *reason = ctl_opt(ctl, CTL_OPT_REASON);
	const struct ctl_mint mint = {.now_ms = nrs_wall_ms(),
	    .mode = ctl_mode(ctl),
	    .stream = NRS_STREAM_NISC_PROVISION,
	    .originator = ctl->conf.originator,
	    .after = &last->after};

	ctl_draft_mint(ctl->arena, &mint, draft);
	if (reason != NULL)
		draft->content->revision_reason = reason;
	if (ctl_opt(ctl, CTL_OPT_FINAL) != NULL)
		draft->content->is_final = true;
	forget_what_is_over(draft->content, mint.now_ms);
	return ctl_submit_notice(ctl, draft);
}

enum ctl_exit
ctl_cmd_revise(struct ctl *ctl)
{
	const char *id = ctl->args.words[0];
	bool correct = ctl_opt(ctl, CTL_OPT_CORRECT) != NULL;
	const char *edited = NULL;
	struct last last = {0};
	struct ctl_draft draft;
	struct nrs_err err = {0};
	enum nrs_rc rc;

	if (correct && ctl_opt(ctl, CTL_OPT_FOLLOW_UP) != NULL) {
		(void)nrs_refuse(&err, "", "usage",
		    "--follow-up and --correct exclude each other");
		return ctl_misused(ctl, &err);
	}
	rc = load(ctl, id, &last, &err);
	if (rc == NRS_OK && last.thread.last == NULL)
		return not_found(id);
	if (rc == NRS_OK)
		rc = change(ctl, &last, &draft, &edited, &err);
	if (rc == NRS_OK)
		rc = ctl_draft_check_retold(
		    ctl->arena, &last.draft, &draft, &err);
	if (rc != NRS_OK)
		return ctl_text_edited(edited, ctl_failed(rc, &err));
	set_successor(
	    ctl, &last, correct ? NRS_KIND_CORRECTION : NRS_KIND_FOLLOW_UP);
	return ctl_text_edited(edited, send(ctl, &last, &draft));
}

enum ctl_exit
ctl_cmd_retract(struct ctl *ctl)
{
	static const char nothing[] = "{}";
	const char *id = ctl->args.words[0];
	struct last last = {0};
	struct ctl_draft draft;
	struct nrs_err err = {0};
	enum nrs_rc rc;

	if (ctl_opt(ctl, CTL_OPT_REASON) == NULL) {
		(void)nrs_refuse(&err, "", "usage",
		    "\"retract\" needs --reason TEXT: recipients read it");
		return ctl_misused(ctl, &err);
	}
	rc = load(ctl, id, &last, &err);
	if (rc == NRS_OK && last.thread.last == NULL)
		return not_found(id);
	if (rc == NRS_OK)
		rc = ctl_draft_overlay(ctl->arena, &last.draft,
		    (struct nrs_bytes){(const uint8_t *)nothing, 2}, &draft,
		    &err);
	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	set_successor(ctl, &last, NRS_KIND_RETRACTION);
	return send(ctl, &last, &draft);
}
