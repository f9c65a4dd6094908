/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loaded into a broker with LD_PRELOAD: writes to $FLUSHED_LOG how long each
 * file was when it was last brought to the disk. What is beyond that when the
 * broker dies, a power cut would take (tests/system/power_cut.py).
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int flusher(int fd);

static void
note(int fd, const struct stat *was)
{
	const char *to = getenv("FLUSHED_LOG");
	char name[64], path[PATH_MAX], line[PATH_MAX + 32];
	ssize_t len;
	int log;

	if (to == NULL || !S_ISREG(was->st_mode))
		return;
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	len = readlink(name, path, sizeof(path) - 1);
	log = open(to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (len > 0 && log >= 0) {
		path[len] = '\0';
		len = snprintf(line, sizeof(line), "%lld %s\n",
		    (long long)was->st_size, path);
		if (write(log, line, (size_t)len) != len)
			abort(); /* a cut would take too much */
	}
	if (log >= 0)
		(void)close(log);
}

/* The size before: what is written meanwhile may have missed the boat. */
static int
flush(const char *symbol, int fd)
{
	struct stat was = {0};
	flusher *real;
	int rc;

	*(void **)&real = dlsym(RTLD_NEXT, symbol);
	(void)fstat(fd, &was);
	rc = real(fd);
	if (rc == 0)
		note(fd, &was);
	return rc;
}

int
fsync(int fd)
{
	return flush("fsync", fd);
}

int
fdatasync(int fd)
{
	return flush("fdatasync", fd);
}
