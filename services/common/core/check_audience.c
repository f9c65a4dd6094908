/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is addressed, against the label; and the contact arrangement, which also
 * says whom to reach and how.
 */
#include <string.h>

#include "common/core/check_internal.h"

#define SALT_MIN 16
#define SALT_MAX 64
#define CONTACTS_MAX 32
#define SHORT_MAX 200

static enum nrs_rc
check_contact(const struct nrs_check *check, const struct nrs_contact *contact,
    size_t at, struct nrs_err *err)
{
	const struct check_path channel =
	    check_path("contact_change.contacts[%zu].channel", at);
	const struct check_path address =
	    check_path("contact_change.contacts[%zu].address", at);
	enum nrs_rc rc;

	rc =
	    check_line(check_path("contact_change.contacts[%zu].role", at).text,
	        contact->role, SHORT_MAX, err);
	if (rc != NRS_OK)
		return rc;
	if (strcmp(contact->channel, "mail") == 0)
		return check_mailbox(address.text, contact->address, err);
	if (strcmp(contact->channel, "url") == 0)
		return check_url(address.text, contact->address, err);
	if (strcmp(contact->channel, "phone") == 0)
		return check_line(address.text, contact->address, -64, err);
	if (!check->inside)
		return nrs_refuse(err, channel.text, "contact-channel",
		    "a contact's channel is mail, phone or url");
	rc = check_line(channel.text, contact->channel, SHORT_MAX, err);
	if (rc != NRS_OK)
		return rc;
	return check_line(address.text, contact->address, SHORT_MAX, err);
}

/* 設置 and 変更 tell everything anew; 閉鎖 needs the id only. */
static enum nrs_rc
check_arrangement(const struct nrs_check *check,
    const struct nrs_contact_arrangement *change, struct nrs_err *err)
{
	const struct check_list sectors = {
	    "contact_change.sectors", change->sectors, change->n_sectors};
	enum nrs_rc rc;
	size_t i;

	if (change->action == NRS_ARRANGEMENT_CLOSE)
		return check_sectors(check, &sectors, err);
	if ((rc = check_line("contact_change.hq_name", change->hq_name,
	         -SHORT_MAX, err)) != NRS_OK ||
	    (rc = check_sectors(check, &sectors, err)) != NRS_OK)
		return rc;
	if (change->n_contacts == 0 || change->n_contacts > CONTACTS_MAX)
		return nrs_refuse(err, "contact_change.contacts", "required",
		    "name 1 to %d contacts", CONTACTS_MAX);
	for (i = 0; i < change->n_contacts; i++)
		if ((rc = check_contact(check, &change->contacts[i], i, err)) !=
		    NRS_OK)
			return rc;
	if (change->policy == NRS_POLICY_REPLACE &&
	    change->effective_until == 0)
		return nrs_refuse(err, "contact_change.effective_until",
		    "contact-end",
		    "an arrangement that REPLACEs the usual route needs an "
		    "end");
	if (change->effective_until != 0 &&
	    change->effective_until <= change->effective_from)
		return nrs_refuse(err, "contact_change.effective_until",
		    "contact-end",
		    "effective_until must lie after effective_from");
	return NRS_OK;
}

enum nrs_rc
check_contact_change(const struct nrs_check *check,
    const struct nrs_content *content, struct nrs_err *err)
{
	const struct nrs_contact_arrangement *change = content->contact_change;
	enum nrs_rc rc;

	if (change == NULL)
		return NRS_OK;
	if (!check->inside && content->item_type != NRS_ITEM_C1)
		return nrs_refuse(err, "contact_change", "contact-item",
		    "only a C1 notice changes the contact arrangement");
	if ((rc = check_term("contact_change.action", (int)change->action,
	         err)) != NRS_OK ||
	    (rc = check_id("contact_change.arrangement_id",
	         change->arrangement_id, err)) != NRS_OK ||
	    (rc = check_time("contact_change.effective_from",
	         change->effective_from, err)) != NRS_OK ||
	    (rc = check_time("contact_change.effective_until",
	         change->effective_until, err)) != NRS_OK)
		return rc;
	return check_arrangement(check, change, err);
}

static bool
names(const char *const *items, size_t n, const char *item)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(items[i], item) == 0)
			return true;
	return false;
}

