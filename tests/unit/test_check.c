/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every rule of the door, with the field and the rule that its message names.
 *
 * long: one test per rule of the door.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/check.h"
#include "support/scene.h"

static struct scene s;
static struct nrs_check check;
static struct nrs_content content;
static struct nrs_addressing to;
static struct nrs_posture_change change;
static struct nrs_err err;

static const uint8_t bytes[64];
#define BYTES(n) ((struct nrs_bytes){bytes, (n)})
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int
setup(void **state)
{
	static struct nrs_countermeasure measure = {"patch", 0};

	scene_open(&s, NRS_MODE_ACTUAL);
	check = (struct nrs_check){
	    .sectors = s.policy->sectors,
	    .now_ms = SCENE_NOW,
	    .mode = NRS_MODE_ACTUAL,
	};
	content = scene_content(&s, "a");
	content.no_countermeasure = false;
	content.countermeasures = &measure;
	content.n_countermeasures = 1;
	to = scene_to(&s, "power");
	to.salt = BYTES(16);
	change = (struct nrs_posture_change){
	    .scope = "*",
	    .posture = NRS_POSTURE_HEIGHTENED,
	    .until = SCENE_NOW + DAY,
	    .reason = "because",
	    .mode = NRS_MODE_ACTUAL,
	    .issued_at = SCENE_NOW,
	    .change_id = "p-1",
	};
	return 0;
}

static int
teardown(void **state)
{
	scene_close(&s);
	return 0;
}

static void
answers(enum nrs_rc rc, const char *field, const char *rule)
{
	if (field == NULL) {
		if (rc != NRS_OK)
			fail_msg("%s %s: %s", err.field, err.rule, err.text);
		return;
	}
	assert_int_equal(rc, NRS_REJECT);
	assert_string_equal(err.field, field);
	assert_string_equal(err.rule, rule);
	assert_true(strlen(err.text) > 10);
}

static void
notice(const char *field, const char *rule)
{
	answers(nrs_check_notice(&check, &content, &to, &err), field, rule);
}

static void
posture(const char *field, const char *rule)
{
	answers(nrs_check_posture_change(&check, &change, &err), field, rule);
}

/* Set it, see the answer, set it back. */
#define WITH(lvalue, value, ask, field, rule)                                  \
	do {                                                                   \
		__typeof__(lvalue) was = (lvalue);                             \
		(lvalue) = (value);                                            \
		ask(field, rule);                                              \
		(lvalue) = was;                                                \
	} while (0)

/* ---- identity ---- */

static void
a_complete_notice_passes(void **state)
{
	notice(NULL, NULL);
}

static void
ids_are_required_and_well_formed(void **state)
{
	const char *long_id =
	    "0123456789012345678901234567890123456789012345678901234567890123"
	    "4";

	WITH(content.notice_id, "", notice, "notice_id", "required");
	WITH(content.notice_id, "a b", notice, "notice_id", "id");
	WITH(content.notice_id, "a\r\nb", notice, "notice_id", "id");
	WITH(content.notice_id, "-a", notice, "notice_id", "id");
	WITH(content.notice_id, long_id, notice, "notice_id", "id");
	WITH(content.thread_id, "", notice, "thread_id", "required");
	WITH(content.thread_id, "狼煙", notice, "thread_id", "id");
}

static void
what_is_required_is_asked_for_by_name(void **state)
{
	WITH(content.kind, 0, notice, "kind", "required");
	WITH(content.mode, 0, notice, "mode", "required");
	WITH(content.stream, 0, notice, "stream", "required");
	WITH(content.source_row, 0, notice, "source_row", "required");
	WITH(content.item_type, 0, notice, "item_type", "required");
	WITH(content.urgency, 0, notice, "urgency", "required");
	WITH(content.tlp, 0, notice, "tlp", "required");
	WITH(content.title, "", notice, "title", "required");
	WITH(content.summary, "", notice, "summary", "required");
	WITH(content.issued_at, 0, notice, "issued_at", "required");
	WITH(to.n_sectors, 0, notice, "sectors", "required");
}

