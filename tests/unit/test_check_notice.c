/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule of the door for a notice itself, by field and rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/check_case.h"

static struct check_case c;
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const uint8_t bytes[64];
#define BYTES(n) ((struct nrs_bytes){bytes, (n)})

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

	WITH(c.content.notice_id, "", notice, "notice_id", "required");
	WITH(c.content.notice_id, "a b", notice, "notice_id", "id");
	WITH(c.content.notice_id, "a\r\nb", notice, "notice_id", "id");
	WITH(c.content.notice_id, "-a", notice, "notice_id", "id");
	WITH(c.content.notice_id, long_id, notice, "notice_id", "id");
	WITH(c.content.thread_id, "", notice, "thread_id", "required");
	WITH(c.content.thread_id, "狼煙", notice, "thread_id", "id");
}

static void
what_is_required_is_asked_for_by_name(void **state)
{
	WITH(c.content.kind, 0, notice, "kind", "required");
	WITH(c.content.mode, 0, notice, "mode", "required");
	WITH(c.content.stream, 0, notice, "stream", "required");
	WITH(c.content.source_row, 0, notice, "source_row", "required");
	WITH(c.content.item_type, 0, notice, "item_type", "required");
	WITH(c.content.urgency, 0, notice, "urgency", "required");
	WITH(c.content.tlp, 0, notice, "tlp", "required");
	WITH(c.content.title, "", notice, "title", "required");
	WITH(c.content.summary, "", notice, "summary", "required");
	WITH(c.content.issued_at, 0, notice, "issued_at", "required");
	WITH(c.to.n_sectors, 0, notice, "sectors", "required");
}

static void
a_process_serves_one_mode(void **state)
{
	c.content.exercise_id = "drill-1";
	WITH(c.content.mode, NRS_MODE_EXERCISE, notice, "mode", "mode");
	notice("exercise_id", "exercise-id");
	c.check.mode = c.content.mode = NRS_MODE_EXERCISE;
	notice(NULL, NULL);
	WITH(c.content.exercise_id, "", notice, "exercise_id", "exercise-id");
	c.check.mode = c.content.mode = NRS_MODE_TEST;
	notice("exercise_id", "exercise-id");
	c.content.exercise_id = "";
	notice(NULL, NULL);
}

static void
a_first_notice_begins_its_own_thread(void **state)
{
	WITH(c.content.thread_id, "b", notice, "thread_id", "thread-first");
	WITH(c.content.revision, 2, notice, "revision", "revision");
	WITH(c.content.revision, 0, notice, "revision", "revision");
	c.content.supersedes =
	    scene_list(&c.scene, "b", &c.content.n_supersedes);
	notice("supersedes", "supersedes");
}

static void
a_later_notice_names_what_it_supersedes_and_why(void **state)
{
	struct nrs_countermeasure *measures = c.content.countermeasures;
	int kind;

	for (kind = NRS_KIND_FOLLOW_UP; kind <= NRS_KIND_RETRACTION; kind++) {
		c.content =
		    scene_next(&c.scene, "a", 2, (enum nrs_msg_kind)kind);
		c.content.countermeasures = measures;
		c.content.n_countermeasures = 1;
		c.content.no_countermeasure = false;
		notice(NULL, NULL);
		WITH(c.content.revision, 1, notice, "revision", "revision");
		WITH(c.content.n_supersedes, 0, notice, "supersedes",
		    "supersedes");
		WITH(c.content.notice_id, "a", notice, "thread_id",
		    "thread-first");
		WITH(c.content.supersedes[0], "x y", notice, "supersedes[0]",
		    "id");
		if (kind == NRS_KIND_FOLLOW_UP)
			WITH(c.content.revision_reason, "", notice, NULL, NULL);
		else
			WITH(c.content.revision_reason, "", notice,
			    "revision_reason", "required");
	}
	c.content.supersedes =
	    scene_list(&c.scene, "a,a", &c.content.n_supersedes);
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
		WITH(c.content.title, bad[i], notice, "title", "line");
		WITH(c.content.lang, bad[i], notice, "lang", "line");
		WITH(c.content.tlp_widened_by, bad[i], notice, "tlp_widened_by",
		    "line");
	}
}

