/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule of the door for a subscription, by field and rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/check_case.h"

static struct scene s;
static struct nrs_check check;
static const char *power[] = {"power"};
static struct nrs_subscription sub;
static struct nrs_channel channel;
static struct nrs_err err;
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int
setup(void **state)
{
	scene_open(&s, NRS_MODE_ACTUAL);
	check = (struct nrs_check){
	    .sectors = s.policy->sectors,
	    .now_ms = SCENE_NOW,
	    .mode = NRS_MODE_ACTUAL,
	};
	channel = (struct nrs_channel){NRS_CHANNEL_MAIL, "csirt@example.jp"};
	sub = (struct nrs_subscription){
	    .subscriber_id = "op-1",
	    .kind = NRS_SUBSCRIBER_OPERATOR,
	    .organisation = "org-1",
	    .name = "Operator",
	    .sectors = power,
	    .n_sectors = 1,
	    .max_tlp = NRS_TLP_AMBER,
	    .lang = "ja",
	    .channels = &channel,
	    .n_channels = 1,
	};
	return 0;
}

static int
teardown(void **state)
{
	scene_close(&s);
	return 0;
}

static void
subscription(const char *field, const char *rule)
{
	check_case_says(
	    nrs_check_subscription(&check, &sub, &err), &err, field, rule);
}

static void
a_subscription_is_complete(void **state)
{
	subscription(NULL, NULL);
	WITH(sub.subscriber_id, "", subscription, "subscriber_id", "required");
	WITH(sub.kind, 0, subscription, "kind", "required");
	WITH(sub.organisation, "a b", subscription, "organisation", "id");
	WITH(sub.name, "a\nb", subscription, "name", "line");
	WITH(sub.n_sectors, 0, subscription, "sectors", "required");
	WITH(sub.max_tlp, 0, subscription, "max_tlp", "required");
	WITH(sub.n_channels, 0, subscription, "channels", "required");
	WITH(sub.n_channels, 9, subscription, "channels", "length");
	WITH(sub.kind, NRS_SUBSCRIBER_CEPTOAR, subscription, "ceptoars",
	    "required");
	sub.ceptoars = scene_list(&s, "nobody", &sub.n_ceptoars);
	subscription("ceptoars[0]", "ceptoar-known");
	sub.n_ceptoars = 0;
	sub.inactive = true;
	sub.n_channels = sub.n_sectors = 0;
	subscription(NULL, NULL);
}

static void
addresses_are_strict(void **state)
{
	static const char *const bad[] = {"a@b@c", "a b@example.jp",
	    "a@example.jp\r\nRCPT TO:<x@example.jp>", "<a@example.jp>", "a@",
	    "@example.jp", "a\x01@example.jp"};
	size_t i;

	for (i = 0; i < COUNT(bad); i++)
		WITH(channel.address, bad[i], subscription,
		    "channels[0].address", "mailbox");
	WITH(channel.address, "", subscription, "channels[0].address",
	    "required");
	WITH(channel.type, 0, subscription, "channels[0].type", "required");
	channel.type = NRS_CHANNEL_WEBHOOK;
	subscription("channels[0].address", "url");
	channel.address = "https://example.jp/hook\r\n";
	subscription("channels[0].address", "url");
	channel.address = "https://example.jp/hook";
	subscription(NULL, NULL);
}

/* With "=" 32 bytes in base64. */
#define A42 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define A43 A42 "A"

static void
a_webhook_secret_is_as_standard_webhooks_has_it(void **state)
{
	static const char *good[] = {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	    "whsec_" A43 A43 "==", "whsec_" A43 "=",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSz"};
	static const char *const bad[] = {"", "whsec_", "***", "whsec_***",
	    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS-",
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS=w", "whsec_" A42 "B=",
	    "whsec_" A43 A43 "A=", "whsec_" A43 "==", "whsec_" A43 "===="};
	size_t i;

	channel = (struct nrs_channel){.type = NRS_CHANNEL_WEBHOOK,
	    .address = "https://example.jp/hook",
	    .secrets = good,
	    .n_secrets = 4};
	subscription(NULL, NULL);
	WITH(channel.n_secrets, 5, subscription, "channels[0].secrets",
	    "length");
	channel.n_secrets = 1;
	for (i = 0; i < COUNT(bad); i++) {
		WITH(good[0], bad[i], subscription, "channels[0].secrets[0]",
		    "webhook-secret");
		if (strlen(bad[i]) > strlen("whsec_"))
			assert_null(strstr(err.text, bad[i]));
	}
	channel.type = NRS_CHANNEL_MAIL;
	channel.address = "csirt@example.jp";
	subscription("channels[0].secrets", "channel-secrets");
}

static void
only_a_ceptoar_reads_topics(void **state)
{
	channel = (struct nrs_channel){NRS_CHANNEL_TOPIC, ""};
	subscription("channels[0].type", "channel-topic");
	sub.kind = NRS_SUBSCRIBER_CEPTOAR;
	sub.ceptoars = scene_list(&s, "power", &sub.n_ceptoars);
	subscription(NULL, NULL);
	WITH(channel.address, "x", subscription, "channels[0].address",
	    "channel-topic");
	sub.second_contact = &channel;
	subscription("second_contact.type", "channel-topic");
}

static void
filters_are_lines(void **state)
{
	const char *cpe[] = {"cpe:2.3:a:vendor"}, *words[] = {"scada"};
	struct nrs_filter filter = {.cpe_prefixes = cpe,
	    .n_cpe_prefixes = 1,
	    .keywords = words,
	    .n_keywords = 1};

	sub.filter = &filter;
	subscription(NULL, NULL);
	WITH(cpe[0], "vendor", subscription, "filter.cpe_prefixes[0]", "cpe");
	WITH(cpe[0], "", subscription, "filter.cpe_prefixes[0]", "required");
	WITH(words[0], "a\nb", subscription, "filter.keywords[0]", "line");
	WITH(filter.n_keywords, 257, subscription, "filter.keywords", "length");
	sub.filter = NULL;
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_subscription_is_complete),
	    T(addresses_are_strict),
	    T(a_webhook_secret_is_as_standard_webhooks_has_it),
	    T(only_a_ceptoar_reads_topics),
	    T(filters_are_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
