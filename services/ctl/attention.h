/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_ATTENTION_H
#define CTL_ATTENTION_H
/*
 * attention: what waits for a person, by what was decided so far: notices held
 * for consent, sectors whose posture should be reviewed, and postures and
 * contact arrangements that end within a day.
 */
#include "ctl/ctl.h"

/* Print a row for each; none is good news. */
enum ctl_exit ctl_attention(struct ctl *ctl);
#endif
