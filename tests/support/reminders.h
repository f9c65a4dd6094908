/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_REMINDERS_H
#define SUPPORT_REMINDERS_H
/*
 * reminders: who has to be told that something ends, kept from outcomes alone,
 * so that a test of random journals sees a reminder that is missing, early,
 * late or said twice.
 */
#include "noroshi/base/map.h"
#include "noroshi/core/decide.h"

struct reminders {
	struct nrs_map *ends;          /* code: struct end */
	size_t n_said, n_arrangements; /* of it: to prove the test */
};

void reminders_open(struct reminders *reminders);
void reminders_close(struct reminders *reminders);
/* After each command: its outcome, made by rules. */
void reminders_see(struct reminders *reminders,
    const struct nrs_rule_table *rules, const struct nrs_outcome *out);
#endif
