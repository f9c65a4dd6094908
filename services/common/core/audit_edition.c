/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Editions of newsletters. Source (architecture.md 3): newsletter.<sector>.
 * <label> has "an issue's edition with items up to that label, one record per
 * item and a closing one".
 *
 * Ours: what an edition must have is worked out here from the outcome alone,
 * not by what makes it. Only that a stub was signed for an item the outcome
 * does not say: such an item may be missing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/audit_internal.h"
#include "noroshi/core/tlp.h"
#include "noroshi/core/topic.h"

#define NAME_SIZE 256
#define ITEMS_MAX 65536 /* no issue has so many */

/* An item as an edition must have it, or has it. */
struct audit_piece {
	uint64_t is; /* its fingerprint; 0: did not come */
	union {
		bool may_lack;  /* wanted */
		uint32_t times; /* came */
	};
};

struct audit_edition {
	enum nrs_tlp label;
	int promised;  /* by so many outcomes that are alike */
	uint64_t head; /* fingerprint of what is said of the issue; 0: none */
	struct audit_piece *wanted, *came; /* came: by number */
	size_t n_wanted, n_came;
	uint32_t n_closed, total;
	bool differs;
};

/* One that has come as promised. */
struct audit_whole {
	int64_t n_each;  /* records, the closing one with them */
	int64_t n_lacks; /* promised once more; < 0: too many came */
};

void
audit_edition_free(struct audit_edition *edition)
{
	if (edition == NULL)
		return;
	free(edition->wanted);
	free(edition->came);
	free(edition);
}

/* ---- fingerprints: FNV-1a ---- */

static uint64_t
add_bytes(uint64_t print, const void *data, size_t len)
{
	const unsigned char *at = data;
	size_t i;

	for (i = 0; i < len; i++)
		print = (print ^ at[i]) * UINT64_C(1099511628211);
	return print;
}

static uint64_t
add_text(uint64_t print, const char *text)
{
	return add_bytes(print, text, strlen(text) + 1);
}

static uint64_t
add_number(uint64_t print, int64_t number)
{
	return add_bytes(print, &number, sizeof(number));
}

#define PRINT_BEGIN UINT64_C(14695981039346656037)

static uint64_t
print_of_item(
    const char *notice_id, uint32_t revision, enum nrs_tlp tlp, bool stub)
{
	uint64_t print = add_text(PRINT_BEGIN, notice_id);

	print = add_number(print, revision);
	print = add_number(print, (int64_t)tlp);
	return add_number(print, stub);
}

static uint64_t
print_of_issue(const struct nrs_newsletter *said)
{
	uint64_t print = add_number(PRINT_BEGIN, said->number);

	print = add_number(print, said->from);
	print = add_number(print, said->to);
	print = add_number(print, said->late);
	return add_number(print, (int64_t)said->mode);
}

/* ---- items ---- */

struct spot {
	char name[NAME_SIZE], topic[NAME_SIZE];
	enum nrs_tlp label;
	const char *issue_id;
	const struct nrs_audit_place *place; /* of what is being read */
};

static struct spot
spot_of(const struct nrs_audit_place *place, const char *issue_id,
    const char *sector, enum nrs_tlp label)
{
	const char *word = nrs_topic_label(label);
	struct spot spot = {
	    .label = label, .issue_id = issue_id, .place = place};

	if (word == NULL)
		word = "";
	(void)snprintf(spot.name, sizeof(spot.name), "%s %s", issue_id, word);
	(void)snprintf(
	    spot.topic, sizeof(spot.topic), "newsletter.%s.%s", sector, word);
	return spot;
}

static struct audit_item *
find(const struct nrs_audit_fold *audit, const struct spot *spot)
{
	return audit_find(
	    audit, &(struct audit_spot){
	               .stage = NRS_AUDIT_EDITION, .topic = spot->name});
}

/* NULL: too old, or no room. */
static struct audit_item *
find_or_add(struct nrs_audit_fold *audit, const struct spot *spot)
{
	struct audit_item *item = find(audit, spot);

	if (item != NULL)
		return item;
	item = audit_add(audit,
	    &(struct audit_spot){
	        .stage = NRS_AUDIT_EDITION, .topic = spot->name},
	    spot->place, spot->issue_id);
	if (item == NULL)
		return NULL;
	free(item->topic);
	item->topic = nrs_strdup(spot->topic);
	item->partition = 0;
	item->offset = -1;
	return item;
}

