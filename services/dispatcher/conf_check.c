/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dispatcher/dispatcher.h"
#include "dispatcher/duty/duty.h"
#include "noroshi/base/net.h"
#include "noroshi/base/text.h"
#include "noroshi/core/verp.h"
#include "noroshi/io/http.h"

/* ---- checks ---- */

static enum nrs_rc
check_verp(const char *mailbox, struct nrs_err *err)
{
	struct nrs_arena *arena = nrs_arena_new();
	const char *out;
	enum nrs_rc rc = NRS_OK;

	if (mailbox[0] != '\0')
		rc = nrs_text_mailbox(arena, mailbox, &out, err);
	if (rc == NRS_OK && strcspn(mailbox, "@+") > NRS_VERP_LOCAL_MAX)
		rc = nrs_refuse(err, "", "length",
		    "more than %d bytes before '@'", NRS_VERP_LOCAL_MAX);
	if (rc == NRS_OK && strchr(mailbox, '+') != NULL)
		rc = nrs_refuse(err, "", "mailbox", "has a '+' already");
	if (rc != NRS_OK)
		nrs_err_prefix(err, "smtp.verp");
	nrs_arena_free(arena);
	return rc;
}

static enum nrs_rc
check_mail(const struct dispatcher_conf *conf, struct nrs_err *err)
{
	const struct nrs_transfer_conf *t = &conf->transfer;
	struct nrs_arena *arena = nrs_arena_new();
	const char *from;
	enum nrs_rc rc = nrs_text_mailbox(arena, t->mail_from, &from, err);

	nrs_arena_free(arena);
	if (rc != NRS_OK) {
		nrs_err_prefix(err, "smtp.from");
		return rc;
	}
	rc = check_verp(conf->verp, err);
	if (rc != NRS_OK)
		return rc;
	if (strncmp(t->smtp_url, "smtp://", 7) != 0 &&
	    strncmp(t->smtp_url, "smtps://", 8) != 0)
		return nrs_refuse(err, "smtp.url", "url",
		    "smtp.url does not begin with smtp:// or smtps://");
	if (!nrs_text_is_id(t->helo, 253))
		return nrs_refuse(
		    err, "smtp.helo", "id", "smtp.helo is not a host name");
	if (conf->domain[0] != '\0' && !nrs_text_is_id(conf->domain, 253))
		return nrs_refuse(err, "smtp.domain", "id",
		    "smtp.domain is not a domain name");
	if (!nrs_text_is_line(conf->from_name) ||
	    !nrs_text_is_line(conf->sender) || !nrs_text_is_line(conf->desk))
		return nrs_refuse(err, "smtp.from_name", "line",
		    "smtp.from_name, sender and desk are one line each");
	if (conf->retry_max_ms < conf->retry_min_ms)
		return nrs_refuse(err, "retry.max", "range",
		    "retry.max is less than retry.min");
	return NRS_OK;
}

/* RFC 8058: one click needs https. */
static enum nrs_rc
check_newsletter(const struct dispatcher_conf *conf, struct nrs_err *err)
{
	const char *url = conf->newsletter.unsubscribe_url;

	if (url[0] == '\0')
		return NRS_OK;
	if (strncmp(url, "https://", 8) == 0 &&
	    nrs_text_url(url, err) == NRS_OK)
		return NRS_OK;
	return nrs_refuse(err, "newsletter.unsubscribe_url", "url",
	    "newsletter.unsubscribe_url is not an https URL");
}

/* A link is for a person's browser: plain http only at home. */
static enum nrs_rc
check_ack(const struct dispatcher_conf *conf, struct nrs_err *err)
{
	const char *url = conf->ack.url;
	const bool asks = url[0] != '\0', listens = conf->ack.listen[0] != '\0';

	if ((asks || listens) && conf->ack.secrets[0] == '\0')
		return nrs_refuse(err, "ack.secrets", "required",
		    "ack.secrets is needed for ack.url and ack.listen");
	if (asks &&
	    (nrs_text_url(url, err) != NRS_OK ||
	        (strncmp(url, "https://", 8) != 0 &&
	            strncmp(url, "http://127.0.0.1:", 17) != 0) ||
	        strpbrk(url, "?#\"") != NULL || url[strlen(url) - 1] == '/'))
		return nrs_refuse(err, "ack.url", "url",
		    "ack.url is not an https URL without / at its end");
	if (!listens)
		return NRS_OK;
	if (nrs_http_check_listen(conf->ack.listen, err) == NRS_OK)
		return NRS_OK;
	nrs_err_prefix(err, "ack.listen");
	return NRS_REJECT;
}

static enum nrs_rc
check_due(const struct dispatcher_conf *conf, struct nrs_err *err)
{
	if (conf->ack.immediate_ms > conf->ack.priority_ms ||
	    conf->ack.priority_ms > conf->ack.routine_ms)
		return nrs_refuse(err, "ack.priority", "range",
		    "ack.immediate, ack.priority and ack.routine must not "
		    "grow with urgency");
	if (conf->ack.remind_after > conf->ack.escalate_after ||
	    conf->ack.escalate_after > conf->ack.report_after)
		return nrs_refuse(err, "ack.escalate_after", "range",
		    "ack.remind_after, ack.escalate_after and "
		    "ack.report_after follow each other");
	return NRS_OK;
}

static enum nrs_rc
check_canary(
    const char *name, const char *address, bool url, struct nrs_err *err)
{
	const struct nrs_conf_list list = {&address, address[0] != '\0'};

	if (list.n > 0 && (strstr(address, "://") != NULL) != url)
		return nrs_refuse(err, name, "address", "%s is not a %s", name,
		    url ? "URL" : "mailbox");
	return dispatcher_own_check(name, &list, err);
}

static enum nrs_rc
check_audit(const struct dispatcher_conf *conf, struct nrs_err *err)
{
	enum nrs_rc rc =
	    dispatcher_own_check("duty.address", &conf->duty.address, err);

	if (rc == NRS_OK)
		rc = check_canary(
		    "heartbeat.mail", conf->heartbeat.mail, false, err);
	if (rc == NRS_OK)
		rc = check_canary(
		    "heartbeat.webhook", conf->heartbeat.webhook, true, err);
	if (rc == NRS_OK && conf->audit.every_ms > 0 &&
	    conf->audit.delivery_ms < 2 * conf->retry_max_ms)
		rc = nrs_refuse(err, "audit.delivery_budget", "range",
		    "audit.delivery_budget is less than twice retry.max: what "
		    "is tried again would look lost");
	return rc;
}

enum nrs_rc
dispatcher_conf_check(const void *value, struct nrs_err *err)
{
	const struct dispatcher_conf *conf = value;
	const struct nrs_conf_list *allow = &conf->transfer.webhook_allow;
	struct dispatcher_policy *policy;
	struct nrs_net net;
	enum nrs_rc rc = check_mail(conf, err);
	size_t i;

	if (rc == NRS_OK)
		rc = check_newsletter(conf, err);
	if (rc == NRS_OK)
		rc = check_ack(conf, err);
	if (rc == NRS_OK)
		rc = check_due(conf, err);
	if (rc == NRS_OK)
		rc = check_audit(conf, err);
	for (i = 0; i < allow->n && rc == NRS_OK; i++) {
		rc = nrs_net_parse(allow->items[i], &net, err);
		if (rc != NRS_OK)
			nrs_err_prefix(
			    err, "webhook.allow: %s", allow->items[i]);
	}
	if (rc == NRS_OK)
		rc = dispatcher_policy_load(conf, &policy, err);
	if (rc == NRS_OK)
		dispatcher_policy_free(policy);
	return rc;
}
