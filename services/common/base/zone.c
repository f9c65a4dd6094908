/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/zone_rule.h"

#define FOLDER "/usr/share/zoneinfo"
#define FILE_MAX (256 * 1024)
#define RULE_MAX 128
#define COUNT_MAX 10000
#define DAY_S INT64_C(86400)
/* RFC 9636: an offset lies in -25 to +26 hours. */
#define OFFSET_MIN (-89999)
#define OFFSET_MAX 93599
/* The years 1 to 9999. */
#define TIME_MIN INT64_C(-62135596800)
#define TIME_MAX INT64_C(253402300799)

struct nrs_zone {
	int first;    /* before all changes */
	int64_t *at;  /* when it changes, ascending */
	int *offsets; /* from that change on */
	size_t n;
	bool goes_on; /* after the last change, by the rule */
	struct zone_rule rule;
};

/* ---- reading ---- */

struct input {
	const uint8_t *at, *end;
	bool is_short;
};

static const uint8_t *
take(struct input *in, size_t n)
{
	const uint8_t *at = in->at;

	if ((size_t)(in->end - in->at) < n) {
		in->is_short = true;
		return NULL;
	}
	in->at += n;
	return at;
}

/* Big-endian, n bytes; 0 when there are not so many. */
static uint64_t
take_number(struct input *in, size_t n)
{
	const uint8_t *at = take(in, n);
	uint64_t value = 0;
	size_t i;

	for (i = 0; at != NULL && i < n; i++)
		value = value << 8 | at[i];
	return value;
}

struct header {
	size_t n_utc, n_std, n_leaps, n_times, n_types, n_chars;
};

static bool
take_header(struct input *in, struct header *out)
{
	const uint8_t *magic = take(in, 4);
	const uint64_t version = take_number(in, 1);
	size_t *const counts[] = {&out->n_utc, &out->n_std, &out->n_leaps,
	    &out->n_times, &out->n_types, &out->n_chars};
	size_t i;

	/* Version 1 has no rule for the years to come. */
	if (magic == NULL || memcmp(magic, "TZif", 4) != 0 || version < '2' ||
	    take(in, 15) == NULL)
		return false;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		*counts[i] = (size_t)take_number(in, 4);
		if (*counts[i] > COUNT_MAX)
			return false;
	}
	return !in->is_short;
}

/* What else is in a block of which we read times and types. */
static bool
skip_rest(struct input *in, const struct header *h, size_t time_size)
{
	return take(in, h->n_chars + h->n_leaps * (time_size + 4) + h->n_std +
	                    h->n_utc) != NULL;
}

static bool
take_changes(struct input *in, const struct header *h, struct nrs_arena *arena,
    struct nrs_zone *zone)
{
	const uint8_t *kinds, *types;
	size_t i;

	zone->n = h->n_times;
	zone->at = nrs_arena_array(arena, zone->n, sizeof(*zone->at));
	zone->offsets = nrs_arena_array(arena, zone->n, sizeof(*zone->offsets));
	for (i = 0; i < zone->n; i++) {
		zone->at[i] = (int64_t)take_number(in, 8);
		if (in->is_short || (i > 0 && zone->at[i] <= zone->at[i - 1]))
			return false;
	}
	kinds = take(in, zone->n);
	types = in->at;
	if (kinds == NULL || h->n_types == 0)
		return false;
	for (i = 0; i < zone->n; i++)
		if (kinds[i] >= h->n_types)
			return false;
	for (i = 0; i < h->n_types; i++) {
		const int offset = (int)(int32_t)take_number(in, 4);
		if (take(in, 2) == NULL || offset < OFFSET_MIN ||
		    offset > OFFSET_MAX)
			return false;
		if (i == 0)
			zone->first = offset;
	}
	for (i = 0; i < zone->n; i++) {
		struct input one = {
		    types + (size_t)kinds[i] * 6, in->end, false};
		zone->offsets[i] = (int)(int32_t)take_number(&one, 4);
	}
	return true;
}