static struct audit_edition *
edition_of(struct audit_item *item, enum nrs_tlp label)
{
	if (item->edition == NULL) {
		item->edition = nrs_calloc(1, sizeof(*item->edition));
		item->edition->label = label;
	}
	return item->edition;
}

/* ---- what an outcome promises ---- */

static void
want(struct audit_edition *edition, const struct nrs_waiting_change *w)
{
	const enum nrs_tlp tlp = w->stub ? NRS_TLP_RED : w->tlp;
	struct audit_piece piece = {.may_lack = false};

	if (nrs_tlp_topic_holds(edition->label, tlp)) {
		piece.is = print_of_item(w->notice_id, w->revision, tlp, false);
	} else if (w->carried_tlp != NRS_TLP_UNSPECIFIED &&
	           nrs_tlp_topic_holds(edition->label, w->carried_tlp)) {
		piece.is = print_of_item(
		    w->notice_id, w->revision, edition->label, true);
		piece.may_lack = true;
	} else {
		return;
	}
	edition->wanted[edition->n_wanted++] = piece;
}

static void
want_all(struct audit_edition *edition, const struct nrs_outcome *o,
    const struct nrs_issue *issue)
{
	const struct nrs_newsletter said = {.number = issue->number,
	    .from = issue->from,
	    .to = issue->to,
	    .late = issue->late,
	    .mode = o->mode};
	const uint64_t head = print_of_issue(&said);
	size_t i;

	edition->differs |= edition->head != 0 && edition->head != head;
	edition->head = head;
	if (edition->promised++ > 0)
		return;
	edition->wanted =
	    nrs_calloc(o->n_waiting + 1, sizeof(*edition->wanted));
	for (i = 0; i < o->n_waiting; i++)
		if (o->waiting[i].remove &&
		    strcmp(o->waiting[i].why, "drained") == 0 &&
		    strcmp(o->waiting[i].sector, issue->sector) == 0)
			want(edition, &o->waiting[i]);
}

/* ---- what came ---- */

static void
take_piece(struct audit_edition *edition,
    const struct nrs_newsletter_item *said, bool again)
{
	const bool stub = said->alert != NULL && said->alert->stub;
	const uint64_t is =
	    print_of_item(said->notice_id, said->revision, said->tlp, stub);
	struct audit_piece *piece;
	size_t n = edition->n_came;

	if (said->number == 0 || said->number > ITEMS_MAX) {
		edition->differs = true;
		return;
	}
	if (said->number > n) {
		edition->came = nrs_realloc(
		    edition->came, said->number, sizeof(*edition->came));
		memset(&edition->came[n], 0,
		    (said->number - n) * sizeof(*edition->came));
		edition->n_came = said->number;
	}
	piece = &edition->came[said->number - 1];
	edition->differs |= piece->times > 0 && piece->is != is;
	piece->is = is;
	if (!again || piece->times == 0)
		piece->times++;
}

/* again: it makes good what is not there, and is none too many. */
static void
take(struct audit_edition *edition, const struct nrs_newsletter *part,
    bool again)
{
	const uint64_t head = print_of_issue(part);

	edition->differs |= edition->head != 0 && edition->head != head;
	edition->head = head;
	if (!part->closing && part->item != NULL) {
		take_piece(edition, part->item, again);
		return;
	}
	edition->differs |=
	    !part->closing ||
	    (edition->n_closed > 0 && edition->total != part->total);
	edition->total = part->total;
	if (!again || edition->n_closed == 0)
		edition->n_closed++;
}

/* ---- how it stands ---- */

static bool
is_in_order(const struct audit_edition *edition)
{
	size_t i, n = 0;

	for (i = 0; i < edition->n_wanted; i++) {
		const struct audit_piece *wanted = &edition->wanted[i];

		if (n < edition->n_came && edition->came[n].is == wanted->is)
			n++;
		else if (!wanted->may_lack)
			return false;
	}
	return n == edition->n_came;
}

