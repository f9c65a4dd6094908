/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the door demands of Content alone. Rules that keep readers safe hold
 * behind the door too; what makes a notice complete is asked at the door only.
 */
#include <string.h>

#include "common/core/check_internal.h"
#include "noroshi/core/label.h"

#define SUMMARY_MAX (64 * 1024)
#define SECTIONS_MAX 64
#define LIST_MAX 256
#define SHORT_MAX 200
#define CVSS_MAX 100 /* 10.0 */

static enum nrs_rc
check_identity(const struct nrs_check *check, const struct nrs_content *content,
    struct nrs_err *err)
{
	const bool exercise = content->mode == NRS_MODE_EXERCISE;
	enum nrs_rc rc;

	if ((rc = check_id("notice_id", content->notice_id, err)) != NRS_OK ||
	    (rc = check_id("thread_id", content->thread_id, err)) != NRS_OK ||
	    (rc = check_term("kind", (int)content->kind, err)) != NRS_OK ||
	    (rc = check_mode(check, content->mode, err)) != NRS_OK ||
	    (rc = check_id_if_any("exercise_id", content->exercise_id, err)) !=
	        NRS_OK ||
	    (rc = check_issued(check, content->issued_at, err)) != NRS_OK)
		return rc;
	if (exercise && content->exercise_id[0] == '\0')
		return nrs_refuse(err, "exercise_id", "exercise-id",
		    "an EXERCISE names its exercise_id");
	if (!exercise && content->exercise_id[0] != '\0')
		return nrs_refuse(err, "exercise_id", "exercise-id",
		    "only an EXERCISE has an exercise_id");
	return NRS_OK;
}

static enum nrs_rc
check_first(const struct nrs_content *content, struct nrs_err *err)
{
	if (strcmp(content->thread_id, content->notice_id) != 0)
		return nrs_refuse(err, "thread_id", "thread-first",
		    "the first notice of a thread gives it its own notice_id");
	if (content->revision != 1)
		return nrs_refuse(err, "revision", "revision",
		    "an INITIAL notice is revision 1, not %u",
		    (unsigned)content->revision);
	if (content->n_supersedes != 0)
		return nrs_refuse(err, "supersedes", "supersedes",
		    "an INITIAL notice supersedes nothing");
	return NRS_OK;
}

/* Kind against revision, thread, supersedes and the reason. */
static enum nrs_rc
check_kind(const struct nrs_check *check, const struct nrs_content *content,
    struct nrs_err *err)
{
	const bool own_thread =
	    strcmp(content->thread_id, content->notice_id) == 0;
	const struct check_list supersedes = {
	    "supersedes", content->supersedes, content->n_supersedes};
	enum nrs_rc rc = check_ids(&supersedes, err);

	if (rc != NRS_OK)
		return rc;
	rc =
	    check_block("revision_reason", content->revision_reason, 2000, err);
	if (rc != NRS_OK)
		return rc;
	/* Behind the door an unknown kind, also of a first, is a FOLLOW_UP. */
	if (content->kind == NRS_KIND_INITIAL || (check->inside && own_thread))
		return check_first(content, err);
	if (own_thread)
		return nrs_refuse(err, "thread_id", "thread-first",
		    "a later notice keeps the thread_id of the first and has "
		    "a notice_id of its own");
	if (content->revision < 2)
		return nrs_refuse(err, "revision", "revision",
		    "a later notice of a thread is revision 2 or more");
	if (content->n_supersedes == 0)
		return nrs_refuse(err, "supersedes", "supersedes",
		    "a %s names the notice_ids that it supersedes",
		    nrs_term_name(NRS_VOC_MSG_KIND, (int)content->kind));
	if (content->kind != NRS_KIND_FOLLOW_UP &&
	    content->revision_reason[0] == '\0')
		return nrs_refuse(err, "revision_reason", "required",
		    "a %s says why (revision_reason)",
		    nrs_term_name(NRS_VOC_MSG_KIND, (int)content->kind));
	return NRS_OK;
}

