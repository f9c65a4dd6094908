/* SPDX-License-Identifier: Apache-2.0 */
/* explain: why it went this way: the rule, the table's row, the paper's lines.
 */
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/read.h"
#include "ctl/source.h"
#include "ctl/view.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/table.h"

struct explain {
	struct ctl *ctl;
	const char *id;
	const struct nrs_rule_table *rules;
	size_t n_found;
	bool other_rules; /* the decision was made by another table */
};

static void
print_routes(struct ctl *ctl, unsigned routes)
{
	const char *names[NRS_ROUTE_OVERRIDE];
	size_t n = 0;

	for (int route = NRS_ROUTE_REALTIME; route <= NRS_ROUTE_OVERRIDE;
	     route++)
		if ((routes & NRS_ROUTE_BIT(route)) != 0)
			names[n++] = nrs_term_name(NRS_VOC_ROUTE, route);
	ctl_out_list(ctl->out, "routes", names, n);
}

static void
print_mark(struct ctl *ctl, char mark)
{
	const char code[] = {mark, '\0'};

	ctl_out_str(ctl->out, "mark",
	    ctl_out_is_json(ctl->out)
	        ? code
	        : ctl_source_mark(mark, ctl_out_lang(ctl->out)));
}

/* The lines under one heading; a list in JSON. */
static void
print_source(struct ctl *ctl, const char *const *lines, size_t n)
{
	const char *head = strcmp(ctl_out_lang(ctl->out), "ja") == 0
	                       ? "資料 (NISC、2011年6月)"
	                       : "Source (NISC, June 2011)";
	const char *text = "";

	if (ctl_out_is_json(ctl->out)) {
		ctl_out_list(ctl->out, "source", lines, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		text = nrs_arena_printf(ctl->arena, "%s%s\n", text, lines[i]);
	ctl_out_body(ctl->out, head, text);
}

static void
print_cell(struct explain *e, const struct ctl_cell *name)
{
	struct ctl *ctl = e->ctl;
	const struct nrs_rule_cell *cell =
	    nrs_rule_cell(e->rules, name->column, name->posture, name->urgency);
	struct ctl_source_cell source;

	ctl_source_of_cell(name, &source);
	const char *const lines[] = {source.heading, source.timing,
	    source.methods[0], source.methods[1]};
	ctl_out_str(ctl->out, "rule", cell->id);
	ctl_out_term(
	    ctl->out, "column", NRS_VOC_MATRIX_COLUMN, (int)name->column);
	ctl_out_term(ctl->out, "posture", NRS_VOC_POSTURE, (int)name->posture);
	ctl_out_term(ctl->out, "urgency", NRS_VOC_URGENCY, (int)name->urgency);
	print_routes(ctl, cell->routes);
	print_mark(ctl, cell->mark);
	print_source(ctl, lines, lines[3] == NULL ? 3 : 4);
}

static void
print_rule(struct explain *e, const struct ctl_source_rule *rule)
{
	struct ctl *ctl = e->ctl;
	bool ja = strcmp(ctl_out_lang(ctl->out), "ja") == 0;

	ctl_out_str(ctl->out, "rule", rule->id);
	ctl_out_str(ctl->out, "text", ja ? rule->ja : rule->en);
	print_mark(ctl, rule->mark);
	if (rule->quote != NULL)
		print_source(ctl, &rule->quote, 1);
}

/* False: no rule has this name. where: the copy that it decided, or "". */
static bool
explain_rule(struct explain *e, const char *id, const char *where)
{
	const struct ctl_source_rule *rule = ctl_source_of_rule(id);
	struct ctl_cell name;
	bool is_cell = ctl_cell_parse(id, &name);

	if (rule == NULL && !is_cell)
		return false;
	ctl_out_begin(e->ctl->out, CTL_BLOCK);
	ctl_out_str(e->ctl->out, "sector", where);
	if (is_cell)
		print_cell(e, &name);
	else
		print_rule(e, rule);
	ctl_out_end(e->ctl->out);
	return true;
}

static void
explain_copy(struct explain *e, const struct nrs_classification *copy)
{
	for (size_t i = 0; i < copy->n_rules; i++)
		if (!explain_rule(e, copy->rules[i], copy->sector))
			(void)fprintf(stderr, "noroshictl: no word on \"%s\"\n",
			    copy->rules[i]);
}

static enum nrs_rc
see_outcome(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct explain *e = ctx;
	const struct nrs_outcome *o = value;

	(void)record;
	(void)err;
	if (strcmp(o->submission_id, e->id) != 0 &&
	    strcmp(o->about_id, e->id) != 0)
		return NRS_OK;
	e->n_found++;
	ctl_view_outcome(e->ctl, o);
	if (ctl_source_of_rule(o->rule) != NULL)
		(void)explain_rule(e, o->rule, "");
	for (size_t i = 0; i < o->n_copies; i++)
		explain_copy(e, &o->copies[i]);
	e->other_rules |= o->versions != NULL && o->n_copies > 0 &&
	                  strcmp(o->versions->rules, e->rules->version) != 0;
	return NRS_OK;
}

static enum ctl_exit
explain_command(struct explain *e)
{
	const struct ctl_reading reading = {.topic = NRS_TOPIC_OUTCOME,
	    .type = NRS_TYPE_OUTCOME,
	    .each = see_outcome,
	    .ctx = e,
	    .from = NRS_FROM_START};
	struct nrs_err err = {0};

	if (ctl_read(e->ctl, &reading, &err) != NRS_OK)
		return ctl_failed(NRS_FATAL, &err);
	if (e->other_rules)
		(void)fprintf(stderr,
		    "noroshictl: %s: it was decided by another version of the "
		    "rules than %s\n",
		    e->id, e->ctl->conf.rules);
	if (e->n_found > 0)
		return CTL_DONE;
	(void)fprintf(stderr,
	    "noroshictl: %s: neither a rule nor the id of a command that was "
	    "decided\n",
	    e->id);
	return CTL_NOT_FOUND;
}

enum ctl_exit
ctl_cmd_explain(struct ctl *ctl)
{
	struct explain e = {.ctl = ctl, .id = ctl->args.words[0]};
	struct nrs_err err = {0};
	enum nrs_rc rc =
	    nrs_table_rules(ctl->arena, ctl->conf.rules, &e.rules, &err);

	if (rc != NRS_OK) {
		(void)ctl_failed(rc, &err);
		return CTL_USAGE;
	}
	return explain_rule(&e, e.id, "") ? CTL_DONE : explain_command(&e);
}
