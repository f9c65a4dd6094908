/* SPDX-License-Identifier: Apache-2.0 */
/* topics apply, topics diff: the table of core/topic.h against a cluster. */
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/permit.h"
#include "ctl/topics.h"

/* Kafka's own: on one broker a power cut must not lose what they hold, or a
 * transaction stays open for ever. */
static const char *const internal[] = {
    "__transaction_state", "__consumer_offsets"};
#define N_INTERNAL (sizeof(internal) / sizeof(internal[0]))

struct topics {
	struct ctl *ctl;
	struct nrs_admin *admin;
	struct ctl_cluster cluster;
	bool embedded; /* nothing can be asked of it */
	struct nrs_admin_topic *wanted, *found;
	size_t n;
	struct ctl_change *changes;
	size_t n_changes;
};

static enum nrs_rc
describe(struct topics *t, struct nrs_err *err)
{
	struct nrs_arena *arena = t->ctl->arena;

	t->found = nrs_arena_array(arena, t->n, sizeof(*t->found));
	for (size_t i = 0; i < t->n; i++)
		t->found[i].name = t->wanted[i].name;
	return nrs_admin_describe(t->admin, arena, t->found, t->n, err);
}

static enum nrs_rc
load(struct topics *t, struct nrs_err *err)
{
	const struct nrs_sector_table *sectors;
	int64_t replicas;
	int brokers = 0;
	enum nrs_rc rc = ctl_opt_int(t->ctl, CTL_OPT_REPLICAS,
	    (struct ctl_range){1, 9, 0}, &replicas, err);

	if (rc == NRS_OK)
		rc = ctl_sectors(t->ctl, &sectors, err);
	if (rc == NRS_OK)
		rc = nrs_admin_open(&t->ctl->conf.bus, &t->admin, err);
	if (rc == NRS_OK)
		rc = nrs_admin_brokers(t->admin, &brokers, err);
	if (rc != NRS_OK)
		return rc;
	if (replicas > brokers)
		return nrs_refuse(err, "", "usage",
		    "--replicas %lld, but there are %d brokers",
		    (long long)replicas, brokers);
	t->embedded = nrs_admin_is_embedded(t->admin);
	if (t->embedded)
		return NRS_OK;
	t->cluster.replication =
	    replicas != 0 ? (int)replicas : (brokers < 3 ? brokers : 3);
	t->wanted =
	    ctl_topics_wanted(t->ctl->arena, sectors, &t->cluster, &t->n);
	rc = describe(t, err);
	if (rc != NRS_OK)
		return rc;
	t->cluster.found = t->found;
	t->wanted =
	    ctl_topics_wanted(t->ctl->arena, sectors, &t->cluster, &t->n);
	t->changes = ctl_topics_compare(
	    t->ctl->arena, t->wanted, t->found, t->n, &t->n_changes);
	return rc;
}

static void
print_change(struct ctl *ctl, const struct ctl_change *change)
{
	static const char *const kinds[] = {
	    [CTL_CREATE] = "create",
	    [CTL_SET] = "set",
	    [CTL_PARTITIONS] = "differs",
	    [CTL_REPLICATION] = "differs",
	};

	ctl_out_begin(ctl->out, CTL_ROW);
	ctl_out_str(ctl->out, "change", kinds[change->kind]);
	ctl_out_str(ctl->out, "topic", change->topic);
	ctl_out_str(ctl->out, "setting", change->setting);
	ctl_out_str(ctl->out, "wanted", change->wanted);
	ctl_out_str(ctl->out, "found", change->found);
	ctl_out_end(ctl->out);
}

/* What is wrong with Kafka's own topics; mended when apply is true. */
static enum nrs_rc
internal_topics(struct topics *t, bool apply, size_t *n, struct nrs_err *err)
{
	struct nrs_admin_topic found[N_INTERNAL] = {0};
	enum nrs_rc rc;

	if (t->cluster.replication > 1)
		return NRS_OK;
	for (size_t i = 0; i < N_INTERNAL; i++)
		found[i].name = internal[i];
	rc =
	    nrs_admin_describe(t->admin, t->ctl->arena, found, N_INTERNAL, err);
	for (size_t i = 0; rc == NRS_OK && i < N_INTERNAL; i++) {
		const char *has =
		    ctl_topics_setting(&found[i], "flush.messages");
		if (found[i].partitions == 0 ||
		    (has != NULL && strcmp(has, "1") == 0))
			continue;
		(*n)++;
		const struct ctl_change change = {CTL_SET, internal[i],
		    "flush.messages", "1", has == NULL ? "" : has};
		print_change(t->ctl, &change);
		const struct nrs_admin_topic mended = ctl_topics_with(
		    t->ctl->arena, &found[i], "flush.messages", "1");
		if (apply)
			rc = nrs_admin_configure(t->admin, &mended, 1, err);
	}
	return rc;
}