/* Behind the door an absent term has its safest meaning instead. */
static enum nrs_rc
check_terms(const struct nrs_check *check, const struct nrs_content *content,
    struct nrs_err *err)
{
	const struct {
		const char *field;
		int value;
	} required[] = {
	    {"stream", (int)content->stream},
	    {"source_row", (int)content->source_row},
	    {"item_type", (int)content->item_type},
	    {"urgency", (int)content->urgency},
	    {"tlp", (int)content->tlp},
	};
	enum nrs_rc rc;
	size_t i;

	if (check->inside)
		return NRS_OK;
	for (i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		rc = check_term(required[i].field, required[i].value, err);
		if (rc != NRS_OK)
			return rc;
	}
	return NRS_OK;
}

/* 脅威の類型 and its 原因の分類, as the seed's table groups them. */
static enum nrs_rc
check_cause(const struct nrs_content *content, struct nrs_err *err)
{
	static const enum nrs_threat_category threat_of[] = {
	    [NRS_CAUSE_UNAUTHORISED_ACCESS_DOS] = NRS_THREAT_INTENTIONAL,
	    [NRS_CAUSE_VIRUS_INFECTION] = NRS_THREAT_INTENTIONAL,
	    [NRS_CAUSE_OTHER_INTENTIONAL] = NRS_THREAT_INTENTIONAL,
	    [NRS_CAUSE_SOFTWARE_FAULT] = NRS_THREAT_UNINTENTIONAL,
	    [NRS_CAUSE_HARDWARE_FAULT] = NRS_THREAT_UNINTENTIONAL,
	    [NRS_CAUSE_MANAGEMENT_HUMAN] = NRS_THREAT_UNINTENTIONAL,
	    [NRS_CAUSE_OTHER_UNINTENTIONAL] = NRS_THREAT_UNINTENTIONAL,
	    [NRS_CAUSE_DISASTER_DISEASE] = NRS_THREAT_DISASTER_DISEASE,
	    [NRS_CAUSE_SPILLOVER_TELECOM] = NRS_THREAT_SPILLOVER,
	    [NRS_CAUSE_SPILLOVER_POWER] = NRS_THREAT_SPILLOVER,
	    [NRS_CAUSE_SPILLOVER_WATER] = NRS_THREAT_SPILLOVER,
	    [NRS_CAUSE_SPILLOVER_OTHER] = NRS_THREAT_SPILLOVER,
	    [NRS_CAUSE_OTHER] = NRS_THREAT_OTHER,
	};
	const size_t cause = (size_t)content->cause;

	if (cause == 0)
		return NRS_OK;
	if (cause < sizeof(threat_of) / sizeof(threat_of[0]) &&
	    threat_of[cause] == content->threat)
		return NRS_OK;
	return nrs_refuse(err, "cause", "cause-threat",
	    "cause %s does not belong to threat %s",
	    nrs_term_name(NRS_VOC_CAUSE_CLASS, (int)content->cause),
	    nrs_term_name(NRS_VOC_THREAT_CATEGORY, (int)content->threat));
}

/* Behind the door an unknown threat is no threat, and its cause fits nothing.
 */
static enum nrs_rc
check_taxonomy(const struct nrs_check *check, const struct nrs_content *content,
    struct nrs_err *err)
{
	const char *version = content->taxonomy_version;

	if (check->inside)
		return check_line("taxonomy_version", version, 35, err);
	if (version[0] == '\0' || strcmp(version, "PLAN2") == 0 ||
	    strcmp(version, "PLAN4") == 0)
		return check_cause(content, err);
	return nrs_refuse(err, "taxonomy_version", "taxonomy",
	    "taxonomy_version is PLAN2 or PLAN4");
}

static enum nrs_rc
check_times(const struct nrs_content *content, struct nrs_err *err)
{
	const struct {
		const char *field;
		int64_t ms;
	} times[] = {
	    {"occurred_at", content->occurred_at},
	    {"detected_at", content->detected_at},
	    {"valid_from", content->valid_from},
	    {"valid_until", content->valid_until},
	    {"ack_deadline", content->ack_deadline},
	};
	enum nrs_rc rc;
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if ((rc = check_time(times[i].field, times[i].ms, err)) !=
		    NRS_OK)
			return rc;
	if (content->valid_until != 0 &&
	    content->valid_until <= content->issued_at)
		return nrs_refuse(err, "valid_until", "valid-until",
		    "valid_until must lie after issued_at");
	if (content->valid_until != 0 &&
	    content->valid_from >= content->valid_until)
		return nrs_refuse(err, "valid_from", "valid-from",
		    "valid_from must lie before valid_until");
	if (content->ack_deadline != 0 &&
	    content->ack_deadline <= content->issued_at)
		return nrs_refuse(err, "ack_deadline", "ack-deadline",
		    "ack_deadline must lie after issued_at");
	return NRS_OK;
}

