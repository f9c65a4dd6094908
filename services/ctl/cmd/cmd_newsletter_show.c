/* SPDX-License-Identifier: Apache-2.0 */
/* newsletter show: one issue as the topic of its sector and label has it. */
#include <stdlib.h>
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/read.h"
#include "ctl/seal.h"
#include "noroshi/core/newsletter.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/markdown.h"
#include "noroshi/io/wire.h"

struct show {
	struct ctl *ctl;
	struct nrs_keyring *ring;
	const char *sector;
	const char *id; /* NULL: the issue of this number, 0 for the last */
	int64_t number;
	enum nrs_tlp label;
	const char *topic;
	/* What was found; its items by number. */
	struct nrs_newsletter letter;
	bool found;
	size_t cap;
	const struct nrs_content **contents; /* NULL: a title alone */
	const char **signers;                /* of each item, or "" */
	size_t n_bad;
};

/* ---- which one ---- */

/* "weekly:2027-01-08T06:00:00Z:power:3" is of power. */
static enum nrs_rc
sector_of(struct show *s, struct nrs_err *err)
{
	const char *number = strrchr(s->id, ':'), *at = number;

	while (at != NULL && at > s->id && at[-1] != ':')
		at--;
	if (at == NULL || at == s->id || at == number)
		return nrs_refuse(
		    err, "", "not-found", "%s: not the id of an issue", s->id);
	s->sector = nrs_arena_strndup(s->ctl->arena, at, (size_t)(number - at));
	return NRS_OK;
}

static enum nrs_rc
choose(struct show *s, struct nrs_err *err)
{
	const char *label = ctl_opt(s->ctl, CTL_OPT_LABEL);
	int only = 0;

	s->sector = ctl_opt(s->ctl, CTL_OPT_SECTOR);
	s->id = s->ctl->args.n_words > 0 ? s->ctl->args.words[0] : NULL;
	if ((s->id == NULL) == (s->sector == NULL))
		return nrs_refuse(err, "", "usage",
		    "say which: the id of an issue, or --sector CODE");
	if (s->id != NULL && ctl_opt(s->ctl, CTL_OPT_NUMBER) != NULL)
		return nrs_refuse(
		    err, "", "usage", "--number goes with --sector");
	if (label != NULL && (!nrs_term_parse(NRS_VOC_TLP, label, &only) ||
	                         nrs_topic_label((enum nrs_tlp)only) == NULL))
		return nrs_refuse(err, "", "usage",
		    "--label is CLEAR, GREEN, AMBER or AMBER_STRICT: others "
		    "have no topic");
	s->label = (enum nrs_tlp)only;
	if (s->id != NULL)
		return sector_of(s, err);
	return ctl_opt_int(s->ctl, CTL_OPT_NUMBER,
	    (struct ctl_range){1, UINT32_MAX, 0}, &s->number, err);
}

/* ---- reading ---- */

static bool
is_wanted(const struct show *s, const struct nrs_newsletter *part)
{
	if (s->id != NULL)
		return strcmp(part->issue_id, s->id) == 0;
	return s->number == 0 || (int64_t)part->number == s->number;
}

/* One that came twice is the same. */
static void
take_item(struct show *s, const struct nrs_newsletter_item *item)
{
	struct nrs_newsletter *letter = &s->letter;
	size_t at = item->number - 1;

	if (at >= letter->n_items)
		at = letter->n_items++;
	if (at == s->cap) {
		struct nrs_newsletter_item *old = letter->items;
		s->cap = s->cap == 0 ? 16 : s->cap * 2;
		letter->items = nrs_arena_array(
		    s->ctl->arena, s->cap, sizeof(*letter->items));
		if (at > 0)
			memcpy(letter->items, old, at * sizeof(*old));
	}
	letter->items[at] = *item;
}

static enum nrs_rc
see_part(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	const struct nrs_newsletter *part = value;
	struct show *s = ctx;

	(void)record;
	(void)err;
	if (!is_wanted(s, part))
		return NRS_OK;
	if (!s->found || strcmp(s->letter.issue_id, part->issue_id) != 0) {
		s->letter = *part;
		s->letter.item = NULL;
		s->letter.items = NULL;
		s->letter.n_items = 0;
		s->letter.closing = false;
		s->cap = 0;
		s->found = true;
	}
	if (part->closing) {
		s->letter.closing = true;
		s->letter.total = part->total;
	} else if (part->item != NULL && part->item->number > 0)
		take_item(s, part->item);
	return NRS_OK;
}

