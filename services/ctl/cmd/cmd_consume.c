/* SPDX-License-Identifier: Apache-2.0 */
/* consume: read what a CEPTOAR may read, and verify it as a CEPTOAR should. */
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/seal.h"
#include "ctl/since.h"
#include "ctl/view.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

#define TIMEOUT_MS 10000
#define FOLLOW_MS 500 /* how soon an interrupt is seen */
#define TOPICS_MAX 8

struct consume {
	struct ctl *ctl;
	struct nrs_keyring *ring;
	struct nrs_arena *arena; /* of one record */
	struct ctl_since since;
	bool any_bad;
};

static void
print_alert(struct consume *c, const struct nrs_record *record,
    const struct nrs_alert *alert, const void *content, const char *signer)
{
	struct ctl_out *out = c->ctl->out;

	ctl_out_begin(out, CTL_BLOCK);
	if (alert->stub)
		ctl_view_stub(c->ctl, content);
	else
		ctl_view_content(c->ctl, content);
	ctl_out_str(out, "signed_by", signer);
	ctl_out_time(out, "accepted_at", alert->accepted_at);
	if (alert->classification != NULL && !ctl_out_is_json(out))
		ctl_out_str(out, "routes",
		    ctl_view_copy(c->arena, alert->classification));
	ctl_out_str(out, "topic", record->topic);
	ctl_out_int(out, "offset", record->offset);
	ctl_out_message(out, "classification", NRS_TYPE_CLASSIFICATION,
	    alert->classification);
	ctl_out_end(out);
}

/* What nobody vouches for is not shown as if somebody did. */
static void
print_bad(struct consume *c, const struct nrs_record *record, const char *id,
    const struct nrs_err *why)
{
	struct ctl_out *out = c->ctl->out;

	c->any_bad = true;
	ctl_out_begin(out, CTL_BLOCK);
	ctl_out_str(out, "topic", record->topic);
	ctl_out_int(out, "offset", record->offset);
	ctl_out_str(out, "submission_id", id);
	ctl_out_str(out, "rule", why->rule);
	ctl_out_str(out, "text", why->text);
	ctl_out_end(out);
}

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct consume *c = ctx;
	struct nrs_wire_input in = {.type = NRS_TYPE_ALERT,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	const struct nrs_alert *alert;
	struct nrs_err why = {0};
	const char *signer;
	void *value;

	(void)err;
	nrs_arena_reset(c->arena);
	if (nrs_wire_decode(c->arena, &in, &value, &why) != NRS_OK) {
		print_bad(c, record, "", &why);
		return NRS_OK;
	}
	alert = value;
	if (alert->accepted_at < c->since.ms ||
	    record->offset < c->since.offset)
		return NRS_OK;
	const struct ctl_seal seal = {
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = alert->mode,
	    .id = alert->submission_id,
	    .payload = alert->payload,
	    .addressing_sha256 =
	        alert->stub ? (struct nrs_bytes){0} : alert->addressing_sha256,
	    .signatures = alert->signatures,
	    .n_signatures = alert->n_signatures,
	};
	in.type = alert->stub ? NRS_TYPE_STUB_CONTENT : NRS_TYPE_CONTENT;
	in.bytes = alert->payload;
	signer = ctl_seal_signer(c->ring, &seal, &why);
	if (signer == NULL ||
	    nrs_wire_decode(c->arena, &in, &value, &why) != NRS_OK)
		print_bad(c, record, alert->submission_id, &why);
	else
		print_alert(c, record, alert, value, signer);
	return NRS_OK;
}

/* A reader without the sector table asks the bus alone. */
static enum nrs_rc
know(struct ctl *ctl, const char *sector, struct nrs_err *err)
{
	const struct nrs_sector_table *table;
	struct nrs_err unused = {0};

	if (sector == NULL || ctl_sectors(ctl, &table, &unused) != NRS_OK ||
	    nrs_sector_find(table, sector) != NULL)
		return NRS_OK;
	return nrs_refuse(err, "", "usage",
	    "no sector has the code \"%s\"; %s lists them", sector,
	    ctl->conf.sectors);
}

/* The topics that --sector, --label and --ceptoar name. */
static enum nrs_rc
choose(struct ctl *ctl, const char **topics, size_t *n, struct nrs_err *err)
{
	static const enum nrs_tlp all[] = {
	    NRS_TLP_CLEAR, NRS_TLP_GREEN, NRS_TLP_AMBER, NRS_TLP_AMBER_STRICT};
	const char *sector = ctl_opt(ctl, CTL_OPT_SECTOR);
	const char *label = ctl_opt(ctl, CTL_OPT_LABEL);
	const char *ceptoar = ctl_opt(ctl, CTL_OPT_CEPTOAR);
	int only = 0;

	*n = 0;
	if (sector == NULL && ceptoar == NULL)
		return nrs_refuse(err, "", "usage",
		    "say what to read: --sector CODE or --ceptoar ID");
	if (label != NULL && (!nrs_term_parse(NRS_VOC_TLP, label, &only) ||
	                         nrs_topic_label((enum nrs_tlp)only) == NULL))
		return nrs_refuse(err, "", "usage",
		    "--label is CLEAR, GREEN, AMBER or AMBER_STRICT: others "
		    "have no topic");
	if (know(ctl, sector, err) != NRS_OK)
		return NRS_REJECT;
	for (size_t i = 0; sector != NULL && i < 4; i++)
		if (only == 0 || (int)all[i] == only)
			topics[(*n)++] =
			    nrs_topic_alert(ctl->arena, sector, all[i]);
	if (ceptoar != NULL)
		topics[(*n)++] = nrs_topic_alert_ceptoar(ctl->arena, ceptoar);
	return NRS_OK;
}

