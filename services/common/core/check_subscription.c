/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/core/check_internal.h"
#include "noroshi/base/text.h"

#define CHANNELS_MAX 8
#define NAME_MAX_BYTES 200
#define FILTER_MAX 256
#define LANG_MAX 35
#define SECRETS_MAX 4
#define SECRET_PREFIX "whsec_"
#define SECRET_MIN_BYTES 24 /* Standard Webhooks */
#define SECRET_MAX_BYTES 64

/* Bytes that base64 of one spelling stands for; 0 when it is none. */
static size_t
base64_bytes(const char *s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                             "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const size_t len = strlen(s), used = strspn(s, digits);
	size_t last;

	if (len % 4 != 0 || used == 0 || len - used > 2 ||
	    strspn(s + used, "=") != len - used)
		return 0;
	last = (size_t)(strchr(digits, s[used - 1]) - digits);
	if ((len - used == 2 && last % 16 != 0) ||
	    (len - used == 1 && last % 4 != 0))
		return 0;
	return len / 4 * 3 - (len - used);
}

/* The texts never quote a secret. */
static enum nrs_rc
check_secrets(
    const char *field, const struct nrs_channel *channel, struct nrs_err *err)
{
	const char *secret;
	size_t i, bytes;

	if (channel->n_secrets > 0 && channel->type != NRS_CHANNEL_WEBHOOK)
		return nrs_refuse(err, check_path("%s.secrets", field).text,
		    "channel-secrets", "only a WEBHOOK is signed");
	if (channel->n_secrets > SECRETS_MAX)
		return nrs_refuse(err, check_path("%s.secrets", field).text,
		    "length", "%zu secrets, at most %d are allowed",
		    channel->n_secrets, SECRETS_MAX);
	for (i = 0; i < channel->n_secrets; i++) {
		secret = channel->secrets[i];
		bytes =
		    strncmp(secret, SECRET_PREFIX, strlen(SECRET_PREFIX)) == 0
		        ? base64_bytes(secret + strlen(SECRET_PREFIX))
		        : 0;
		if (bytes < SECRET_MIN_BYTES || bytes > SECRET_MAX_BYTES)
			return nrs_refuse(err,
			    check_path("%s.secrets[%zu]", field, i).text,
			    "webhook-secret",
			    "a secret is " SECRET_PREFIX
			    " and %d to %d bytes in base64",
			    SECRET_MIN_BYTES, SECRET_MAX_BYTES);
	}
	return NRS_OK;
}

/* Only a mailbox opens links. */
static enum nrs_rc
check_unverified(
    const char *field, const struct nrs_channel *channel, struct nrs_err *err)
{
	if (!channel->unverified || channel->type == NRS_CHANNEL_MAIL)
		return NRS_OK;
	return nrs_refuse(err, check_path("%s.unverified", field).text,
	    "unverified", "only a mail address is verified by a link");
}

static enum nrs_rc
check_channel(const char *field, const struct nrs_channel *channel,
    enum nrs_subscriber_kind kind, struct nrs_err *err)
{
	const struct check_path address = check_path("%s.address", field);
	enum nrs_rc rc = check_secrets(field, channel, err);

	if (rc == NRS_OK)
		rc = check_unverified(field, channel, err);
	if (rc != NRS_OK)
		return rc;
	switch (channel->type) {
	case NRS_CHANNEL_MAIL:
		return check_mailbox(address.text, channel->address, err);
	case NRS_CHANNEL_WEBHOOK:
		return check_url(address.text, channel->address, err);
	case NRS_CHANNEL_TOPIC:
		break;
	case NRS_CHANNEL_UNSPECIFIED:
	default:
		return check_term(check_path("%s.type", field).text, 0, err);
	}
	if (kind != NRS_SUBSCRIBER_CEPTOAR)
		return nrs_refuse(err, check_path("%s.type", field).text,
		    "channel-topic",
		    "only a CEPTOAR reads topics; use MAIL or WEBHOOK");
	if (channel->address[0] != '\0')
		return nrs_refuse(err, address.text, "channel-topic",
		    "a TOPIC channel has no address");
	return NRS_OK;
}