static void
a_process_serves_one_mode(void **state)
{
	content.exercise_id = "drill-1";
	WITH(content.mode, NRS_MODE_EXERCISE, notice, "mode", "mode");
	notice("exercise_id", "exercise-id");
	check.mode = content.mode = NRS_MODE_EXERCISE;
	notice(NULL, NULL);
	WITH(content.exercise_id, "", notice, "exercise_id", "exercise-id");
	check.mode = content.mode = NRS_MODE_TEST;
	notice("exercise_id", "exercise-id");
	content.exercise_id = "";
	notice(NULL, NULL);
}

static void
a_first_notice_begins_its_own_thread(void **state)
{
	WITH(content.thread_id, "b", notice, "thread_id", "thread-first");
	WITH(content.revision, 2, notice, "revision", "revision");
	WITH(content.revision, 0, notice, "revision", "revision");
	content.supersedes = scene_list(&s, "b", &content.n_supersedes);
	notice("supersedes", "supersedes");
}

static void
a_later_notice_names_what_it_supersedes_and_why(void **state)
{
	struct nrs_countermeasure *measures = content.countermeasures;
	int kind;

	for (kind = NRS_KIND_FOLLOW_UP; kind <= NRS_KIND_RETRACTION; kind++) {
		content = scene_next(&s, "a", 2, (enum nrs_msg_kind)kind);
		content.countermeasures = measures;
		content.n_countermeasures = 1;
		content.no_countermeasure = false;
		notice(NULL, NULL);
		WITH(content.revision, 1, notice, "revision", "revision");
		WITH(content.n_supersedes, 0, notice, "supersedes",
		    "supersedes");
		WITH(content.notice_id, "a", notice, "thread_id",
		    "thread-first");
		WITH(content.supersedes[0], "x y", notice, "supersedes[0]",
		    "id");
		if (kind == NRS_KIND_FOLLOW_UP)
			WITH(content.revision_reason, "", notice, NULL, NULL);
		else
			WITH(content.revision_reason, "", notice,
			    "revision_reason", "required");
	}
	content.supersedes = scene_list(&s, "a,a", &content.n_supersedes);
	notice("supersedes", "twice");
}

/* ---- text ---- */

static void
one_line_stays_one_line(void **state)
{
	static const char *const bad[] = {"a\nBcc: x@example.jp", "a\r\nb",
	    "a\rb", "tab\t", "\x1b[31m", "\x7f", "bidi \xe2\x80\xae",
	    "separator \xe2\x80\xa8", "c1 \xc2\x85", "\xff", "\xc0\xaf",
	    "\xed\xa0\x80"};
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		WITH(content.title, bad[i], notice, "title", "line");
		WITH(content.lang, bad[i], notice, "lang", "line");
		WITH(content.tlp_widened_by, bad[i], notice, "tlp_widened_by",
		    "line");
	}
}

static void
a_body_may_have_lines_and_nothing_worse(void **state)
{
	WITH(content.summary, "one\ntwo\r\n\tthree", notice, NULL, NULL);
	WITH(content.summary, "a\rb", notice, "summary", "block");
	WITH(content.summary, "\x1b[2J", notice, "summary", "block");
	WITH(content.summary, "\xff", notice, "summary", "block");
	WITH(content.nisc_comment, "\x01", notice, "nisc_comment", "block");
	WITH(content.impact, "\x01", notice, "impact", "block");
	WITH(content.revision_reason, "\x01", notice, "revision_reason",
	    "block");
}

static const char *
repeat(char c, size_t n)
{
	char *text = nrs_arena_alloc(s.arena, n + 1);

	memset(text, c, n);
	return text;
}

static void
lengths_are_bounded(void **state)
{
	WITH(content.title, repeat('x', 200), notice, NULL, NULL);
	WITH(content.title, repeat('x', 201), notice, "title", "length");
	WITH(content.summary, repeat('x', 64 * 1024), notice, NULL, NULL);
	WITH(content.summary, repeat('x', 64 * 1024 + 1), notice, "summary",
	    "length");
	WITH(content.n_sections, 65, notice, "sections", "length");
	WITH(content.n_vulns, 257, notice, "vulns", "length");
	WITH(content.n_references, 257, notice, "references", "length");
	WITH(content.n_attachments, 257, notice, "attachments", "length");
	WITH(content.n_countermeasures, 257, notice, "countermeasures",
	    "length");
}

