/* SPDX-License-Identifier: Apache-2.0 */
#include "support/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/command.h"
#include "noroshi/io/sign.h"
#include "noroshi/io/table.h"
#include "noroshi/io/wire.h"

void
scene_open(struct scene *scene, enum nrs_mode mode)
{
	const struct nrs_sector_table *sectors;
	const struct nrs_news_lists *lists;
	const struct nrs_rule_table *rules;
	struct nrs_policy *policy;

	*scene = (struct scene){.now = SCENE_NOW};
	scene->arena = nrs_arena_new();
	assert_int_equal(nrs_table_sectors(scene->arena, "config/sectors.conf",
	                     &sectors, NULL),
	    NRS_OK);
	assert_int_equal(
	    nrs_table_rules(scene->arena, "config/rules.conf", &rules, NULL),
	    NRS_OK);
	assert_int_equal(nrs_table_news_lists(scene->arena,
	                     "config/newsletters.conf", sectors, &lists, NULL),
	    NRS_OK);
	policy = nrs_policy_new(scene->arena, sectors, rules, mode, "test");
	policy->lists = lists;
	scene->policy = policy;
	scene->state = nrs_state_new();
	scene->shadow = nrs_state_new();
}

void
scene_close(struct scene *scene)
{
	nrs_state_free(scene->state);
	nrs_state_free(scene->shadow);
	nrs_arena_free(scene->arena);
}

/* ---- what goes in ---- */

struct nrs_content
scene_content(const struct scene *scene, const char *id)
{
	return (struct nrs_content){
	    .notice_id = id,
	    .thread_id = id,
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .revision_reason = "",
	    .mode = scene->policy->mode,
	    .exercise_id =
	        scene->policy->mode == NRS_MODE_EXERCISE ? "drill-1" : "",
	    .stream = NRS_STREAM_NISC_PROVISION,
	    .source_row = NRS_SOURCE_NISC_CI_GROUP,
	    .item_type = NRS_ITEM_BC3,
	    .urgency = NRS_URGENCY_ROUTINE,
	    .tlp = NRS_TLP_GREEN,
	    .taxonomy_version = "",
	    .lang = "ja",
	    .title = "title",
	    .summary = "summary",
	    .nisc_comment = "",
	    .impact = "",
	    .originator_text = "",
	    .tlp_widened_by = "",
	    .issued_at = scene->now,
	    .valid_until = scene->now + 30 * DAY,
	    .no_countermeasure = true,
	};
}

struct nrs_content
scene_next(const struct scene *scene, const char *id, unsigned revision,
    enum nrs_msg_kind kind)
{
	struct nrs_content content = scene_content(scene, id);
	const char **supersedes =
	    nrs_arena_array(scene->arena, 1, sizeof(*supersedes));

	supersedes[0] = id;
	content.notice_id =
	    nrs_arena_printf(scene->arena, "%s.%u", id, revision);
	content.revision = revision;
	content.kind = kind;
	content.supersedes = supersedes;
	content.n_supersedes = 1;
	content.revision_reason = "because";
	return content;
}

const char **
scene_list(struct scene *scene, const char *commas, size_t *n)
{
	const char **items = nrs_arena_array(scene->arena, 32, sizeof(*items));
	size_t len;

	for (*n = 0; *commas != '\0'; commas += len + (commas[len] == ',')) {
		len = strcspn(commas, ",");
		items[(*n)++] = nrs_arena_strndup(scene->arena, commas, len);
	}
	return items;
}

struct nrs_addressing
scene_to(struct scene *scene, const char *sectors)
{
	struct nrs_addressing to = {.originator = ""};

	to.sectors = scene_list(scene, sectors, &to.n_sectors);
	return to;
}

/* ---- one step ---- */

