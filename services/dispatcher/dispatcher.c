/* SPDX-License-Identifier: Apache-2.0 */
/* long: a row per setting, and the lanes. */
#include "dispatcher/dispatcher.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "dispatcher/audit/audit.h"
#include "dispatcher/duty/duty.h"
#include "noroshi/base/log.h"
#include "noroshi/base/net.h"
#include "noroshi/base/text.h"
#include "noroshi/core/ack_time.h"
#include "noroshi/core/topic.h"
#include "noroshi/core/verp.h"
#include "noroshi/io/http.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number) TEXT_OF_(number)
#define ROW(member) .offset = offsetof(struct dispatcher_conf, member)

static const struct nrs_param params[] = {
    {.name = "sectors",
        .type = NRS_PARAM_PATH,
        ROW(sectors),
        .def = "sectors.conf",
        .help = "The table of sectors and CEPTOARs."},
    {.name = "keys",
        .type = NRS_PARAM_PATH,
        ROW(keys),
        .def = "keys.conf",
        .help = "Public keys whose signatures are accepted."},
    {.name = "verify",
        .type = NRS_PARAM_BOOL,
        ROW(verify),
        .def = "true",
        .help = "Verify every signature. Only a benchmark turns it off."},
    {.name = "sender",
        .type = NRS_PARAM_STRING,
        ROW(sender),
        .def = "",
        .help = "Who runs this service, as a mail says it."},
    {.name = "desk",
        .type = NRS_PARAM_STRING,
        ROW(desk),
        .def = "",
        .help = "How a recipient asks back: a mailbox or a phone number."},
    {.name = "smtp.url",
        .type = NRS_PARAM_STRING,
        ROW(transfer.smtp_url),
        .def = "smtp://127.0.0.1:25",
        .help = "The relay: smtp://host:port, or smtps:// for TLS from the "
                "start."},
    {.name = "smtp.from",
        .type = NRS_PARAM_STRING,
        ROW(transfer.mail_from),
        .def = "noroshi@localhost.localdomain",
        .help = "Sender of every mail, in From and, without smtp.verp, in "
                "the envelope."},
    {.name = "smtp.verp",
        .type = NRS_PARAM_STRING,
        ROW(verp),
        .def = "",
        .help = "Where bounces go: a mailbox of at most 12 bytes before its "
                "'@', whose relay delivers what follows a '+' to it, too: the "
                "envelope's sender becomes bounce+...@domain, other for each "
                "try. Feed them to noroshictl bounce. Empty: smtp.from."},
    {.name = "smtp.from_name",
        .type = NRS_PARAM_STRING,
        ROW(from_name),
        .def = "",
        .help = "Name shown beside smtp.from."},
    {.name = "smtp.domain",
        .type = NRS_PARAM_STRING,
        ROW(domain),
        .def = "",
        .help = "Domain of Message-IDs. Empty: that of smtp.from."},
    {.name = "smtp.helo",
        .type = NRS_PARAM_STRING,
        ROW(transfer.helo),
        .def = "localhost",
        .help = "The name given to the relay in EHLO."},
    {.name = "smtp.user",
        .type = NRS_PARAM_STRING,
        ROW(transfer.smtp_user),
        .def = "",
        .help = "User at the relay. Empty: no authentication."},
    {.name = "smtp.password",
        .type = NRS_PARAM_STRING,
        ROW(transfer.smtp_password),
        .def = "",
        .help = "Password at the relay.",
        .secret = true},
    {.name = "smtp.starttls",
        .type = NRS_PARAM_ENUM,
        ROW(transfer.starttls),
        .def = "opportunistic",
        .choices = "none|opportunistic|required",
        .help = "TLS to the relay: never, when offered (without a look at "
                "the certificate), or always and verified."},
    {.name = "smtp.timeout",
        .type = NRS_PARAM_INT,
        ROW(transfer.mail_timeout_ms),
        .def = "120000",
        .min = 100,
        .max = 3600000,
        .unit = "ms",
        .help = "For one mail, from start to the relay's last answer."},
    {.name = "smtp.connections",
        .type = NRS_PARAM_INT,
        ROW(transfer.max_mail),
        .def = "10",
        .min = 1,
        .max = 1000,
        .unit = "connections",
        .help = "Mails on their way at a time."},
    {.name = "webhook.timeout",
        .type = NRS_PARAM_INT,
        ROW(transfer.webhook_timeout_ms),
        .def = "30000",
        .min = 100,
        .max = 600000,
        .unit = "ms",
        .help = "For one webhook, from start to the end of the answer."},
    {.name = "webhook.connections",
        .type = NRS_PARAM_INT,
        ROW(transfer.max_webhook),
        .def = "64",
        .min = 1,
        .max = 1000,
        .unit = "connections",
        .help = "Webhooks on their way at a time."},
    {.name = "webhook.allow",
        .type = NRS_PARAM_LIST,
        ROW(transfer.webhook_allow),
        .def = "",
        .help = "Networks inside (loopback, private, link-local) that a "
                "webhook may reach nevertheless, also without TLS: "
                "10.1.2.0/24."},
    {.name = "connect_timeout",
        .type = NRS_PARAM_INT,
        ROW(transfer.connect_timeout_ms),
        .def = "10000",
        .min = 100,
        .max = 300000,
        .unit = "ms",
        .help = "To connect to a relay or endpoint, its greeting included."},
    {.name = "tls.ca_file",
        .type = NRS_PARAM_STRING,
        ROW(transfer.ca_file),
        .def = "",
        .help = "Certificates of authorities, PEM. Empty: the system's."},
    {.name = "retry.min",
        .type = NRS_PARAM_INT,
        ROW(retry_min_ms),
        .def = "2000",
        .min = 10,
        .max = 3600000,
        .unit = "ms",
        .help = "Pause before the second attempt; it doubles with each."},
    {.name = "retry.max",
        .type = NRS_PARAM_INT,
        ROW(retry_max_ms),
        .def = "600000",
        .min = 10,
        .max = 86400000,
        .unit = "ms",
        .help = "The longest pause between two attempts."},
    {.name = "retry.give_up",
        .type = NRS_PARAM_INT,
        ROW(give_up_ms),
        .def = TEXT_OF(NRS_ACK_GIVE_UP_MS),
        .min = 1000,
        .max = 2592000000,
        .unit = "ms",
        .help = "An alert is tried this long after its acceptance, or until "
                "it is no longer valid."},
    {.name = "ack.immediate",
        .type = NRS_PARAM_INT,
        ROW(ack.immediate_ms),
        .def = NRS_ACK_IMMEDIATE_MS,
        .min = 1000,
        .max = 2592000000,
        .unit = "ms",
        .help = "Time to acknowledge an IMMEDIATE alert that names no "
                "ack_deadline."},
    {.name = "ack.priority",
        .type = NRS_PARAM_INT,
        ROW(ack.priority_ms),
        .def = NRS_ACK_PRIORITY_MS,
        .min = 1000,
        .max = 2592000000,
        .unit = "ms",
        .help = "The same for PRIORITY; in a sector with an incident, the "
                "time of ack.immediate."},
    {.name = "ack.routine",
        .type = NRS_PARAM_INT,
        ROW(ack.routine_ms),
        .def = NRS_ACK_ROUTINE_MS,
        .min = 1000,
        .max = 2592000000,
        .unit = "ms",
        .help = "The same for ROUTINE; in a sector with an incident, the time "
                "of ack.priority."},
    {.name = "ack.remind_after",
        .type = NRS_PARAM_INT,
        ROW(ack.remind_after),
        .def = "50",
        .min = 1,
        .max = 1000,
        .unit = "percent",
        .help = "Who has not acknowledged after this part of the time is "
                "reminded."},
    {.name = "ack.escalate_after",
        .type = NRS_PARAM_INT,
        ROW(ack.escalate_after),
        .def = "100",
        .min = 1,
        .max = 1000,
        .unit = "percent",
        .help = "After this part, the second contact gets the alert."},
    {.name = "ack.report_after",
        .type = NRS_PARAM_INT,
        ROW(ack.report_after),
        .def = TEXT_OF(NRS_ACK_REPORT_AFTER),
        .min = 1,
        .max = 1000,
        .unit = "percent",
        .help = "After this part, it goes on record for the CEPTOAR and the "
                "desk."},
    {.name = "newsletter.smtp_connections",
        .type = NRS_PARAM_INT,
        ROW(newsletter.max_mail),
        .def = "4",
        .min = 1,
        .max = 1000,
        .unit = "connections",
        .help = "Newsletters by mail on their way at a time, beside "
                "smtp.connections for alerts."},
    {.name = "newsletter.webhook_connections",
        .type = NRS_PARAM_INT,
        ROW(newsletter.max_webhook),
        .def = "16",
        .min = 1,
        .max = 1000,
        .unit = "connections",
        .help = "Newsletters by webhook on their way at a time."},
    {.name = "newsletter.give_up",
        .type = NRS_PARAM_INT,
        ROW(newsletter.give_up_ms),
        .def = "432000000",
        .min = 1000,
        .max = 2592000000,
        .unit = "ms",
        .help = "A newsletter is tried this long after its cut-off."},
    {.name = "newsletter.unsubscribe_url",
        .type = NRS_PARAM_STRING,
        ROW(newsletter.unsubscribe_url),
        .def = "",
        .help = "Where a reader's mail program posts to leave (RFC 8058): an "
                "https URL, to which the delivery's key is appended. Empty: "
                "no List-Unsubscribe."},
    {.name = "ack.listen",
        .type = NRS_PARAM_STRING,
        ROW(ack.listen),
        .def = "",
        .help = "Address and port where recipients confirm receipt: "
                "127.0.0.1:8430, behind a reverse proxy that speaks TLS. "
                "Empty: this process does not listen."},
    {.name = "ack.url",
        .type = NRS_PARAM_STRING,
        ROW(ack.url),
        .def = "",
        .help = "How recipients reach ack.listen: https://ack.example.jp. A "
                "personal link under it goes into each mail and webhook. "
                "Empty: nobody is asked to confirm."},
    {.name = "ack.secrets",
        .type = NRS_PARAM_PATH,
        ROW(ack.secrets),
        .def = "",
        .help = "The file of the secrets behind the links: secrets = ( "
                "\"...\" ), each `openssl rand -base64 32`. The first makes "
                "links, all are accepted."},
    {.name = "ack.validity",
        .type = NRS_PARAM_INT,
        ROW(ack.validity_ms),
        .def = "2592000000",
        .min = 60000,
        .max = 31622400000,
        .unit = "ms",
        .help = "How long a link is accepted, from the notice's acceptance."},
    {.name = "ack.max_connections",
        .type = NRS_PARAM_INT,
        ROW(ack.max_connections),
        .def = "64",
        .min = 1,
        .max = 10000,
        .unit = "connections",
        .help = "Connections to ack.listen at once; each has a thread."},
    {.name = "ack.wait",
        .type = NRS_PARAM_INT,
        ROW(ack.wait_ms),
        .def = "10000",
        .min = 100,
        .max = 60000,
        .unit = "ms",
        .help = "An answer that the bus has not acknowledged by then is 503: "
                "to be sent again."},
    {.name = "duty.address",
        .type = NRS_PARAM_LIST,
        ROW(duty.address),
        .def = "",
        .help = "Whom the service itself writes to: mailboxes, or URLs of "
                "webhooks, of the duty officer. Empty: nobody."},
    {.name = "duty.lang",
        .type = NRS_PARAM_ENUM,
        ROW(duty.lang),
        .def = "ja",
        .choices = "ja|en",
        .help = "Language of what is written to duty.address."},
    {.name = "audit.every",
        .type = NRS_PARAM_INT,
        ROW(audit.every_ms),
        .def = "10000",
        .min = 0,
        .max = 3600000,
        .unit = "ms",
        .help =
            "How often the auditor judges what it has read. 0: no auditor."},
    {.name = "audit.outcome_budget",
        .type = NRS_PARAM_INT,
        ROW(audit.outcome_ms),
        .def = "60000",
        .min = 100,
        .max = 86400000,
        .unit = "ms",
        .help = "A command without an outcome is a gap after it."},
    {.name = "audit.plan_budget",
        .type = NRS_PARAM_INT,
        ROW(audit.plan_ms),
        .def = "120000",
        .min = 100,
        .max = 86400000,
        .unit = "ms",
        .help = "A decision without its dispatch record, or such a record "
                "without its deliveries, is a gap after it."},
    {.name = "audit.delivery_budget",
        .type = NRS_PARAM_INT,
        ROW(audit.delivery_ms),
        .def = "3600000",
        .min = 100,
        .max = 2592000000,
        .unit = "ms",
        .help = "A delivery without an end, and without a try, is a gap after "
                "it: at least twice retry.max."},
    {.name = "audit.look_back",
        .type = NRS_PARAM_INT,
        ROW(audit.look_back_ms),
        .def = "691200000",
        .min = 60000,
        .max = 31622400000,
        .unit = "ms",
        .help = "What is older when the auditor starts is not looked after."},
    {.name = "heartbeat.mail",
        .type = NRS_PARAM_STRING,
        ROW(heartbeat.mail),
        .def = "",
        .help = "Mailbox of a canary: it gets a mail in each window, by the "
                "way of alerts. Empty: none."},
    {.name = "heartbeat.webhook",
        .type = NRS_PARAM_STRING,
        ROW(heartbeat.webhook),
        .def = "",
        .help = "URL of a canary, the same for webhooks."},
    {.name = "heartbeat.every",
        .type = NRS_PARAM_INT,
        ROW(heartbeat.every_ms),
        .def = "900000",
        .min = 100,
        .max = 86400000,
        .unit = "ms",
        .help = "Length of a window; an alarm when nothing arrived for two."},
    {.name = "max_batch",
        .type = NRS_PARAM_INT,
        ROW(max_batch),
        .def = "100",
        .min = 1,
        .max = 1000,
        .unit = "notices",
        .help = "Notices planned in one transaction, at most."},
    {.name = "max_open",
        .type = NRS_PARAM_INT,
        ROW(max_open),
        .def = "200000",
        .min = 1000,
        .max = 10000000,
        .unit = "deliveries",
        .help = "Deliveries held in memory before reading pauses."},
    {.name = "answer_timeout",
        .type = NRS_PARAM_INT,
        ROW(answer_timeout_ms),
        .def = "10000",
        .min = 100,
        .max = 300000,
        .unit = "ms",
        .help = "How long the bus may be silent while state is read from it."},
};
#define N_PARAMS (sizeof(params) / sizeof(params[0]))

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

