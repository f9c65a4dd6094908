/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_FAILPOINT_H
#define NOROSHI_BASE_FAILPOINT_H
/*
 * failpoint: where a process of the tests dies or stops, by name. Only programs
 * built with -DNOROSHI_FAILPOINTS (build/.../failpoints) contain any; what is
 * installed contains neither the calls nor the names. Any thread.
 */

/* NOROSHI_FAILPOINT=NAME:N[:stop] in the environment: SIGKILL, or SIGSTOP, when
 * this process passes NAME for the Nth time. */
#ifdef NOROSHI_FAILPOINTS
#define NRS_FAILPOINT(name) nrs_failpoint(name)
void nrs_failpoint(const char *name);
#else
#define NRS_FAILPOINT(name) ((void)0)
#endif

/* A bug for tests/system/test_chaos_planted.sh, which must find it. */
#ifdef NOROSHI_PLANTED_BUG
#define NRS_PLANTED_BUG 1
#else
#define NRS_PLANTED_BUG 0
#endif
#endif
