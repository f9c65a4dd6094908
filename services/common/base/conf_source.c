/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/conf_source.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "noroshi/base/text.h"

#define MAX_FILE (8 * 1024 * 1024)
#define MAX_DEPTH 10
#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

struct scan {
	struct nrs_conf_source *source;
	const char *file, *at;
	int line, depth;
};

static enum nrs_rc scan_file(struct nrs_conf_source *source, const char *file,
    int depth, struct nrs_err *err);

static enum nrs_rc NRS_PRINTF(3, 4)
    refuse(const struct scan *scan, struct nrs_err *err, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return nrs_refuse(
	    err, "", "conf", "%s:%d: %s", scan->file, scan->line, text);
}

static void
add_place(struct nrs_conf_source *source, const char *file, int line)
{
	if (source->n_places == source->cap_places) {
		source->cap_places =
		    source->cap_places == 0 ? 256 : 2 * source->cap_places;
		source->places = nrs_realloc(source->places, source->cap_places,
		    sizeof(source->places[0]));
	}
	source->places[source->n_places++] =
	    (struct nrs_conf_place){.file = file, .line = line};
}

/* One byte of the input to the output. */
static void
copy_char(struct scan *scan)
{
	nrs_buf_addc(&scan->source->text, *scan->at);
	if (*scan->at++ == '\n')
		add_place(scan->source, scan->file, ++scan->line);
}

static enum nrs_rc
scan_comment(struct scan *scan, struct nrs_err *err)
{
	struct scan start = *scan;

	if (scan->at[0] == '#' || scan->at[1] == '/') {
		scan->at += strcspn(scan->at, "\n");
		return NRS_OK;
	}
	for (scan->at += 2; strncmp(scan->at, "*/", 2) != 0;) {
		if (*scan->at == '\0')
			return refuse(&start, err, "comment without an end");
		if (*scan->at == '\n')
			copy_char(scan);
		else
			scan->at++;
	}
	scan->at += 2;
	return NRS_OK;
}

static enum nrs_rc
scan_string(struct scan *scan, struct nrs_err *err)
{
	struct scan start = *scan;

	for (copy_char(scan); *scan->at != '"'; copy_char(scan)) {
		if (strncmp(scan->at, "\\x00", 4) == 0)
			return refuse(scan, err, "NUL in a string");
		if (*scan->at == '\\' && scan->at[1] != '\0')
			copy_char(scan);
		if (*scan->at == '\0')
			return refuse(&start, err, "string without an end");
	}
	copy_char(scan);
	return NRS_OK;
}

static size_t
number_length(const char *s)
{
	size_t len = 1;

	while (s[len] != '\0' && (strchr(DIGITS LETTERS ".", s[len]) != NULL ||
	                             (strchr("+-", s[len]) != NULL &&
	                                 strchr("eE", s[len - 1]) != NULL)))
		len++;
	return len;
}

/* libconfig 1.5 wraps 99999999999 to 1215752191 and says success. With an L it
 * reads 64 bits; beyond those, only we can see it. */
static enum nrs_rc
scan_number(struct scan *scan, struct nrs_err *err)
{
	size_t len = number_length(scan->at);
	char text[32], *end = text;
	bool hex;

	nrs_buf_add(&scan->source->text, scan->at, len);
	hex = strncasecmp(scan->at, "0x", 2) == 0;
	if (strcspn(scan->at, ".") < len ||
	    (!hex && strcspn(scan->at, "eE") < len))
		goto out; /* a float: libconfig's affair */
	if (len >= sizeof(text))
		return refuse(scan, err, "number out of range");
	memcpy(text, scan->at, len);
	text[len] = '\0';
	errno = 0;
	if (strtoll(text, &end, hex ? 16 : 10) == 0 && end == text)
		goto out; /* no number at all: a syntax error, with its line */
	if (errno == ERANGE)
		return refuse(scan, err, "number out of range: %s", text);
	if (*end == '\0')
		nrs_buf_addc(&scan->source->text, 'L');
out:
	scan->at += len;
	return NRS_OK;
}

