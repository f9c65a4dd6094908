/* SPDX-License-Identifier: Apache-2.0 */
/* posture: what is in force, or a signed change of it. */
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/read.h"
#include "ctl/submit.h"
#include "ctl/when.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/map.h"
#include "noroshi/base/rand.h"
#include "noroshi/core/check.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

static enum nrs_rc
remember(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct nrs_map *latest = ctx;
	const struct nrs_outcome *outcome = value;

	(void)record;
	(void)err;
	for (size_t i = 0; i < outcome->n_postures; i++)
		(void)nrs_map_put(
		    latest, outcome->postures[i].scope, &outcome->postures[i]);
	return NRS_OK;
}

static void
print_scope(
    struct ctl *ctl, const char *scope, enum nrs_posture posture, int64_t until)
{
	ctl_out_begin(ctl->out, CTL_ROW);
	ctl_out_str(ctl->out, "scope", scope);
	ctl_out_term(ctl->out, "posture", NRS_VOC_POSTURE, (int)posture);
	ctl_out_time(ctl->out, "until", until);
	ctl_out_end(ctl->out);
}

/* Nothing recorded is NORMAL; an end that has passed is NORMAL too. */
static enum ctl_exit
list(struct ctl *ctl)
{
	struct nrs_map *latest = nrs_map_new();
	const struct ctl_reading reading = {.topic = NRS_TOPIC_OUTCOME,
	    .type = NRS_TYPE_OUTCOME,
	    .each = remember,
	    .ctx = latest,
	    .from = NRS_FROM_START};
	const int64_t now_ms = nrs_wall_ms();
	struct nrs_err err = {0};
	const char *scope;
	void *cursor = NULL, *value;
	enum nrs_rc rc = ctl_read(ctl, &reading, &err);

	if (rc == NRS_OK && nrs_map_get(latest, "*") == NULL)
		print_scope(ctl, "*", NRS_POSTURE_NORMAL, 0);
	while (rc == NRS_OK && nrs_map_next(latest, &cursor, &scope, &value)) {
		const struct nrs_posture_set *set = value;
		bool over = set->until != 0 && set->until <= now_ms;
		print_scope(ctl, scope,
		    over ? NRS_POSTURE_NORMAL : set->posture,
		    over ? 0 : set->until);
	}
	nrs_map_free(latest, NULL);
	return rc == NRS_OK ? CTL_DONE : ctl_failed(rc, &err);
}

static enum nrs_rc
fill(struct ctl *ctl, struct nrs_posture_change *change, struct nrs_err *err)
{
	const char *until = ctl_opt(ctl, CTL_OPT_UNTIL);
	const char *reason = ctl_opt(ctl, CTL_OPT_REASON);
	char id[NRS_ID_SIZE];
	int level;

	if (!nrs_term_parse(NRS_VOC_POSTURE, ctl->args.words[1], &level) ||
	    level == 0)
		return nrs_refuse(err, "", "usage",
		    "a posture is NORMAL, HEIGHTENED or INCIDENT, not \"%s\"",
		    ctl->args.words[1]);
	if (reason == NULL || (until == NULL && level != NRS_POSTURE_NORMAL))
		return nrs_refuse(err, "", "usage",
		    "to set %s say --reason TEXT%s", ctl->args.words[1],
		    level == NRS_POSTURE_NORMAL
		        ? ""
		        : " and --until TIME: it must have an end");
	change->scope = ctl->args.words[0];
	change->posture = (enum nrs_posture)level;
	change->reason = reason == NULL ? "" : reason;
	change->mode = ctl_mode(ctl);
	change->issued_at = nrs_wall_ms();
	change->change_id = nrs_arena_strdup(ctl->arena, nrs_id_new(id));
	if (until == NULL)
		return NRS_OK;
	return ctl_when(
	    until, CTL_AHEAD, change->issued_at, &change->until, err);
}

static enum ctl_exit
set(struct ctl *ctl)
{
	struct nrs_posture_change change = {0};
	struct nrs_check check = {
	    .now_ms = nrs_wall_ms(), .mode = ctl_mode(ctl)};
	struct ctl_parcel parcel = {
	    .type = NRS_SUBMISSION_POSTURE_CHANGE, .mode = ctl_mode(ctl)};
	struct nrs_err err = {0};
	enum nrs_rc rc;

	if (fill(ctl, &change, &err) != NRS_OK)
		return ctl_misused(ctl, &err);
	rc = ctl_sectors(ctl, &check.sectors, &err);
	if (rc == NRS_OK)
		rc = nrs_check_posture_change(&check, &change, &err);
	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	parcel.id = change.change_id;
	parcel.payload =
	    nrs_wire_encode(ctl->arena, NRS_TYPE_POSTURE_CHANGE, &change);
	return ctl_submit(ctl, &parcel);
}

enum ctl_exit
ctl_cmd_posture(struct ctl *ctl)
{
	struct nrs_err err = {0};

	if (ctl->args.n_words == 0)
		return list(ctl);
	if (ctl->args.n_words == 2)
		return set(ctl);
	(void)nrs_refuse(
	    &err, "", "usage", "say a sector (or '*') and a level");
	return ctl_misused(ctl, &err);
}
