/* SPDX-License-Identifier: Apache-2.0 */
/* long: one stage, and each way in beside the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/text.h"
#include "noroshi/io/admit.h"
#include "support/signed.h"

#define HASH "0123456789abcdef0123456789abcdef"
#define DESK "roles = [\"desk\"];"

static struct nrs_arena *arena;
static struct nrs_key *key, *stranger;
static struct nrs_keyring *ring;
static struct nrs_admitted admitted;
static struct nrs_err err;

/* What each test bends before it submits. */
static struct nrs_content *content;
static struct nrs_addressing *addressing;

static int
group_setup(void **state)
{
	(void)state;
	if (nrs_key_new(&key, NULL) != NRS_OK ||
	    nrs_key_new(&stranger, NULL) != NRS_OK)
		return -1;
	ring = signed_keyring(key, DESK);
	return 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	nrs_keyring_free(ring);
	nrs_key_free(key);
	nrs_key_free(stranger);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	arena = nrs_arena_new();
	content = signed_content(arena);
	addressing = signed_addressing(arena);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	nrs_arena_free(arena);
	return 0;
}

static enum nrs_rc
admit_as(const struct nrs_submission *submission, enum nrs_wire_how how,
    const struct nrs_keyring *keyring)
{
	struct nrs_admit admit = {.check = {.sectors = signed_sectors(),
	                              .now_ms = SIGNED_AT + 1000,
	                              .mode = NRS_MODE_ACTUAL,
	                              .inside = how == NRS_WIRE_TOLERANT},
	    .keyring = keyring,
	    .how = how};

	memset(&err, 0, sizeof(err));
	return nrs_admit(arena, &admit,
	    nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, submission), &admitted,
	    &err);
}

static enum nrs_rc
admit(const struct nrs_submission *submission)
{
	return admit_as(submission, NRS_WIRE_STRICT, ring);
}

static void
refuses(const struct nrs_submission *submission, const char *path_and_rule)
{
	char *seen;

	assert_int_equal(admit(submission), NRS_REJECT);
	seen = nrs_asprintf("%s %s", err.field, err.rule);
	assert_string_equal(seen, path_and_rule);
	free(seen);
}

static struct nrs_submission *
notice(void)
{
	return signed_notice(arena, key, content, addressing);
}

/* Another command of any type, signed; own payload bytes. */
static struct nrs_submission
command(enum nrs_submission_type type, const char *id, struct nrs_bytes payload)
{
	struct nrs_submission submission = {.submission_id = id,
	    .type = type,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = payload};

	if (type != NRS_SUBMISSION_CUT_OFF && type != NRS_SUBMISSION_DEADLINE)
		signed_sign(arena, key, &submission);
	return submission;
}

static void
a_signed_notice_is_admitted_with_its_parts(void **state)
{
	struct nrs_submission *submission = notice();
	uint8_t digest[NRS_SHA256_SIZE];

	(void)state;
	if (admit(submission) != NRS_OK)
		fail_msg("%s %s: %s", err.field, err.rule, err.text);
	assert_string_equal(
	    admitted.submission->submission_id, content->notice_id);
	assert_string_equal(admitted.content->title, content->title);
	assert_string_equal(admitted.addressing->sectors[1], "power");
	assert_null(admitted.posture_change);
	assert_null(admitted.approval);
	assert_null(admitted.subscription);
	assert_int_equal(admitted.n_unknown, 0);
	assert_string_equal(admitted.signer->principal, "desk-1");
	nrs_sha256(submission->payload, digest);
	assert_memory_equal(digest, admitted.payload_sha256, sizeof(digest));
	nrs_sha256(submission->addressing, digest);
	assert_memory_equal(digest, admitted.addressing_sha256, sizeof(digest));
}

static void
every_part_of_the_statement_is_covered(void **state)
{
	struct nrs_submission *submission = notice();
	uint8_t *payload, *salted;

	(void)state;
	/* One bit of the content (in its title), of the audience (its salt). */
	payload = memmem(submission->payload.data, submission->payload.len,
	    content->title, strlen(content->title));
	assert_non_null(payload);
	payload[2] ^= 1;
	refuses(submission, "signatures[0] signature");
	payload[2] ^= 1;
	salted = memmem(submission->addressing.data, submission->addressing.len,
	    "0123456789abcdef", 16);
	assert_non_null(salted);
	salted[0] ^= 1;
	refuses(submission, "signatures[0] signature");
	salted[0] ^= 1;
	assert_int_equal(admit(submission), NRS_OK);
	/* The id and the type outside the payload. */
	submission->submission_id = "0190f5a0-7c00-7000-8000-000000000002";
	refuses(submission, "signatures[0] signature");
	submission = notice();
	submission->type = NRS_SUBMISSION_APPROVAL;
	submission->addressing.len = 0;
	refuses(submission, "signatures[0] signature");
}