static void
sections_have_a_label_and_a_text(void **state)
{
	struct nrs_section section = {"対策", "text"};

	content.sections = &section;
	content.n_sections = 1;
	notice(NULL, NULL);
	WITH(section.label, "", notice, "sections[0].label", "required");
	WITH(section.label, "a\nb", notice, "sections[0].label", "line");
	WITH(section.text, "", notice, "sections[0].text", "required");
	content.sections = NULL;
}

/* ---- the rest of Content ---- */

static void
a_cause_belongs_to_its_threat(void **state)
{
	static const struct {
		enum nrs_cause_class cause;
		enum nrs_threat_category threat;
	} table[] = {
	    {NRS_CAUSE_UNAUTHORISED_ACCESS_DOS, NRS_THREAT_INTENTIONAL},
	    {NRS_CAUSE_VIRUS_INFECTION, NRS_THREAT_INTENTIONAL},
	    {NRS_CAUSE_OTHER_INTENTIONAL, NRS_THREAT_INTENTIONAL},
	    {NRS_CAUSE_SOFTWARE_FAULT, NRS_THREAT_UNINTENTIONAL},
	    {NRS_CAUSE_HARDWARE_FAULT, NRS_THREAT_UNINTENTIONAL},
	    {NRS_CAUSE_MANAGEMENT_HUMAN, NRS_THREAT_UNINTENTIONAL},
	    {NRS_CAUSE_OTHER_UNINTENTIONAL, NRS_THREAT_UNINTENTIONAL},
	    {NRS_CAUSE_DISASTER_DISEASE, NRS_THREAT_DISASTER_DISEASE},
	    {NRS_CAUSE_SPILLOVER_TELECOM, NRS_THREAT_SPILLOVER},
	    {NRS_CAUSE_SPILLOVER_POWER, NRS_THREAT_SPILLOVER},
	    {NRS_CAUSE_SPILLOVER_WATER, NRS_THREAT_SPILLOVER},
	    {NRS_CAUSE_SPILLOVER_OTHER, NRS_THREAT_SPILLOVER},
	    {NRS_CAUSE_OTHER, NRS_THREAT_OTHER},
	};
	enum nrs_threat_category threat;
	size_t i;

	assert_int_equal(COUNT(table), 13);
	for (i = 0; i < COUNT(table); i++) {
		content.cause = table[i].cause;
		for (threat = 0; threat <= NRS_THREAT_OTHER; threat++) {
			content.threat = threat;
			if (threat == table[i].threat)
				notice(NULL, NULL);
			else
				notice("cause", "cause-threat");
		}
	}
	content.cause = 0;
	content.threat = NRS_THREAT_OTHER;
	notice(NULL, NULL);
	WITH(content.taxonomy_version, "PLAN4", notice, NULL, NULL);
	WITH(content.taxonomy_version, "PLAN3", notice, "taxonomy_version",
	    "taxonomy");
}

static void
times_make_sense(void **state)
{
	WITH(content.issued_at, SCENE_NOW + 5 * MINUTE, notice, NULL, NULL);
	WITH(content.issued_at, SCENE_NOW + 5 * MINUTE + 1, notice, "issued_at",
	    "issued-at");
	WITH(content.issued_at, SCENE_NOW - 5 * MINUTE - 1, notice, "issued_at",
	    "issued-at");
	WITH(content.valid_until, SCENE_NOW, notice, "valid_until",
	    "valid-until");
	WITH(content.valid_from, content.valid_until, notice, "valid_from",
	    "valid-from");
	WITH(content.ack_deadline, SCENE_NOW, notice, "ack_deadline",
	    "ack-deadline");
	WITH(content.occurred_at, -1, notice, "occurred_at", "time");
	WITH(content.detected_at, INT64_MAX, notice, "detected_at", "time");
	WITH(content.valid_until, INT64_MAX, notice, "valid_until", "time");
}

