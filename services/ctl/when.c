/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/when.h"

#include <errno.h>
#include <stdlib.h>

#include "noroshi/base/clock.h"

#define SPAN_MAX 100000 /* of any unit: 270 years of days */

static int64_t
unit_ms(char unit)
{
	switch (unit) {
	case 's':
		return 1000;
	case 'm':
		return INT64_C(60) * 1000;
	case 'h':
		return INT64_C(3600) * 1000;
	case 'd':
		return INT64_C(86400) * 1000;
	default:
		return 0;
	}
}

enum nrs_rc
ctl_when(const char *text, enum ctl_side side, int64_t now_ms, int64_t *ms,
    struct nrs_err *err)
{
	char *end = NULL;
	long long count;
	int64_t span;

	errno = 0;
	count = strtoll(text, &end, 10);
	if (errno != 0 || end == text || count < 0 || count > SPAN_MAX ||
	    end[0] == '\0' || end[1] != '\0' || unit_ms(end[0]) == 0)
		return nrs_time_parse(text, ms, err) == NRS_OK
		           ? NRS_OK
		           : nrs_refuse(err, "", "time",
		                 "\"%s\" is no time: write it as "
		                 "2026-11-24T09:00:00+09:00, or as a span: "
		                 "90s, 45m, 12h, 3d",
		                 text);
	span = count * unit_ms(end[0]);
	*ms = side == CTL_AHEAD ? now_ms + span : now_ms - span;
	return NRS_OK;
}