static void
accepted_at_is_the_producers_stamp_and_not_signed(void **state)
{
	struct nrs_submission *submission = notice();

	(void)state;
	submission->accepted_at = SIGNED_AT + 500;
	assert_int_equal(admit(submission), NRS_OK);
}

static void
nobody_but_a_trusted_key_may_sign(void **state)
{
	struct nrs_submission *submission =
	    signed_notice(arena, stranger, content, addressing);
	struct nrs_keyring *revoked = signed_keyring(key, "revoked = true;");

	(void)state;
	refuses(submission, "signatures[0] signature");
	assert_string_equal(
	    err.text, "signatures[0]: this key is not in the keyring");
	/* Somebody else's signature under a trusted name. */
	submission->signatures[0].key_id = nrs_key_id(key);
	refuses(submission, "signatures[0] signature");
	/* None at all. */
	submission->n_signatures = 0;
	refuses(submission, "signatures required");
	assert_int_equal(
	    admit_as(notice(), NRS_WIRE_STRICT, revoked), NRS_REJECT);
	assert_string_equal(err.text, "signatures[0]: this key is revoked");
	assert_null(admitted.signer);
	nrs_keyring_free(revoked);
}

static void
every_signature_must_hold_and_no_key_signs_twice(void **state)
{
	struct nrs_submission *submission = notice();
	struct nrs_signature both[2] = {submission->signatures[0],
	    *signed_part(arena, stranger, submission)};

	(void)state;
	submission->signatures = both;
	submission->n_signatures = 2;
	refuses(submission, "signatures[1] signature");
	both[1] = both[0];
	refuses(submission, "signatures[1] signature");
	assert_string_equal(
	    err.text, "signatures[1]: this key has signed already");
}

static void
payload_and_envelope_must_agree(void **state)
{
	struct nrs_submission *submission = notice();

	(void)state;
	submission->submission_id = "0190f5a0-7c00-7000-8000-000000000002";
	signed_sign(arena, key, submission);
	refuses(submission, "notice_id envelope");
	content->mode = NRS_MODE_TEST;
	submission = notice();
	submission->mode = NRS_MODE_ACTUAL;
	signed_sign(arena, key, submission);
	refuses(submission, "mode envelope");
}

static void
the_payload_is_decoded_strictly_at_the_door(void **state)
{
	struct nrs_submission *submission;

	(void)state;
	content->tlp = (enum nrs_tlp)99;
	submission = notice();
	refuses(submission, "tlp enum");
	/* A payload that is no Content, whoever signed it. */
	submission->payload = (struct nrs_bytes){(const uint8_t *)"\xff", 1};
	signed_sign(arena, key, submission);
	refuses(submission, "content wire");
	assert_non_null(admitted.submission);
	assert_null(admitted.content);
}

static void
an_unknown_value_inside_is_admitted_at_its_safest(void **state)
{
	(void)state;
	content->urgency = (enum nrs_urgency)99;
	if (admit_as(notice(), NRS_WIRE_TOLERANT, ring) != NRS_OK)
		fail_msg("%s %s: %s", err.field, err.rule, err.text);
	assert_int_equal(admitted.n_unknown, 1);
	assert_int_equal(admitted.content->urgency, NRS_URGENCY_IMMEDIATE);
	content->threat = (enum nrs_threat_category)99;
	content->cause = NRS_CAUSE_VIRUS_INFECTION;
	if (admit_as(notice(), NRS_WIRE_TOLERANT, ring) != NRS_OK)
		fail_msg("%s %s: %s", err.field, err.rule, err.text);
	assert_int_equal(admitted.n_unknown, 2);
	content->kind = (enum nrs_msg_kind)99;
	if (admit_as(notice(), NRS_WIRE_TOLERANT, ring) != NRS_OK)
		fail_msg("%s %s: %s", err.field, err.rule, err.text);
	assert_int_equal(admitted.content->kind, NRS_KIND_FOLLOW_UP);
	content->revision = 2; /* of another thread it would be no first */
	assert_int_equal(
	    admit_as(notice(), NRS_WIRE_TOLERANT, ring), NRS_REJECT);
}

