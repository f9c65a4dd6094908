/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/out.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/label.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/mem.h"
#include "noroshi/base/text.h"
#include "noroshi/io/json.h"

struct field {
	const struct ctl_label *label;
	char *text;
};

struct ctl_out {
	struct ctl_out_conf conf;
	enum ctl_shape shape;
	struct field *fields;
	size_t n_fields, cap_fields;
	struct nrs_buf json, body;
	char *heading; /* of the last row: written again when it changes */
};

struct ctl_out *
ctl_out_new(const struct ctl_out_conf *conf)
{
	struct ctl_out *out = nrs_calloc(1, sizeof(*out));

	out->conf = *conf;
	return out;
}

void
ctl_out_free(struct ctl_out *out)
{
	if (out == NULL)
		return;
	for (size_t i = 0; i < out->n_fields; i++)
		free(out->fields[i].text);
	free(out->fields);
	nrs_buf_fini(&out->json);
	nrs_buf_fini(&out->body);
	free(out->heading);
	free(out);
}

bool
ctl_out_is_json(const struct ctl_out *out)
{
	return out->conf.json;
}

const char *
ctl_out_lang(const struct ctl_out *out)
{
	return out->conf.lang;
}

static const char *
pick(const struct ctl_out *out, const char *en, const char *ja)
{
	return strcmp(out->conf.lang, "ja") == 0 ? ja : en;
}

void
ctl_out_begin(struct ctl_out *out, enum ctl_shape shape)
{
	out->shape = shape;
	out->n_fields = 0;
	nrs_buf_reset(&out->json);
	nrs_buf_reset(&out->body);
}

/* What people see; owned by out from here on. */
static void
add_text(struct ctl_out *out, const char *name, char *text)
{
	if (out->n_fields == out->cap_fields) {
		out->cap_fields =
		    out->cap_fields == 0 ? 32 : out->cap_fields * 2;
		out->fields = nrs_realloc(
		    out->fields, out->cap_fields, sizeof(*out->fields));
	}
	out->fields[out->n_fields++] =
	    (struct field){.label = ctl_label_of(name), .text = text};
}

static void
json_name(struct ctl_out *out, const char *name)
{
	nrs_buf_addc(&out->json, out->json.len == 0 ? '{' : ',');
	nrs_json_string(&out->json, name);
	nrs_buf_addc(&out->json, ':');
}

/* Nothing that a terminal would obey leaves: a title comes from outside. */
static char *
harmless(const char *value)
{
	struct nrs_buf buf = {0};

	for (const char *p = value; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		bool c1 = c == 0xc2 && (unsigned char)p[1] >= 0x80 &&
		          (unsigned char)p[1] <= 0x9f;
		if (c1)
			p++;
		nrs_buf_addc(&buf, c1 || c < 0x20 || c == 0x7f ? '?' : *p);
	}
	return nrs_buf_take(&buf);
}

void
ctl_out_str(struct ctl_out *out, const char *name, const char *value)
{
	const char *text = value == NULL ? "" : value;

	add_text(out, name, harmless(text));
	if (text[0] == '\0')
		return;
	json_name(out, name);
	nrs_json_string(&out->json, text);
}

void
ctl_out_int(struct ctl_out *out, const char *name, int64_t value)
{
	add_text(out, name, nrs_asprintf("%lld", (long long)value));
	json_name(out, name);
	nrs_buf_printf(&out->json, "%lld", (long long)value);
}

void
ctl_out_time(struct ctl_out *out, const char *name, int64_t ms)
{
	char text[NRS_TIME_SIZE];

	add_text(out, name, nrs_strdup(ms == 0 ? "" : nrs_time_jst(ms, text)));
	if (ms == 0)
		return;
	json_name(out, name);
	nrs_json_string(&out->json, nrs_time_utc(ms, text));
}

void
ctl_out_term(
    struct ctl_out *out, const char *name, enum nrs_vocabulary voc, int value)
{
	add_text(out, name,
	    nrs_strdup(
	        value == 0 ? "" : nrs_term_text(voc, value, out->conf.lang)));
	if (value == 0)
		return;
	json_name(out, name);
	nrs_json_string(&out->json, nrs_term_name(voc, value));
}

void
ctl_out_list(
    struct ctl_out *out, const char *name, const char *const *values, size_t n)
{
	struct nrs_buf text = {0};

	for (size_t i = 0; i < n; i++) {
		nrs_buf_adds(&text, i == 0 ? "" : " ");
		nrs_buf_adds(&text, values[i]);
	}
	add_text(out, name, harmless(nrs_buf_str(&text)));
	nrs_buf_fini(&text);
	if (n == 0)
		return;
	json_name(out, name);
	for (size_t i = 0; i < n; i++) {
		nrs_buf_addc(&out->json, i == 0 ? '[' : ',');
		nrs_json_string(&out->json, values[i]);
	}
	nrs_buf_addc(&out->json, ']');
}

void
ctl_out_message(struct ctl_out *out, const char *name,
    enum nrs_message_type type, const void *value)
{
	if (value == NULL)
		return;
	json_name(out, name);
	nrs_json_encode(&out->json, type, value);
}

void
ctl_out_whole(
    struct ctl_out *out, enum nrs_message_type type, const void *value)
{
	nrs_buf_reset(&out->json);
	nrs_json_encode(&out->json, type, value);
	(void)fprintf(out->conf.file, "%s\n", nrs_buf_str(&out->json));
	(void)fflush(out->conf.file);
}

