/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/mail/machine.h"

#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/label.h"
#include "noroshi/io/json.h"

/* ---- members; an absent value has none ---- */

static void
add_name(struct nrs_buf *out, const char *name)
{
	nrs_buf_adds(out, out->data[out->len - 1] == '{' ? "\"" : ",\"");
	nrs_buf_adds(out, name);
	nrs_buf_adds(out, "\":");
}

static void
add_string(struct nrs_buf *out, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	add_name(out, name);
	nrs_json_string(out, value);
}

static void
add_term(
    struct nrs_buf *out, const char *name, enum nrs_vocabulary voc, int value)
{
	add_string(out, name, value == 0 ? "" : nrs_term_name(voc, value));
}

static void
add_time(struct nrs_buf *out, const char *name, int64_t ms)
{
	char text[NRS_TIME_SIZE];

	if (ms > 0)
		add_string(out, name, nrs_time_utc(ms, text));
}

static void
add_list(
    struct nrs_buf *out, const char *name, const char *const *items, size_t n)
{
	size_t i;

	if (n == 0)
		return;
	add_name(out, name);
	for (i = 0; i < n; i++) {
		nrs_buf_addc(out, i == 0 ? '[' : ',');
		nrs_json_string(out, items[i]);
	}
	nrs_buf_addc(out, ']');
}

/* ---- a notice, or its stub ---- */

static void
add_cves(struct nrs_arena *arena, struct nrs_buf *out,
    const struct nrs_content *content)
{
	const char **cves =
	    nrs_arena_array(arena, content->n_vulns + 1, sizeof(*cves));
	size_t i, n = 0;

	for (i = 0; i < content->n_vulns; i++)
		if (content->vulns[i].cve[0] != '\0')
			cves[n++] = content->vulns[i].cve;
	add_list(out, "cve", cves, n);
}

static int64_t
first_deadline(const struct nrs_content *content)
{
	int64_t first = 0, at;
	size_t i;

	for (i = 0; i < content->n_countermeasures; i++) {
		at = content->countermeasures[i].deadline;
		if (at > 0 && (first == 0 || at < first))
			first = at;
	}
	return first;
}

static void
add_content(
    struct nrs_arena *arena, struct nrs_buf *out, const struct nrs_content *c)
{
	add_string(out, "notice_id", c->notice_id);
	add_string(out, "thread_id", c->thread_id);
	add_name(out, "revision");
	nrs_buf_printf(out, "%u", c->revision);
	add_term(out, "kind", NRS_VOC_MSG_KIND, (int)c->kind);
	if (c->is_final) {
		add_name(out, "is_final");
		nrs_buf_adds(out, "true");
	}
	add_list(out, "supersedes", (const char *const *)c->supersedes,
	    c->n_supersedes);
	add_term(out, "mode", NRS_VOC_MODE, (int)c->mode);
	add_string(out, "exercise_id", c->exercise_id);
	add_term(out, "tlp", NRS_VOC_TLP, (int)c->tlp);
	add_term(out, "urgency", NRS_VOC_URGENCY, (int)c->urgency);
	add_term(out, "item_type", NRS_VOC_ITEM_TYPE, (int)c->item_type);
	add_term(out, "severity", NRS_VOC_SEVERITY, (int)c->severity);
	add_string(out, "lang", c->lang);
	add_string(out, "title", c->title);
	add_cves(arena, out, c);
	add_time(out, "issued_at", c->issued_at);
	add_time(out, "valid_until", c->valid_until);
	add_time(out, "first_deadline", first_deadline(c));
	add_time(out, "ack_deadline", c->ack_deadline);
}

static void
add_stub(struct nrs_buf *out, const struct nrs_stub_content *s)
{
	add_string(out, "notice_id", s->notice_id);
	add_string(out, "thread_id", s->thread_id);
	add_name(out, "revision");
	nrs_buf_printf(out, "%u", s->revision);
	add_term(out, "kind", NRS_VOC_MSG_KIND, (int)s->kind);
	add_list(out, "supersedes", (const char *const *)s->supersedes,
	    s->n_supersedes);
	add_term(out, "mode", NRS_VOC_MODE, (int)s->mode);
	add_time(out, "issued_at", s->issued_at);
}

static const char *
type_of(const struct dispatcher_machine *said)
{
	if (said->stub != NULL)
		return "noroshi.stub";
	if (said->purpose == NRS_PURPOSE_REMINDER)
		return "noroshi.reminder";
	return said->purpose == NRS_PURPOSE_ESCALATION ? "noroshi.escalation"
	                                               : "noroshi.alert";
}

const char *
dispatcher_machine(
    struct nrs_arena *arena, const struct dispatcher_machine *said)
{
	struct nrs_buf out = {0};
	const char *json;

	nrs_buf_addc(&out, '{');
	add_string(&out, "type", type_of(said));
	if (said->stub != NULL)
		add_stub(&out, said->stub);
	else
		add_content(arena, &out, said->content);
	add_string(&out, "payload_sha256", said->payload_sha256);
	nrs_buf_addc(&out, '}');
	json = nrs_arena_strdup(arena, nrs_buf_str(&out));
	nrs_buf_fini(&out);
	return json;
}

/* ---- a newsletter ---- */

static void
add_item(struct nrs_arena *arena, struct nrs_buf *out,
    const struct nrs_edition_item *item)
{
	nrs_buf_addc(out, '{');
	add_string(out, "notice_id", item->item->notice_id);
	add_string(out, "thread_id", item->item->thread_id);
	add_name(out, "revision");
	nrs_buf_printf(out, "%u", item->item->revision);
	add_term(out, "kind", NRS_VOC_MSG_KIND, (int)item->item->kind);
	add_term(out, "section", NRS_VOC_NEWS_SECTION, (int)item->section);
	add_term(out, "tlp", NRS_VOC_TLP, (int)item->tlp);
	add_string(out, "title", item->title);
	if (item->content != NULL)
		add_cves(arena, out, item->content);
	nrs_buf_addc(out, '}');
}

const char *
dispatcher_machine_edition(
    struct nrs_arena *arena, const struct nrs_edition *edition)
{
	const struct nrs_newsletter *issue = edition->issue;
	struct nrs_buf out = {0};
	const char *json;
	size_t i;

	nrs_buf_addc(&out, '{');
	add_string(&out, "type", "noroshi.newsletter");
	add_string(&out, "issue_id", issue->issue_id);
	add_string(&out, "sector", issue->sector);
	add_name(&out, "number");
	nrs_buf_printf(&out, "%u", issue->number);
	add_term(&out, "mode", NRS_VOC_MODE, (int)issue->mode);
	add_term(&out, "tlp", NRS_VOC_TLP, (int)edition->label);
	add_time(&out, "from", issue->from);
	add_time(&out, "to", issue->to);
	add_name(&out, "items");
	nrs_buf_addc(&out, '[');
	for (i = 0; i < edition->n_items; i++) {
		nrs_buf_adds(&out, i == 0 ? "" : ",");
		add_item(arena, &out, &edition->items[i]);
	}
	nrs_buf_adds(&out, "]}");
	json = nrs_arena_strdup(arena, nrs_buf_str(&out));
	nrs_buf_fini(&out);
	return json;
}
