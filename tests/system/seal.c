/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sign a notice exactly as it is given, right or wrong, where noroshictl would
 * mint ids, revisions and times: for tests of what the doors refuse.
 *
 *   seal KEY CONTENT.json ADDRESSING.json      writes a Submission to stdout
 *   seal KEY --cut-off LIST ID     a desk's cut-off of that list, due now
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/io/json.h"
#include "noroshi/io/wire.h"
#include "support/signed.h"

#define TEXT_MAX (4 * 1024 * 1024)

static void
must(enum nrs_rc rc, const char *what, const struct nrs_err *err)
{
	if (rc == NRS_OK)
		return;
	(void)fprintf(stderr, "seal: %s: %s\n", what, err->text);
	exit(1);
}

static void *
read_json(struct nrs_arena *arena, const char *path, enum nrs_message_type type)
{
	uint8_t *text = nrs_arena_alloc(arena, TEXT_MAX);
	FILE *file = fopen(path, "rb");
	struct nrs_err err = {0};
	void *value = NULL;
	size_t len;

	if (file == NULL) {
		perror(path);
		exit(1);
	}
	len = fread(text, 1, TEXT_MAX, file);
	(void)fclose(file);
	must(nrs_json_decode(
	         arena, type, (struct nrs_bytes){text, len}, &value, &err),
	    path, &err);
	return value;
}

static struct nrs_submission *
seal_notice(struct nrs_arena *arena, const struct nrs_key *key, char **files)
{
	return signed_notice(arena, key,
	    read_json(arena, files[0], NRS_TYPE_CONTENT),
	    read_json(arena, files[1], NRS_TYPE_ADDRESSING));
}

static struct nrs_submission *
seal_cut_off(struct nrs_arena *arena, const struct nrs_key *key,
    const char *list, const char *id)
{
	const struct nrs_cut_off cut_off = {.list = list,
	    .window_id = id,
	    .due_at = nrs_wall_ms(),
	    .mode = NRS_MODE_ACTUAL};
	struct nrs_submission *out = nrs_arena_alloc(arena, sizeof(*out));

	*out = (struct nrs_submission){.submission_id = id,
	    .type = NRS_SUBMISSION_CUT_OFF,
	    .mode = cut_off.mode,
	    .payload = nrs_wire_encode(arena, NRS_TYPE_CUT_OFF, &cut_off)};
	signed_sign(arena, key, out);
	return out;
}

int
main(int argc, char **argv)
{
	const bool cuts_off = argc == 5 && strcmp(argv[2], "--cut-off") == 0;
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_submission *submission;
	struct nrs_key *key = NULL;
	struct nrs_err err = {0};
	struct nrs_bytes bytes;

	if (argc != 4 && !cuts_off) {
		(void)fprintf(stderr, "usage: seal KEY CONTENT ADDRESSING\n"
		                      "       seal KEY --cut-off LIST ID\n");
		return 2;
	}
	must(nrs_key_read(argv[1], &key, &err), argv[1], &err);
	submission = cuts_off ? seal_cut_off(arena, key, argv[3], argv[4])
	                      : seal_notice(arena, key, &argv[2]);
	bytes = nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, submission);
	if (fwrite(bytes.data, 1, bytes.len, stdout) != bytes.len)
		perror("stdout");
	nrs_key_free(key);
	nrs_arena_free(arena);
	return 0;
}
