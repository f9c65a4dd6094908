/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_DAEMONS_H
#define CTL_DAEMONS_H
/*
 * daemons: producer, classifier and dispatcher started beside this program, and
 * stopped with it. One set per process.
 */
#include "ctl/child.h"
#include "ctl/ctl.h"

enum {
	CTL_DAEMONS_PRODUCER,
	CTL_DAEMONS_CLASSIFIER,
	CTL_DAEMONS_DISPATCHER,
	CTL_DAEMONS_N,
};

struct ctl_daemons {
	struct ctl *ctl;
	const char *conf; /* folder of producer.conf and so on */
	const char *logs; /* folder of producer.log and so on */
	/* "name=value" for all three, and for the producer alone; at most 8
	 * each. */
	const char *const *set, *const *producer_set;
	size_t n_set, n_producer_set;
	struct ctl_child children[CTL_DAEMONS_N];
};

/* Does not wait until they are ready. Stop them in any case. */
NRS_CHECKED enum nrs_rc ctl_daemons_start(
    struct ctl_daemons *daemons, struct nrs_err *err);
/* Until this program is asked to stop. NRS_FATAL: one has ended by itself. */
NRS_CHECKED enum nrs_rc ctl_daemons_wait(
    struct ctl_daemons *daemons, struct nrs_err *err);
/* The last one started first. */
void ctl_daemons_stop(struct ctl_daemons *daemons);
#endif