static void
a_body_may_have_lines_and_nothing_worse(void **state)
{
	WITH(c.content.summary, "one\ntwo\r\n\tthree", notice, NULL, NULL);
	WITH(c.content.summary, "a\rb", notice, "summary", "block");
	WITH(c.content.summary, "\x1b[2J", notice, "summary", "block");
	WITH(c.content.summary, "\xff", notice, "summary", "block");
	WITH(c.content.nisc_comment, "\x01", notice, "nisc_comment", "block");
	WITH(c.content.impact, "\x01", notice, "impact", "block");
	WITH(c.content.revision_reason, "\x01", notice, "revision_reason",
	    "block");
}

static const char *
repeat(char letter, size_t n)
{
	char *text = nrs_arena_alloc(c.scene.arena, n + 1);

	memset(text, letter, n);
	return text;
}

static void
lengths_are_bounded(void **state)
{
	WITH(c.content.title, repeat('x', 200), notice, NULL, NULL);
	WITH(c.content.title, repeat('x', 201), notice, "title", "length");
	WITH(c.content.summary, repeat('x', 64 * 1024), notice, NULL, NULL);
	WITH(c.content.summary, repeat('x', 64 * 1024 + 1), notice, "summary",
	    "length");
	WITH(c.content.n_sections, 65, notice, "sections", "length");
	WITH(c.content.n_vulns, 257, notice, "vulns", "length");
	WITH(c.content.n_references, 257, notice, "references", "length");
	WITH(c.content.n_attachments, 257, notice, "attachments", "length");
	WITH(c.content.n_countermeasures, 257, notice, "countermeasures",
	    "length");
}

static void
sections_have_a_label_and_a_text(void **state)
{
	struct nrs_section section = {"対策", "text"};

	c.content.sections = &section;
	c.content.n_sections = 1;
	notice(NULL, NULL);
	WITH(section.label, "", notice, "sections[0].label", "required");
	WITH(section.label, "a\nb", notice, "sections[0].label", "line");
	WITH(section.text, "", notice, "sections[0].text", "required");
	c.content.sections = NULL;
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
		c.content.cause = table[i].cause;
		for (threat = 0; threat <= NRS_THREAT_OTHER; threat++) {
			c.content.threat = threat;
			if (threat == table[i].threat)
				notice(NULL, NULL);
			else
				notice("cause", "cause-threat");
		}
	}
	c.content.cause = 0;
	c.content.threat = NRS_THREAT_OTHER;
	notice(NULL, NULL);
	WITH(c.content.taxonomy_version, "PLAN4", notice, NULL, NULL);
	WITH(c.content.taxonomy_version, "PLAN3", notice, "taxonomy_version",
	    "taxonomy");
}

static void
times_make_sense(void **state)
{
	WITH(c.content.issued_at, SCENE_NOW + 5 * MINUTE, notice, NULL, NULL);
	WITH(c.content.issued_at, SCENE_NOW + 5 * MINUTE + 1, notice,
	    "issued_at", "issued-at");
	WITH(c.content.issued_at, SCENE_NOW - 5 * MINUTE - 1, notice,
	    "issued_at", "issued-at");
	WITH(c.content.valid_until, SCENE_NOW, notice, "valid_until",
	    "valid-until");
	WITH(c.content.valid_from, c.content.valid_until, notice, "valid_from",
	    "valid-from");
	WITH(c.content.ack_deadline, SCENE_NOW, notice, "ack_deadline",
	    "ack-deadline");
	WITH(c.content.occurred_at, -1, notice, "occurred_at", "time");
	WITH(c.content.detected_at, INT64_MAX, notice, "detected_at", "time");
	WITH(c.content.valid_until, INT64_MAX, notice, "valid_until", "time");
}