static enum nrs_rc
assign(struct consume *c, struct nrs_reader *reader, size_t *n_there,
    struct nrs_err *err)
{
	bool follow = ctl_opt(c->ctl, CTL_OPT_FOLLOW) != NULL;
	bool back = ctl_opt(c->ctl, CTL_OPT_FROM_START) != NULL ||
	            ctl_opt(c->ctl, CTL_OPT_SINCE) != NULL;
	struct nrs_reader_from from[TOPICS_MAX];
	const char *topics[TOPICS_MAX];
	size_t n;
	enum nrs_rc rc = choose(c->ctl, topics, &n, err);

	*n_there = 0;
	for (size_t i = 0; rc == NRS_OK && i < n; i++) {
		int partitions = 0;
		rc = nrs_reader_partitions(reader, topics[i], &partitions, err);
		if (rc != NRS_OK || partitions == 0)
			continue;
		from[(*n_there)++] = (struct nrs_reader_from){topics[i], 0,
		    follow && !back ? NRS_FROM_END : NRS_FROM_START};
	}
	if (rc != NRS_OK || *n_there == 0)
		return rc;
	return nrs_reader_assign(reader, from, *n_there, err);
}

/* One record, if there is one soon. A bus that is away is told once. */
static enum nrs_rc
follow_one(struct consume *c, struct nrs_reader *reader, bool *away,
    struct nrs_err *err)
{
	struct nrs_record record = {0};
	enum nrs_rc rc = nrs_reader_next(reader, FOLLOW_MS, &record, err);

	if (rc == NRS_RETRY && !*away)
		(void)fprintf(
		    stderr, "noroshictl: %s: trying again\n", err->text);
	*away = rc == NRS_RETRY;
	if (*away)
		(void)nrs_stop_wait(c->ctl->stop, FOLLOW_MS);
	if (rc == NRS_OK && record.topic != NULL)
		rc = see(c, &record, err);
	if (ferror(stdout))
		return nrs_fail(err, NRS_FATAL, "nobody takes what is read");
	return rc;
}

static enum nrs_rc
follow(struct consume *c, struct nrs_reader *reader, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;
	bool away = false;

	while (rc != NRS_FATAL && !nrs_stop_asked(c->ctl->stop))
		rc = follow_one(c, reader, &away, err);
	return rc == NRS_FATAL ? rc : NRS_OK;
}

static enum nrs_rc
consume_all(struct consume *c, size_t *n_there, struct nrs_err *err)
{
	struct nrs_reader *reader = NULL;
	enum nrs_rc rc = nrs_reader_open(&c->ctl->conf.bus, &reader, err);

	if (rc == NRS_OK)
		rc = assign(c, reader, n_there, err);
	if (rc == NRS_OK && *n_there > 0)
		rc = ctl_opt(c->ctl, CTL_OPT_FOLLOW) != NULL
		         ? follow(c, reader, err)
		         : nrs_reader_to_end(reader, TIMEOUT_MS, see, c, err);
	nrs_reader_close(reader);
	return rc;
}

enum ctl_exit
ctl_cmd_consume(struct ctl *ctl)
{
	struct consume c = {.ctl = ctl, .arena = nrs_arena_new()};
	enum ctl_exit code = CTL_DONE;
	struct nrs_err err = {0};
	size_t n_there = 0;
	enum nrs_rc rc = ctl_since_parse(ctl, &c.since, &err);

	if (rc == NRS_OK)
		rc = nrs_keyring_load(ctl->conf.keys, &c.ring, &err);
	if (rc == NRS_OK)
		rc = consume_all(&c, &n_there, &err);
	if (rc != NRS_OK &&
	    (strcmp(err.rule, "usage") == 0 || strcmp(err.rule, "time") == 0))
		code = ctl_misused(ctl, &err);
	else if (rc != NRS_OK)
		code = ctl_failed(rc, &err);
	else if (n_there == 0) {
		(void)fprintf(stderr, "noroshictl: no such topic\n");
		code = CTL_NOT_FOUND;
	} else if (c.any_bad)
		code = CTL_FAILED;
	nrs_keyring_free(c.ring);
	nrs_arena_free(c.arena);
	return code;
}
