/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/contacts_column.h"

#include <string.h>

#include "noroshi/base/buf.h"

/* clang-format off */
#define AT(member) .offset = offsetof(struct nrs_subscription, member)
#define IN_FILTER(member) .in_filter = true, .offset = offsetof(struct nrs_filter, member)
static const struct ctl_column columns[] = {
	{"subscriber_id", "subscriber_id", CTL_COLUMN_TEXT, AT(subscriber_id)},
	{"kind", "kind", CTL_COLUMN_TERM, AT(kind), .voc = NRS_VOC_SUBSCRIBER_KIND},
	{"organisation", "organisation", CTL_COLUMN_TEXT, AT(organisation)},
	{"name", "name", CTL_COLUMN_TEXT, AT(name)},
	{"sectors", "sectors", CTL_COLUMN_WORDS, AT(sectors), .n_offset = offsetof(struct nrs_subscription, n_sectors)},
	{"ceptoars", "ceptoars", CTL_COLUMN_WORDS, AT(ceptoars), .n_offset = offsetof(struct nrs_subscription, n_ceptoars)},
	{"max_tlp", "max_tlp", CTL_COLUMN_TERM, AT(max_tlp), .voc = NRS_VOC_TLP},
	{"lang", "lang", CTL_COLUMN_TEXT, AT(lang)},
	{"mail", "channels", CTL_COLUMN_CHANNEL, .channel = NRS_CHANNEL_MAIL},
	{"webhook", "channels", CTL_COLUMN_CHANNEL, .channel = NRS_CHANNEL_WEBHOOK},
	{"topic", "channels", CTL_COLUMN_CHANNEL, .channel = NRS_CHANNEL_TOPIC, .on = "yes", .off = "no"},
	{"second_mail", "second_contact", CTL_COLUMN_SECOND, .channel = NRS_CHANNEL_MAIL},
	{"second_webhook", "second_contact", CTL_COLUMN_SECOND, .channel = NRS_CHANNEL_WEBHOOK},
	{"newsletter", "digest_off", CTL_COLUMN_SWITCH, AT(digest_off), .on = "no", .off = "yes"},
	{"active", "inactive", CTL_COLUMN_SWITCH, AT(inactive), .on = "no", .off = "yes"},
	{"item_types", "filter.item_types", CTL_COLUMN_TERMS, IN_FILTER(item_types), .n_offset = offsetof(struct nrs_filter, n_item_types), .voc = NRS_VOC_ITEM_TYPE},
	{"columns", "filter.columns", CTL_COLUMN_TERMS, IN_FILTER(columns), .n_offset = offsetof(struct nrs_filter, n_columns), .voc = NRS_VOC_MATRIX_COLUMN},
	{"min_urgency", "filter.min_urgency", CTL_COLUMN_TERM, IN_FILTER(min_urgency), .voc = NRS_VOC_URGENCY},
	{"min_severity", "filter.min_severity", CTL_COLUMN_TERM, IN_FILTER(min_severity), .voc = NRS_VOC_SEVERITY},
	{"cpe_prefixes", "filter.cpe_prefixes", CTL_COLUMN_WORDS, IN_FILTER(cpe_prefixes), .n_offset = offsetof(struct nrs_filter, n_cpe_prefixes)},
	{"keywords", "filter.keywords", CTL_COLUMN_WORDS, IN_FILTER(keywords), .n_offset = offsetof(struct nrs_filter, n_keywords)},
};
/* clang-format on */

const struct ctl_column *
ctl_columns(size_t *n)
{
	*n = sizeof(columns) / sizeof(columns[0]);
	return columns;
}

/* ---- several values in one cell ---- */

struct values {
	const char **items;
	size_t n;
};

static void
add_item(
    struct nrs_arena *arena, const struct nrs_buf *item, struct values *out)
{
	const char *from = nrs_buf_str(item);
	size_t len = item->len;

	while (len > 0 && strchr(" \t\r", from[len - 1]) != NULL)
		len--;
	while (len > 0 && strchr(" \t\r", *from) != NULL) {
		from++;
		len--;
	}
	if (len > 0)
		out->items[out->n++] = nrs_arena_strndup(arena, from, len);
}

/* ";" or a line break ends a value; a backslash takes the next character as it
 * is. */
static struct values
split(struct nrs_arena *arena, const char *cell)
{
	struct values out = {.items = nrs_arena_array(
	                         arena, strlen(cell) + 1, sizeof(*out.items))};
	struct nrs_buf item = {0};

	for (const char *p = cell; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0') {
			nrs_buf_addc(&item, *++p);
		} else if (*p == ';' || *p == '\n') {
			add_item(arena, &item, &out);
			nrs_buf_reset(&item);
		} else {
			nrs_buf_addc(&item, *p);
		}
	}
	add_item(arena, &item, &out);
	nrs_buf_fini(&item);
	return out;
}