static enum nrs_rc
read_label(struct show *s, enum nrs_tlp label, struct nrs_err *err)
{
	const struct ctl_reading reading = {
	    .topic = nrs_topic_newsletter(s->ctl->arena, s->sector, label),
	    .type = NRS_TYPE_NEWSLETTER,
	    .each = see_part,
	    .ctx = s,
	    .from = NRS_FROM_START};

	s->label = label;
	s->topic = reading.topic;
	return ctl_read(s->ctl, &reading, err);
}

/* Source (architecture.md 3): "a reader takes the highest it may read". One
 * that it may not read, or that came after this issue, is passed over. */
static enum nrs_rc
read_highest(struct show *s, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;
	int label;

	for (label = NRS_TLP_AMBER_STRICT; label <= NRS_TLP_CLEAR; label++) {
		rc = read_label(s, (enum nrs_tlp)label, err);
		if (rc == NRS_RETRY || s->found)
			break;
	}
	return rc;
}

static enum nrs_rc
read_issue(struct show *s, struct nrs_err *err)
{
	enum nrs_rc rc = s->label == NRS_TLP_UNSPECIFIED
	                     ? read_highest(s, err)
	                     : read_label(s, s->label, err);

	if (rc != NRS_OK || s->found)
		return rc;
	return nrs_refuse(
	    err, "", "not-found", "no such issue in newsletter.%s", s->sector);
}

/* ---- verifying ---- */

/* What nobody vouches for is not shown as if somebody did. */
static enum nrs_rc
verify(struct show *s, size_t i, struct nrs_err *why)
{
	struct nrs_newsletter_item *item = &s->letter.items[i];
	const struct nrs_alert *alert = item->alert;
	const struct ctl_seal seal = {
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = alert->mode,
	    .id = alert->submission_id,
	    .payload = alert->payload,
	    .addressing_sha256 =
	        alert->stub ? (struct nrs_bytes){0} : alert->addressing_sha256,
	    .signatures = alert->signatures,
	    .n_signatures = alert->n_signatures,
	};
	const struct nrs_wire_input in = {
	    .type = alert->stub ? NRS_TYPE_STUB_CONTENT : NRS_TYPE_CONTENT,
	    .bytes = alert->payload,
	    .how = NRS_WIRE_TOLERANT};
	const char *signer = ctl_seal_signer(s->ring, &seal, why);
	void *value;

	if (signer == NULL ||
	    nrs_wire_decode(s->ctl->arena, &in, &value, why) != NRS_OK)
		return NRS_REJECT;
	s->signers[i] = signer;
	if (alert->stub)
		item->alert = NULL; /* it has no text: a line without title */
	else
		s->contents[i] = value;
	return NRS_OK;
}

static void
verify_all(struct show *s)
{
	const size_t n = s->letter.n_items;
	size_t i;

	s->contents =
	    nrs_arena_array(s->ctl->arena, n + 1, sizeof(*s->contents));
	s->signers = nrs_arena_array(s->ctl->arena, n + 1, sizeof(*s->signers));
	for (i = 0; i < n; i++) {
		struct nrs_err why = {0};
		s->signers[i] = "";
		if (s->letter.items[i].alert == NULL ||
		    verify(s, i, &why) == NRS_OK)
			continue;
		s->n_bad++;
		(void)fprintf(stderr, "noroshictl: %s: not shown: %s: %s\n",
		    s->letter.items[i].notice_id, why.rule, why.text);
	}
}

/* ---- printing ---- */

static const char *
sector_name(struct show *s)
{
	const struct nrs_sector_table *table;
	const struct nrs_sector *sector = NULL;
	struct nrs_err unused = {0};

	if (ctl_sectors(s->ctl, &table, &unused) == NRS_OK)
		sector = nrs_sector_find(table, s->sector);
	if (sector == NULL)
		return s->sector;
	return strcmp(ctl_out_lang(s->ctl->out), "ja") == 0 ? sector->ja
	                                                    : sector->en;
}

