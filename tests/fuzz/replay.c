/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay: main() of a fuzz target built without libFuzzer. Each argument is a
 * file of the corpus; a crash is the failure.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay_file(const char *path)
{
	uint8_t *data = NULL;
	size_t size = 0;
	int rc = 1;
	FILE *in = fopen(path, "rb");
	long end;

	if (in == NULL || fseek(in, 0, SEEK_END) != 0)
		goto out;
	end = ftell(in);
	if (end < 0 || fseek(in, 0, SEEK_SET) != 0)
		goto out;
	size = (size_t)end;
	/* Exactly the input's size, so that a sanitizer sees one byte more. */
	data = malloc(size > 0 ? size : 1);
	if (data == NULL || fread(data, 1, size, in) != size)
		goto out;
	(void)LLVMFuzzerTestOneInput(data, size);
	rc = 0;
out:
	if (rc != 0)
		perror(path);
	free(data);
	if (in != NULL && fclose(in) != 0)
		rc = 1;
	return rc;
}

int
main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= replay_file(argv[i]);
	return failed;
}