static void
add_value(struct nrs_buf *out, const char *value)
{
	nrs_buf_adds(out, out->len == 0 ? "" : "; ");
	for (const char *p = value; *p != '\0'; p++) {
		if (*p == ';' || *p == '\\')
			nrs_buf_addc(out, '\\');
		nrs_buf_addc(out, *p);
	}
}

static const char *
finished(struct nrs_arena *arena, struct nrs_buf *buf)
{
	const char *text = nrs_arena_strdup(arena, nrs_buf_str(buf));

	nrs_buf_fini(buf);
	return text;
}

/* ---- one kind after another ---- */

struct place { /* of one column's value in one subscription */
	struct nrs_arena *arena;
	const struct ctl_column *column;
	struct nrs_subscription *s;
	char *base; /* of the struct that the offsets are in */
};

/* Enums are ints, whatever their name. */
static enum nrs_rc
parse_term(const struct ctl_column *column, const char *word, int *out,
    struct nrs_err *err)
{
	if (nrs_term_parse(column->voc, word, out) && *out != 0)
		return NRS_OK;
	return nrs_refuse(
	    err, "", "enum", "\"%s\" is none of the words for it", word);
}

static enum nrs_rc
read_text(const struct place *p, const char *cell, struct nrs_err *err)
{
	const char *text = cell;

	(void)err;
	memcpy(p->base + p->column->offset, &text, sizeof(text));
	return NRS_OK;
}

static const char *
write_text(const struct place *p)
{
	const char *text;

	memcpy(&text, p->base + p->column->offset, sizeof(text));
	return text == NULL ? "" : text;
}

static enum nrs_rc
read_words(const struct place *p, const char *cell, struct nrs_err *err)
{
	struct values values = split(p->arena, cell);

	(void)err;
	memcpy(p->base + p->column->offset, &values.items, sizeof(char **));
	memcpy(p->base + p->column->n_offset, &values.n, sizeof(values.n));
	return NRS_OK;
}

static const char *
write_words(const struct place *p)
{
	struct values values;
	struct nrs_buf buf = {0};

	memcpy(&values.items, p->base + p->column->offset, sizeof(char **));
	memcpy(&values.n, p->base + p->column->n_offset, sizeof(values.n));
	for (size_t i = 0; i < values.n; i++)
		add_value(&buf, values.items[i]);
	return finished(p->arena, &buf);
}

static enum nrs_rc
read_term(const struct place *p, const char *cell, struct nrs_err *err)
{
	int value = 0;
	enum nrs_rc rc =
	    cell[0] == '\0' ? NRS_OK : parse_term(p->column, cell, &value, err);

	memcpy(p->base + p->column->offset, &value, sizeof(value));
	return rc;
}

static const char *
write_term(const struct place *p)
{
	int value;

	memcpy(&value, p->base + p->column->offset, sizeof(value));
	return value == 0 ? "" : nrs_term_name(p->column->voc, value);
}

static enum nrs_rc
read_terms(const struct place *p, const char *cell, struct nrs_err *err)
{
	struct values words = split(p->arena, cell);
	int *values = nrs_arena_array(p->arena, words.n + 1, sizeof(*values));
	enum nrs_rc rc = NRS_OK;

	for (size_t i = 0; rc == NRS_OK && i < words.n; i++)
		rc = parse_term(p->column, words.items[i], &values[i], err);
	memcpy(p->base + p->column->offset, &values, sizeof(int *));
	memcpy(p->base + p->column->n_offset, &words.n, sizeof(words.n));
	return rc;
}

static const char *
write_terms(const struct place *p)
{
	struct nrs_buf buf = {0};
	const int *values;
	size_t n;

	memcpy(&values, p->base + p->column->offset, sizeof(int *));
	memcpy(&n, p->base + p->column->n_offset, sizeof(n));
	for (size_t i = 0; i < n; i++)
		add_value(&buf, nrs_term_name(p->column->voc, values[i]));
	return finished(p->arena, &buf);
}

/* Empty is false: whatever a column says by default. */
static enum nrs_rc
parse_switch(const struct ctl_column *c, const char *cell, bool *out,
    struct nrs_err *err)
{
	*out = strcmp(cell, c->on) == 0;
	if (*out || cell[0] == '\0' || strcmp(cell, c->off) == 0)
		return NRS_OK;
	return nrs_refuse(
	    err, "", "enum", "\"%s\" is neither yes nor no", cell);
}

static enum nrs_rc
read_switch(const struct place *p, const char *cell, struct nrs_err *err)
{
	bool value = false;
	enum nrs_rc rc = parse_switch(p->column, cell, &value, err);

	memcpy(p->base + p->column->offset, &value, sizeof(value));
	return rc;
}

static const char *
write_switch(const struct place *p)
{
	bool value;

	memcpy(&value, p->base + p->column->offset, sizeof(value));
	return value ? p->column->on : p->column->off;
}

/* ---- channels ---- */

static bool
take_out(struct values *addresses, const char *address)
{
	for (size_t i = 0; i < addresses->n; i++) {
		if (strcmp(addresses->items[i], address) != 0)
			continue;
		addresses->items[i] = addresses->items[--addresses->n];
		return true;
	}
	return false;
}

