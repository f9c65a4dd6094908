/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/conf.h"
#include "noroshi/base/text.h"

/* ---- as a file ------------------------------------------------------------
 */

/* Length of "bus" in "bus.servers"; 0 for a row outside any group. */
static size_t
group_length(const struct nrs_param *p)
{
	const char *dot = strchr(p->name, '.');

	return dot == NULL ? 0 : (size_t)(dot - p->name);
}

static bool
same_group(const struct nrs_param *a, const struct nrs_param *b)
{
	size_t len = group_length(a);

	return len == group_length(b) && strncmp(a->name, b->name, len) == 0;
}

static void
add_quoted(struct nrs_buf *out, const char *text)
{
	nrs_buf_addc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			nrs_buf_addc(out, '\\');
		nrs_buf_addc(out, *text);
	}
	nrs_buf_addc(out, '"');
}

static const char *
masked(const struct nrs_param *p, const char *text)
{
	return p->secret && text[0] != '\0' ? "***" : text;
}

/* Of "sasl.password=x" the name may be seen. */
static void
add_item(struct nrs_buf *out, const struct nrs_param *p, const char *item)
{
	const char *equals = strchr(item, '=');
	struct nrs_buf text = {0};

	if (!p->secret || equals == NULL) {
		add_quoted(out, masked(p, item));
		return;
	}
	nrs_buf_add(&text, item, (size_t)(equals - item) + 1);
	nrs_buf_adds(&text, "***");
	add_quoted(out, nrs_buf_str(&text));
	nrs_buf_fini(&text);
}

static void
add_list(struct nrs_buf *out, const struct nrs_param *p,
    const struct nrs_conf_list *list)
{
	size_t i;

	nrs_buf_addc(out, '[');
	for (i = 0; i < list->n; i++) {
		nrs_buf_adds(out, i == 0 ? " " : ", ");
		add_item(out, p, list->items[i]);
	}
	nrs_buf_adds(out, " ]");
}

static void
add_choice(struct nrs_buf *out, const char *choices, int index)
{
	for (; index > 0; index--)
		choices += strcspn(choices, "|") + 1;
	nrs_buf_printf(out, "\"%.*s\"", (int)strcspn(choices, "|"), choices);
}

static void
add_int(struct nrs_buf *out, int64_t n)
{
	/* Other readers of the format need the L; ours does not. */
	nrs_buf_printf(
	    out, "%" PRId64 "%s", n, n < INT32_MIN || n > INT32_MAX ? "L" : "");
}

static void
add_value(struct nrs_buf *out, const struct nrs_param *p, const void *value)
{
	const void *at = (const char *)value + p->offset;
	const char *text;

	switch (p->type) {
	case NRS_PARAM_STRING:
	case NRS_PARAM_PATH:
		text = *(const char *const *)at;
		add_quoted(out, masked(p, text == NULL ? "" : text));
		break;
	case NRS_PARAM_INT:
		add_int(out, *(const int64_t *)at);
		break;
	case NRS_PARAM_BOOL:
		nrs_buf_adds(out, *(const bool *)at ? "true" : "false");
		break;
	case NRS_PARAM_ENUM:
		add_choice(out, p->choices, *(const int *)at);
		break;
	case NRS_PARAM_LIST:
		add_list(out, p, at);
		break;
	}
}

static void
add_choices(struct nrs_buf *out, const char *choices)
{
	for (; *choices != '\0'; choices++)
		if (*choices == '|')
			nrs_buf_adds(out, " or ");
		else
			nrs_buf_addc(out, *choices);
}

/* "ms, 2000 to 60000", "logfmt or json": what a value may be. */
static void
add_domain(struct nrs_buf *out, const struct nrs_param *p)
{
	if (p->type == NRS_PARAM_ENUM)
		add_choices(out, p->choices);
	if (p->unit != NULL && p->unit[0] != '\0')
		nrs_buf_adds(out, p->unit);
	if (p->type == NRS_PARAM_INT && (p->min != 0 || p->max != 0))
		nrs_buf_printf(out, "%s%" PRId64 " to %" PRId64,
		    out->len > 0 ? ", " : "", p->min, p->max);
	if (p->def == NULL)
		nrs_buf_printf(out, "%srequired", out->len > 0 ? ", " : "");
}