static enum nrs_audit_fault
fault_of(const struct audit_edition *edition)
{
	const uint32_t promised = (uint32_t)edition->promised;
	bool lacks =
	    edition->n_closed < promised || edition->n_came < edition->total;
	bool twice = edition->n_closed > promised;
	size_t i;

	for (i = 0; i < edition->n_came; i++) {
		lacks |= edition->came[i].times < promised;
		twice |= edition->came[i].times > promised;
	}
	if (edition->differs)
		return NRS_AUDIT_DIFFERS;
	if (edition->n_came == 0 && edition->n_closed == 0)
		return NRS_AUDIT_MISSING;
	if (lacks)
		return NRS_AUDIT_INCOMPLETE;
	if (edition->n_came > edition->total || !is_in_order(edition))
		return NRS_AUDIT_DIFFERS;
	return twice ? NRS_AUDIT_TWICE : NRS_AUDIT_OVERDUE;
}

static void
check(struct nrs_audit_fold *audit, struct audit_item *item,
    const struct spot *spot)
{
	const struct audit_edition *edition = item->edition;
	struct audit_whole *whole;

	audit_set_early(audit, item, edition->promised == 0);
	item->fault = fault_of(edition);
	if (item->early || item->fault != NRS_AUDIT_OVERDUE)
		return;
	whole = nrs_calloc(1, sizeof(*whole));
	whole->n_each = (int64_t)edition->total + 1;
	free(nrs_map_put(audit->whole, spot->name, whole));
	audit_drop(audit, item);
}

/* What comes when all had come. */
static void
check_whole(struct nrs_audit_fold *audit, const struct audit_whole *whole,
    const struct spot *spot)
{
	struct audit_item *item;

	if (whole->n_lacks == 0) {
		audit_drop(audit, find(audit, spot));
		return;
	}
	item = find_or_add(audit, spot);
	if (item == NULL)
		return;
	item->fault =
	    whole->n_lacks < 0 ? NRS_AUDIT_TWICE : NRS_AUDIT_INCOMPLETE;
	if (whole->n_lacks == -1)
		item->offset = spot->place->offset;
}

/* ---- records ---- */

void
audit_edition_promise(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_outcome *o,
    const struct nrs_issue *issue)
{
	struct audit_whole *whole;
	struct audit_item *item;
	struct spot spot;
	int label;

	for (label = NRS_TLP_AMBER_STRICT; label <= NRS_TLP_CLEAR; label++) {
		spot = spot_of(
		    place, issue->issue_id, issue->sector, (enum nrs_tlp)label);
		if (!audit_is_read(audit, spot.topic, 0))
			continue;
		whole = nrs_map_get(audit->whole, spot.name);
		if (whole != NULL) {
			whole->n_lacks += whole->n_each;
			check_whole(audit, whole, &spot);
			continue;
		}
		item = find_or_add(audit, &spot);
		if (item == NULL)
			continue;
		want_all(edition_of(item, spot.label), o, issue);
		item->at = place->at;
		check(audit, item, &spot);
	}
}

/* It is nobody's there, and may be read by who must not. */
static void
misplaced(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    const char *issue_id)
{
	struct audit_item *item = audit_add(audit,
	    &(struct audit_spot){NRS_AUDIT_EDITION, place->topic,
	        place->partition, place->offset},
	    place, issue_id);

	if (item != NULL)
		item->fault = NRS_AUDIT_MISPLACED;
}

void
nrs_audit_newsletter(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_newsletter *part)
{
	const struct spot spot =
	    spot_of(place, part->issue_id, part->sector, part->label);
	struct audit_whole *whole = nrs_map_get(audit->whole, spot.name);
	const bool again = place->replay_of >= 0;
	struct audit_item *item;

	audit_pass(audit, place);
	if (strcmp(place->topic, spot.topic) != 0) {
		misplaced(audit, place, part->issue_id);
		return;
	}
	if (whole != NULL) {
		whole->n_lacks -= again ? 0 : 1;
		check_whole(audit, whole, &spot);
		return;
	}
	item = find_or_add(audit, &spot);
	if (item == NULL)
		return;
	if (item->offset < 0)
		item->offset = place->offset;
	take(edition_of(item, spot.label), part, again);
	check(audit, item, &spot);
}