static enum nrs_rc
check_channels(const struct nrs_subscription *subscription, struct nrs_err *err)
{
	const struct nrs_channel *second = subscription->second_contact;
	enum nrs_rc rc;
	size_t i;

	if (subscription->n_channels == 0 && !subscription->inactive)
		return nrs_refuse(err, "channels", "required",
		    "an active subscription needs at least one channel");
	if (subscription->n_channels > CHANNELS_MAX)
		return nrs_refuse(err, "channels", "length",
		    "channels has %zu entries, at most %d are allowed",
		    subscription->n_channels, CHANNELS_MAX);
	for (i = 0; i < subscription->n_channels; i++) {
		rc = check_channel(check_path("channels[%zu]", i).text,
		    &subscription->channels[i], subscription->kind, err);
		if (rc != NRS_OK)
			return rc;
	}
	if (second == NULL)
		return NRS_OK;
	if (second->type == NRS_CHANNEL_TOPIC)
		return nrs_refuse(err, "second_contact.type", "channel-topic",
		    "the second contact is a person: use MAIL or WEBHOOK");
	return check_channel("second_contact", second, subscription->kind, err);
}

static enum nrs_rc
check_lines(const struct check_list *list, const char *prefix, int max,
    struct nrs_err *err)
{
	enum nrs_rc rc;
	size_t i;

	if (list->n > FILTER_MAX)
		return nrs_refuse(err, list->field, "length",
		    "%s has %zu entries, at most %d are allowed", list->field,
		    list->n, FILTER_MAX);
	for (i = 0; i < list->n; i++) {
		const struct check_path at =
		    check_path("%s[%zu]", list->field, i);

		if ((rc = check_line(at.text, list->items[i], -max, err)) !=
		    NRS_OK)
			return rc;
		if (strncmp(list->items[i], prefix, strlen(prefix)) != 0)
			return nrs_refuse(err, at.text, "cpe",
			    "%s must begin with \"%s\"", at.text, prefix);
	}
	return NRS_OK;
}

static enum nrs_rc
check_filter(const struct nrs_filter *filter, struct nrs_err *err)
{
	enum nrs_rc rc;

	if (filter == NULL)
		return NRS_OK;
	rc = check_lines(&(struct check_list){"filter.cpe_prefixes",
	                     filter->cpe_prefixes, filter->n_cpe_prefixes},
	    "cpe:", 255, err);
	if (rc != NRS_OK)
		return rc;
	return check_lines(&(struct check_list){"filter.keywords",
	                       filter->keywords, filter->n_keywords},
	    "", NAME_MAX_BYTES, err);
}

static enum nrs_rc
check_membership(const struct nrs_check *check,
    const struct nrs_subscription *subscription, struct nrs_err *err)
{
	const struct check_list sectors = {
	    "sectors", subscription->sectors, subscription->n_sectors};
	const struct check_list ceptoars = {
	    "ceptoars", subscription->ceptoars, subscription->n_ceptoars};
	enum nrs_rc rc;

	if ((rc = check_sectors(check, &sectors, err)) != NRS_OK ||
	    (rc = check_ceptoars(check, &ceptoars, err)) != NRS_OK)
		return rc;
	if (sectors.n == 0 && !subscription->inactive)
		return nrs_refuse(err, "sectors", "required",
		    "an active subscription needs at least one sector");
	if (subscription->kind == NRS_SUBSCRIBER_CEPTOAR && ceptoars.n == 0)
		return nrs_refuse(err, "ceptoars", "required",
		    "a CEPTOAR names itself in ceptoars");
	return NRS_OK;
}

enum nrs_rc
nrs_check_subscription(const struct nrs_check *check,
    const struct nrs_subscription *subscription, struct nrs_err *err)
{
	enum nrs_rc rc;

	if ((rc = check_id("subscriber_id", subscription->subscriber_id,
	         err)) != NRS_OK ||
	    (rc = check_term("kind", (int)subscription->kind, err)) != NRS_OK ||
	    (rc = check_id("organisation", subscription->organisation, err)) !=
	        NRS_OK ||
	    (rc = check_line(
	         "name", subscription->name, NAME_MAX_BYTES, err)) != NRS_OK ||
	    (rc = check_membership(check, subscription, err)) != NRS_OK ||
	    (rc = check_term("max_tlp", (int)subscription->max_tlp, err)) !=
	        NRS_OK ||
	    (rc = check_line("lang", subscription->lang, LANG_MAX, err)) !=
	        NRS_OK ||
	    (rc = check_time("updated_at", subscription->updated_at, err)) !=
	        NRS_OK ||
	    (rc = check_channels(subscription, err)) != NRS_OK)
		return rc;
	return check_filter(subscription->filter, err);
}