static void
print_text(struct show *s, const struct nrs_edition *edition)
{
	struct ctl_out *out = s->ctl->out;
	const struct nrs_newsletter_render in = {.edition = edition,
	    .lang = ctl_out_lang(out),
	    .sector = sector_name(s),
	    .sender = "",
	    .desk = "",
	    .rich = nrs_markdown_html};
	struct nrs_rendered rendered;

	nrs_newsletter_render(s->ctl->arena, &in, &rendered);
	ctl_out_str(out, "subject", rendered.subject);
	ctl_out_laid_out(out, nrs_arena_printf(s->ctl->arena, "%s%s",
	                          rendered.text_head, rendered.text));
}

/* Items follow one by one in JSON, as text otherwise. */
static void
print_head(struct show *s, const struct nrs_edition *edition)
{
	struct ctl_out *out = s->ctl->out;

	ctl_out_begin(out, CTL_BLOCK);
	if (ctl_out_is_json(out))
		ctl_out_str(out, "step", "issue");
	ctl_out_str(out, "issue_id", s->letter.issue_id);
	ctl_out_str(out, "sector", s->sector);
	ctl_out_int(out, "number", (int64_t)s->letter.number);
	ctl_out_time(out, "from", s->letter.from);
	ctl_out_time(out, "to", s->letter.to);
	ctl_out_str(out, "topic", s->topic);
	ctl_out_int(out, "count", (int64_t)edition->n_items);
	if (edition->n_items > 0 && !ctl_out_is_json(out))
		print_text(s, edition);
	ctl_out_end(out);
}

static void
print_item(struct show *s, const struct nrs_edition_item *item)
{
	struct ctl_out *out = s->ctl->out;
	const size_t i = (size_t)(item->item - s->letter.items);

	ctl_out_begin(out, CTL_BLOCK);
	ctl_out_str(out, "step", "item");
	ctl_out_term(out, "section", NRS_VOC_NEWS_SECTION, (int)item->section);
	ctl_out_term(out, "tlp", NRS_VOC_TLP, (int)item->tlp);
	ctl_out_str(out, "notice_id", item->item->notice_id);
	ctl_out_str(out, "thread_id", item->item->thread_id);
	ctl_out_int(out, "revision", (int64_t)item->item->revision);
	ctl_out_term(out, "kind", NRS_VOC_MSG_KIND, (int)item->item->kind);
	ctl_out_time(out, "at", item->item->at);
	ctl_out_str(
	    out, "title", nrs_newsletter_title(item, ctl_out_lang(out)));
	ctl_out_str(out, "signed_by", s->signers[i]);
	ctl_out_message(out, "content", NRS_TYPE_CONTENT, item->content);
	ctl_out_end(out);
}

static enum ctl_exit
print_issue(struct show *s)
{
	const bool whole =
	    s->letter.closing && s->letter.total == s->letter.n_items;
	struct nrs_edition_query query = {
	    .issue = &s->letter, .clearance = s->label};
	struct nrs_edition edition;

	verify_all(s);
	query.contents = s->contents;
	(void)nrs_newsletter_edition(s->ctl->arena, &query, &edition);
	print_head(s, &edition);
	for (size_t i = 0; ctl_out_is_json(s->ctl->out) && i < edition.n_items;
	     i++)
		print_item(s, &edition.items[i]);
	if (edition.n_items == 0)
		ctl_out_note(s->ctl->out,
		    "Nothing of it may be read under this label.",
		    "この TLP で読めるものはない。");
	if (!whole)
		(void)fprintf(stderr,
		    "noroshictl: %s: not complete: %zu of %u items\n",
		    s->letter.issue_id, s->letter.n_items,
		    (unsigned)s->letter.total);
	return whole && s->n_bad == 0 ? CTL_DONE : CTL_FAILED;
}

enum ctl_exit
ctl_cmd_newsletter_show(struct ctl *ctl)
{
	struct show s = {.ctl = ctl};
	enum ctl_exit code;
	struct nrs_err err = {0};
	enum nrs_rc rc = choose(&s, &err);

	if (rc != NRS_OK && strcmp(err.rule, "usage") == 0)
		return ctl_misused(ctl, &err);
	if (rc == NRS_OK)
		rc = nrs_keyring_load(ctl->conf.keys, &s.ring, &err);
	if (rc == NRS_OK)
		rc = read_issue(&s, &err);
	code = rc == NRS_OK ? print_issue(&s) : ctl_failed(rc, &err);
	nrs_keyring_free(s.ring);
	return code;
}
