/* SPDX-License-Identifier: Apache-2.0 */
/* contacts import, contacts export: subscriptions as a table (CSV). */
#include <stdlib.h>
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/contacts.h"
#include "ctl/ctl.h"
#include "ctl/gather.h"
#include "ctl/members.h"
#include "ctl/submit.h"
#include "ctl/text.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/rand.h"
#include "noroshi/io/wire.h"

#define SHOWN_MAX 100 /* wrong rows that are told one by one */

/* ---- import ---- */

struct import {
	struct ctl *ctl;
	const char *file;
	struct nrs_map *registered;
	struct ctl_contacts contacts;
	size_t n_told;
};

static void
tell_wrong(void *ctx, const struct nrs_err *err)
{
	struct import *im = ctx;

	if (im->n_told++ < SHOWN_MAX)
		(void)fprintf(stderr, "noroshictl: %s: %s: %s: %s\n", im->file,
		    err->field, err->rule, err->text);
}

static enum nrs_rc
read_table(struct import *im, struct nrs_err *err)
{
	struct ctl *ctl = im->ctl;
	struct nrs_check check = {
	    .now_ms = nrs_wall_ms(), .mode = ctl_mode(ctl)};
	struct nrs_bytes text;
	struct nrs_csv csv;
	enum nrs_rc rc = ctl_text_read(ctl->arena, im->file, &text, err);

	if (rc == NRS_OK)
		rc = nrs_csv_read(ctl->arena, text, &csv, err);
	if (rc == NRS_OK)
		rc = ctl_sectors(ctl, &check.sectors, err);
	if (rc == NRS_OK)
		rc = ctl_subscriptions(ctl, &im->registered, err);
	if (rc != NRS_OK)
		return rc;
	const struct ctl_contacts_query query = {.arena = ctl->arena,
	    .csv = &csv,
	    .check = &check,
	    .registered = im->registered,
	    .verified = ctl_opt(ctl, CTL_OPT_VERIFIED) != NULL,
	    .wrong = tell_wrong,
	    .ctx = im};
	return ctl_contacts_parse(&query, &im->contacts, err);
}

/* One row of what is, or would be, done. */
static void
show(struct ctl *ctl, const struct ctl_contact *c)
{
	static const char *const changes[] = {[CTL_CONTACT_SAME] = "unchanged",
	    [CTL_CONTACT_NEW] = "new",
	    [CTL_CONTACT_CHANGED] = "changed"};

	ctl_out_begin(ctl->out, CTL_ROW);
	ctl_out_int(ctl->out, "line", (int64_t)c->line);
	ctl_out_str(ctl->out, "subscriber_id", c->subscription->subscriber_id);
	ctl_out_str(ctl->out, "change", changes[c->change]);
	ctl_out_int(ctl->out, "new_addresses", (int64_t)c->n_addresses);
	ctl_out_list(ctl->out, "fields", c->columns, c->n_columns);
	ctl_out_end(ctl->out);
}

static enum ctl_exit
send_one(struct ctl *ctl, const struct ctl_contact *c)
{
	char id[NRS_ID_SIZE];
	const struct ctl_parcel parcel = {
	    .type = NRS_SUBMISSION_SUBSCRIPTION,
	    .mode = ctl_mode(ctl),
	    .id = nrs_id_new(id),
	    .payload = nrs_wire_encode(
	        ctl->arena, NRS_TYPE_SUBSCRIPTION, c->subscription),
	};

	return ctl_submit(ctl, &parcel);
}

/* Whatever was stored before an error stands; the same table again finds it
 * unchanged and sends the rest. */
static enum ctl_exit
send_all(struct import *im)
{
	const struct ctl_contacts *all = &im->contacts;
	enum ctl_exit code = CTL_DONE;
	size_t n_sent = 0;

	im->ctl->silent = true;
	for (size_t i = 0; code == CTL_DONE && i < all->n; i++) {
		if (all->list[i].change == CTL_CONTACT_SAME)
			continue;
		code = send_one(im->ctl, &all->list[i]);
		if (code == CTL_DONE) {
			show(im->ctl, &all->list[i]);
			n_sent++;
		}
	}
	if (code != CTL_DONE)
		(void)fprintf(stderr,
		    "noroshictl: %s: broken off after %zu; import it again to "
		    "send the rest\n",
		    im->file, n_sent);
	return code;
}

static enum ctl_exit
import(struct import *im)
{
	struct ctl *ctl = im->ctl;
	struct nrs_err err = {0};
	enum nrs_rc rc;

	if (ctl_mode(ctl) != NRS_MODE_ACTUAL) {
		(void)nrs_refuse(&err, "mode", "conf",
		    "subscriptions are changed in mode actual only: a drill "
		    "reads the real ones");
		return ctl_failed(NRS_REJECT, &err);
	}
	rc = read_table(im, &err);
	if (rc == NRS_REJECT)
		nrs_err_prefix(&err, "%s", im->file);
	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	if (im->contacts.n_wrong > 0) {
		(void)fprintf(stderr,
		    "noroshictl: %s: %zu of %zu rows are wrong: nothing was "
		    "stored\n",
		    im->file, im->contacts.n_wrong,
		    im->contacts.n_wrong + im->contacts.n);
		return CTL_REFUSED;
	}
	if (ctl_opt(ctl, CTL_OPT_DRY_RUN) == NULL)
		return send_all(im);
	for (size_t i = 0; i < im->contacts.n; i++)
		show(ctl, &im->contacts.list[i]);
	ctl_out_note(ctl->out, "Nothing was stored.", "何も登録していない。");
	return CTL_DONE;
}

enum ctl_exit
ctl_cmd_contacts_import(struct ctl *ctl)
{
	struct import im = {.ctl = ctl, .file = ctl->args.words[0]};
	enum ctl_exit code = import(&im);

	nrs_map_free(im.registered, NULL);
	return code;
}

/* ---- export ---- */

static int
by_id(const void *a, const void *b)
{
	const struct nrs_subscription *left =
	    *(const struct nrs_subscription *const *)a;
	const struct nrs_subscription *right =
	    *(const struct nrs_subscription *const *)b;

	return strcmp(left->subscriber_id, right->subscriber_id);
}

static void
print_table(struct ctl *ctl, const struct ctl_members *members)
{
	const struct nrs_subscription **list = nrs_arena_array(
	    ctl->arena, nrs_map_count(members->by_id) + 1, sizeof(*list));
	struct nrs_buf text = {0};
	void *cursor = NULL, *value;
	const char *id;
	size_t n = 0;

	while (nrs_map_next(members->by_id, &cursor, &id, &value))
		if (ctl_members_may_see(members, id))
			list[n++] = value;
	qsort(list, n, sizeof(struct nrs_subscription *), by_id);
	ctl_contacts_write(ctl->arena, &text, list, n);
	(void)fwrite(nrs_buf_str(&text), 1, text.len, stdout);
	nrs_buf_fini(&text);
}

enum ctl_exit
ctl_cmd_contacts_export(struct ctl *ctl)
{
	struct ctl_members members = {0};
	struct nrs_err err = {0};
	enum nrs_rc rc = ctl_members_load(ctl, NULL, &members, &err);
	enum ctl_exit code = CTL_DONE;

	if (rc == NRS_OK)
		print_table(ctl, &members);
	else
		code = strcmp(err.rule, "usage") == 0 ? ctl_misused(ctl, &err)
		                                      : ctl_failed(rc, &err);
	ctl_members_fini(&members);
	return code;
}