static void
the_checks_of_the_door_are_made(void **state)
{
	(void)state;
	content->title = "";
	refuses(notice(), "title required");
	content = signed_content(arena);
	addressing->sectors[0] = "nowhere";
	refuses(notice(), "sectors[0] sector-known");
	/* What is no id is not repeated: an error is printed on terminals. */
	addressing->sectors[0] = "\x1b[2J";
	refuses(notice(), "sectors[0] id");
	assert_true(nrs_text_is_line(err.text));
}

static void
a_stub_is_signed_and_speaks_of_its_notice(void **state)
{
	struct nrs_submission *submission = notice(), small;
	struct nrs_stub_content body = {.notice_id = content->notice_id,
	    .thread_id = content->thread_id,
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .mode = NRS_MODE_ACTUAL,
	    .issued_at = SIGNED_AT};
	struct nrs_stub stub = {.n_signatures = 1};

	(void)state;
	small = *submission;
	small.addressing = (struct nrs_bytes){0};
	small.payload = nrs_wire_encode(arena, NRS_TYPE_STUB_CONTENT, &body);
	stub.payload = small.payload;
	stub.signatures = signed_part(arena, key, &small);
	submission->stubs = &stub;
	submission->n_stubs = 1;
	if (admit(submission) != NRS_OK)
		fail_msg("%s %s: %s", err.field, err.rule, err.text);
	/* The notice's own signature does not cover it. */
	stub.signatures = submission->signatures;
	refuses(submission, "stubs[0].signatures[0] signature");
	body.revision = 2;
	small.payload = nrs_wire_encode(arena, NRS_TYPE_STUB_CONTENT, &body);
	stub.payload = small.payload;
	stub.signatures = signed_part(arena, key, &small);
	refuses(submission, "stubs[0] stub");
	assert_string_equal(
	    err.text, "stubs[0]: its revision is not that of the notice");
}

static void
a_posture_change_is_admitted(void **state)
{
	struct nrs_posture_change change = {.scope = "finance",
	    .posture = NRS_POSTURE_HEIGHTENED,
	    .until = SIGNED_AT + 3600000,
	    .reason = "訓練ではない",
	    .mode = NRS_MODE_ACTUAL,
	    .issued_at = SIGNED_AT,
	    .change_id = "change-1"};
	struct nrs_submission submission =
	    command(NRS_SUBMISSION_POSTURE_CHANGE, "change-1",
	        nrs_wire_encode(arena, NRS_TYPE_POSTURE_CHANGE, &change));

	(void)state;
	if (admit(&submission) != NRS_OK)
		fail_msg("%s %s: %s", err.field, err.rule, err.text);
	assert_string_equal(admitted.posture_change->scope, "finance");
	assert_null(admitted.content);
	change.until = 0;
	submission = command(NRS_SUBMISSION_POSTURE_CHANGE, "change-1",
	    nrs_wire_encode(arena, NRS_TYPE_POSTURE_CHANGE, &change));
	refuses(&submission, "until posture-until");
	submission = command(
	    NRS_SUBMISSION_POSTURE_CHANGE, "change-2", submission.payload);
	refuses(&submission, "change_id envelope");
}

static void
the_producers_own_commands_carry_no_signature(void **state)
{
	struct nrs_cut_off cut_off = {.list = "weekly",
	    .window_id = "weekly:2026-11-24",
	    .due_at = SIGNED_AT,
	    .mode = NRS_MODE_ACTUAL};
	struct nrs_deadline deadline = {.deadline_id = "deadline-1",
	    .due_at = SIGNED_AT,
	    .mode = NRS_MODE_ACTUAL};
	struct nrs_submission submission;

	(void)state;
	submission = command(NRS_SUBMISSION_CUT_OFF, "weekly:2026-11-24",
	    nrs_wire_encode(arena, NRS_TYPE_CUT_OFF, &cut_off));
	if (admit(&submission) != NRS_OK)
		fail_msg("%s %s: %s", err.field, err.rule, err.text);
	assert_string_equal(admitted.cut_off->list, "weekly");
	assert_null(admitted.signer);
	submission = command(NRS_SUBMISSION_DEADLINE, "deadline-1",
	    nrs_wire_encode(arena, NRS_TYPE_DEADLINE, &deadline));
	assert_int_equal(admit(&submission), NRS_OK);
	assert_string_equal(admitted.deadline->deadline_id, "deadline-1");
	signed_sign(arena, key, &submission);
	refuses(&submission, "signatures parts");
}

