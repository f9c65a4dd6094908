/* SPDX-License-Identifier: Apache-2.0 */
#include "support/ctl_program.h"

#include <errno.h>
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

#include "support/bus_fixture.h"
#include "support/door_fixture.h"

extern char **environ;

#define WORDS_MAX 24

void
ctl_program_read(const char *path, char *to, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n = f == NULL ? 0 : fread(to, 1, size - 1, f);

	to[n] = '\0';
	if (f != NULL)
		(void)fclose(f);
}

static int
run(char **argv, const char *from, const char *to)
{
	posix_spawn_file_actions_t io;
	int status = -1;
	pid_t pid;

	(void)posix_spawn_file_actions_init(&io);
	(void)posix_spawn_file_actions_addopen(&io, 0, from, O_RDWR, 0);
	(void)posix_spawn_file_actions_addopen(
	    &io, 1, to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	(void)posix_spawn_file_actions_addopen(
	    &io, 2, door_path("stderr"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(
	    posix_spawn(&pid, argv[0], &io, NULL, argv, environ), 0);
	(void)posix_spawn_file_actions_destroy(&io);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const struct ctl_ran *
ctl_program_between(const char *from, const char *to, const char *line)
{
	static struct ctl_ran ran;
	static char words[2048], program[256];
	char *argv[WORDS_MAX + 1] = {program, NULL}, *rest = NULL;
	int argc = 1;

	(void)snprintf(program, sizeof(program), "%s/noroshictl",
	    getenv("BUILD") == NULL ? "build/gcc-release" : getenv("BUILD"));
	(void)snprintf(
	    words, sizeof(words), "-F %s/ctl.conf %s", door_dir(), line);
	for (char *at = strtok_r(words, " ", &rest);
	     at != NULL && argc < WORDS_MAX; at = strtok_r(NULL, " ", &rest))
		argv[argc++] = at;
	argv[argc] = NULL;
	ran.code = run(argv, from, to == NULL ? door_path("stdout") : to);
	ctl_program_read(door_path("stdout"), ran.out, sizeof(ran.out));
	ctl_program_read(door_path("stderr"), ran.err, sizeof(ran.err));
	return &ran;
}

const struct ctl_ran *
ctl_program(const char *input, const char *line)
{
	door_write("stdin", input);
	return ctl_program_between(door_path("stdin"), NULL, line);
}

void
ctl_program_issue(char id[37])
{
	const struct ctl_ran *ran = ctl_program(CTL_PROGRAM_NOTICE, "-q issue");

	assert_int_equal(ran->code, CTL_DONE);
	(void)snprintf(id, 37, "%.36s", ran->out);
}

void
ctl_program_put(
    const char *topic, int partition, const char *key, struct nrs_bytes value)
{
	struct nrs_bus_conf conf = bus_fixture_conf("put");
	const struct nrs_bus_header headers[] = {
	    {"thread", key}, {"source", "1"}};
	struct nrs_outgoing out = {.topic = topic,
	    .partition = partition,
	    .key = bus_fixture_bytes(key),
	    .value = value,
	    .headers = headers,
	    .n_headers = 2};
	struct nrs_producer *producer;

	assert_int_equal(
	    nrs_producer_open(&conf, &topic, 1, &producer, NULL), NRS_OK);
	assert_int_equal(
	    nrs_producer_send_wait(producer, &out, 10000, NULL, NULL), NRS_OK);
	nrs_producer_close(producer);
}

void
ctl_program_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no %s in %s", part, text);
}

int
ctl_program_start(void **state)
{
	char text[2048], here[512];
	struct nrs_bus_conf bus;

	if (door_fixture_start(state) != 0 ||
	    nrs_key_write(door_key(), door_path("desk.pem"), NULL) != NRS_OK)
		return -1;
	bus = bus_fixture_conf("ctl");
	(void)snprintf(text, sizeof(text),
	    "bus: { servers = \"%s\"; prefix = \"%s\"; };\n"
	    "producer = \"%s\"; key = \"desk.pem\"; keys = \"keys.conf\";\n"
	    "sectors = \"sectors.conf\"; outbox = \".\"; originator = "
	    "\"desk\"; rules = \"%s/config/rules.conf\";\n",
	    bus.servers, bus.prefix, door_url(), getcwd(here, sizeof(here)));
	door_write("ctl.conf", text);
	return 0;
}

int
ctl_program_stop(void **state)
{
	return door_fixture_stop(state);
}
