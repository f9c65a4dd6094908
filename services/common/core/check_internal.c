/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/check_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "noroshi/base/map.h"
#include "noroshi/base/text.h"
#include "noroshi/core/label.h"

#define TIME_MAX_MS INT64_C(253402300799999) /* the end of year 9999 */
#define LIST_MAX 4096
#define FEW 16
#define SHA256_SIZE 32

struct check_path
check_path(const char *fmt, ...)
{
	struct check_path path;
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(path.text, sizeof(path.text), fmt, args);
	va_end(args);
	return path;
}

/* max < 0: required, and at most -max bytes. */
static enum nrs_rc
check_length(const char *field, const char *s, int max, struct nrs_err *err)
{
	size_t limit = (size_t)(max < 0 ? -max : max);

	if (max < 0 && s[0] == '\0')
		return nrs_refuse(
		    err, field, "required", "%s is required", field);
	if (strlen(s) > limit)
		return nrs_refuse(err, field, "length",
		    "%s is %zu bytes long, at most %zu are allowed", field,
		    strlen(s), limit);
	return NRS_OK;
}

enum nrs_rc
check_line(const char *field, const char *s, int max, struct nrs_err *err)
{
	enum nrs_rc rc = check_length(field, s, max, err);

	if (rc != NRS_OK)
		return rc;
	if (!nrs_text_is_line(s))
		return nrs_refuse(err, field, "line",
		    "%s must be one line of UTF-8 without control characters",
		    field);
	return NRS_OK;
}

enum nrs_rc
check_block(const char *field, const char *s, int max, struct nrs_err *err)
{
	enum nrs_rc rc = check_length(field, s, max, err);

	if (rc != NRS_OK)
		return rc;
	if (!nrs_text_is_block(s))
		return nrs_refuse(err, field, "block",
		    "%s must be UTF-8 text without control characters other "
		    "than tab and line ends",
		    field);
	return NRS_OK;
}

enum nrs_rc
check_id(const char *field, const char *s, struct nrs_err *err)
{
	if (s[0] == '\0')
		return nrs_refuse(
		    err, field, "required", "%s is required", field);
	if (!nrs_text_is_id(s, NRS_CHECK_ID_MAX))
		return nrs_refuse(err, field, "id",
		    "%s must be 1 to %d of A-Z a-z 0-9 . _ : -, beginning with "
		    "a letter or digit",
		    field, NRS_CHECK_ID_MAX);
	return NRS_OK;
}

enum nrs_rc
check_id_if_any(const char *field, const char *s, struct nrs_err *err)
{
	return s[0] == '\0' ? NRS_OK : check_id(field, s, err);
}

enum nrs_rc
check_term(const char *field, int value, struct nrs_err *err)
{
	if (value != 0)
		return NRS_OK;
	return nrs_refuse(err, field, "required", "%s is required", field);
}

enum nrs_rc
check_time(const char *field, int64_t ms, struct nrs_err *err)
{
	if (ms >= 0 && ms <= TIME_MAX_MS)
		return NRS_OK;
	return nrs_refuse(err, field, "time",
	    "%s must lie between 1970 and the end of 9999", field);
}

enum nrs_rc
check_sha256(const char *field, struct nrs_bytes value, struct nrs_err *err)
{
	if (value.len == SHA256_SIZE)
		return NRS_OK;
	return nrs_refuse(err, field, "digest",
	    "%s must be a SHA-256 of %d bytes, not %zu", field, SHA256_SIZE,
	    value.len);
}

/* Keep the reason that base/text.h gave, under our field's name. */
static enum nrs_rc
refuse_address(const char *field, const char *rule, const struct nrs_err *why,
    struct nrs_err *err)
{
	return nrs_refuse(err, field, rule, "%s: %.400s", field, why->text);
}

enum nrs_rc
check_url(const char *field, const char *url, struct nrs_err *err)
{
	struct nrs_err why = {0};

	if (url[0] == '\0')
		return nrs_refuse(
		    err, field, "required", "%s is required", field);
	if (nrs_text_url(url, &why) != NRS_OK)
		return refuse_address(field, "url", &why, err);
	return NRS_OK;
}

enum nrs_rc
check_mailbox(const char *field, const char *address, struct nrs_err *err)
{
	struct nrs_arena *arena = NULL;
	struct nrs_err why = {0};
	const char *ascii;
	enum nrs_rc rc;

	if (address[0] == '\0')
		return nrs_refuse(
		    err, field, "required", "%s is required", field);
	arena = nrs_arena_new();
	rc = nrs_text_mailbox(arena, address, &ascii, &why);
	nrs_arena_free(arena);
	if (rc != NRS_OK)
		return refuse_address(field, "mailbox", &why, err);
	return NRS_OK;
}

enum nrs_rc
check_mode(
    const struct nrs_check *check, enum nrs_mode mode, struct nrs_err *err)
{
	enum nrs_rc rc = check_term("mode", (int)mode, err);

	if (rc != NRS_OK)
		return rc;
	if (mode != check->mode)
		return nrs_refuse(err, "mode", "mode",
		    "this service serves %s, the message is %s",
		    nrs_term_name(NRS_VOC_MODE, (int)check->mode),
		    nrs_term_name(NRS_VOC_MODE, (int)mode));
	return NRS_OK;
}