static enum nrs_rc
scan_include(struct scan *scan, struct nrs_err *err)
{
	const char *path = scan->at + strlen("@include");
	enum nrs_rc rc;
	size_t len;

	path += strspn(path, " \t");
	len = *path == '"' ? strcspn(path + 1, "\"\n") : 0;
	if (len == 0 || path[len + 1] != '"')
		return refuse(
		    scan, err, "@include wants a file name in quotes");
	if (scan->depth == MAX_DEPTH)
		return refuse(scan, err, "files include each other too deeply");
	path = nrs_arena_strndup(scan->source->arena, path + 1, len);
	scan->at = strchr(scan->at, '"') + len + 2;
	nrs_buf_addc(&scan->source->text, '\n');
	rc = scan_file(scan->source,
	    nrs_conf_beside(scan->source->arena, scan->file, path),
	    scan->depth + 1, err);
	if (rc != NRS_OK) {
		nrs_err_prefix(err, "%s:%d", scan->file, scan->line);
		return rc;
	}
	nrs_buf_addc(&scan->source->text, '\n');
	add_place(scan->source, scan->file, scan->line);
	return NRS_OK;
}

static enum nrs_rc
scan_token(struct scan *scan, struct nrs_err *err)
{
	size_t len;

	if (*scan->at == '#' || strncmp(scan->at, "//", 2) == 0 ||
	    strncmp(scan->at, "/*", 2) == 0)
		return scan_comment(scan, err);
	if (*scan->at == '"')
		return scan_string(scan, err);
	if (strchr(DIGITS "+-", *scan->at) != NULL)
		return scan_number(scan, err);
	if (strncmp(scan->at, "@include", 8) == 0)
		return scan_include(scan, err);
	len = strspn(scan->at, LETTERS);
	if (len > 0) {
		len = strspn(scan->at, LETTERS DIGITS "-*");
		nrs_buf_add(&scan->source->text, scan->at, len);
		scan->at += len;
		return NRS_OK;
	}
	copy_char(scan);
	return NRS_OK;
}

static enum nrs_rc
read_whole(const char *file, struct nrs_buf *out, struct nrs_err *err)
{
	FILE *stream = fopen(file, "re");
	char chunk[16 * 1024];
	int why = 0;
	size_t n;

	if (stream == NULL)
		return nrs_refuse(
		    err, "", "conf", "%s: %s", file, strerror(errno));
	while ((n = fread(chunk, 1, sizeof(chunk), stream)) > 0) {
		nrs_buf_add(out, chunk, n);
		if (out->len > MAX_FILE)
			break;
	}
	if (ferror(stream))
		why = errno;
	(void)fclose(stream);
	if (why != 0)
		return nrs_refuse(
		    err, "", "conf", "%s: %s", file, strerror(why));
	if (out->len > MAX_FILE)
		return nrs_refuse(err, "", "conf", "%s: larger than %d bytes",
		    file, MAX_FILE);
	if (!nrs_text_is_utf8(out->data, out->len))
		return nrs_refuse(
		    err, "", "conf", "%s: not UTF-8 without NUL", file);
	return NRS_OK;
}

static enum nrs_rc
scan_file(struct nrs_conf_source *source, const char *file, int depth,
    struct nrs_err *err)
{
	struct scan scan = {
	    .source = source, .file = file, .line = 1, .depth = depth};
	struct nrs_buf text = {0};
	enum nrs_rc rc;

	add_place(source, file, 1);
	rc = read_whole(file, &text, err);
	scan.at = nrs_buf_str(&text);
	while (rc == NRS_OK && *scan.at != '\0') {
		if (source->text.len > MAX_FILE)
			rc = refuse(&scan, err, "too much is included");
		else
			rc = scan_token(&scan, err);
	}
	nrs_buf_fini(&text);
	return rc;
}

enum nrs_rc
nrs_conf_source_read(
    struct nrs_conf_source *source, const char *file, struct nrs_err *err)
{
	source->arena = nrs_arena_new();
	return scan_file(source, nrs_arena_strdup(source->arena, file), 0, err);
}

struct nrs_conf_place
nrs_conf_source_place(const struct nrs_conf_source *source, size_t line)
{
	if (line < 1)
		line = 1;
	if (line > source->n_places)
		line = source->n_places;
	return source->places[line - 1];
}

void
nrs_conf_source_fini(struct nrs_conf_source *source)
{
	nrs_buf_fini(&source->text);
	nrs_arena_free(source->arena);
	free(source->places);
	*source = (struct nrs_conf_source){0};
}

const char *
nrs_conf_beside(struct nrs_arena *arena, const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');

	if (path[0] == '/' || slash == NULL)
		return nrs_arena_strdup(arena, path);
	return nrs_arena_printf(
	    arena, "%.*s/%s", (int)(slash - file), file, path);
}
