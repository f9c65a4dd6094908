/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_TLP_H
#define NOROSHI_CORE_TLP_H
/*
 * tlp: the gate (domain.md 4.4-4): which label may take which route, and which
 * topic. An unknown label is RED. Pure, any thread. Whether one recipient is
 * cleared is core/match.h's.
 */
#include <stdbool.h>

#include "noroshi/core/terms.h"

/* May a notice of this label take this route? RED never enters a newsletter,
 * only CLEAR the public web; real time is open to all, for who is addressed. */
bool nrs_tlp_allows(enum nrs_tlp label, enum nrs_route route);
/* routes (bits) without what the label forbids. */
unsigned nrs_tlp_gate(enum nrs_tlp label, unsigned routes);
/* May a topic that carries this label in its name hold a notice of label?
 * Never RED, and never above the name. */
bool nrs_tlp_topic_holds(enum nrs_tlp topic, enum nrs_tlp label);
enum nrs_tlp nrs_tlp_stricter(enum nrs_tlp a, enum nrs_tlp b);
/* Does `to` let more people know than `from`? */
bool nrs_tlp_widens(enum nrs_tlp from, enum nrs_tlp to);
#endif
