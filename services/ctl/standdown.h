/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_STANDDOWN_H
#define CTL_STANDDOWN_H
/*
 * standdown: the notice that ends an exercise, to everyone that it has told
 * anything: the sectors that its notices went to, and the recipients they
 * named.
 */
#include "ctl/ctl.h"

/* Issue it, by ids that follow from what the exercise has sent, so that twice
 * is once, and wait until every delivery has ended. CTL_DONE also when nothing
 * was sent or all has been told already; CTL_UNKNOWN: some are still open. */
enum ctl_exit ctl_standdown(struct ctl *ctl);
#endif
