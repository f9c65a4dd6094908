/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define ARGS_MAX 32

const char *
ctl_child_folder(struct nrs_arena *arena)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n < 0)
		return ".";
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash != NULL)
		*slash = '\0';
	return nrs_arena_strdup(arena, self);
}

enum nrs_rc
ctl_child_start(struct ctl_child *child, const char *const *argv,
    const char *log, struct nrs_err *err)
{
	posix_spawn_file_actions_t actions;
	char *copy[ARGS_MAX];
	size_t n = 0;
	int rc;

	assert(argv[0] != NULL);
	/* posix_spawn does not write to its words; its type says it might. */
	for (; argv[n] != NULL && n < ARGS_MAX - 1; n++)
		memcpy(&copy[n], &argv[n], sizeof(copy[n]));
	copy[n] = NULL;
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(
	    &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(
	    &actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0640);
	(void)posix_spawn_file_actions_adddup2(
	    &actions, STDOUT_FILENO, STDERR_FILENO);
	rc = posix_spawn(&child->pid, argv[0], &actions, NULL, copy, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	if (rc == 0)
		return NRS_OK;
	child->pid = 0;
	return nrs_fail(err, NRS_FATAL, "%s: %s", argv[0], strerror(rc));
}

bool
ctl_child_ended(struct ctl_child *child)
{
	int status;

	if (child->pid != 0 && waitpid(child->pid, &status, WNOHANG) != 0)
		child->pid = 0;
	return child->pid == 0;
}

/* A pidfd becomes readable when its process ends: no polling. */
static void
wait_for_end(pid_t pid, int timeout_ms)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = {.fd = fd, .events = POLLIN};

	if (fd < 0)
		return;
	while (poll(&p, 1, timeout_ms) < 0 && errno == EINTR)
		;
	(void)close(fd);
}

void
ctl_child_stop(struct ctl_child *child, int timeout_ms)
{
	if (ctl_child_ended(child))
		return;
	(void)kill(child->pid, SIGTERM);
	wait_for_end(child->pid, timeout_ms);
	if (ctl_child_ended(child))
		return;
	(void)kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	child->pid = 0;
}