static struct nrs_submission
closing(const struct nrs_cut_off *cut_off)
{
	struct nrs_submission submission = command(NRS_SUBMISSION_CUT_OFF,
	    "manual-1", nrs_wire_encode(arena, NRS_TYPE_CUT_OFF, cut_off));

	signed_sign(arena, key, &submission);
	return submission;
}

static enum nrs_rc
admit_closing(const struct nrs_cut_off *cut_off, const char *roles)
{
	struct nrs_keyring *own = signed_keyring(key, roles);
	const struct nrs_submission submission = closing(cut_off);
	enum nrs_rc rc = admit_as(&submission, NRS_WIRE_STRICT, own);

	admitted.signer = NULL; /* goes with its ring */
	nrs_keyring_free(own);
	return rc;
}

static void
a_desk_may_close_a_newsletter_now_and_nobody_else(void **state)
{
	const struct nrs_cut_off now = {.list = "weekly",
	    .window_id = "weekly:now",
	    .due_at = SIGNED_AT,
	    .mode = NRS_MODE_ACTUAL};

	(void)state;
	if (admit_closing(&now, "roles = [\"reader\", \"desk\"];") != NRS_OK)
		fail_msg("%s %s: %s", err.field, err.rule, err.text);
	assert_string_equal(admitted.cut_off->list, "weekly");
	assert_int_equal(
	    admit_closing(&now, "roles = [\"reader\"];"), NRS_REJECT);
	assert_string_equal(err.rule, "role");
	assert_int_equal(admit_closing(&now, ""), NRS_REJECT);
}

/* Of a key that may issue and is no desk. */
static void
is_for_a_desk(const struct nrs_submission *submission)
{
	struct nrs_keyring *own = signed_keyring(key, "roles = [\"issuer\"];");

	assert_int_equal(
	    admit_as(submission, NRS_WIRE_STRICT, own), NRS_REJECT);
	assert_string_equal(err.field, "signatures[0]");
	assert_string_equal(err.rule, "role");
	nrs_keyring_free(own);
	if (admit(submission) != NRS_OK)
		fail_msg("%s %s: %s", err.field, err.rule, err.text);
}

static void
who_is_no_desk_decides_for_nobody(void **state)
{
	static const char *finance = "finance";
	struct nrs_channel mail = {NRS_CHANNEL_MAIL, "soc@kitayama.example"};
	const struct nrs_subscription subscription = {
	    .subscriber_id = "kitayama",
	    .kind = NRS_SUBSCRIBER_OPERATOR,
	    .organisation = "kitayama",
	    .name = "kitayama",
	    .sectors = &finance,
	    .n_sectors = 1,
	    .max_tlp = NRS_TLP_RED,
	    .lang = "ja",
	    .channels = &mail,
	    .n_channels = 1};
	const struct nrs_posture_change change = {.change_id = "change-1",
	    .scope = "finance",
	    .posture = NRS_POSTURE_NORMAL,
	    .reason = "calm",
	    .mode = NRS_MODE_ACTUAL,
	    .issued_at = SIGNED_AT};
	const struct nrs_approval approval = {.approval_id = "approval-1",
	    .submission_id = "held-1",
	    .payload_sha256 = {(const uint8_t *)HASH, 32},
	    .addressing_sha256 = {(const uint8_t *)HASH, 32},
	    .mode = NRS_MODE_ACTUAL,
	    .source_consent = "its source",
	    .issued_at = SIGNED_AT};
	struct nrs_submission submission;

	(void)state;
	submission = command(NRS_SUBMISSION_SUBSCRIPTION, "subscribe-1",
	    nrs_wire_encode(arena, NRS_TYPE_SUBSCRIPTION, &subscription));
	is_for_a_desk(&submission);
	submission = command(NRS_SUBMISSION_POSTURE_CHANGE, "change-1",
	    nrs_wire_encode(arena, NRS_TYPE_POSTURE_CHANGE, &change));
	is_for_a_desk(&submission);
	submission = command(NRS_SUBMISSION_APPROVAL, "approval-1",
	    nrs_wire_encode(arena, NRS_TYPE_APPROVAL, &approval));
	is_for_a_desk(&submission);
}