static void
what_may_be_urgent_says_what_to_do(void **state)
{
	content.n_countermeasures = 0;
	notice("countermeasures", "countermeasure");
	WITH(content.no_countermeasure, true, notice, NULL, NULL);
	content.item_type = NRS_ITEM_A1;
	notice(NULL, NULL);
	WITH(content.urgency, NRS_URGENCY_IMMEDIATE, notice, "countermeasures",
	    "countermeasure");
	content.n_countermeasures = 1;
	WITH(content.no_countermeasure, true, notice, "no_countermeasure",
	    "countermeasure");
	WITH(content.countermeasures[0].text, "", notice,
	    "countermeasures[0].text", "required");
	WITH(content.countermeasures[0].deadline, -1, notice,
	    "countermeasures[0].deadline", "time");
}

static void
vulnerabilities_are_well_formed(void **state)
{
	const char *cpe[] = {"cpe:2.3:a:vendor:product"};
	struct nrs_vulnerability vuln = {
	    "CVE-2026-0001", "", cpe, 1, "CVSS:3.1/AV:N", 98};

	content.vulns = &vuln;
	content.n_vulns = 1;
	notice(NULL, NULL);
	WITH(vuln.cve, "CVE 1", notice, "vulns[0].cve", "id");
	WITH(vuln.jvndb_id, "\n", notice, "vulns[0].jvndb_id", "id");
	WITH(vuln.cvss_vector, "a\nb", notice, "vulns[0].cvss_vector", "line");
	WITH(vuln.cvss_score_x10, 101, notice, "vulns[0].cvss_score_x10",
	    "cvss");
	WITH(cpe[0], "a\nb", notice, "vulns[0].cpe[0]", "line");
	WITH(vuln.n_cpe, 257, notice, "vulns[0].cpe", "length");
	content.vulns = NULL;
}

static void
links_and_attachments_are_well_formed(void **state)
{
	struct nrs_reference reference = {"title", "https://example.jp/"};
	struct nrs_attachment file = {
	    "a.pdf", BYTES(32), 1, "https://example.jp/a.pdf"};

	content.references = &reference;
	content.attachments = &file;
	content.n_references = content.n_attachments = 1;
	notice(NULL, NULL);
	WITH(reference.title, "a\nb", notice, "references[0].title", "line");
	WITH(reference.url, "", notice, "references[0].url", "required");
	WITH(reference.url, "https://example.jp/\r\nX: y", notice,
	    "references[0].url", "url");
	WITH(reference.url, "javascript:alert(1)", notice, "references[0].url",
	    "url");
	WITH(file.name, "", notice, "attachments[0].name", "required");
	WITH(file.sha256.len, 31, notice, "attachments[0].sha256", "digest");
	WITH(file.size, -1, notice, "attachments[0].size", "size");
	WITH(
	    file.uri, "ftp://example.jp/", notice, "attachments[0].uri", "url");
	content.references = NULL;
	content.attachments = NULL;
}

/* ---- translations ---- */

static struct nrs_translation other;

static void
translate(void)
{
	static struct nrs_section sections[] = {{"Cause", "A typo"}};
	static struct nrs_section originals[] = {{"原因", "誤記"}};
	static const char *steps[] = {"Patch"};

	other = (struct nrs_translation){.lang = "en",
	    .title = "Title",
	    .summary = "Summary",
	    .sections = sections,
	    .n_sections = 1,
	    .countermeasures = steps,
	    .n_countermeasures = 1,
	    .nisc_comment = "",
	    .impact = "Some",
	    .revision_reason = ""};
	content.sections = originals;
	content.n_sections = 1;
	content.impact = "ある";
	content.translations = &other;
	content.n_translations = 1;
}

static void
a_translation_is_in_another_language_of_ours(void **state)
{
	translate();
	notice(NULL, NULL);
	WITH(other.lang, "fr", notice, "translations[0].lang",
	    "translation-lang");
	WITH(other.lang, "", notice, "translations[0].lang", "required");
	WITH(other.lang, "ja", notice, "translations[0].lang", "twice");
	WITH(content.lang, "fr", notice, "lang", "translation-lang");
	WITH(content.n_translations, 9, notice, "translations", "length");
	content.n_translations = 0;
	WITH(content.lang, "fr", notice, NULL, NULL);
}