static enum nrs_rc
check(const void *value, struct nrs_err *err)
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

/* ---- life ---- */

static void
close_dispatcher(void *self)
{
	struct dispatcher *d = self;

	if (d == NULL)
		return;
	dispatcher_policy_free(d->policy);
	nrs_arena_free(d->arena);
	(void)pthread_mutex_destroy(&d->lock);
	free(d);
}

static enum nrs_rc
open_dispatcher(struct nrs_service_ctx *ctx, const void *conf, void **self,
    struct nrs_err *err)
{
	struct dispatcher *d = nrs_calloc(1, sizeof(*d));
	enum nrs_rc rc;

	d->conf = conf;
	d->ctx = ctx;
	d->arena = nrs_arena_new();
	(void)pthread_mutex_init(&d->lock, NULL);
	d->domain = d->conf->domain;
	if (d->domain[0] == '\0')
		d->domain = strrchr(d->conf->transfer.mail_from, '@') + 1;
	rc = dispatcher_policy_load(conf, &d->policy, err);
	if (rc != NRS_OK) {
		close_dispatcher(d);
		return rc;
	}
	if (d->policy->keyring == NULL)
		nrs_log(NRS_LOG_ERROR, "signatures_not_verified",
		    NRS_S("why", "verify = false: for benchmarks only"));
	*self = d;
	return NRS_OK;
}