static void
who_is_no_desk_speaks_for_itself_only(void **state)
{
	struct nrs_keyring *own = signed_keyring(key, "roles = [\"issuer\"];");

	(void)state;
	is_for_a_desk(notice());
	/* What was let in is passed on, whatever became of the role. */
	assert_int_equal(admit_as(notice(), NRS_WIRE_TOLERANT, own), NRS_OK);
	content->stream = NRS_STREAM_SECTOR_REPORT;
	assert_int_equal(admit_as(notice(), NRS_WIRE_STRICT, own), NRS_OK);
	content->stream = NRS_STREAM_AGENCY_PROVISION;
	assert_int_equal(admit_as(notice(), NRS_WIRE_STRICT, own), NRS_OK);
	nrs_keyring_free(own);
}

static void
a_desk_does_not_move_a_window(void **state)
{
	struct nrs_cut_off moved = {.list = "weekly",
	    .window_id = "weekly:now",
	    .due_at = SIGNED_AT,
	    .mode = NRS_MODE_ACTUAL,
	    .next_at = SIGNED_AT + 1000};

	(void)state;
	assert_int_equal(admit_closing(&moved, DESK), NRS_REJECT);
	assert_string_equal(err.rule, "internal-type");
	moved.next_at = 0;
	moved.due_at = SIGNED_AT + NRS_ISSUED_SKEW_MS + 2000;
	assert_int_equal(admit_closing(&moved, DESK), NRS_REJECT);
	assert_string_equal(err.field, "due_at");
	moved.due_at = SIGNED_AT - NRS_ISSUED_SKEW_MS;
	assert_int_equal(admit_closing(&moved, DESK), NRS_REJECT);
	assert_string_equal(err.field, "due_at");
}

static void
without_a_keyring_nothing_is_verified(void **state)
{
	struct nrs_submission *submission =
	    signed_notice(arena, stranger, content, addressing);

	(void)state;
	assert_int_equal(admit_as(submission, NRS_WIRE_TOLERANT, NULL), NRS_OK);
	assert_null(admitted.signer);
}