static void
compare(struct scene *scene)
{
	struct nrs_buf real = {0}, applied = {0};
	const struct nrs_wire_input in = {.type = NRS_TYPE_OUTCOME,
	    .bytes =
	        nrs_wire_encode(scene->arena, NRS_TYPE_OUTCOME, &scene->out),
	    .how = NRS_WIRE_TOLERANT};
	void *read;

	assert_int_equal(
	    nrs_wire_decode(scene->arena, &in, &read, NULL), NRS_OK);
	nrs_apply(scene->shadow, read);
	nrs_apply(scene->shadow, read); /* twice is once */
	nrs_state_print(scene->state, &real);
	nrs_state_print(scene->shadow, &applied);
	assert_string_equal(nrs_buf_str(&real), nrs_buf_str(&applied));
	nrs_buf_fini(&real);
	nrs_buf_fini(&applied);
}

/* Room for one more; what was pointed to stays where it is. */
static void
grow_journal(struct scene *scene)
{
	const size_t n = scene->n_journal;
	struct nrs_command *more;

	if ((n & (n - 1)) != 0)
		return;
	more = nrs_arena_array(scene->arena, 2 * n + 1, sizeof(*more));
	if (n > 0)
		memcpy(more, scene->journal, n * sizeof(*more));
	scene->journal = more;
}

const struct nrs_outcome *
scene_command(struct scene *scene, struct nrs_command *cmd)
{
	cmd->journal_offset = scene->offset++;
	grow_journal(scene);
	scene->journal[scene->n_journal++] = *cmd;
	scene->last = *cmd;
	nrs_fold(scene->arena, scene->policy, scene->state, cmd, &scene->out);
	compare(scene);
	return &scene->out;
}

static struct nrs_bytes
hash_of(struct scene *scene, struct nrs_bytes data)
{
	uint8_t *hash = nrs_arena_alloc(scene->arena, NRS_SHA256_SIZE);

	nrs_sha256(data, hash);
	return (struct nrs_bytes){hash, NRS_SHA256_SIZE};
}

static struct nrs_submission *
envelope(struct scene *scene, const char *id, enum nrs_submission_type type)
{
	struct nrs_submission *submission =
	    nrs_arena_alloc(scene->arena, sizeof(*submission));

	*submission = (struct nrs_submission){
	    .submission_id = id,
	    .type = type,
	    .mode = scene->policy->mode,
	    .accepted_at = scene->now,
	};
	return submission;
}

static void
seal(struct scene *scene, struct nrs_command *cmd,
    struct nrs_submission *submission, enum nrs_message_type type,
    const void *payload)
{
	submission->payload = nrs_wire_encode(scene->arena, type, payload);
	cmd->submission = submission;
	cmd->payload_sha256 = hash_of(scene, submission->payload);
	cmd->addressing_sha256 = hash_of(scene, submission->addressing);
}

const struct nrs_outcome *
scene_notice(struct scene *scene, const struct nrs_content *content,
    const struct nrs_addressing *to)
{
	struct nrs_submission *submission =
	    envelope(scene, content->notice_id, NRS_SUBMISSION_NOTICE);
	struct nrs_content *own = nrs_arena_alloc(scene->arena, sizeof(*own));
	struct nrs_addressing *own_to =
	    nrs_arena_alloc(scene->arena, sizeof(*own_to));
	struct nrs_command cmd = {
	    .content = own,
	    .addressing = own_to,
	    .n_unknown = scene->n_unknown,
	};

	*own = *content;
	*own_to = *to;
	submission->mode = content->mode;
	submission->stubs = scene->stubs;
	submission->n_stubs = scene->n_stubs;
	submission->addressing =
	    nrs_wire_encode(scene->arena, NRS_TYPE_ADDRESSING, to);
	seal(scene, &cmd, submission, NRS_TYPE_CONTENT, content);
	return scene_command(scene, &cmd);
}

const struct nrs_outcome *
scene_posture(struct scene *scene, const char *scope, enum nrs_posture posture,
    int64_t until)
{
	struct nrs_posture_change *change =
	    nrs_arena_alloc(scene->arena, sizeof(*change));
	struct nrs_command cmd = {.posture_change = change};

	*change = (struct nrs_posture_change){
	    .scope = scope,
	    .posture = posture,
	    .until = until,
	    .reason = "because",
	    .mode = scene->policy->mode,
	    .issued_at = scene->now,
	    .change_id = nrs_arena_printf(
	        scene->arena, "posture-%lld", (long long)scene->offset),
	};
	seal(scene, &cmd,
	    envelope(scene, change->change_id, NRS_SUBMISSION_POSTURE_CHANGE),
	    NRS_TYPE_POSTURE_CHANGE, change);
	return scene_command(scene, &cmd);
}