static bool
concerns(const struct topics *t, size_t topic, enum ctl_change_kind kind)
{
	for (size_t i = 0; i < t->n_changes; i++)
		if (t->changes[i].kind == kind &&
		    t->changes[i].topic == t->wanted[topic].name)
			return true;
	return false;
}

static enum nrs_rc
apply_kind(struct topics *t, enum ctl_change_kind kind, struct nrs_err *err)
{
	struct nrs_admin_topic *some =
	    nrs_arena_array(t->ctl->arena, t->n + 1, sizeof(*some));
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (concerns(t, i, kind))
			some[n++] = t->wanted[i];
	if (n == 0)
		return NRS_OK;
	return kind == CTL_CREATE ? nrs_admin_create(t->admin, some, n, err)
	                          : nrs_admin_configure(t->admin, some, n, err);
}

/* Keys or data would move: a person must decide that. */
static enum nrs_rc
refuse_the_rest(const struct topics *t, struct nrs_err *err)
{
	for (size_t i = 0; i < t->n_changes; i++)
		if (t->changes[i].kind == CTL_PARTITIONS ||
		    t->changes[i].kind == CTL_REPLICATION)
			return nrs_fail(err, NRS_FATAL,
			    "%s: %s is %s in place of %s, which is not changed "
			    "here: use Kafka's own tools",
			    t->changes[i].topic, t->changes[i].setting,
			    t->changes[i].found, t->changes[i].wanted);
	return NRS_OK;
}

static enum ctl_exit
leave_embedded(struct topics *t, bool apply)
{
	ctl_out_note(t->ctl->out,
	    "An embedded bus answers no such questions: its topics are made "
	    "when it starts.",
	    "組み込みのバスはこの問い合わせに答えない。トピックは起動時に作られ"
	    "る。");
	nrs_admin_close(t->admin);
	return apply ? CTL_DONE : CTL_FAILED;
}

static enum ctl_exit
run(struct ctl *ctl, bool apply)
{
	struct topics t = {.ctl = ctl};
	struct nrs_err err = {0};
	size_t n_more = 0;
	enum nrs_rc rc = load(&t, &err);

	if (rc == NRS_OK && t.embedded)
		return leave_embedded(&t, apply);
	for (size_t i = 0; rc == NRS_OK && i < t.n_changes; i++)
		print_change(ctl, &t.changes[i]);
	if (rc == NRS_OK && apply)
		rc = apply_kind(&t, CTL_CREATE, &err);
	if (rc == NRS_OK && apply)
		rc = apply_kind(&t, CTL_SET, &err);
	if (rc == NRS_OK)
		rc = internal_topics(&t, apply, &n_more, &err);
	if (rc == NRS_OK && ctl_opt(ctl, CTL_OPT_ACLS) != NULL)
		rc = ctl_permit(ctl, t.admin, apply, &n_more, &err);
	if (rc == NRS_OK && apply)
		rc = refuse_the_rest(&t, &err);
	nrs_admin_close(t.admin);
	if (rc != NRS_OK && strcmp(err.rule, "usage") == 0)
		return ctl_misused(ctl, &err);
	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	if (t.n_changes + n_more == 0)
		ctl_out_note(ctl->out, "all topics are as the table says",
		    "すべてのトピックは表のとおり");
	return !apply && t.n_changes + n_more > 0 ? CTL_FAILED : CTL_DONE;
}

enum ctl_exit
ctl_cmd_topics_apply(struct ctl *ctl)
{
	return run(ctl, true);
}

enum ctl_exit
ctl_cmd_topics_diff(struct ctl *ctl)
{
	return run(ctl, false);
}