static void
what_may_be_urgent_says_what_to_do(void **state)
{
	c.content.n_countermeasures = 0;
	notice("countermeasures", "countermeasure");
	WITH(c.content.no_countermeasure, true, notice, NULL, NULL);
	c.content.item_type = NRS_ITEM_A1;
	notice(NULL, NULL);
	WITH(c.content.urgency, NRS_URGENCY_IMMEDIATE, notice,
	    "countermeasures", "countermeasure");
	c.content.n_countermeasures = 1;
	WITH(c.content.no_countermeasure, true, notice, "no_countermeasure",
	    "countermeasure");
	WITH(c.content.countermeasures[0].text, "", notice,
	    "countermeasures[0].text", "required");
	WITH(c.content.countermeasures[0].deadline, -1, notice,
	    "countermeasures[0].deadline", "time");
}

static void
vulnerabilities_are_well_formed(void **state)
{
	const char *cpe[] = {"cpe:2.3:a:vendor:product"};
	struct nrs_vulnerability vuln = {
	    "CVE-2026-0001", "", cpe, 1, "CVSS:3.1/AV:N", 98};

	c.content.vulns = &vuln;
	c.content.n_vulns = 1;
	notice(NULL, NULL);
	WITH(vuln.cve, "CVE 1", notice, "vulns[0].cve", "id");
	WITH(vuln.jvndb_id, "\n", notice, "vulns[0].jvndb_id", "id");
	WITH(vuln.cvss_vector, "a\nb", notice, "vulns[0].cvss_vector", "line");
	WITH(vuln.cvss_score_x10, 101, notice, "vulns[0].cvss_score_x10",
	    "cvss");
	WITH(cpe[0], "a\nb", notice, "vulns[0].cpe[0]", "line");
	WITH(vuln.n_cpe, 257, notice, "vulns[0].cpe", "length");
	c.content.vulns = NULL;
}

static void
links_and_attachments_are_well_formed(void **state)
{
	struct nrs_reference reference = {"title", "https://example.jp/"};
	struct nrs_attachment file = {
	    "a.pdf", BYTES(32), 1, "https://example.jp/a.pdf"};

	c.content.references = &reference;
	c.content.attachments = &file;
	c.content.n_references = c.content.n_attachments = 1;
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
	c.content.references = NULL;
	c.content.attachments = NULL;
}

/* ---- behind the door ---- */

static void
behind_the_door_an_older_notice_is_not_lost(void **state)
{
	c.content.title = c.content.summary = "";
	c.content.n_countermeasures = 0;
	c.content.stream = 0;
	c.content.urgency = 0;
	c.content.issued_at = SCENE_NOW - 365 * DAY;
	c.to.salt.len = 0;
	notice("issued_at", "issued-at");
	c.check.inside = true;
	c.check.now_ms = 0;
	notice(NULL, NULL);
	/* What harms readers is refused there too. */
	WITH(c.content.title, "a\nBcc: b", notice, "title", "line");
	WITH(c.content.notice_id, "a\n", notice, "notice_id", "id");
	/* An unknown label has become RED: decided by core/decide.h. */
	WITH(c.content.tlp, NRS_TLP_RED, notice, NULL, NULL);
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

	c.check.inside = true;
	c.check.now_ms = 0;
	c.content.threat = NRS_THREAT_UNSPECIFIED;
	c.content.cause = NRS_CAUSE_VIRUS_INFECTION;
	c.content.taxonomy_version = "PLAN9";
	notice(NULL, NULL);
	WITH(c.content.taxonomy_version, "PLAN\n9", notice, "taxonomy_version",
	    "line");
	c.content.contact_change = &hq;
	c.content.item_type = NRS_ITEM_C3;
	notice(NULL, NULL);
	WITH(contact.channel, "a\nb", notice,
	    "contact_change.contacts[0].channel", "line");
	WITH(contact.address, "a\nb", notice,
	    "contact_change.contacts[0].address", "line");
	WITH(contact.channel, "mail", notice,
	    "contact_change.contacts[0].address", "mailbox");
	c.content.contact_change = NULL;
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
	    T(behind_the_door_an_older_notice_is_not_lost),
	    T(behind_the_door_a_newer_notice_is_not_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
