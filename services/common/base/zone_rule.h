/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_ZONE_RULE_H
#define COMMON_BASE_ZONE_RULE_H
/*
 * zone_rule: how a zone goes on after the last change in its file, as POSIX
 * writes it: "CET-1CEST,M3.5.0,M10.5.0/3".
 */
#include <stdbool.h>
#include <stdint.h>

enum zone_day_kind {
	ZONE_DAY_JULIAN,   /* Jn: 1 to 365, 29 February is not counted */
	ZONE_DAY_OF_YEAR,  /* n: 0 to 365 */
	ZONE_DAY_OF_MONTH, /* Mm.w.d: weekday d, the week w of month m */
};

struct zone_day {
	enum zone_day_kind kind;
	int day, week, month; /* day: of the year, or of the week (0: Sunday) */
	int time;             /* seconds after local midnight */
};

struct zone_rule {
	int standard, summer; /* seconds ahead of UTC */
	bool changes;
	struct zone_day start, end; /* of summer time */
};

bool zone_rule_parse(const char *text, struct zone_rule *out);
/* utc_s within the years 1 to 9999. */
int zone_rule_offset(const struct zone_rule *rule, int64_t utc_s);
#endif
