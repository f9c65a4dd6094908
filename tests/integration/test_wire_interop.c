/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our bytes as another implementation reads and writes them: protoc turns each
 * message into text and the text into bytes, which must be ours again. Skipped
 * where there is no protoc.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "noroshi/io/wire.h"
#include "support/any_message.h"

static char dir[] = "/tmp/noroshi-interop-XXXXXX";
static char bytes_file[64], text_file[64], again_file[64];

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(bytes_file, sizeof(bytes_file), "%s/bytes", dir);
	(void)snprintf(text_file, sizeof(text_file), "%s/text", dir);
	(void)snprintf(again_file, sizeof(again_file), "%s/again", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(bytes_file);
	(void)unlink(text_file);
	(void)unlink(again_file);
	return rmdir(dir);
}

/* Run protoc with option, from one file to another; its exit code, or -1 when
 * it could not be started. */
static int
protoc(char *option, const char *from, const char *to)
{
	char *args[] = {(char[]){"protoc"}, (char[]){"-Iproto"}, option,
	    (char[]){"noroshi/v1/alert.proto"},
	    (char[]){"noroshi/v1/delivery.proto"}, NULL};
	char *env[] = {(char[]){"PATH=/usr/local/bin:/usr/bin:/bin"}, NULL};
	posix_spawn_file_actions_t files;
	int status = -1;
	pid_t pid;

	assert_int_equal(posix_spawn_file_actions_init(&files), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(
	                     &files, STDIN_FILENO, from, O_RDONLY, 0),
	    0);
	assert_int_equal(posix_spawn_file_actions_addopen(&files, STDOUT_FILENO,
	                     to, O_WRONLY | O_CREAT | O_TRUNC, 0600),
	    0);
	if (posix_spawnp(&pid, args[0], &files, NULL, args, env) == 0 &&
	    waitpid(pid, &status, 0) == pid)
		status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	(void)posix_spawn_file_actions_destroy(&files);
	return status;
}

static void
write_file(const char *file, struct nrs_bytes bytes)
{
	FILE *out = fopen(file, "wb");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes.data, 1, bytes.len, out), bytes.len);
	assert_int_equal(fclose(out), 0);
}

static struct nrs_bytes
read_file(struct nrs_arena *arena, const char *file)
{
	static uint8_t data[256 * 1024];
	FILE *in = fopen(file, "rb");
	size_t len;

	assert_non_null(in);
	len = fread(data, 1, sizeof(data), in);
	assert_int_equal(fclose(in), 0);
	return nrs_arena_bytes(arena, data, len);
}

/* --decode=noroshi.v1.ContactArrangement of "contact_arrangement". */
static char *
option_of(struct nrs_arena *arena, const char *verb, const char *name)
{
	char *out = nrs_arena_printf(arena, "--%s=noroshi.v1.%s", verb, name);
	char *to = out + strlen(out) - strlen(name);
	bool upper = true;

	for (; *name != '\0'; name++) {
		if (*name != '_')
			*to++ = (char)(upper ? *name - 'a' + 'A' : *name);
		upper = *name == '_';
	}
	*to = '\0';
	return out;
}

static void
check_message(struct any *any, enum nrs_message_type type)
{
	const char *name = nrs_schema_of(type)->name;
	struct nrs_bytes bytes =
	    nrs_wire_encode(any->arena, type, any_message(any, type));

	write_file(bytes_file, bytes);
	if (protoc(option_of(any->arena, "decode", name), bytes_file,
	        text_file) != 0 ||
	    protoc(option_of(any->arena, "encode", name), text_file,
	        again_file) != 0)
		fail_msg("protoc cannot read our %s", name);
	if (!nrs_bytes_equal(bytes, read_file(any->arena, again_file)))
		fail_msg("protoc writes %s otherwise", name);
}

static void
protoc_reads_and_writes_the_same_bytes(void **state)
{
	struct any any = {.arena = nrs_arena_new(), .seed = 19};

	(void)state;
	if (protoc((char[]){"--version"}, "/dev/null", text_file) != 0) {
		nrs_arena_free(any.arena);
		skip();
	}
	for (int type = 0; type < NRS_TYPE_COUNT; type++) {
		any.sparse = (unsigned)type * 2;
		check_message(&any, (enum nrs_message_type)type);
		nrs_arena_reset(any.arena);
	}
	nrs_arena_free(any.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
	        protoc_reads_and_writes_the_same_bytes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