/* "\nTZ\n"; an empty one says that nobody knows how it goes on. */
static bool
take_rule(struct input *in, struct nrs_zone *zone)
{
	const uint8_t *newline, *end;
	char text[RULE_MAX];
	size_t len;

	newline = take(in, 1);
	if (newline == NULL || *newline != '\n')
		return false;
	end = memchr(in->at, '\n', (size_t)(in->end - in->at));
	if (end == NULL || (len = (size_t)(end - in->at)) >= sizeof(text))
		return false;
	memcpy(text, in->at, len);
	text[len] = '\0';
	if (len == 0)
		return true;
	zone->goes_on = true;
	return strlen(text) == len && zone_rule_parse(text, &zone->rule);
}

enum nrs_rc
nrs_zone_parse(struct nrs_arena *arena, struct nrs_bytes tzif,
    const struct nrs_zone **out, struct nrs_err *err)
{
	struct nrs_zone *zone = nrs_arena_alloc(arena, sizeof(*zone));
	struct input in = {tzif.data, tzif.data + tzif.len, false};
	struct header old = {0}, h = {0};

	/* The first block is for readers who know 32 bits only. */
	if (!take_header(&in, &old) ||
	    take(&in, old.n_times * 5 + old.n_types * 6) == NULL ||
	    !skip_rest(&in, &old, 4) || !take_header(&in, &h) ||
	    !take_changes(&in, &h, arena, zone) || !skip_rest(&in, &h, 8) ||
	    !take_rule(&in, zone))
		return nrs_refuse(
		    err, "", "zone", "no TZif file of version 2 or later");
	if (h.n_leaps != 0)
		return nrs_refuse(err, "", "zone",
		    "counts leap seconds, which our clocks do not");
	*out = zone;
	return NRS_OK;
}

static bool
is_name(const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
		           "yz0123456789_+-/",
		        name[i]) == NULL)
			return false;
	return i > 0 && i <= NRS_ZONE_NAME_MAX && name[0] != '/';
}

enum nrs_rc
nrs_zone_load(struct nrs_arena *arena, const char *name,
    const struct nrs_zone **out, struct nrs_err *err)
{
	char path[sizeof(FOLDER) + 1 + NRS_ZONE_NAME_MAX];
	struct nrs_err why = {0};
	uint8_t *bytes;
	enum nrs_rc rc;
	size_t len;
	FILE *f;

	if (!is_name(name))
		return nrs_refuse(err, "", "zone",
		    "a time zone has a name such as Asia/Tokyo");
	(void)snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
	f = fopen(path, "re");
	if (f == NULL)
		return nrs_refuse(err, "", "zone",
		    "no such time zone: %s: %s (is tzdata installed?)", path,
		    strerror(errno));
	bytes = nrs_alloc(FILE_MAX);
	len = fread(bytes, 1, FILE_MAX, f);
	(void)fclose(f);
	rc = nrs_zone_parse(arena, (struct nrs_bytes){bytes, len}, out, &why);
	free(bytes);
	if (rc != NRS_OK)
		return nrs_refuse(err, "", "zone", "%s: %s", path, why.text);
	return NRS_OK;
}

/* ---- asking ---- */

int
nrs_zone_offset(const struct nrs_zone *zone, int64_t utc_s)
{
	size_t low = 0, high = zone->n;

	utc_s = utc_s < TIME_MIN   ? TIME_MIN
	        : utc_s > TIME_MAX ? TIME_MAX
	                           : utc_s;
	if (zone->goes_on && (zone->n == 0 || utc_s >= zone->at[zone->n - 1]))
		return zone_rule_offset(&zone->rule, utc_s);
	while (low < high) { /* the first change after utc_s */
		const size_t middle = low + (high - low) / 2;
		if (zone->at[middle] <= utc_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? zone->first : zone->offsets[low - 1];
}

int64_t
nrs_zone_utc(const struct nrs_zone *zone, int64_t local_s)
{
	int before, after;

	local_s = local_s < TIME_MIN   ? TIME_MIN
	          : local_s > TIME_MAX ? TIME_MAX
	                               : local_s;
	before = nrs_zone_offset(zone, local_s - DAY_S);
	after = nrs_zone_offset(zone, local_s + DAY_S);
	/* The offset before a change is right on its side of it, and what a gap
	 * is counted by; where it is wrong, the one after it is right. */
	if (nrs_zone_offset(zone, local_s - before) != before &&
	    nrs_zone_offset(zone, local_s - after) == after)
		return local_s - after;
	return local_s - before;
}