static void
bytes_that_are_no_submission_are_refused(void **state)
{
	const struct nrs_admit how = {.check = {.mode = NRS_MODE_ACTUAL}};
	const struct nrs_bytes none = {0};

	(void)state;
	assert_int_equal(
	    nrs_admit(arena, &how, none, &admitted, &err), NRS_REJECT);
	assert_string_equal(err.rule, "empty");
	assert_null(admitted.submission);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* ---- a notice as an alert carries it ---- */

static struct nrs_alert
alert_of(const struct nrs_submission *said)
{
	uint8_t hash[NRS_SHA256_SIZE];

	nrs_sha256(said->addressing, hash);
	return (struct nrs_alert){.payload = said->payload,
	    .addressing_sha256 = nrs_arena_bytes(arena, hash, sizeof(hash)),
	    .signatures = said->signatures,
	    .n_signatures = said->n_signatures,
	    .submission_id = said->submission_id,
	    .mode = said->mode};
}

static enum nrs_rc
admit_alert(const struct nrs_alert *alert)
{
	struct nrs_admit how = {.check = {.sectors = signed_sectors(),
	                            .mode = NRS_MODE_ACTUAL,
	                            .inside = true},
	    .keyring = ring,
	    .how = NRS_WIRE_TOLERANT};

	memset(&err, 0, sizeof(err));
	return nrs_admit_alert(arena, &how, alert, &admitted, &err);
}

static void
an_alert_is_admitted_by_the_hash_of_its_addressing(void **state)
{
	const struct nrs_alert alert = alert_of(notice());

	(void)state;
	assert_int_equal(admit_alert(&alert), NRS_OK);
	assert_string_equal(admitted.content->title, content->title);
	assert_null(admitted.addressing);
	assert_memory_equal(admitted.addressing_sha256,
	    alert.addressing_sha256.data, NRS_SHA256_SIZE);
}

static void
an_alert_that_nobody_signed_is_refused(void **state)
{
	struct nrs_alert alert = alert_of(notice()), unsaid = alert;

	(void)state;
	unsaid.n_signatures = 0;
	assert_int_equal(admit_alert(&unsaid), NRS_REJECT);
	assert_string_equal(err.rule, "required");
	content->title = "another title";
	alert.payload = nrs_wire_encode(arena, NRS_TYPE_CONTENT, content);
	assert_int_equal(admit_alert(&alert), NRS_REJECT);
	assert_string_equal(err.rule, "signature");
}

static void
an_alert_for_another_audience_mode_or_id_is_refused(void **state)
{
	const struct nrs_alert alert = alert_of(notice());
	struct nrs_alert other = alert;

	(void)state;
	addressing->n_sectors = 1;
	other.addressing_sha256 = alert_of(notice()).addressing_sha256;
	assert_int_equal(admit_alert(&other), NRS_REJECT);
	assert_string_equal(err.rule, "signature");
	other = alert;
	other.addressing_sha256.len--;
	assert_int_equal(admit_alert(&other), NRS_REJECT);
	assert_string_equal(err.field, "addressing_sha256");
	other = alert;
	other.mode = NRS_MODE_EXERCISE;
	assert_int_equal(admit_alert(&other), NRS_REJECT);
	assert_string_equal(err.rule, "mode");
	other = alert;
	other.submission_id = "0190f5a0-7c00-7000-8000-000000000009";
	assert_int_equal(admit_alert(&other), NRS_REJECT);
	other = alert;
	other.stub = true;
	assert_int_equal(admit_alert(&other), NRS_REJECT);
	assert_string_equal(err.rule, "stub");
}

static enum nrs_rc
admit_stub(const struct nrs_alert *alert, const struct nrs_stub_content **out)
{
	const struct nrs_admit how = {
	    .check = {.mode = NRS_MODE_ACTUAL, .inside = true},
	    .keyring = ring,
	    .how = NRS_WIRE_TOLERANT};

	memset(&err, 0, sizeof(err));
	return nrs_admit_stub(arena, &how, alert, out, &err);
}

static void
a_stub_alone_is_admitted_by_its_own_signature(void **state)
{
	const struct nrs_stub_content said = {.notice_id = content->notice_id,
	                                  .thread_id = content->thread_id,
	                                  .revision = 2,
	                                  .kind = NRS_KIND_RETRACTION,
	                                  .mode = NRS_MODE_ACTUAL},
	                              *read = NULL;
	const struct nrs_submission *whole = notice();
	struct nrs_submission part = *whole;
	struct nrs_alert stub = alert_of(whole), other;
	uint8_t nothing[NRS_SHA256_SIZE];

	(void)state;
	nrs_sha256((struct nrs_bytes){0}, nothing);
	part.addressing = (struct nrs_bytes){0};
	part.payload = nrs_wire_encode(arena, NRS_TYPE_STUB_CONTENT, &said);
	stub.stub = true;
	stub.payload = part.payload;
	stub.addressing_sha256 = (struct nrs_bytes){nothing, sizeof(nothing)};
	stub.signatures = signed_part(arena, key, &part);
	assert_int_equal(admit_stub(&stub, &read), NRS_OK);
	assert_int_equal(read->kind, NRS_KIND_RETRACTION);
	other = stub;
	other.stub = false;
	assert_int_equal(admit_stub(&other, &read), NRS_REJECT);
	other = stub;
	other.submission_id = "0190f5a0-7c00-7000-8000-000000000009";
	assert_int_equal(admit_stub(&other, &read), NRS_REJECT);
	other = stub;
	other.signatures = whole->signatures; /* of the notice */
	assert_int_equal(admit_stub(&other, &read), NRS_REJECT);
	assert_string_equal(err.rule, "signature");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_signed_notice_is_admitted_with_its_parts),
	    TEST(every_part_of_the_statement_is_covered),
	    TEST(accepted_at_is_the_producers_stamp_and_not_signed),
	    TEST(nobody_but_a_trusted_key_may_sign),
	    TEST(every_signature_must_hold_and_no_key_signs_twice),
	    TEST(payload_and_envelope_must_agree),
	    TEST(the_payload_is_decoded_strictly_at_the_door),
	    TEST(an_unknown_value_inside_is_admitted_at_its_safest),
	    TEST(the_checks_of_the_door_are_made),
	    TEST(a_stub_is_signed_and_speaks_of_its_notice),
	    TEST(an_alert_is_admitted_by_the_hash_of_its_addressing),
	    TEST(an_alert_that_nobody_signed_is_refused),
	    TEST(an_alert_for_another_audience_mode_or_id_is_refused),
	    TEST(a_stub_alone_is_admitted_by_its_own_signature),
	    TEST(a_posture_change_is_admitted),
	    TEST(the_producers_own_commands_carry_no_signature),
	    TEST(a_desk_may_close_a_newsletter_now_and_nobody_else),
	    TEST(who_is_no_desk_decides_for_nobody),
	    TEST(who_is_no_desk_speaks_for_itself_only),
	    TEST(a_desk_does_not_move_a_window),
	    TEST(without_a_keyring_nothing_is_verified),
	    TEST(bytes_that_are_no_submission_are_refused),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