static enum nrs_rc
check_texts(const struct nrs_check *check, const struct nrs_content *content,
    struct nrs_err *err)
{
	const int required = check->inside ? 1 : -1;
	enum nrs_rc rc;
	size_t i;

	if ((rc = check_line("title", content->title,
	         required * NRS_CHECK_TITLE_MAX, err)) != NRS_OK ||
	    (rc = check_block("summary", content->summary,
	         required * SUMMARY_MAX, err)) != NRS_OK ||
	    (rc = check_line("lang", content->lang, 35, err)) != NRS_OK ||
	    (rc = check_block("nisc_comment", content->nisc_comment,
	         SUMMARY_MAX, err)) != NRS_OK ||
	    (rc = check_block("impact", content->impact, SUMMARY_MAX, err)) !=
	        NRS_OK ||
	    (rc = check_line("originator_text", content->originator_text,
	         SHORT_MAX, err)) != NRS_OK ||
	    (rc = check_line("tlp_widened_by", content->tlp_widened_by,
	         SHORT_MAX, err)) != NRS_OK)
		return rc;
	if (content->n_sections > SECTIONS_MAX)
		return nrs_refuse(err, "sections", "length",
		    "sections has %zu entries, at most %d are allowed",
		    content->n_sections, SECTIONS_MAX);
	for (i = 0; i < content->n_sections; i++)
		if ((rc = check_line(check_path("sections[%zu].label", i).text,
		         content->sections[i].label, -SHORT_MAX, err)) !=
		        NRS_OK ||
		    (rc = check_block(check_path("sections[%zu].text", i).text,
		         content->sections[i].text, -SUMMARY_MAX, err)) !=
		        NRS_OK)
			return rc;
	return NRS_OK;
}

/* Could any posture send it in real time? Then a recipient needs to know what
 * to do, or that nothing is known yet (countermeasures always come first). */
static bool
may_be_urgent(const struct nrs_content *content)
{
	return content->kind != NRS_KIND_RETRACTION &&
	       (content->urgency != NRS_URGENCY_ROUTINE ||
	           content->item_type >= NRS_ITEM_BC1);
}

static enum nrs_rc
check_countermeasures(const struct nrs_check *check,
    const struct nrs_content *content, struct nrs_err *err)
{
	const struct nrs_countermeasure *measure;
	enum nrs_rc rc;
	size_t i;

	if (content->n_countermeasures > LIST_MAX)
		return nrs_refuse(err, "countermeasures", "length",
		    "countermeasures has %zu entries, at most %d are allowed",
		    content->n_countermeasures, LIST_MAX);
	for (i = 0; i < content->n_countermeasures; i++) {
		measure = &content->countermeasures[i];
		if ((rc = check_block(
		         check_path("countermeasures[%zu].text", i).text,
		         measure->text, -SUMMARY_MAX, err)) != NRS_OK ||
		    (rc = check_time(
		         check_path("countermeasures[%zu].deadline", i).text,
		         measure->deadline, err)) != NRS_OK)
			return rc;
	}
	if (check->inside)
		return NRS_OK;
	if (content->n_countermeasures != 0 && content->no_countermeasure)
		return nrs_refuse(err, "no_countermeasure", "countermeasure",
		    "no_countermeasure contradicts the countermeasures given");
	if (may_be_urgent(content) && content->n_countermeasures == 0 &&
	    !content->no_countermeasure)
		return nrs_refuse(err, "countermeasures", "countermeasure",
		    "say what to do, or state no_countermeasure");
	return NRS_OK;
}

