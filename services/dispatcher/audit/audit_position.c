/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where to read again, as text: "journal=5 outcome=6 receipt.alert=1,0,7
 * n.power=0,0,3,4", the last of newsletter.power.amber-strict, .amber, ...
 *
 * Ours: a broker keeps offset.metadata.max.bytes of it, 4096 if nobody says
 * otherwise, and refuses what is longer as a whole. What does not fit is left
 * out from the end: a topic that is not named is read from its beginning, and
 * in the order of the way what follows may be, not what it follows from.
 */
#include <stdlib.h>
#include <string.h>

#include "dispatcher/audit/audit.h"

#define POSITION_BYTES 4000

/* "receipt.alert=1,0,7" of the part at i and those after it of its name;
 * returns how many. */
static size_t
add_name(const struct auditor *a, size_t i, struct nrs_buf *buf)
{
	const struct auditor_part *first = &a->parts[i], *part;
	size_t n;

	nrs_buf_printf(buf, "%s=", first->name);
	for (n = 0; i + n < a->n_parts; n++) {
		part = &a->parts[i + n];
		if (strcmp(part->name, first->name) != 0)
			break;
		nrs_buf_printf(buf, "%s%lld", n == 0 ? "" : ",",
		    (long long)nrs_audit_next(
		        a->audit, part->topic, part->partition));
	}
	return n;
}

char *
auditor_position(const struct auditor *a, const char **left_out)
{
	struct nrs_buf all = {0}, one = {0};
	size_t i, n;

	*left_out = NULL;
	for (i = 0; i < a->n_parts; i += n) {
		nrs_buf_reset(&one);
		n = add_name(a, i, &one);
		if (all.len + 1 + one.len > POSITION_BYTES) {
			*left_out = a->parts[i].topic;
			break;
		}
		nrs_buf_printf(
		    &all, "%s%s", all.len == 0 ? "" : " ", nrs_buf_str(&one));
	}
	nrs_buf_fini(&one);
	return nrs_buf_take(&all);
}

int64_t
auditor_position_in(const char *position, const struct auditor_part *part)
{
	const size_t len = strlen(part->name);
	const char *at = position;
	int n;

	while (strncmp(at, part->name, len) != 0 || at[len] != '=') {
		at = strchr(at, ' ');
		if (at == NULL)
			return -1;
		at++;
	}
	at += len + 1;
	for (n = 0; n < part->index; n++) {
		at += strcspn(at, ", ");
		if (*at != ',')
			return -1;
		at++;
	}
	return strtoll(at, NULL, 10);
}