static void
add_help(struct nrs_buf *out, const struct nrs_param *p, const char *indent)
{
	struct nrs_buf text = {0}, domain = {0};
	char prefix[8];

	add_domain(&domain, p);
	nrs_buf_adds(&text, p->help);
	if (domain.len > 0)
		nrs_buf_printf(&text, " (%s)", nrs_buf_str(&domain));
	(void)snprintf(prefix, sizeof(prefix), "%s# ", indent);
	nrs_text_fold(out, nrs_buf_str(&text), 72, prefix);
	nrs_buf_fini(&domain);
	nrs_buf_fini(&text);
}

struct print {
	struct nrs_buf out;
	const void *value;
	bool with_help;
};

static void
add_row(struct print *print, const struct nrs_param *p)
{
	size_t len = group_length(p);
	const char *indent = len > 0 ? "\t" : "";

	if (print->with_help)
		add_help(&print->out, p, indent);
	nrs_buf_printf(&print->out, "%s%s = ", indent,
	    len > 0 ? p->name + len + 1 : p->name);
	add_value(&print->out, p, print->value);
	nrs_buf_adds(&print->out, ";\n");
}

/* All rows of the group of params[first], wherever they are. */
static void
add_group(
    struct print *print, const struct nrs_param *params, size_t n, size_t first)
{
	const struct nrs_param *head = &params[first];
	size_t i, len = group_length(head);

	for (i = 0; i < first; i++)
		if (same_group(&params[i], head))
			return; /* done with its first row */
	if (len > 0)
		nrs_buf_printf(&print->out, "%s%.*s:\n{\n",
		    print->out.len > 0 ? "\n" : "", (int)len, head->name);
	for (i = first; i < n; i++)
		if (same_group(&params[i], head))
			add_row(print, &params[i]);
	if (len > 0)
		nrs_buf_adds(&print->out, "};\n");
}

void
nrs_conf_print(FILE *out, const struct nrs_param *params, size_t n,
    const void *value, bool with_help)
{
	struct print print = {.value = value, .with_help = with_help};
	size_t i;

	/* What stands in no group comes first: after a group it would look as
	 * if it belonged there. */
	for (i = 0; i < n; i++)
		if (group_length(&params[i]) == 0)
			add_group(&print, params, n, i);
	for (i = 0; i < n; i++)
		if (group_length(&params[i]) > 0)
			add_group(&print, params, n, i);
	(void)fputs(nrs_buf_str(&print.out), out);
	nrs_buf_fini(&print.out);
}

/* ---- as a man page --------------------------------------------------------
 */

static void
add_scdoc(struct nrs_buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("\\*_<>#[]|", *text) != NULL)
			nrs_buf_addc(out, '\\');
		nrs_buf_addc(out, *text);
	}
}

static void
add_man_row(struct nrs_buf *out, const struct nrs_param *p)
{
	static const char *const types[] = {
	    [NRS_PARAM_STRING] = "string",
	    [NRS_PARAM_PATH] = "path",
	    [NRS_PARAM_INT] = "integer",
	    [NRS_PARAM_BOOL] = "true or false",
	    [NRS_PARAM_ENUM] = "word",
	    [NRS_PARAM_LIST] = "list of strings",
	};
	struct nrs_buf domain = {0};

	nrs_buf_adds(out, "*");
	add_scdoc(out, p->name);
	nrs_buf_printf(out, "* (%s", types[p->type]);
	add_domain(&domain, p);
	if (domain.len > 0) {
		nrs_buf_adds(out, ": ");
		add_scdoc(out, nrs_buf_str(&domain));
	}
	nrs_buf_adds(out, ")\n\t");
	add_scdoc(out, p->help);
	if (p->def != NULL && p->def[0] != '\0') {
		nrs_buf_adds(out, " Default: _");
		add_scdoc(out, p->def);
		nrs_buf_adds(out, "_.");
	}
	nrs_buf_adds(out, "\n\n");
	nrs_buf_fini(&domain);
}

void
nrs_conf_print_man(FILE *out, const struct nrs_param *params, size_t n)
{
	struct nrs_buf text = {0};
	size_t i;

	for (i = 0; i < n; i++)
		add_man_row(&text, &params[i]);
	(void)fputs(nrs_buf_str(&text), out);
	nrs_buf_fini(&text);
}