enum nrs_rc
check_issued(
    const struct nrs_check *check, int64_t issued_at, struct nrs_err *err)
{
	enum nrs_rc rc = check_time("issued_at", issued_at, err);

	if (rc != NRS_OK || check->inside)
		return rc;
	if (issued_at == 0)
		return nrs_refuse(
		    err, "issued_at", "required", "issued_at is required");
	if (check->now_ms == 0)
		return NRS_OK;
	if (issued_at < check->now_ms - NRS_ISSUED_SKEW_MS ||
	    issued_at > check->now_ms + NRS_ISSUED_SKEW_MS)
		return nrs_refuse(err, "issued_at", "issued-at",
		    "issued_at is more than %d minutes off this service's "
		    "clock: check the time of the issuing computer",
		    NRS_ISSUED_SKEW_MS / 60000);
	return NRS_OK;
}

static enum nrs_rc
refuse_twice(
    const struct check_list *list, const char *twice, struct nrs_err *err)
{
	return nrs_refuse(err, list->field, "twice", "%s names \"%.40s\" twice",
	    list->field, twice);
}

/* The usual case, and on the alert path: no map is made for it. */
static enum nrs_rc
check_few(const struct check_list *list, struct nrs_err *err)
{
	size_t i, j;

	for (i = 1; i < list->n; i++)
		for (j = 0; j < i; j++)
			if (strcmp(list->items[i], list->items[j]) == 0)
				return refuse_twice(list, list->items[i], err);
	return NRS_OK;
}

static enum nrs_rc
check_twice(const struct check_list *list, struct nrs_err *err)
{
	struct nrs_map *seen = NULL;
	const char *twice = NULL;
	size_t i;

	if (list->n < 2)
		return NRS_OK;
	if (list->n <= FEW)
		return check_few(list, err);
	seen = nrs_map_new();
	for (i = 0; i < list->n && twice == NULL; i++)
		if (nrs_map_put(seen, list->items[i], seen) != NULL)
			twice = list->items[i];
	nrs_map_free(seen, NULL);
	return twice == NULL ? NRS_OK : refuse_twice(list, twice, err);
}

static enum nrs_rc
check_list_of(const struct check_list *list,
    enum nrs_rc (*one)(const char *, const char *, struct nrs_err *),
    struct nrs_err *err)
{
	enum nrs_rc rc;
	size_t i;

	if (list->n > LIST_MAX)
		return nrs_refuse(err, list->field, "length",
		    "%s has %zu entries, at most %d are allowed", list->field,
		    list->n, LIST_MAX);
	for (i = 0; i < list->n; i++) {
		/* The path is spelt out only when it is needed. */
		if (one(list->field, list->items[i], NULL) == NRS_OK)
			continue;
		rc = one(check_path("%s[%zu]", list->field, i).text,
		    list->items[i], err);
		if (rc != NRS_OK)
			return rc;
	}
	return check_twice(list, err);
}

enum nrs_rc
check_ids(const struct check_list *list, struct nrs_err *err)
{
	return check_list_of(list, check_id, err);
}

/* Looked at first: only what is an id may be repeated in an error. */
static enum nrs_rc
check_code(const char *field, const char *code, struct nrs_err *err)
{
	if (strcmp(code, "*") == 0)
		return NRS_OK;
	return check_id(field, code, err);
}

enum nrs_rc
check_sectors(const struct nrs_check *check, const struct check_list *list,
    struct nrs_err *err)
{
	enum nrs_rc rc = check_list_of(list, check_code, err);
	size_t i;

	if (rc != NRS_OK)
		return rc;
	for (i = 0; i < list->n; i++) {
		if (strcmp(list->items[i], "*") == 0) {
			if (list->n == 1)
				return NRS_OK;
			return nrs_refuse(err, list->field, "sector-all",
			    "%s: \"*\" means all sectors and stands alone",
			    list->field);
		}
		if (nrs_sector_find(check->sectors, list->items[i]) == NULL)
			return nrs_refuse(err,
			    check_path("%s[%zu]", list->field, i).text,
			    "sector-known",
			    "no sector has the code \"%.40s\"; the sector "
			    "table lists them",
			    list->items[i]);
	}
	return NRS_OK;
}

enum nrs_rc
check_ceptoars(const struct nrs_check *check, const struct check_list *list,
    struct nrs_err *err)
{
	enum nrs_rc rc = check_list_of(list, check_id, err);
	size_t i;

	if (rc != NRS_OK)
		return rc;
	for (i = 0; i < list->n; i++)
		if (nrs_ceptoar_find(check->sectors, list->items[i]) == NULL)
			return nrs_refuse(err,
			    check_path("%s[%zu]", list->field, i).text,
			    "ceptoar-known",
			    "no CEPTOAR has the id \"%.40s\"; the sector table "
			    "lists them",
			    list->items[i]);
	return NRS_OK;
}
