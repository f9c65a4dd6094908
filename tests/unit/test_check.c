/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule of the door for commands but notices, by field and rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/check_case.h"

static struct check_case c;

static const uint8_t bytes[64];
#define BYTES(n) ((struct nrs_bytes){bytes, (n)})

static int
setup(void **state)
{
	(void)state;
	check_case_open(&c);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	check_case_close(&c);
	return 0;
}

static void
posture(const char *field, const char *rule)
{
	check_case_says(nrs_check_posture_change(&c.check, &c.change, &c.err),
	    &c.err, field, rule);
}

/* ---- other messages ---- */

static void
a_posture_change_is_complete(void **state)
{
	posture(NULL, NULL);
	WITH(c.change.change_id, "", posture, "change_id", "required");
	WITH(c.change.scope, "", posture, "scope", "required");
	WITH(c.change.scope, "nowhere", posture, "scope[0]", "sector-known");
	WITH(c.change.scope, "power", posture, NULL, NULL);
	WITH(c.change.posture, 0, posture, "posture", "required");
	WITH(c.change.reason, "", posture, "reason", "required");
	WITH(c.change.mode, NRS_MODE_TEST, posture, "mode", "mode");
	WITH(c.change.until, 0, posture, "until", "posture-until");
	WITH(c.change.until, SCENE_NOW, posture, "until", "posture-until");
	WITH(c.change.issued_at, SCENE_NOW - DAY, posture, "issued_at",
	    "issued-at");
	c.change.posture = NRS_POSTURE_NORMAL;
	posture("until", "posture-until");
	c.change.until = 0;
	posture(NULL, NULL);
}

static void
an_approval_is_complete(void **state)
{
	struct nrs_approval approval = {
	    .approval_id = "ap-1",
	    .submission_id = "a",
	    .payload_sha256 = BYTES(32),
	    .addressing_sha256 = BYTES(32),
	    .mode = NRS_MODE_ACTUAL,
	    .source_consent = "",
	    .issued_at = SCENE_NOW,
	};

#define APPROVAL(field, rule)                                                  \
	check_case_says(nrs_check_approval(&c.check, &approval, &c.err),       \
	    &c.err, field, rule)
	APPROVAL(NULL, NULL);
	WITH(approval.approval_id, "", APPROVAL, "approval_id", "required");
	WITH(approval.submission_id, "", APPROVAL, "submission_id", "required");
	WITH(approval.payload_sha256.len, 0, APPROVAL, "payload_sha256",
	    "digest");
	WITH(approval.addressing_sha256.len, 31, APPROVAL, "addressing_sha256",
	    "digest");
	WITH(approval.audience_sha256.len, 3, APPROVAL, "audience_sha256",
	    "digest");
	WITH(approval.mode, NRS_MODE_TEST, APPROVAL, "mode", "mode");
	WITH(approval.source_consent, "a\nb", APPROVAL, "source_consent",
	    "line");
	WITH(approval.issued_at, 1, APPROVAL, "issued_at", "issued-at");
}