static void
a_translation_says_no_less_and_no_more(void **state)
{
	translate();
	WITH(other.n_sections, 0, notice, "translations[0].sections",
	    "translation-half");
	WITH(other.n_countermeasures, 0, notice,
	    "translations[0].countermeasures", "translation-half");
	WITH(other.impact, "", notice, "translations[0].impact",
	    "translation-half");
	WITH(other.nisc_comment, "more", notice, "translations[0].nisc_comment",
	    "translation-half");
	WITH(other.revision_reason, "why", notice,
	    "translations[0].revision_reason", "translation-half");
	WITH(other.title, "", notice, "translations[0].title", "required");
	WITH(other.summary, "", notice, "translations[0].summary", "required");
}

static void
a_translation_is_as_well_formed_as_its_original(void **state)
{
	static char long_title[NRS_CHECK_TITLE_MAX + 2];

	translate();
	memset(long_title, 'x', sizeof(long_title) - 1);
	WITH(other.title, "a\nb", notice, "translations[0].title", "line");
	WITH(
	    other.title, long_title, notice, "translations[0].title", "length");
	WITH(other.summary, "\033[31m", notice, "translations[0].summary",
	    "block");
	WITH(other.impact, "\x01", notice, "translations[0].impact", "block");
	WITH(other.sections[0].label, "a\nb", notice,
	    "translations[0].sections[0].label", "line");
	WITH(other.sections[0].text, "", notice,
	    "translations[0].sections[0].text", "required");
	WITH(other.countermeasures[0], "\x07", notice,
	    "translations[0].countermeasures[0]", "block");
	WITH(
	    other.n_sections, 65, notice, "translations[0].sections", "length");
	WITH(other.n_countermeasures, 257, notice,
	    "translations[0].countermeasures", "length");
}

static void
behind_the_door_half_a_translation_loses_no_notice(void **state)
{
	translate();
	check.inside = true;
	WITH(other.lang, "fr", notice, NULL, NULL);
	WITH(other.n_countermeasures, 0, notice, NULL, NULL);
	WITH(other.summary, "", notice, NULL, NULL);
	WITH(other.title, "a\nb", notice, "translations[0].title", "line");
}

/* ---- the audience ---- */

static void
sectors_are_known_and_named_once(void **state)
{
	to.sectors = scene_list(&s, "power,gas", &to.n_sectors);
	notice(NULL, NULL);
	WITH(to.sectors[1], "Power", notice, "sectors[1]", "sector-known");
	WITH(to.sectors[1], "power", notice, "sectors", "twice");
	WITH(to.sectors[1], "*", notice, "sectors", "sector-all");
	WITH(to.sectors[1], "gas\r\n", notice, "sectors[1]", "id");
	to.sectors = scene_list(&s, "*", &to.n_sectors);
	notice(NULL, NULL);
}

static void
ceptoars_narrow_the_sectors_named(void **state)
{
	to.sectors = scene_list(&s, "finance,power", &to.n_sectors);
	to.ceptoars = scene_list(&s, "bank", &to.n_ceptoars);
	notice(NULL, NULL);
	WITH(to.ceptoars[0], "banks", notice, "ceptoars[0]", "ceptoar-known");
	WITH(to.ceptoars[0], "gas", notice, "ceptoars[0]", "ceptoar-sector");
	to.sectors = scene_list(&s, "*", &to.n_sectors);
	notice(NULL, NULL);
	/* it would be for nobody, and be said to be released */
	to.excluded_recipients =
	    scene_list(&s, "op-1,bank", &to.n_excluded_recipients);
	notice("excluded_recipients[1]", "excluded-recipient");
}

static void
red_needs_named_recipients_and_nothing_else(void **state)
{
	content.tlp = NRS_TLP_RED;
	notice("recipients", "tlp-recipients");
	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	notice("sectors", "tlp-recipients");
	to.n_sectors = 0;
	notice(NULL, NULL);
	to.ceptoars = scene_list(&s, "bank", &to.n_ceptoars);
	notice("ceptoars", "tlp-recipients");
	to.n_ceptoars = 0;
	to.excluded_recipients =
	    scene_list(&s, "org-2", &to.n_excluded_recipients);
	notice("excluded_recipients", "tlp-recipients");
}

