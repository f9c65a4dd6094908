/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_EXIT_H
#define CTL_EXIT_H
/*
 * exit: what noroshictl tells a script. Documented in noroshictl(1); the
 * numbers are part of the interface.
 */
enum ctl_exit {
	CTL_DONE = 0,      /* done and confirmed */
	CTL_FAILED = 1,    /* not done */
	CTL_USAGE = 2,     /* a wrong command line or configuration */
	CTL_UNKNOWN = 3,   /* may have been accepted: safe to send again */
	CTL_REFUSED = 4,   /* refused by a rule, which is named */
	CTL_NOT_FOUND = 5, /* no such notice, thread or topic */
};
#endif
