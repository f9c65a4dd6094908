/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "classifier/classifier.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/table.h"
#include "noroshi/version.h"

enum nrs_rc
classifier_rules_load(const struct classifier_conf *conf,
    struct classifier_rules **out, struct nrs_err *err)
{
	struct classifier_rules *rules = nrs_calloc(1, sizeof(*rules));
	const enum nrs_mode mode = (enum nrs_mode)(conf->common.mode + 1);
	const struct nrs_sector_table *sectors;
	const struct nrs_news_lists *lists;
	const struct nrs_rule_table *table;
	struct nrs_policy *policy;
	enum nrs_rc rc;

	rules->arena = nrs_arena_new();
	if ((rc = nrs_table_sectors(
	         rules->arena, conf->sectors, &sectors, err)) != NRS_OK ||
	    (rc = nrs_table_rules(rules->arena, conf->rules, &table, err)) !=
	        NRS_OK ||
	    (rc = nrs_table_news_lists(rules->arena, conf->newsletters, sectors,
	         &lists, err)) != NRS_OK)
		goto out;
	if (conf->verify)
		rc = nrs_keyring_load(conf->keys, &rules->keyring, err);
	if (rc != NRS_OK)
		goto out;
	policy =
	    nrs_policy_new(rules->arena, sectors, table, mode, NRS_VERSION);
	policy->lists = lists;
	rules->policy = policy;
	*out = rules;
	rules = NULL; /* the caller owns it now */
out:
	classifier_rules_free(rules);
	return rc;
}

void
classifier_rules_free(struct classifier_rules *rules)
{
	if (rules == NULL)
		return;
	nrs_keyring_free(rules->keyring);
	nrs_arena_free(rules->arena);
	free(rules);
}

const char *const *
classifier_outputs(
    struct nrs_arena *arena, const struct nrs_sector_table *sectors, size_t *n)
{
	const struct nrs_topic *topics;
	const char **names;
	size_t i, n_topics;

	topics = nrs_topic_table(arena, sectors, &n_topics);
	names = nrs_arena_array(arena, n_topics, sizeof(*names));
	*n = 0;
	for (i = 0; i < n_topics; i++)
		if (strstr(topics[i].writers, "classifier") != NULL &&
		    strcmp(topics[i].name, NRS_TOPIC_AUDIT) != 0)
			names[(*n)++] = topics[i].name;
	return names;
}
