/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sign a notice exactly as it is given, right or wrong, where noroshictl would
 * mint ids, revisions and times: for tests of what the doors refuse.
 *
 *   seal KEY CONTENT.json ADDRESSING.json      writes a Submission to stdout
 */
#include <stdio.h>
#include <stdlib.h>

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

int
main(int argc, char **argv)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_submission *submission;
	struct nrs_key *key = NULL;
	struct nrs_err err = {0};
	struct nrs_bytes bytes;

	if (argc != 4) {
		(void)fprintf(stderr, "usage: seal KEY CONTENT ADDRESSING\n");
		return 2;
	}
	must(nrs_key_read(argv[1], &key, &err), argv[1], &err);
	submission = signed_notice(arena, key,
	    read_json(arena, argv[2], NRS_TYPE_CONTENT),
	    read_json(arena, argv[3], NRS_TYPE_ADDRESSING));
	bytes = nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, submission);
	if (fwrite(bytes.data, 1, bytes.len, stdout) != bytes.len)
		perror("stdout");
	nrs_key_free(key);
	nrs_arena_free(arena);
	return 0;
}
