/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_STOP_H
#define NOROSHI_BASE_STOP_H
/*
 * stop: one request to stop, seen by every loop of a process. Any thread.
 */
#include <stdbool.h>

struct nrs_stop;
struct nrs_stop *nrs_stop_new(void);
void nrs_stop_free(struct nrs_stop *stop);
/* Ask; may be called again, also from a signal handler. */
void nrs_stop_ask(struct nrs_stop *stop);
bool nrs_stop_asked(const struct nrs_stop *stop);
/* An eventfd that becomes readable when asked and stays so; do not read it. */
int nrs_stop_fd(const struct nrs_stop *stop);
/* Sleep at most ms; returns at once, true, when asked. */
bool nrs_stop_wait(const struct nrs_stop *stop, int ms);
#endif
