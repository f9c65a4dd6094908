/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/admit.h"

#include <stddef.h>
#include <string.h>

#include "noroshi/core/statement.h"

/* One Submission on its way through the checks below. */
struct admission {
	struct nrs_arena *arena;
	const struct nrs_admit *how;
	struct nrs_admitted *out;
	struct nrs_err *err;
};

static enum nrs_rc check_notice(struct admission *admission);
static enum nrs_rc check_posture_change(struct admission *admission);
static enum nrs_rc check_approval(struct admission *admission);
static enum nrs_rc check_cut_off(struct admission *admission);
static enum nrs_rc check_subscription(struct admission *admission);

#define NO_MEMBER SIZE_MAX

/* What the payload of each type is, and where it repeats the envelope. */
struct kind {
	enum nrs_message_type payload;
	size_t member;    /* of struct nrs_admitted */
	const char *id;   /* name of the payload's own id, or NULL */
	size_t id_offset; /* of that id in the payload */
	size_t mode_offset;
	/* NULL: nothing beyond the envelope */
	enum nrs_rc (*check)(struct admission *admission);
};

/* clang-format off */
#define KIND(type, s, name, fn)                                                \
	{NRS_TYPE_##type, offsetof(struct nrs_admitted, s), #name,             \
	    offsetof(struct nrs_##s, name), offsetof(struct nrs_##s, mode), fn}
static const struct kind kinds[] = {
	[NRS_SUBMISSION_NOTICE] = KIND(CONTENT, content, notice_id, check_notice),
	[NRS_SUBMISSION_POSTURE_CHANGE] =
	    KIND(POSTURE_CHANGE, posture_change, change_id, check_posture_change),
	[NRS_SUBMISSION_APPROVAL] =
	    KIND(APPROVAL, approval, approval_id, check_approval),
	[NRS_SUBMISSION_DEADLINE] = KIND(DEADLINE, deadline, deadline_id, NULL),
	[NRS_SUBMISSION_CUT_OFF] = {NRS_TYPE_CUT_OFF,
	    offsetof(struct nrs_admitted, cut_off), NULL, NO_MEMBER,
	    offsetof(struct nrs_cut_off, mode), check_cut_off},
	[NRS_SUBMISSION_SUBSCRIPTION] = {NRS_TYPE_SUBSCRIPTION,
	    offsetof(struct nrs_admitted, subscription), NULL, NO_MEMBER,
	    NO_MEMBER, check_subscription},
};
/* clang-format on */

static bool
has_role(const struct nrs_keyring_entry *entry, const char *role)
{
	for (size_t i = 0; i < entry->n_roles; i++)
		if (strcmp(entry->roles[i], role) == 0)
			return true;
	return false;
}

/* docs/adr/0012. Nobody to ask: no keyring, or the producer's own. */
static enum nrs_rc
only_a_desk(const struct admission *admission, const char *does)
{
	const struct nrs_keyring_entry *signer = admission->out->signer;

	if (signer == NULL || has_role(signer, "desk"))
		return NRS_OK;
	return nrs_refuse(admission->err, "signatures[0]", "role",
	    "signatures[0]: only a desk's key %s", does);
}

/* Behind the door it is passed on by its signature alone: a key's roles may
 * have changed since. */
static enum nrs_rc
check_notice(struct admission *admission)
{
	const struct nrs_check *check = &admission->how->check;
	const struct nrs_content *content = admission->out->content;
	enum nrs_rc rc = nrs_check_notice(
	    check, content, admission->out->addressing, admission->err);

	if (rc != NRS_OK || check->inside ||
	    content->stream != NRS_STREAM_NISC_PROVISION)
		return rc;
	return only_a_desk(admission,
	    "speaks for NISC; another's notice is of stream "
	    "AGENCY_PROVISION or SECTOR_REPORT");
}

static enum nrs_rc
check_posture_change(struct admission *admission)
{
	enum nrs_rc rc = nrs_check_posture_change(&admission->how->check,
	    admission->out->posture_change, admission->err);

	return rc == NRS_OK ? only_a_desk(admission, "sets a posture") : rc;
}

static enum nrs_rc
check_approval(struct admission *admission)
{
	enum nrs_rc rc = nrs_check_approval(
	    &admission->how->check, admission->out->approval, admission->err);

	return rc == NRS_OK ? only_a_desk(admission, "releases what is held")
	                    : rc;
}

/* Unsigned it is the producer's own. Signed it is a desk's, between two
 * windows, and must not move them. */
static enum nrs_rc
check_cut_off(struct admission *admission)
{
	const struct nrs_admitted *out = admission->out;
	const struct nrs_check *check = &admission->how->check;
	struct nrs_err *err = admission->err;
	enum nrs_rc rc = nrs_check_cut_off(check, out->cut_off, err);

	if (rc != NRS_OK || out->submission->n_signatures == 0)
		return rc;
	rc = only_a_desk(admission, "closes a newsletter");
	if (rc != NRS_OK)
		return rc;
	if (out->cut_off->announce || out->cut_off->next_at != 0 ||
	    out->cut_off->late)
		return nrs_refuse(err, "next_at", "internal-type",
		    "what comes next is said by the producer itself");
	if (check->now_ms != 0 &&
	    (out->cut_off->due_at < check->now_ms - NRS_ISSUED_SKEW_MS ||
	        out->cut_off->due_at > check->now_ms + NRS_ISSUED_SKEW_MS))
		return nrs_refuse(err, "due_at", "issued-at",
		    "a cut-off by hand is due now: due_at is more than %d "
		    "minutes off this service's clock",
		    NRS_ISSUED_SKEW_MS / 60000);
	return NRS_OK;
}

static enum nrs_rc
check_subscription(struct admission *admission)
{
	enum nrs_rc rc = nrs_check_subscription(&admission->how->check,
	    admission->out->subscription, admission->err);

	return rc == NRS_OK ? only_a_desk(admission, "says who is told what")
	                    : rc;
}

/* Decode into the pointer at to, whatever its type. */
static enum nrs_rc
decode(struct admission *admission, enum nrs_message_type type,
    struct nrs_bytes bytes, void *to)
{
	unsigned n_unknown = 0;
	const struct nrs_wire_input in = {.type = type,
	    .bytes = bytes,
	    .how = admission->how->how,
	    .n_unknown = &n_unknown};
	void *value = NULL;
	enum nrs_rc rc =
	    nrs_wire_decode(admission->arena, &in, &value, admission->err);

	admission->out->n_unknown += n_unknown;
	memcpy(to, &value, sizeof(value));
	return rc;
}

/* ---- signatures ------------------------------------------------------------
 */

/* What is signed, by whom, and the path of the list of signatures. */
struct signed_part {
	const char *path;
	const struct nrs_signature *signatures;
	size_t n;
	const uint8_t *payload_sha256, *addressing_sha256;
};

/* The statement is found wanting: put its place before what was said. */
static enum nrs_rc
refuse_signature(
    struct admission *admission, const char *path, size_t i, const char *text)
{
	const char *field =
	    nrs_arena_printf(admission->arena, "%s[%zu]", path, i);

	return nrs_refuse(
	    admission->err, field, "signature", "%s: %s", field, text);
}

static bool
is_repeated(const struct signed_part *part, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(part->signatures[j].key_id,
		        part->signatures[i].key_id) == 0)
			return true;
	return false;
}

/* Every signature must hold: one that does not is somebody's claim. */
static enum nrs_rc
verify(struct admission *admission, const struct signed_part *part)
{
	const struct nrs_submission *submission = admission->out->submission;
	const struct nrs_statement statement = {
	    .type = submission->type,
	    .mode = submission->mode,
	    .submission_id = submission->submission_id,
	    .payload_sha256 = part->payload_sha256,
	    .addressing_sha256 = part->addressing_sha256,
	};
	char text[NRS_STATEMENT_MAX];
	struct nrs_bytes message = nrs_statement_text(&statement, text);
	struct nrs_err inner;

	for (size_t i = 0; i < part->n; i++) {
		const struct nrs_signature *signature = &part->signatures[i];

		if (is_repeated(part, i))
			return refuse_signature(admission, part->path, i,
			    "this key has signed already");
		if (nrs_keyring_verify(admission->how->keyring,
		        signature->key_id, (int)submission->mode, message,
		        signature->signature, &inner) != NRS_OK)
			return refuse_signature(
			    admission, part->path, i, inner.text);
	}
	return NRS_OK;
}

static enum nrs_rc
verify_signatures(struct admission *admission)
{
	struct nrs_admitted *out = admission->out;
	const struct nrs_submission *submission = out->submission;
	const struct signed_part part = {.path = "signatures",
	    .signatures = submission->signatures,
	    .n = submission->n_signatures,
	    .payload_sha256 = out->payload_sha256,
	    .addressing_sha256 = out->addressing_sha256};
	enum nrs_rc rc;

	/* nrs_check_submission saw to it that only the producer's own commands
	 * come without a signature. */
	if (admission->how->keyring == NULL || submission->n_signatures == 0)
		return NRS_OK;
	rc = verify(admission, &part);
	if (rc == NRS_OK)
		out->signer = nrs_keyring_find(
		    admission->how->keyring, submission->signatures[0].key_id);
	return rc;
}

static enum nrs_rc
verify_submission(struct admission *admission)
{
	struct nrs_admitted *out = admission->out;

	nrs_sha256(out->submission->payload, out->payload_sha256);
	nrs_sha256(out->submission->addressing, out->addressing_sha256);
	return verify_signatures(admission);
}

/* ---- stubs -----------------------------------------------------------------
 */

/* A stub speaks for its notice, so it must speak of it. */
static enum nrs_rc
match_stub(struct admission *admission, const char *path,
    const struct nrs_stub_content *stub)
{
	const struct nrs_content *content = admission->out->content;
	const char *differs = NULL;

	if (strcmp(stub->notice_id, content->notice_id) != 0)
		differs = "notice_id";
	else if (strcmp(stub->thread_id, content->thread_id) != 0)
		differs = "thread_id";
	else if (stub->revision != content->revision)
		differs = "revision";
	else if (stub->kind != content->kind)
		differs = "kind";
	else if (stub->mode != content->mode)
		differs = "mode";
	if (differs == NULL)
		return NRS_OK;
	return nrs_refuse(admission->err, path, "stub",
	    "%s: its %s is not that of the notice", path, differs);
}

static enum nrs_rc
admit_stub(struct admission *admission, size_t i)
{
	const struct nrs_stub *stub = &admission->out->submission->stubs[i];
	const char *path = nrs_arena_printf(admission->arena, "stubs[%zu]", i);
	uint8_t payload[NRS_SHA256_SIZE], nothing[NRS_SHA256_SIZE];
	const struct signed_part part = {
	    .path =
	        nrs_arena_printf(admission->arena, "stubs[%zu].signatures", i),
	    .signatures = stub->signatures,
	    .n = stub->n_signatures,
	    .payload_sha256 = payload,
	    .addressing_sha256 = nothing};
	struct nrs_stub_content *content;
	enum nrs_rc rc = NRS_OK;

	nrs_sha256(stub->payload, payload);
	nrs_sha256((struct nrs_bytes){0}, nothing);
	if (admission->how->keyring != NULL)
		rc = verify(admission, &part);
	if (rc == NRS_OK)
		rc = decode(
		    admission, NRS_TYPE_STUB_CONTENT, stub->payload, &content);
	if (rc == NRS_OK)
		rc = match_stub(admission, path, content);
	return rc;
}

/* ---- payload ---------------------------------------------------------------
 */

/* What was signed inside must be what the envelope says outside. */
static enum nrs_rc
match_envelope(
    struct admission *admission, const struct kind *kind, const char *payload)
{
	const struct nrs_submission *submission = admission->out->submission;
	enum nrs_mode mode;
	const char *id;

	if (kind->id != NULL) {
		memcpy(&id, payload + kind->id_offset, sizeof(id));
		if (strcmp(id, submission->submission_id) != 0)
			return nrs_refuse(admission->err, kind->id, "envelope",
			    "%s: is not the submission_id", kind->id);
	}
	if (kind->mode_offset != NO_MEMBER) {
		memcpy(&mode, payload + kind->mode_offset, sizeof(mode));
		if (mode != submission->mode)
			return nrs_refuse(admission->err, "mode", "envelope",
			    "mode: the payload and its envelope differ");
	}
	return NRS_OK;
}

static enum nrs_rc
admit_payload(struct admission *admission)
{
	const struct nrs_submission *submission = admission->out->submission;
	const struct kind *kind = &kinds[submission->type];
	char *member = (char *)admission->out + kind->member;
	const char *payload;
	enum nrs_rc rc;

	rc = decode(admission, kind->payload, submission->payload, member);
	if (rc == NRS_OK && submission->type == NRS_SUBMISSION_NOTICE)
		rc = decode(admission, NRS_TYPE_ADDRESSING,
		    submission->addressing, &admission->out->addressing);
	if (rc != NRS_OK)
		return rc;
	memcpy(&payload, member, sizeof(payload));
	rc = match_envelope(admission, kind, payload);
	if (rc == NRS_OK && kind->check != NULL)
		rc = kind->check(admission);
	for (size_t i = 0; rc == NRS_OK && i < submission->n_stubs; i++)
		rc = admit_stub(admission, i);
	return rc;
}

enum nrs_rc
nrs_admit(struct nrs_arena *arena, const struct nrs_admit *how,
    struct nrs_bytes bytes, struct nrs_admitted *out, struct nrs_err *err)
{
	struct admission admission = {
	    .arena = arena, .how = how, .out = out, .err = err};
	enum nrs_rc rc;

	memset(out, 0, sizeof(*out));
	rc = decode(&admission, NRS_TYPE_SUBMISSION, bytes, &out->submission);
	if (rc == NRS_OK)
		rc = nrs_check_submission(&how->check, out->submission, err);
	if (rc == NRS_OK)
		rc = verify_submission(&admission);
	if (rc == NRS_OK)
		rc = admit_payload(&admission);
	return rc;
}

/* ---- a notice without its addressing ---- */

static enum nrs_rc
check_alert(const struct nrs_admit *how, const struct nrs_alert *alert,
    struct nrs_err *err)
{
	if (alert->addressing_sha256.len != NRS_SHA256_SIZE)
		return nrs_refuse(err, "addressing_sha256", "length",
		    "a SHA-256 has %d bytes, not %zu", NRS_SHA256_SIZE,
		    alert->addressing_sha256.len);
	if (alert->n_signatures == 0)
		return nrs_refuse(
		    err, "signatures", "required", "nobody signed this");
	if (alert->mode != how->check.mode)
		return nrs_refuse(
		    err, "mode", "mode", "this process serves another mode");
	return NRS_OK;
}

/* As if it had come as a submission. */
static void
put_envelope(struct admission *admission, const struct nrs_alert *alert)
{
	struct nrs_admitted *out = admission->out;
	struct nrs_submission *submission =
	    nrs_arena_alloc(admission->arena, sizeof(*submission));

	*submission = (struct nrs_submission){
	    .submission_id = alert->submission_id,
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = alert->mode,
	    .payload = alert->payload,
	    .signatures = alert->signatures,
	    .n_signatures = alert->n_signatures,
	    .accepted_at = alert->accepted_at,
	};
	out->submission = submission;
	nrs_sha256(alert->payload, out->payload_sha256);
	memcpy(out->addressing_sha256, alert->addressing_sha256.data,
	    NRS_SHA256_SIZE);
}

enum nrs_rc
nrs_admit_alert(struct nrs_arena *arena, const struct nrs_admit *how,
    const struct nrs_alert *alert, struct nrs_admitted *out,
    struct nrs_err *err)
{
	struct admission admission = {
	    .arena = arena, .how = how, .out = out, .err = err};
	enum nrs_rc rc = check_alert(how, alert, err);

	memset(out, 0, sizeof(*out));
	if (alert->stub)
		return nrs_refuse(
		    err, "stub", "stub", "a stub is not a notice");
	if (rc != NRS_OK)
		return rc;
	put_envelope(&admission, alert);
	rc = verify_signatures(&admission);
	if (rc == NRS_OK)
		rc = decode(&admission, NRS_TYPE_CONTENT, alert->payload,
		    &out->content);
	if (rc == NRS_OK)
		rc = match_envelope(&admission, &kinds[NRS_SUBMISSION_NOTICE],
		    (const char *)out->content);
	if (rc == NRS_OK)
		rc = nrs_check_content(&how->check, out->content, err);
	return rc;
}

enum nrs_rc
nrs_admit_stub(struct nrs_arena *arena, const struct nrs_admit *how,
    const struct nrs_alert *alert, const struct nrs_stub_content **out,
    struct nrs_err *err)
{
	struct nrs_admitted admitted = {0};
	struct admission admission = {
	    .arena = arena, .how = how, .out = &admitted, .err = err};
	const struct nrs_stub_content *stub = NULL;
	enum nrs_rc rc = check_alert(how, alert, err);

	if (rc == NRS_OK && !alert->stub)
		rc = nrs_refuse(err, "stub", "stub", "this is not a stub");
	if (rc != NRS_OK)
		return rc;
	put_envelope(&admission, alert);
	rc = verify_signatures(&admission);
	if (rc == NRS_OK)
		rc = decode(
		    &admission, NRS_TYPE_STUB_CONTENT, alert->payload, &stub);
	if (rc == NRS_OK &&
	    (strcmp(stub->notice_id, alert->submission_id) != 0 ||
	        stub->mode != alert->mode))
		rc = nrs_refuse(err, "notice_id", "envelope",
		    "the stub is not of the notice that it came for");
	if (rc == NRS_OK)
		*out = stub;
	return rc;
}
