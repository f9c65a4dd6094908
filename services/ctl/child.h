/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_CHILD_H
#define CTL_CHILD_H
/*
 * child: programs started beside this one, and stopped with it. One set per
 * process; the caller's thread.
 */
#include <stdbool.h>
#include <sys/types.h>

#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"

struct ctl_child {
	const char *name;
	pid_t pid; /* 0: does not run */
};

/* The folder of this program, in arena; "." when it cannot be told. */
const char *ctl_child_folder(struct nrs_arena *arena);
/* Start argv[0] (a path) with its output appended to log. */
NRS_CHECKED enum nrs_rc ctl_child_start(struct ctl_child *child,
    const char *const *argv, const char *log, struct nrs_err *err);
/* True when it has ended; then pid is 0. Does not wait. */
bool ctl_child_ended(struct ctl_child *child);
/* SIGTERM, and SIGKILL for what stays longer than timeout_ms. */
void ctl_child_stop(struct ctl_child *child, int timeout_ms);
#endif