static void
recipients_are_ids(void **state)
{
	to.recipients = scene_list(&s, "org-1,org-2", &to.n_recipients);
	notice(NULL, NULL);
	WITH(to.recipients[1], "a@b\r\nRCPT TO:<x>", notice, "recipients[1]",
	    "id");
	WITH(to.recipients[1], "org-1", notice, "recipients", "twice");
	WITH(to.recipients[1], "", notice, "recipients[1]", "required");
	to.excluded_recipients =
	    scene_list(&s, "org-1", &to.n_excluded_recipients);
	notice("excluded_recipients[0]", "excluded-recipient");
	WITH(to.n_recipients, 4097, notice, "recipients", "length");
	WITH(to.originator, "a b", notice, "originator", "id");
}

static void
a_hidden_originator_stays_hidden(void **state)
{
	content.originator_text = "Example Electric";
	notice("originator_text", "originator-hidden");
	to.originator_shown = true;
	notice(NULL, NULL);
}

static void
the_audience_is_salted(void **state)
{
	WITH(to.salt.len, 15, notice, "salt", "salt");
	WITH(to.salt.len, 0, notice, "salt", "salt");
	WITH(to.salt.len, 64, notice, NULL, NULL);
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

	content.contact_change = &hq;
	notice("contact_change", "contact-item");
	content.item_type = NRS_ITEM_C1;
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
	hq.sectors = scene_list(&s, "nowhere", &hq.n_sectors);
	notice(HQ "sectors[0]", "sector-known");
}

/* ---- behind the door ---- */

static void
behind_the_door_an_older_notice_is_not_lost(void **state)
{
	content.title = content.summary = "";
	content.n_countermeasures = 0;
	content.stream = 0;
	content.urgency = 0;
	content.issued_at = SCENE_NOW - 365 * DAY;
	to.salt.len = 0;
	notice("issued_at", "issued-at");
	check.inside = true;
	check.now_ms = 0;
	notice(NULL, NULL);
	/* What harms readers is refused there too. */
	WITH(content.title, "a\nBcc: b", notice, "title", "line");
	WITH(content.notice_id, "a\n", notice, "notice_id", "id");
	/* An unknown label has become RED: decided by core/decide.h. */
	WITH(content.tlp, NRS_TLP_RED, notice, NULL, NULL);
}

/* An unknown value has its safest meaning, which need not fit the rest. */
static void
behind_the_door_a_newer_notice_is_not_lost(void **state)
{
	struct nrs_contact contact = {"desk", "satellite", "JCSAT 12"};
	struct nrs_contact_arrangement hq = {
	    .action = NRS_ARRANGEMENT_ESTABLISH,
	    .arrangement_id = "hq-1",
	    .hq_name = "対策室",
	    .contacts = &contact,
	    .n_contacts = 1,
	};

	check.inside = true;
	check.now_ms = 0;
	content.threat = NRS_THREAT_UNSPECIFIED;
	content.cause = NRS_CAUSE_VIRUS_INFECTION;
	content.taxonomy_version = "PLAN9";
	notice(NULL, NULL);
	WITH(content.taxonomy_version, "PLAN\n9", notice, "taxonomy_version",
	    "line");
	content.contact_change = &hq;
	content.item_type = NRS_ITEM_C3;
	notice(NULL, NULL);
	WITH(contact.channel, "a\nb", notice, HQ "contacts[0].channel", "line");
	WITH(contact.address, "a\nb", notice, HQ "contacts[0].address", "line");
	WITH(contact.channel, "mail", notice, HQ "contacts[0].address",
	    "mailbox");
	content.contact_change = NULL;
}

/* ---- other messages ---- */

