/* SPDX-License-Identifier: Apache-2.0 */
/* link: what a CEPTOAR that reads topics confirms with: one link for whatever
 * it is sent, made from the dispatcher's own secrets. */
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/gather.h"
#include "ctl/when.h"
#include "noroshi/base/clock.h"
#include "noroshi/io/token.h"

#define DEFAULT_UNTIL "400d"

static enum nrs_rc
check_conf(const struct ctl *ctl, struct nrs_err *err)
{
	if (ctl->conf.ack[0] == '\0' || ctl->conf.ack_secrets[0] == '\0')
		return nrs_refuse(err, "ack", "conf",
		    "set ack and ack_secrets to the dispatcher's ack.url and "
		    "ack.secrets");
	return NRS_OK;
}

/* As it is registered now. */
static enum nrs_rc
find(struct ctl *ctl, const char *id, const struct nrs_subscription **out,
    struct nrs_err *err)
{
	struct nrs_map *all = NULL;
	enum nrs_rc rc = ctl_subscriptions(ctl, &all, err);

	if (rc != NRS_OK)
		return rc;
	*out = nrs_map_get(all, id);
	nrs_map_free(all, NULL);
	if (*out == NULL)
		return nrs_refuse(
		    err, "", "not-found", "%s: no such subscriber", id);
	if ((*out)->kind != NRS_SUBSCRIBER_CEPTOAR)
		return nrs_refuse(err, "kind", "channel-topic",
		    "%s reads no topics: each of its mails and webhooks has a "
		    "link",
		    id);
	return NRS_OK;
}

static enum nrs_rc
make(struct ctl *ctl, const char **link, int64_t *until, struct nrs_err *err)
{
	const char *text = ctl_opt(ctl, CTL_OPT_UNTIL);
	const struct nrs_subscription *sub = NULL;
	struct nrs_token_keys keys;
	struct nrs_token token = {
	    .use = NRS_TOKEN_READER, .mode = ctl_mode(ctl)};
	enum nrs_rc rc = check_conf(ctl, err);

	if (rc == NRS_OK)
		rc = ctl_when(text == NULL ? DEFAULT_UNTIL : text, CTL_AHEAD,
		    nrs_wall_ms(), until, err);
	if (rc == NRS_OK)
		rc = nrs_token_keys_load(ctl->conf.ack_secrets, &keys, err);
	if (rc == NRS_OK)
		rc = find(ctl, ctl->args.words[0], &sub, err);
	if (rc != NRS_OK)
		return rc;
	token.english = strcmp(sub->lang, "en") == 0;
	token.kind = sub->kind;
	token.channel = NRS_CHANNEL_TOPIC;
	token.expires_at = *until;
	token.subscriber_id = sub->subscriber_id;
	*link = nrs_arena_printf(ctl->arena, "%s/ack/%s", ctl->conf.ack,
	    nrs_token_make(ctl->arena, &keys, &token));
	return NRS_OK;
}

enum ctl_exit
ctl_cmd_link(struct ctl *ctl)
{
	const char *link = "";
	struct nrs_err err = {0};
	int64_t until = 0;
	enum nrs_rc rc = make(ctl, &link, &until, &err);

	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	ctl_out_begin(ctl->out, CTL_BLOCK);
	ctl_out_str(ctl->out, "subscriber_id", ctl->args.words[0]);
	ctl_out_time(ctl->out, "until", until);
	ctl_out_str(ctl->out, "url", link);
	ctl_out_end(ctl->out);
	ctl_out_note(ctl->out,
	    "Hand it over as you would a password: whoever holds it confirms "
	    "in this name. Nothing keeps it.",
	    "パスワードと同じように渡す。持つ者はこの名で確認できる。控えはない"
	    "。");
	return CTL_DONE;
}
