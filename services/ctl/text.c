/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/text.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define WORDS_MAX 16

enum nrs_rc
ctl_text_read(struct nrs_arena *arena, const char *file, struct nrs_bytes *out,
    struct nrs_err *err)
{
	bool is_stdin = file == NULL || strcmp(file, "-") == 0;
	struct nrs_buf buf = {0};
	enum nrs_rc rc = NRS_OK;
	char chunk[65536];
	ssize_t n;
	int fd = is_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return nrs_fail(
		    err, NRS_FATAL, "%s: %s", file, strerror(errno));
	do {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			nrs_buf_add(&buf, chunk, (size_t)n);
	} while (
	    (n > 0 && buf.len <= CTL_TEXT_MAX) || (n < 0 && errno == EINTR));
	if (n < 0)
		rc = nrs_fail(err, NRS_FATAL, "%s: %s",
		    is_stdin ? "stdin" : file, strerror(errno));
	else if (buf.len > CTL_TEXT_MAX)
		rc =
		    nrs_refuse(err, "", "length", "%s is longer than %zu bytes",
		        is_stdin ? "stdin" : file, CTL_TEXT_MAX);
	*out = nrs_arena_bytes(arena, nrs_buf_str(&buf), buf.len);
	nrs_buf_fini(&buf);
	if (!is_stdin)
		(void)close(fd);
	return rc;
}

static enum nrs_rc
write_all(int fd, const char *file, struct nrs_bytes text, struct nrs_err *err)
{
	size_t at = 0;

	while (at < text.len) {
		ssize_t n = write(fd, text.data + at, text.len - at);
		if (n < 0 && errno != EINTR)
			return nrs_fail(
			    err, NRS_RETRY, "%s: %s", file, strerror(errno));
		at += n > 0 ? (size_t)n : 0;
	}
	return NRS_OK;
}

enum nrs_rc
ctl_text_save(const char *file, struct nrs_bytes text, struct nrs_err *err)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum nrs_rc rc;

	if (fd < 0)
		return nrs_fail(
		    err, NRS_RETRY, "%s: %s", file, strerror(errno));
	rc = write_all(fd, file, text, err);
	if (rc == NRS_OK && fsync(fd) != 0)
		rc = nrs_fail(err, NRS_RETRY, "%s: %s", file, strerror(errno));
	if (close(fd) != 0 && rc == NRS_OK)
		rc = nrs_fail(err, NRS_RETRY, "%s: %s", file, strerror(errno));
	return rc;
}

/* "code -w" is a program and an argument; no shell reads it. */
static enum nrs_rc
run_editor(const char *editor, char *file, struct nrs_err *err)
{
	char *words = nrs_strdup(editor), *argv[WORDS_MAX + 2], *at = words;
	size_t n = 0;
	int status = -1, rc;
	pid_t pid;

	while (n < WORDS_MAX && *(at += strspn(at, " ")) != '\0') {
		argv[n++] = at;
		at += strcspn(at, " ");
		if (*at != '\0')
			*at++ = '\0';
	}
	argv[n++] = file;
	argv[n] = NULL;
	rc = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	while (rc == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	free(words);
	if (rc != 0)
		return nrs_fail(err, NRS_FATAL, "%s: %s", editor, strerror(rc));
	if (status != 0)
		return nrs_fail(err, NRS_FATAL, "%s did not end well", editor);
	return NRS_OK;
}

enum nrs_rc
ctl_text_edit(struct nrs_arena *arena, const char *start, const char **file,
    struct nrs_err *err)
{
	const char *editor = getenv("VISUAL");
	const char *folder = getenv("TMPDIR");
	struct nrs_bytes text = {(const uint8_t *)start, strlen(start)};
	char *path;
	enum nrs_rc rc;
	int fd;

	if (editor == NULL || editor[0] == '\0')
		editor = getenv("EDITOR");
	if (editor == NULL || editor[0] == '\0')
		editor = "editor";
	path = nrs_arena_printf(arena, "%s/noroshi-XXXXXX.json",
	    folder == NULL || folder[0] == '\0' ? "/tmp" : folder);
	fd = mkstemps(path, (int)strlen(".json"));
	if (fd < 0)
		return nrs_fail(
		    err, NRS_FATAL, "%s: %s", path, strerror(errno));
	*file = path;
	rc = write_all(fd, path, text, err);
	(void)close(fd);
	return rc == NRS_OK ? run_editor(editor, path, err) : rc;
}

enum ctl_exit
ctl_text_edited(const char *edited, enum ctl_exit code)
{
	if (edited != NULL && code == CTL_DONE)
		(void)unlink(edited);
	else if (edited != NULL)
		(void)fprintf(
		    stderr, "noroshictl: your text is in %s\n", edited);
	return code;
}