/* Keys and sectors take effect with the next notice; the rest with a restart.
 */
static enum nrs_rc
reload(void *self, const void *conf, struct nrs_err *err)
{
	struct dispatcher_policy *policy, *old;
	struct dispatcher *d = self;
	enum nrs_rc rc = dispatcher_policy_load(conf, &policy, err);

	if (rc != NRS_OK)
		return rc;
	(void)pthread_mutex_lock(&d->lock);
	old = d->policy;
	d->policy = policy;
	(void)pthread_mutex_unlock(&d->lock);
	dispatcher_policy_free(old);
	return NRS_OK;
}

static const struct dispatcher_lane alert = {
    .name = "alert",
    .dispatch = NRS_TOPIC_DISPATCH_ALERT,
    .delivery = NRS_TOPIC_DELIVERY_ALERT,
    .receipt = NRS_TOPIC_RECEIPT_ALERT,
    .planner_group = "planner-alert",
    .sender_group = "sender-alert",
};

static const struct dispatcher_lane newsletter = {
    .name = "newsletter",
    .dispatch = NRS_TOPIC_DISPATCH_NEWSLETTER,
    .delivery = NRS_TOPIC_DELIVERY_NEWSLETTER,
    .receipt = NRS_TOPIC_RECEIPT_NEWSLETTER,
    .planner_group = "planner-newsletter",
    .sender_group = "sender-newsletter",
    .newsletter = true,
};