static void
a_posture_change_is_complete(void **state)
{
	posture(NULL, NULL);
	WITH(change.change_id, "", posture, "change_id", "required");
	WITH(change.scope, "", posture, "scope", "required");
	WITH(change.scope, "nowhere", posture, "scope[0]", "sector-known");
	WITH(change.scope, "power", posture, NULL, NULL);
	WITH(change.posture, 0, posture, "posture", "required");
	WITH(change.reason, "", posture, "reason", "required");
	WITH(change.mode, NRS_MODE_TEST, posture, "mode", "mode");
	WITH(change.until, 0, posture, "until", "posture-until");
	WITH(change.until, SCENE_NOW, posture, "until", "posture-until");
	WITH(change.issued_at, SCENE_NOW - DAY, posture, "issued_at",
	    "issued-at");
	change.posture = NRS_POSTURE_NORMAL;
	posture("until", "posture-until");
	change.until = 0;
	posture(NULL, NULL);
}

static void
an_approval_is_complete(void **state)
{
	struct nrs_approval approval = {
	    .approval_id = "ap-1",
	    .submission_id = "a",
	    .payload_sha256 = BYTES(32),
	    .addressing_sha256 = BYTES(32),
	    .mode = NRS_MODE_ACTUAL,
	    .source_consent = "",
	    .issued_at = SCENE_NOW,
	};

#define APPROVAL(field, rule)                                                  \
	answers(nrs_check_approval(&check, &approval, &err), field, rule)
	APPROVAL(NULL, NULL);
	WITH(approval.approval_id, "", APPROVAL, "approval_id", "required");
	WITH(approval.submission_id, "", APPROVAL, "submission_id", "required");
	WITH(approval.payload_sha256.len, 0, APPROVAL, "payload_sha256",
	    "digest");
	WITH(approval.addressing_sha256.len, 31, APPROVAL, "addressing_sha256",
	    "digest");
	WITH(approval.audience_sha256.len, 3, APPROVAL, "audience_sha256",
	    "digest");
	WITH(approval.mode, NRS_MODE_TEST, APPROVAL, "mode", "mode");
	WITH(approval.source_consent, "a\nb", APPROVAL, "source_consent",
	    "line");
	WITH(approval.issued_at, 1, APPROVAL, "issued_at", "issued-at");
}

static void
an_envelope_has_the_parts_of_its_type(void **state)
{
	struct nrs_signature signature = {"key-1", BYTES(64)};
	struct nrs_stub stub = {BYTES(8), &signature, 1};
	struct nrs_submission env = {
	    .submission_id = "a",
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = BYTES(8),
	    .addressing = BYTES(8),
	    .signatures = &signature,
	    .n_signatures = 1,
	    .stubs = &stub,
	    .n_stubs = 1,
	};

#define ENVELOPE(field, rule)                                                  \
	answers(nrs_check_submission(&check, &env, &err), field, rule)
	ENVELOPE(NULL, NULL);
	WITH(env.submission_id, "", ENVELOPE, "submission_id", "required");
	WITH(env.type, 0, ENVELOPE, "type", "required");
	WITH(env.mode, NRS_MODE_EXERCISE, ENVELOPE, "mode", "mode");
	WITH(env.payload.len, 0, ENVELOPE, "payload", "required");
	WITH(env.payload.len, 256 * 1024 + 1, ENVELOPE, "payload", "length");
	WITH(env.addressing.len, 64 * 1024 + 1, ENVELOPE, "addressing",
	    "length");
	WITH(env.addressing.len, 0, ENVELOPE, "addressing", "required");
	WITH(env.n_signatures, 0, ENVELOPE, "signatures", "required");
	WITH(env.n_signatures, 9, ENVELOPE, "signatures", "length");
	WITH(signature.key_id, "", ENVELOPE, "stubs[0].signatures[0].key_id",
	    "required");
	WITH(signature.signature.len, 63, ENVELOPE,
	    "stubs[0].signatures[0].signature", "signature");
	WITH(stub.payload.len, 4097, ENVELOPE, "stubs[0].payload", "length");
	WITH(stub.n_signatures, 0, ENVELOPE, "stubs[0].signatures", "required");
	WITH(env.n_stubs, 5, ENVELOPE, "stubs", "length");
	env.type = NRS_SUBMISSION_POSTURE_CHANGE;
	ENVELOPE("stubs", "parts");
	env.n_stubs = 0;
	ENVELOPE("addressing", "parts");
	env.addressing.len = 0;
	ENVELOPE(NULL, NULL);
}

