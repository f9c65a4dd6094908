/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/foresee.h"

#include "ctl/stub.h"
#include "noroshi/io/table.h"
#include "noroshi/io/wire.h"
#include "noroshi/version.h"

#define TIMEOUT_MS 10000

/* Who signs here; not everybody has a key. */
static enum nrs_rc
find_issuer(struct ctl_foresight *f, struct nrs_err *err)
{
	const struct nrs_keyring_entry *entry = NULL;
	struct nrs_key *key = NULL;
	enum nrs_rc rc = NRS_OK;

	f->issuer = "";
	if (f->ctl->conf.key[0] == '\0')
		return NRS_OK;
	rc = nrs_key_read(f->ctl->conf.key, &key, err);
	if (rc == NRS_OK)
		rc = nrs_keyring_load(f->ctl->conf.keys, &f->ring, err);
	if (rc == NRS_OK)
		entry = nrs_keyring_find(f->ring, nrs_key_id(key));
	if (rc == NRS_OK && entry == NULL)
		rc = nrs_refuse(err, "key", "conf",
		    "%s is not in %s: nobody would believe it",
		    f->ctl->conf.key, f->ctl->conf.keys);
	if (entry != NULL)
		f->issuer = entry->principal;
	nrs_key_free(key);
	return rc;
}

static enum nrs_rc
load_policy(struct ctl_foresight *f, struct nrs_err *err)
{
	struct ctl *ctl = f->ctl;
	const struct nrs_sector_table *sectors;
	const struct nrs_news_lists *lists = NULL;
	const struct nrs_rule_table *rules;
	struct nrs_policy *policy;
	enum nrs_rc rc = ctl_sectors(ctl, &sectors, err);

	if (rc == NRS_OK)
		rc = nrs_table_rules(ctl->arena, ctl->conf.rules, &rules, err);
	if (rc == NRS_OK)
		rc = nrs_table_news_lists(
		    ctl->arena, ctl->conf.newsletters, sectors, &lists, err);
	if (rc != NRS_OK)
		return rc;
	policy = nrs_policy_new(
	    ctl->arena, sectors, rules, ctl_mode(ctl), NRS_VERSION);
	policy->lists = lists;
	f->policy = policy;
	return NRS_OK;
}

enum nrs_rc
ctl_foresee_open(struct ctl *ctl, struct ctl_foresight *f, struct nrs_err *err)
{
	const struct nrs_foresee_conf conf = {
	    .bus = &ctl->conf.bus, .timeout_ms = TIMEOUT_MS};
	enum nrs_rc rc;

	*f = (struct ctl_foresight){.ctl = ctl};
	rc = load_policy(f, err);
	if (rc == NRS_OK)
		rc = find_issuer(f, err);
	if (rc == NRS_OK)
		rc = nrs_foresee_open(&conf, &f->topics, err);
	if (rc == NRS_OK)
		rc = nrs_foresee_refresh(f->topics, f->ring, err);
	if (rc == NRS_RETRY)
		nrs_err_prefix(err, "%s", ctl->conf.bus.servers);
	return rc;
}

void
ctl_foresee_close(struct ctl_foresight *f)
{
	nrs_foresee_close(f->topics);
	nrs_keyring_free(f->ring);
}

enum nrs_rc
ctl_foresee(struct ctl_foresight *f, const struct ctl_draft *draft,
    int64_t now_ms, struct nrs_err *err)
{
	struct nrs_arena *arena = f->ctl->arena;
	const struct ctl_conf *conf = &f->ctl->conf;
	const struct nrs_content *c = draft->content;
	const struct nrs_stub_content said = ctl_stub_of(c);
	struct nrs_stub stub = {
	    .payload = nrs_wire_encode(arena, NRS_TYPE_STUB_CONTENT, &said)};
	const struct nrs_submission submission = {.submission_id = c->notice_id,
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = c->mode,
	    .payload = nrs_wire_encode(arena, NRS_TYPE_CONTENT, c),
	    .addressing =
	        nrs_wire_encode(arena, NRS_TYPE_ADDRESSING, draft->addressing),
	    .stubs = &stub,
	    .n_stubs = c->kind == NRS_KIND_INITIAL ? 0 : 1};
	const struct nrs_foresee_query query = {.arena = arena,
	    .policy = f->policy,
	    .submission = &submission,
	    .content = c,
	    .addressing = draft->addressing,
	    .now_ms = now_ms,
	    .ack = {.immediate_ms = conf->ack_immediate_ms,
	        .priority_ms = conf->ack_priority_ms,
	        .routine_ms = conf->ack_routine_ms,
	        .report_after = NRS_ACK_REPORT_AFTER,
	        .give_up_ms = NRS_ACK_GIVE_UP_MS},
	    .principal = f->issuer};

	return nrs_foresee(f->topics, &query, &f->preview, err);
}