/* Planned with the alerts. */
static const struct dispatcher_lane due = {
    .name = "due",
    .delivery = NRS_TOPIC_DELIVERY_DUE,
    .receipt = NRS_TOPIC_RECEIPT_DUE,
    .sender_group = "sender-due",
    .ahead_ms = 60000,
};

static const struct nrs_lane lanes[] = {
    {.name = "planner-alert", .run = dispatcher_plan, .arg = &alert},
    {.name = "sender-alert", .run = dispatcher_send, .arg = &alert},
    {.name = "planner-newsletter", .run = dispatcher_plan, .arg = &newsletter},
    {.name = "sender-newsletter", .run = dispatcher_send, .arg = &newsletter},
    {.name = "ack", .run = dispatcher_ack},
    {.name = "verify", .run = dispatcher_verify},
    {.name = "duty", .run = dispatcher_duty},
    {.name = "sender-due", .run = dispatcher_send, .arg = &due},
    {.name = "audit", .run = dispatcher_audit},
};

const struct nrs_service *
dispatcher_service(void)
{
	static const struct nrs_service service = {
	    .name = "noroshi-dispatcher",
	    .summary = "plans who gets each released notice and newsletter, "
	               "and sends it by mail and webhook with a receipt for "
	               "each",
	    .params = params,
	    .n_params = N_PARAMS,
	    .conf_size = sizeof(struct dispatcher_conf),
	    .admin_listen = "127.0.0.1:9466",
	    .check = check,
	    .open = open_dispatcher,
	    .reload = reload,
	    .close = close_dispatcher,
	    .lanes = lanes,
	    .n_lanes = sizeof(lanes) / sizeof(lanes[0]),
	};

	return &service;
}