void
ctl_out_body(struct ctl_out *out, const char *heading, const char *text)
{
	char *safe;

	if (text == NULL || text[0] == '\0')
		return;
	nrs_buf_printf(&out->body, "\n%s\n", heading);
	/* Line by line: harmless() would turn the line ends into '?'. */
	for (const char *p = text; *p != '\0';) {
		size_t len = strcspn(p, "\n");
		char *line = nrs_asprintf("%.*s", (int)len, p);
		safe = harmless(line);
		nrs_text_fold(&out->body, safe, 76, "  ");
		free(safe);
		free(line);
		p += len + (p[len] == '\n');
	}
}

void
ctl_out_laid_out(struct ctl_out *out, const char *text)
{
	nrs_buf_addc(&out->body, '\n');
	for (const char *p = text; *p != '\0';) {
		size_t len = strcspn(p, "\n");
		char *line = nrs_asprintf("%.*s", (int)len, p);
		char *safe = harmless(line);
		nrs_buf_printf(&out->body, "  %s\n", safe);
		free(safe);
		free(line);
		p += len + (p[len] == '\n');
	}
}

static void
pad(FILE *file, int columns)
{
	for (int i = 0; i < columns; i++)
		(void)fputc(' ', file);
}

static void
write_block(struct ctl_out *out)
{
	int widest = 0;

	for (size_t i = 0; i < out->n_fields; i++) {
		const struct ctl_label *label = out->fields[i].label;
		int width = nrs_text_width(pick(out, label->en, label->ja));
		if (out->fields[i].text[0] != '\0' && width > widest)
			widest = width;
	}
	for (size_t i = 0; i < out->n_fields; i++) {
		const struct ctl_label *label = out->fields[i].label;
		const char *name = pick(out, label->en, label->ja);
		if (out->fields[i].text[0] == '\0')
			continue;
		(void)fprintf(out->conf.file,
		    "%s%s%s:", out->conf.color ? "\033[1m" : "", name,
		    out->conf.color ? "\033[0m" : "");
		pad(out->conf.file, widest - nrs_text_width(name) + 1);
		(void)fprintf(out->conf.file, "%s\n", out->fields[i].text);
	}
	(void)fputs(nrs_buf_str(&out->body), out->conf.file);
	(void)fputc('\n', out->conf.file);
	free(out->heading); /* a table under it is another one */
	out->heading = NULL;
}

/* The last cell is not padded: no blanks at the end of a line. */
static void
add_cell(struct nrs_buf *line, const char *text, int width, bool last)
{
	nrs_buf_adds(line, text);
	for (int i = nrs_text_width(text); !last && i < width; i++)
		nrs_buf_addc(line, ' ');
	nrs_buf_adds(line, last ? "" : "  ");
}

/* A column is as wide as its heading at least. */
static int
column_width(const struct ctl_out *out, const struct ctl_label *label)
{
	int heading = nrs_text_width(pick(out, label->en, label->ja));

	return heading > label->width ? heading : label->width;
}

static void
write_heading(struct ctl_out *out)
{
	struct nrs_buf line = {0};

	for (size_t i = 0; i < out->n_fields; i++) {
		const struct ctl_label *label = out->fields[i].label;
		add_cell(&line, pick(out, label->en, label->ja),
		    column_width(out, label), i + 1 == out->n_fields);
	}
	if (out->heading == NULL ||
	    strcmp(out->heading, nrs_buf_str(&line)) != 0) {
		(void)fprintf(out->conf.file, "%s%s%s\n",
		    out->conf.color ? "\033[1m" : "", nrs_buf_str(&line),
		    out->conf.color ? "\033[0m" : "");
		free(out->heading);
		out->heading = nrs_buf_take(&line);
	}
	nrs_buf_fini(&line);
}

static void
write_row(struct ctl_out *out)
{
	struct nrs_buf line = {0};

	write_heading(out);
	for (size_t i = 0; i < out->n_fields; i++)
		add_cell(&line, out->fields[i].text,
		    column_width(out, out->fields[i].label),
		    i + 1 == out->n_fields);
	while (line.len > 0 && line.data[line.len - 1] == ' ')
		line.data[--line.len] = '\0';
	(void)fprintf(out->conf.file, "%s\n", nrs_buf_str(&line));
	nrs_buf_fini(&line);
}

/* The first field that is an id, else the first: what a script wants. */
static void
write_quiet(struct ctl_out *out)
{
	size_t at = 0;

	for (size_t i = out->n_fields; i-- > 0;) {
		const char *name = out->fields[i].label->name;
		if (strcmp(name, "notice_id") == 0 ||
		    strcmp(name, "submission_id") == 0)
			at = i;
	}
	if (out->n_fields > 0)
		(void)fprintf(out->conf.file, "%s\n", out->fields[at].text);
}

void
ctl_out_end(struct ctl_out *out)
{
	if (out->conf.json) {
		nrs_buf_adds(&out->json, out->json.len == 0 ? "{}" : "}");
		(void)fprintf(out->conf.file, "%s\n", nrs_buf_str(&out->json));
	} else if (out->conf.quiet)
		write_quiet(out);
	else if (out->shape == CTL_ROW)
		write_row(out);
	else
		write_block(out);
	for (size_t i = 0; i < out->n_fields; i++)
		free(out->fields[i].text);
	out->n_fields = 0;
	(void)fflush(out->conf.file);
}

void
ctl_out_note(struct ctl_out *out, const char *en, const char *ja)
{
	if (out->conf.json || out->conf.quiet)
		return;
	(void)fflush(out->conf.file); /* what it is about comes first */
	(void)fprintf(stderr, "%s\n", pick(out, en, ja));
}