static void
an_envelope_has_the_parts_of_its_type(void **state)
{
	struct nrs_signature signature = {"key-1", BYTES(64)};
	struct nrs_stub stub = {BYTES(8), &signature, 1};
	struct nrs_submission env = {
	    .submission_id = "a",
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = BYTES(8),
	    .addressing = BYTES(8),
	    .signatures = &signature,
	    .n_signatures = 1,
	    .stubs = &stub,
	    .n_stubs = 1,
	};

#define ENVELOPE(field, rule)                                                  \
	check_case_says(                                                       \
	    nrs_check_submission(&c.check, &env, &c.err), &c.err, field, rule)
	ENVELOPE(NULL, NULL);
	WITH(env.submission_id, "", ENVELOPE, "submission_id", "required");
	WITH(env.type, 0, ENVELOPE, "type", "required");
	WITH(env.mode, NRS_MODE_EXERCISE, ENVELOPE, "mode", "mode");
	WITH(env.payload.len, 0, ENVELOPE, "payload", "required");
	WITH(env.payload.len, 256 * 1024 + 1, ENVELOPE, "payload", "length");
	WITH(env.addressing.len, 64 * 1024 + 1, ENVELOPE, "addressing",
	    "length");
	WITH(env.addressing.len, 0, ENVELOPE, "addressing", "required");
	WITH(env.n_signatures, 0, ENVELOPE, "signatures", "required");
	WITH(env.n_signatures, 9, ENVELOPE, "signatures", "length");
	WITH(signature.key_id, "", ENVELOPE, "stubs[0].signatures[0].key_id",
	    "required");
	WITH(signature.signature.len, 63, ENVELOPE,
	    "stubs[0].signatures[0].signature", "signature");
	WITH(stub.payload.len, 4097, ENVELOPE, "stubs[0].payload", "length");
	WITH(stub.n_signatures, 0, ENVELOPE, "stubs[0].signatures", "required");
	WITH(env.n_stubs, 5, ENVELOPE, "stubs", "length");
	env.type = NRS_SUBMISSION_POSTURE_CHANGE;
	ENVELOPE("stubs", "parts");
	env.n_stubs = 0;
	ENVELOPE("addressing", "parts");
	env.addressing.len = 0;
	ENVELOPE(NULL, NULL);
}

static void
only_the_producers_own_commands_come_without_a_signature(void **state)
{
	struct nrs_signature signature = {"k1", BYTES(64)};
	struct nrs_submission env = {
	    .submission_id = "a",
	    .type = NRS_SUBMISSION_DEADLINE,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = BYTES(8),
	    .signatures = &signature,
	};

	ENVELOPE(NULL, NULL);
	env.n_signatures = 1;
	ENVELOPE("signatures", "parts");
	env.type = NRS_SUBMISSION_CUT_OFF;
	ENVELOPE(NULL, NULL);
	WITH(signature.signature.len, 63, ENVELOPE, "signatures[0].signature",
	    "signature");
	env.n_signatures = 0;
	ENVELOPE(NULL, NULL);
	env.type = NRS_SUBMISSION_POSTURE_CHANGE;
	ENVELOPE("signatures", "required");
}

static void
a_cut_off_names_its_list_window_and_time(void **state)
{
	struct nrs_cut_off cut_off = {.list = "weekly",
	    .window_id = "weekly:2026-11-27T06:00:00Z",
	    .due_at = 1000,
	    .mode = NRS_MODE_ACTUAL,
	    .next_at = 2000};

#define CUT_OFF(field, rule)                                                   \
	check_case_says(nrs_check_cut_off(&c.check, &cut_off, &c.err), &c.err, \
	    field, rule)
	CUT_OFF(NULL, NULL);
	WITH(cut_off.list, "", CUT_OFF, "list", "required");
	WITH(cut_off.list, "a/b", CUT_OFF, "list", "id");
	WITH(cut_off.window_id, "", CUT_OFF, "window_id", "required");
	WITH(cut_off.mode, NRS_MODE_EXERCISE, CUT_OFF, "mode", "mode");
	WITH(cut_off.due_at, 0, CUT_OFF, "due_at", "required");
	WITH(cut_off.due_at, -1, CUT_OFF, "due_at", "time");
	WITH(cut_off.next_at, -1, CUT_OFF, "next_at", "time");
	WITH(cut_off.next_at, 1000, CUT_OFF, "next_at", "announce");
	WITH(cut_off.next_at, 0, CUT_OFF, NULL, NULL);
	WITH(cut_off.announce, true, CUT_OFF, "next_at", "announce");
	cut_off.due_at = cut_off.next_at;
	WITH(cut_off.announce, true, CUT_OFF, NULL, NULL);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_posture_change_is_complete),
	    T(an_approval_is_complete),
	    T(an_envelope_has_the_parts_of_its_type),
	    T(only_the_producers_own_commands_come_without_a_signature),
	    T(a_cut_off_names_its_list_window_and_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