/* What stays keeps its place and its secrets; what is new comes last. */
static void
set_channels(const struct place *p, struct values wanted)
{
	struct nrs_subscription *s = p->s;
	const enum nrs_channel_type type = p->column->channel;
	struct nrs_channel *list = nrs_arena_array(
	    p->arena, s->n_channels + wanted.n + 1, sizeof(*list));
	struct values left = {.items = nrs_arena_array(
	                          p->arena, wanted.n + 1, sizeof(*left.items)),
	    .n = wanted.n};
	size_t n = 0;

	if (wanted.n > 0)
		memcpy(
		    left.items, wanted.items, wanted.n * sizeof(*left.items));
	for (size_t i = 0; i < s->n_channels; i++)
		if (s->channels[i].type != type ||
		    take_out(&left, s->channels[i].address))
			list[n++] = s->channels[i];
	for (size_t i = 0; i < wanted.n; i++)
		if (take_out(&left, wanted.items[i]))
			list[n++] = (struct nrs_channel){
			    .type = type, .address = wanted.items[i]};
	s->channels = list;
	s->n_channels = n;
}

static enum nrs_rc
read_channel(const struct place *p, const char *cell, struct nrs_err *err)
{
	static const char *no_address[] = {""};
	bool topic = false;
	enum nrs_rc rc;

	if (p->column->channel != NRS_CHANNEL_TOPIC) {
		set_channels(p, split(p->arena, cell));
		return NRS_OK;
	}
	rc = parse_switch(p->column, cell, &topic, err);
	set_channels(p, (struct values){no_address, topic ? 1 : 0});
	return rc;
}

static const char *
write_channel(const struct place *p)
{
	struct nrs_buf buf = {0};
	bool any = false;

	for (size_t i = 0; i < p->s->n_channels; i++) {
		if (p->s->channels[i].type != p->column->channel)
			continue;
		any = true;
		if (p->column->channel != NRS_CHANNEL_TOPIC)
			add_value(&buf, p->s->channels[i].address);
	}
	if (p->column->channel == NRS_CHANNEL_TOPIC)
		return any ? p->column->on : p->column->off;
	return finished(p->arena, &buf);
}

static bool
is_second(const struct place *p)
{
	return p->s->second_contact != NULL &&
	       p->s->second_contact->type == p->column->channel;
}

/* There is one second contact: the other column must not say another. */
static enum nrs_rc
read_second(const struct place *p, const char *cell, struct nrs_err *err)
{
	struct nrs_channel *second;

	(void)err;
	if (cell[0] == '\0') {
		if (is_second(p))
			p->s->second_contact = NULL;
		return NRS_OK;
	}
	if (is_second(p) && strcmp(p->s->second_contact->address, cell) == 0)
		return NRS_OK; /* with its secrets */
	second = nrs_arena_alloc(p->arena, sizeof(*second));
	*second =
	    (struct nrs_channel){.type = p->column->channel, .address = cell};
	p->s->second_contact = second;
	return NRS_OK;
}

static const char *
write_second(const struct place *p)
{
	return is_second(p) ? p->s->second_contact->address : "";
}

/* ---- the table of kinds ---- */

static const struct {
	enum nrs_rc (*read)(
	    const struct place *p, const char *cell, struct nrs_err *err);
	const char *(*write)(const struct place *p);
} kinds[CTL_COLUMN_KINDS] = {
    [CTL_COLUMN_TEXT] = {read_text, write_text},
    [CTL_COLUMN_WORDS] = {read_words, write_words},
    [CTL_COLUMN_TERM] = {read_term, write_term},
    [CTL_COLUMN_TERMS] = {read_terms, write_terms},
    [CTL_COLUMN_SWITCH] = {read_switch, write_switch},
    [CTL_COLUMN_CHANNEL] = {read_channel, write_channel},
    [CTL_COLUMN_SECOND] = {read_second, write_second},
};

enum nrs_rc
ctl_column_read(struct nrs_arena *arena, const struct ctl_column *column,
    const char *cell, struct nrs_subscription *s, struct nrs_err *err)
{
	struct place p = {
	    .arena = arena, .column = column, .s = s, .base = (char *)s};

	if (column->in_filter && s->filter == NULL && cell[0] == '\0')
		return NRS_OK;
	if (column->in_filter && s->filter == NULL)
		s->filter = nrs_arena_alloc(arena, sizeof(*s->filter));
	if (column->in_filter)
		p.base = (char *)s->filter;
	return kinds[column->kind].read(&p, cell, err);
}

const char *
ctl_column_write(struct nrs_arena *arena, const struct ctl_column *column,
    const struct nrs_subscription *s)
{
	struct nrs_subscription copy = *s;
	struct place p = {.arena = arena,
	    .column = column,
	    .s = &copy,
	    .base = (char *)&copy};

	if (column->in_filter && s->filter == NULL)
		return "";
	if (column->in_filter)
		p.base = (char *)copy.filter;
	return kinds[column->kind].write(&p);
}