/* A CEPTOAR narrows its own sector; a sector without a named one is whole. */
static enum nrs_rc
check_narrowing(const struct nrs_check *check,
    const struct nrs_addressing *addressing, struct nrs_err *err)
{
	const struct nrs_ceptoar *ceptoar;
	size_t i;

	if (names(addressing->sectors, addressing->n_sectors, "*"))
		return NRS_OK;
	for (i = 0; i < addressing->n_ceptoars; i++) {
		ceptoar =
		    nrs_ceptoar_find(check->sectors, addressing->ceptoars[i]);
		if (ceptoar != NULL &&
		    !names(addressing->sectors, addressing->n_sectors,
		        ceptoar->sector))
			return nrs_refuse(err,
			    check_path("ceptoars[%zu]", i).text,
			    "ceptoar-sector",
			    "CEPTOAR %s belongs to sector %s, which is not "
			    "named",
			    ceptoar->id, ceptoar->sector);
	}
	return NRS_OK;
}

/* RED goes to named recipients and nobody else. Behind the door an unknown
 * label has become RED: core/decide.h keeps that for the duty desk. */
static enum nrs_rc
check_red(const struct nrs_check *check,
    const struct nrs_addressing *addressing, struct nrs_err *err)
{
	if (check->inside)
		return NRS_OK;
	if (addressing->n_recipients == 0)
		return nrs_refuse(err, "recipients", "tlp-recipients",
		    "TLP:RED needs named recipients");
	if (addressing->n_sectors != 0 || addressing->n_ceptoars != 0 ||
	    addressing->n_excluded_recipients != 0)
		return nrs_refuse(err,
		    addressing->n_sectors != 0    ? "sectors"
		    : addressing->n_ceptoars != 0 ? "ceptoars"
		                                  : "excluded_recipients",
		    "tlp-recipients",
		    "TLP:RED goes to named recipients only: leave sectors, "
		    "CEPTOARs and exclusions out");
	return NRS_OK;
}

static enum nrs_rc
check_people(const struct nrs_addressing *addressing, struct nrs_err *err)
{
	const struct check_list recipients = {
	    "recipients", addressing->recipients, addressing->n_recipients};
	const struct check_list excluded = {"excluded_recipients",
	    addressing->excluded_recipients, addressing->n_excluded_recipients};
	enum nrs_rc rc;
	size_t i;

	if ((rc = check_id_if_any("originator", addressing->originator, err)) !=
	        NRS_OK ||
	    (rc = check_ids(&recipients, err)) != NRS_OK ||
	    (rc = check_ids(&excluded, err)) != NRS_OK)
		return rc;
	for (i = 0; i < excluded.n; i++)
		if (names(recipients.items, recipients.n, excluded.items[i]) ||
		    names(addressing->ceptoars, addressing->n_ceptoars,
		        excluded.items[i]))
			return nrs_refuse(err,
			    check_path("excluded_recipients[%zu]", i).text,
			    "excluded-recipient",
			    "%s is both named and excluded", excluded.items[i]);
	return NRS_OK;
}

static enum nrs_rc
check_hidden(const struct nrs_check *check, const struct nrs_content *content,
    const struct nrs_addressing *addressing, struct nrs_err *err)
{
	if (content->originator_text[0] != '\0' &&
	    !addressing->originator_shown)
		return nrs_refuse(err, "originator_text", "originator-hidden",
		    "originator_text would reveal a hidden originator: leave "
		    "it out, or set originator_shown");
	if (!check->inside && (addressing->salt.len < SALT_MIN ||
	                          addressing->salt.len > SALT_MAX))
		return nrs_refuse(err, "salt", "salt",
		    "salt has %d to %d random bytes, not %zu", SALT_MIN,
		    SALT_MAX, addressing->salt.len);
	return NRS_OK;
}

enum nrs_rc
check_audience(const struct nrs_check *check, const struct nrs_content *content,
    const struct nrs_addressing *addressing, struct nrs_err *err)
{
	const struct check_list sectors = {
	    "sectors", addressing->sectors, addressing->n_sectors};
	const struct check_list ceptoars = {
	    "ceptoars", addressing->ceptoars, addressing->n_ceptoars};
	enum nrs_rc rc;

	if ((rc = check_people(addressing, err)) != NRS_OK ||
	    (rc = check_hidden(check, content, addressing, err)) != NRS_OK)
		return rc;
	if (content->tlp == NRS_TLP_RED || content->tlp == NRS_TLP_UNSPECIFIED)
		return check_red(check, addressing, err);
	if (sectors.n == 0)
		return nrs_refuse(err, "sectors", "required",
		    "name the sectors, or \"*\" for all");
	if ((rc = check_sectors(check, &sectors, err)) != NRS_OK ||
	    (rc = check_ceptoars(check, &ceptoars, err)) != NRS_OK)
		return rc;
	return check_narrowing(check, addressing, err);
}
