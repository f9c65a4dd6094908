/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule of the door for whom a notice is for, by field and rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/check_case.h"

static struct check_case c;

static int
setup(void **state)
{
	(void)state;
	check_case_open(&c);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	check_case_close(&c);
	return 0;
}

static void
notice(const char *field, const char *rule)
{
	check_case_notice(&c, field, rule);
}

/* ---- the audience ---- */

static void
sectors_are_known_and_named_once(void **state)
{
	c.to.sectors = scene_list(&c.scene, "power,gas", &c.to.n_sectors);
	notice(NULL, NULL);
	WITH(c.to.sectors[1], "Power", notice, "sectors[1]", "sector-known");
	WITH(c.to.sectors[1], "power", notice, "sectors", "twice");
	WITH(c.to.sectors[1], "*", notice, "sectors", "sector-all");
	WITH(c.to.sectors[1], "gas\r\n", notice, "sectors[1]", "id");
	c.to.sectors = scene_list(&c.scene, "*", &c.to.n_sectors);
	notice(NULL, NULL);
}

static void
ceptoars_narrow_the_sectors_named(void **state)
{
	c.to.sectors = scene_list(&c.scene, "finance,power", &c.to.n_sectors);
	c.to.ceptoars = scene_list(&c.scene, "bank", &c.to.n_ceptoars);
	notice(NULL, NULL);
	WITH(c.to.ceptoars[0], "banks", notice, "ceptoars[0]", "ceptoar-known");
	WITH(c.to.ceptoars[0], "gas", notice, "ceptoars[0]", "ceptoar-sector");
	c.to.sectors = scene_list(&c.scene, "*", &c.to.n_sectors);
	notice(NULL, NULL);
	/* it would be for nobody, and be said to be released */
	c.to.excluded_recipients =
	    scene_list(&c.scene, "op-1,bank", &c.to.n_excluded_recipients);
	notice("excluded_recipients[1]", "excluded-recipient");
}

static void
red_needs_named_recipients_and_nothing_else(void **state)
{
	c.content.tlp = NRS_TLP_RED;
	notice("recipients", "tlp-recipients");
	c.to.recipients = scene_list(&c.scene, "org-1", &c.to.n_recipients);
	notice("sectors", "tlp-recipients");
	c.to.n_sectors = 0;
	notice(NULL, NULL);
	c.to.ceptoars = scene_list(&c.scene, "bank", &c.to.n_ceptoars);
	notice("ceptoars", "tlp-recipients");
	c.to.n_ceptoars = 0;
	c.to.excluded_recipients =
	    scene_list(&c.scene, "org-2", &c.to.n_excluded_recipients);
	notice("excluded_recipients", "tlp-recipients");
}

static void
recipients_are_ids(void **state)
{
	c.to.recipients =
	    scene_list(&c.scene, "org-1,org-2", &c.to.n_recipients);
	notice(NULL, NULL);
	WITH(c.to.recipients[1], "a@b\r\nRCPT TO:<x>", notice, "recipients[1]",
	    "id");
	WITH(c.to.recipients[1], "org-1", notice, "recipients", "twice");
	WITH(c.to.recipients[1], "", notice, "recipients[1]", "required");
	c.to.excluded_recipients =
	    scene_list(&c.scene, "org-1", &c.to.n_excluded_recipients);
	notice("excluded_recipients[0]", "excluded-recipient");
	WITH(c.to.n_recipients, 4097, notice, "recipients", "length");
	WITH(c.to.originator, "a b", notice, "originator", "id");
}

static void
a_hidden_originator_stays_hidden(void **state)
{
	c.content.originator_text = "Example Electric";
	notice("originator_text", "originator-hidden");
	c.to.originator_shown = true;
	notice(NULL, NULL);
}

static void
the_audience_is_salted(void **state)
{
	WITH(c.to.salt.len, 15, notice, "salt", "salt");
	WITH(c.to.salt.len, 0, notice, "salt", "salt");
	WITH(c.to.salt.len, 64, notice, NULL, NULL);
}

/* ---- contact arrangements ---- */

static void
a_contact_change_is_complete(void **state)
{
	struct nrs_contact contact = {"desk", "mail", "hq@example.jp"};
	struct nrs_contact_arrangement hq = {
	    .action = NRS_ARRANGEMENT_ESTABLISH,
	    .arrangement_id = "hq-1",
	    .hq_name = "対策室",
	    .contacts = &contact,
	    .n_contacts = 1,
	};

	c.content.contact_change = &hq;
	notice("contact_change", "contact-item");
	c.content.item_type = NRS_ITEM_C1;
	notice(NULL, NULL);
#define HQ "contact_change."
	WITH(hq.action, 0, notice, HQ "action", "required");
	WITH(hq.arrangement_id, "", notice, HQ "arrangement_id", "required");
	WITH(hq.arrangement_id, "a b", notice, HQ "arrangement_id", "id");
	WITH(hq.hq_name, "", notice, HQ "hq_name", "required");
	WITH(hq.hq_name, "a\nb", notice, HQ "hq_name", "line");
	WITH(hq.n_contacts, 0, notice, HQ "contacts", "required");
	WITH(hq.effective_until, -1, notice, HQ "effective_until", "time");
	WITH(contact.channel, "fax", notice, HQ "contacts[0].channel",
	    "contact-channel");
	WITH(contact.address, "a@b\r\nX", notice, HQ "contacts[0].address",
	    "mailbox");
	WITH(contact.channel, "url", notice, HQ "contacts[0].address", "url");
	WITH(hq.policy, NRS_POLICY_REPLACE, notice, HQ "effective_until",
	    "contact-end");
	hq.effective_until = hq.effective_from = SCENE_NOW;
	notice(HQ "effective_until", "contact-end");
	hq.effective_until++;
	notice(NULL, NULL);
	contact = (struct nrs_contact){"desk", "phone", "+81-3-0000-0000"};
	notice(NULL, NULL);
	/* A closing needs the id only. */
	hq = (struct nrs_contact_arrangement){.action = NRS_ARRANGEMENT_CLOSE,
	    .arrangement_id = "hq-1",
	    .hq_name = ""};
	notice(NULL, NULL);
	hq.sectors = scene_list(&c.scene, "nowhere", &hq.n_sectors);
	notice(HQ "sectors[0]", "sector-known");
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(sectors_are_known_and_named_once),
	    T(ceptoars_narrow_the_sectors_named),
	    T(red_needs_named_recipients_and_nothing_else),
	    T(recipients_are_ids),
	    T(a_hidden_originator_stays_hidden),
	    T(the_audience_is_salted),
	    T(a_contact_change_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