static void
only_the_producers_own_commands_come_without_a_signature(void **state)
{
	struct nrs_signature signature = {"k1", BYTES(64)};
	struct nrs_submission env = {
	    .submission_id = "a",
	    .type = NRS_SUBMISSION_DEADLINE,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = BYTES(8),
	    .signatures = &signature,
	};

	ENVELOPE(NULL, NULL);
	env.n_signatures = 1;
	ENVELOPE("signatures", "parts");
	env.type = NRS_SUBMISSION_CUT_OFF;
	ENVELOPE(NULL, NULL);
	WITH(signature.signature.len, 63, ENVELOPE, "signatures[0].signature",
	    "signature");
	env.n_signatures = 0;
	ENVELOPE(NULL, NULL);
	env.type = NRS_SUBMISSION_POSTURE_CHANGE;
	ENVELOPE("signatures", "required");
}

static void
a_cut_off_names_its_list_window_and_time(void **state)
{
	struct nrs_cut_off cut_off = {.list = "weekly",
	    .window_id = "weekly:2026-11-27T06:00:00Z",
	    .due_at = 1000,
	    .mode = NRS_MODE_ACTUAL,
	    .next_at = 2000};

#define CUT_OFF(field, rule)                                                   \
	answers(nrs_check_cut_off(&check, &cut_off, &err), field, rule)
	CUT_OFF(NULL, NULL);
	WITH(cut_off.list, "", CUT_OFF, "list", "required");
	WITH(cut_off.list, "a/b", CUT_OFF, "list", "id");
	WITH(cut_off.window_id, "", CUT_OFF, "window_id", "required");
	WITH(cut_off.mode, NRS_MODE_EXERCISE, CUT_OFF, "mode", "mode");
	WITH(cut_off.due_at, 0, CUT_OFF, "due_at", "required");
	WITH(cut_off.due_at, -1, CUT_OFF, "due_at", "time");
	WITH(cut_off.next_at, -1, CUT_OFF, "next_at", "time");
	WITH(cut_off.next_at, 1000, CUT_OFF, "next_at", "announce");
	WITH(cut_off.next_at, 0, CUT_OFF, NULL, NULL);
	WITH(cut_off.announce, true, CUT_OFF, "next_at", "announce");
	cut_off.due_at = cut_off.next_at;
	WITH(cut_off.announce, true, CUT_OFF, NULL, NULL);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_complete_notice_passes),
	    T(ids_are_required_and_well_formed),
	    T(what_is_required_is_asked_for_by_name),
	    T(a_process_serves_one_mode),
	    T(a_first_notice_begins_its_own_thread),
	    T(a_later_notice_names_what_it_supersedes_and_why),
	    T(one_line_stays_one_line),
	    T(a_body_may_have_lines_and_nothing_worse),
	    T(lengths_are_bounded),
	    T(sections_have_a_label_and_a_text),
	    T(a_cause_belongs_to_its_threat),
	    T(times_make_sense),
	    T(what_may_be_urgent_says_what_to_do),
	    T(vulnerabilities_are_well_formed),
	    T(links_and_attachments_are_well_formed),
	    T(a_translation_is_in_another_language_of_ours),
	    T(a_translation_says_no_less_and_no_more),
	    T(a_translation_is_as_well_formed_as_its_original),
	    T(behind_the_door_half_a_translation_loses_no_notice),
	    T(sectors_are_known_and_named_once),
	    T(ceptoars_narrow_the_sectors_named),
	    T(red_needs_named_recipients_and_nothing_else),
	    T(recipients_are_ids),
	    T(a_hidden_originator_stays_hidden),
	    T(the_audience_is_salted),
	    T(a_contact_change_is_complete),
	    T(behind_the_door_an_older_notice_is_not_lost),
	    T(behind_the_door_a_newer_notice_is_not_lost),
	    T(a_posture_change_is_complete),
	    T(an_approval_is_complete),
	    T(an_envelope_has_the_parts_of_its_type),
	    T(only_the_producers_own_commands_come_without_a_signature),
	    T(a_cut_off_names_its_list_window_and_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