const struct nrs_outcome *
scene_deadline(struct scene *scene)
{
	struct nrs_deadline *deadline =
	    nrs_arena_alloc(scene->arena, sizeof(*deadline));
	struct nrs_command cmd = {.deadline = deadline};

	*deadline = (struct nrs_deadline){
	    .deadline_id = nrs_arena_printf(
	        scene->arena, "deadline:%lld", (long long)scene->now),
	    .due_at = scene->now,
	    .mode = scene->policy->mode,
	};
	seal(scene, &cmd,
	    envelope(scene, deadline->deadline_id, NRS_SUBMISSION_DEADLINE),
	    NRS_TYPE_DEADLINE, deadline);
	return scene_command(scene, &cmd);
}

const struct nrs_outcome *
scene_cut_off(
    struct scene *scene, const char *id, const struct nrs_cut_off *cut_off)
{
	struct nrs_cut_off *copy = nrs_arena_alloc(scene->arena, sizeof(*copy));
	struct nrs_command cmd = {.cut_off = copy};

	*copy = *cut_off;
	seal(scene, &cmd, envelope(scene, id, NRS_SUBMISSION_CUT_OFF),
	    NRS_TYPE_CUT_OFF, copy);
	return scene_command(scene, &cmd);
}

const struct nrs_outcome *
scene_approval(struct scene *scene, const char *id, const char *consent)
{
	struct nrs_approval *approval =
	    nrs_arena_alloc(scene->arena, sizeof(*approval));
	struct nrs_command cmd = {.approval = approval};
	int64_t offset = nrs_state_held_offset(scene->state, id);

	*approval = (struct nrs_approval){
	    .approval_id = nrs_arena_printf(
	        scene->arena, "approval-%lld", (long long)scene->offset),
	    .submission_id = id,
	    .mode = scene->policy->mode,
	    .source_consent = consent == NULL ? "" : consent,
	    .refused = consent == NULL,
	    .issued_at = scene->now,
	};
	if (offset >= 0) {
		cmd.approved = &scene->journal[offset];
		approval->payload_sha256 = cmd.approved->payload_sha256;
		approval->addressing_sha256 = cmd.approved->addressing_sha256;
	}
	seal(scene, &cmd,
	    envelope(scene, approval->approval_id, NRS_SUBMISSION_APPROVAL),
	    NRS_TYPE_APPROVAL, approval);
	return scene_command(scene, &cmd);
}

/* ---- what comes out ---- */

const struct nrs_classification *
scene_copy(const struct scene *scene, const char *sector)
{
	size_t i;

	for (i = 0; i < scene->out.n_copies; i++)
		if (strcmp(scene->out.copies[i].sector, sector) == 0)
			return &scene->out.copies[i];
	return NULL;
}

const char *
scene_routes(struct scene *scene, const char *sector)
{
	static const char *const names[] = {"", "RT", "NL", "WEB", "OVR"};
	const struct nrs_classification *copy = scene_copy(scene, sector);
	const char *text = "";
	size_t i;

	if (copy == NULL)
		return "none";
	for (i = 0; i < copy->n_routes; i++)
		text = nrs_arena_printf(scene->arena, "%s%s%s", text,
		    i > 0 ? "+" : "", names[copy->routes[i]]);
	return text;
}

static const char *
join(struct scene *scene, const char *const *items, size_t n)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < n; i++)
		text = nrs_arena_printf(
		    scene->arena, "%s%s%s", text, i > 0 ? " " : "", items[i]);
	return text;
}

const char *
scene_topics(struct scene *scene)
{
	return join(scene, scene->out.topics, scene->out.n_topics);
}

const char *
scene_stub_topics(struct scene *scene)
{
	return join(scene, scene->out.stub_topics, scene->out.n_stub_topics);
}

const char *
scene_rules(struct scene *scene, const char *sector)
{
	const struct nrs_classification *copy = scene_copy(scene, sector);

	return copy == NULL ? "none" : join(scene, copy->rules, copy->n_rules);
}
