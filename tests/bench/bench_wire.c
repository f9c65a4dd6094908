/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What bytes cost: a notice of about a kilobyte in its envelope, on one core.
 * Prints "<name> <value> <unit>" per line.
 */
#include <stdio.h>
#include <stdlib.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/clock.h"
#include "noroshi/io/admit.h"
#include "noroshi/io/json.h"
#include "support/signed.h"

struct bench {
	struct nrs_arena *arena;
	struct nrs_keyring *ring;
	struct nrs_bytes submission, content;
	const struct nrs_content *value;
	struct nrs_buf json;
};

static void
decode(struct bench *bench, enum nrs_message_type type, struct nrs_bytes bytes)
{
	const struct nrs_wire_input in = {
	    .type = type, .bytes = bytes, .how = NRS_WIRE_TOLERANT};
	struct nrs_err err = {0};
	void *out;

	if (nrs_wire_decode(bench->arena, &in, &out, &err) != NRS_OK)
		abort();
}

static void
decode_submission(struct bench *bench)
{
	decode(bench, NRS_TYPE_SUBMISSION, bench->submission);
}

static void
decode_content(struct bench *bench)
{
	decode(bench, NRS_TYPE_CONTENT, bench->content);
}

static void
encode_content(struct bench *bench)
{
	(void)nrs_wire_encode(bench->arena, NRS_TYPE_CONTENT, bench->value);
}

static void
admit_with(struct bench *bench, const struct nrs_keyring *ring)
{
	const struct nrs_admit how = {.check = {.sectors = signed_sectors(),
	                                  .mode = NRS_MODE_ACTUAL,
	                                  .inside = true},
	    .keyring = ring,
	    .how = NRS_WIRE_TOLERANT};
	struct nrs_admitted admitted;
	struct nrs_err err = {0};

	if (nrs_admit(bench->arena, &how, bench->submission, &admitted, &err) !=
	    NRS_OK)
		abort();
}

static void
admit_signed(struct bench *bench)
{
	admit_with(bench, bench->ring);
}

static void
admit_unsigned(struct bench *bench)
{
	admit_with(bench, NULL);
}

static void
write_json(struct bench *bench)
{
	nrs_buf_reset(&bench->json);
	nrs_json_encode(&bench->json, NRS_TYPE_CONTENT, bench->value);
}

static void
read_json(struct bench *bench)
{
	const struct nrs_bytes text = {
	    (const uint8_t *)bench->json.data, bench->json.len};
	struct nrs_err err = {0};
	void *out;

	if (nrs_json_decode(bench->arena, NRS_TYPE_CONTENT, text, &out, &err) !=
	    NRS_OK)
		abort();
}

/* At least half a second of it, in one arena as the services do. */
static void
measure(struct bench *bench, const char *name, void (*step)(struct bench *))
{
	struct nrs_mono start = nrs_mono_now();
	size_t n = 0;

	do {
		for (int i = 0; i < 100; i++) {
			step(bench);
			nrs_arena_reset(bench->arena);
		}
		n += 100;
	} while (nrs_mono_since_ms(start) < 500);
	(void)printf("%s %.0f /s\n", name,
	    (double)n * 1e6 / (double)nrs_mono_since_us(start));
}

int
main(void)
{
	struct nrs_arena *keep = nrs_arena_new();
	struct bench bench = {.arena = nrs_arena_new()};
	const struct nrs_submission *submission;
	struct nrs_key *key = NULL;

	if (nrs_key_new(&key, NULL) != NRS_OK)
		return 1;
	bench.ring = signed_keyring(key, "roles = [\"desk\"];");
	bench.value = signed_content(keep);
	submission =
	    signed_notice(keep, key, bench.value, signed_addressing(keep));
	bench.content = submission->payload;
	bench.submission =
	    nrs_wire_encode(keep, NRS_TYPE_SUBMISSION, submission);
	(void)printf("submission_size %zu bytes\n", bench.submission.len);
	measure(&bench, "wire_decode_submission", decode_submission);
	measure(&bench, "wire_decode_content", decode_content);
	measure(&bench, "wire_encode_content", encode_content);
	measure(&bench, "admit_unsigned", admit_unsigned);
	measure(&bench, "admit_signed", admit_signed);
	measure(&bench, "json_write_content", write_json);
	measure(&bench, "json_read_content", read_json);
	nrs_buf_fini(&bench.json);
	nrs_keyring_free(bench.ring);
	nrs_key_free(key);
	nrs_arena_free(bench.arena);
	nrs_arena_free(keep);
	return 0;
}