static enum nrs_rc
check_vuln(const struct nrs_vulnerability *vuln, size_t at, struct nrs_err *err)
{
	enum nrs_rc rc;
	size_t i;

	if ((rc = check_id_if_any(check_path("vulns[%zu].cve", at).text,
	         vuln->cve, err)) != NRS_OK ||
	    (rc = check_id_if_any(check_path("vulns[%zu].jvndb_id", at).text,
	         vuln->jvndb_id, err)) != NRS_OK ||
	    (rc = check_line(check_path("vulns[%zu].cvss_vector", at).text,
	         vuln->cvss_vector, SHORT_MAX, err)) != NRS_OK)
		return rc;
	if (vuln->cvss_score_x10 > CVSS_MAX)
		return nrs_refuse(err,
		    check_path("vulns[%zu].cvss_score_x10", at).text, "cvss",
		    "a CVSS score is at most 10.0 (100), not %u",
		    (unsigned)vuln->cvss_score_x10);
	if (vuln->n_cpe > LIST_MAX)
		return nrs_refuse(err, check_path("vulns[%zu].cpe", at).text,
		    "length", "at most %d CPE names are allowed", LIST_MAX);
	for (i = 0; i < vuln->n_cpe; i++)
		if ((rc = check_line(
		         check_path("vulns[%zu].cpe[%zu]", at, i).text,
		         vuln->cpe[i], -255, err)) != NRS_OK)
			return rc;
	return NRS_OK;
}

static enum nrs_rc
check_attachment(
    const struct nrs_attachment *attachment, size_t at, struct nrs_err *err)
{
	enum nrs_rc rc;

	if ((rc = check_line(check_path("attachments[%zu].name", at).text,
	         attachment->name, -SHORT_MAX, err)) != NRS_OK ||
	    (rc = check_sha256(check_path("attachments[%zu].sha256", at).text,
	         attachment->sha256, err)) != NRS_OK ||
	    (rc = check_url(check_path("attachments[%zu].uri", at).text,
	         attachment->uri, err)) != NRS_OK)
		return rc;
	if (attachment->size >= 0)
		return NRS_OK;
	return nrs_refuse(err, check_path("attachments[%zu].size", at).text,
	    "size", "a size is not negative");
}

static enum nrs_rc
check_pointers(const struct nrs_content *content, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;
	size_t i;

	if (content->n_vulns > LIST_MAX || content->n_references > LIST_MAX ||
	    content->n_attachments > LIST_MAX)
		return nrs_refuse(err,
		    content->n_vulns > LIST_MAX        ? "vulns"
		    : content->n_references > LIST_MAX ? "references"
		                                       : "attachments",
		    "length", "at most %d entries are allowed", LIST_MAX);
	for (i = 0; i < content->n_vulns && rc == NRS_OK; i++)
		rc = check_vuln(&content->vulns[i], i, err);
	for (i = 0; i < content->n_references && rc == NRS_OK; i++) {
		rc = check_line(check_path("references[%zu].title", i).text,
		    content->references[i].title, SHORT_MAX, err);
		if (rc == NRS_OK)
			rc =
			    check_url(check_path("references[%zu].url", i).text,
			        content->references[i].url, err);
	}
	for (i = 0; i < content->n_attachments && rc == NRS_OK; i++)
		rc = check_attachment(&content->attachments[i], i, err);
	return rc;
}

enum nrs_rc
nrs_check_content(const struct nrs_check *check,
    const struct nrs_content *content, struct nrs_err *err)
{
	enum nrs_rc rc;

	if ((rc = check_identity(check, content, err)) != NRS_OK ||
	    (rc = check_kind(check, content, err)) != NRS_OK ||
	    (rc = check_terms(check, content, err)) != NRS_OK ||
	    (rc = check_taxonomy(check, content, err)) != NRS_OK ||
	    (rc = check_times(content, err)) != NRS_OK ||
	    (rc = check_texts(check, content, err)) != NRS_OK ||
	    (rc = check_countermeasures(check, content, err)) != NRS_OK ||
	    (rc = check_translations(check, content, err)) != NRS_OK ||
	    (rc = check_pointers(content, err)) != NRS_OK)
		return rc;
	return check_contact_change(check, content, err);
}

enum nrs_rc
nrs_check_notice(const struct nrs_check *check,
    const struct nrs_content *content, const struct nrs_addressing *addressing,
    struct nrs_err *err)
{
	enum nrs_rc rc = nrs_check_content(check, content, err);

	if (rc != NRS_OK)
		return rc;
	return check_audience(check, content, addressing, err);
}
