/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/mem.h"
#include "noroshi/base/text.h"

#define MAX_VALUE 512
#define ROOM_MS 1000

/* Set before threads start and on reload; each is read on its own. */
static _Atomic(const char *) log_service;
static atomic_int log_level = NRS_LOG_INFO, log_format = NRS_LOG_LOGFMT;
static atomic_bool log_to_journal;

static const struct {
	const char *name, *syslog; /* sd-daemon(3)'s prefix */
} levels[] = {
    [NRS_LOG_DEBUG] = {"debug", "<7>"},
    [NRS_LOG_INFO] = {"info", "<6>"},
    [NRS_LOG_WARN] = {"warn", "<4>"},
    [NRS_LOG_ERROR] = {"error", "<3>"},
};

/* The journal names the pipe it reads in JOURNAL_STREAM ("device:inode"); a
 * redirected stderr inherits the variable but is another file. */
static bool
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	if (stream == NULL || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	if (fstat(STDERR_FILENO, &st) != 0)
		return false;
	return st.st_dev == device && st.st_ino == inode;
}

void
nrs_log_setup(
    const char *service, enum nrs_log_level level, enum nrs_log_format format)
{
	atomic_store(&log_service, service);
	atomic_store(&log_level, (int)level);
	atomic_store(&log_format, (int)format);
	atomic_store(&log_to_journal, stderr_is_journal());
}

/* The first character of valid UTF-8 text; returns its length. */
static size_t
first_char(const char *text, char out[5], unsigned *code)
{
	unsigned char lead = (unsigned char)text[0];
	size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	size_t i;

	*code = len == 1 ? lead : lead & (0x7fU >> len);
	for (i = 0; i < len; i++) {
		out[i] = text[i];
		if (i > 0)
			*code = *code << 6 | ((unsigned char)text[i] & 0x3fU);
	}
	out[len] = '\0';
	return len;
}

/* Both formats share JSON's escapes. A byte that is not UTF-8 is written as the
 * Latin-1 character of its number: never raw. */
static void
add_escaped(struct nrs_buf *line, const char *text)
{
	bool utf8 = nrs_text_is_utf8(text, strlen(text));
	char one[5];
	unsigned code;

	while (*text != '\0') {
		if (utf8) {
			text += first_char(text, one, &code);
		} else {
			code = (unsigned char)*text++;
			one[0] = code < 0x80 ? (char)code : '\0';
			one[1] = '\0';
		}
		if (code == '"' || code == '\\')
			nrs_buf_printf(line, "\\%c", (char)code);
		else if (code == '\n')
			nrs_buf_adds(line, "\\n");
		else if (one[0] == '\0' || !nrs_text_is_line(one))
			nrs_buf_printf(line, "\\u%04x", code);
		else
			nrs_buf_adds(line, one);
	}
}

/* Bare in logfmt: nothing that could be read as another field. */
static bool
is_bare(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~' || strchr("\"=\\", *text))
			return false;
	return true;
}

static void
add_text(struct nrs_buf *line, const char *text, bool json)
{
	char *shorter = NULL;

	if (text == NULL)
		text = "";
	if (strnlen(text, MAX_VALUE + 1) > MAX_VALUE) {
		shorter = nrs_alloc(MAX_VALUE + 1);
		(void)snprintf(shorter, MAX_VALUE + 1, "%.*s",
		    (int)nrs_text_cut(text, MAX_VALUE), text);
		text = shorter;
	}
	if (!json && is_bare(text)) {
		nrs_buf_adds(line, text);
	} else {
		nrs_buf_addc(line, '"');
		add_escaped(line, text);
		nrs_buf_addc(line, '"');
	}
	free(shorter);
}

static void
add_key(struct nrs_buf *line, const char *key, bool json)
{
	if (json)
		nrs_buf_printf(line, ",\"%s\":", key);
	else
		nrs_buf_printf(line, " %s=", key);
}

static void
format_line(struct nrs_buf *line, enum nrs_log_level level, const char *event,
    const struct nrs_log_field *fields, size_t n)
{
	bool json = atomic_load(&log_format) == NRS_LOG_JSON;
	const char *service = atomic_load(&log_service);
	char now[NRS_TIME_SIZE];
	size_t i;

	if (atomic_load(&log_to_journal))
		nrs_buf_adds(line, levels[level].syslog);
	nrs_buf_printf(line,
	    json ? "{\"ts\":\"%s\",\"level\":\"%s\"" : "ts=%s level=%s",
	    nrs_time_utc(nrs_wall_ms(), now), levels[level].name);
	if (service != NULL) {
		add_key(line, "service", json);
		add_text(line, service, json);
	}
	add_key(line, "event", json);
	add_text(line, event, json);
	for (i = 0; i < n; i++) {
		add_key(line, fields[i].key, json);
		if (fields[i].is_number)
			nrs_buf_printf(line, "%" PRId64, fields[i].number);
		else
			add_text(line, fields[i].text, json);
	}
	nrs_buf_adds(line, json ? "}\n" : "\n");
}

/* ---- who reads stderr may have stopped, and no alert waits for him --------
 */

static pthread_mutex_t out_lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t n_lost; /* lines since the last that was written; under lock */

/* A pipe that has room takes PIPE_BUF bytes at once. Waited for once: then each
 * line asks, and is lost if there is none. */
static bool
has_room(void)
{
	struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
	int n;

	do
		n = poll(&out, 1, n_lost == 0 ? ROOM_MS : 0);
	while (n < 0 && errno == EINTR);
	return n != 0;
}

/* One write per line, unless it is very long: concurrent writers cannot
 * interleave. A log that cannot be written has nobody to be told. */
static bool
write_line(const struct nrs_buf *line)
{
	size_t done = 0, left;
	ssize_t n;

	while (done < line->len) {
		if (!has_room())
			return false;
		left = line->len - done;
		n = write(STDERR_FILENO, line->data + done,
		    left < PIPE_BUF ? left : PIPE_BUF);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return true;
		done += (size_t)n;
	}
	return true;
}

/* Says first what is missing before it. */
static bool
write_lost(void)
{
	const struct nrs_log_field lines = NRS_I("lines", n_lost);
	struct nrs_buf line = {0};
	bool written;

	if (n_lost == 0)
		return true;
	format_line(&line, NRS_LOG_ERROR, "log_lost", &lines, 1);
	written = write_line(&line);
	if (written)
		n_lost = 0;
	nrs_buf_fini(&line);
	return written;
}

void
nrs_log_fields(enum nrs_log_level level, const char *event,
    const struct nrs_log_field *fields, size_t n)
{
	struct nrs_buf line = {0};

	if ((int)level < atomic_load(&log_level))
		return;
	format_line(&line, level, event, fields, n);
	(void)pthread_mutex_lock(&out_lock);
	if (!write_lost() || !write_line(&line))
		n_lost++;
	(void)pthread_mutex_unlock(&out_lock);
	nrs_buf_fini(&line);
}
