/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCER_DEADLINE_H
#define PRODUCER_DEADLINE_H
/*
 * deadline: when the next thing ends (a posture, what waits or is held). Each
 * outcome names it; the producer posts it as a command when it is due, because
 * time in decisions is accepted_at and never the classifier's own clock. Twice
 * is harmless: every producer posts it. Any thread.
 */
#include <stdbool.h>
#include <stdint.h>

#define PRODUCER_DEADLINE_ID 64

struct producer_deadline;
struct producer_deadline *producer_deadline_new(void);
void producer_deadline_free(struct producer_deadline *deadline);
/* What the newest outcome says; due 0: nothing ends. Wakes the lane. */
void producer_deadline_set(
    struct producer_deadline *deadline, int64_t due_ms, const char *id);
void producer_deadline_stop(struct producer_deadline *deadline);

struct producer_due {
	int64_t due_ms;
	char id[PRODUCER_DEADLINE_ID];
};
/* Sleep until one is due, but at most timeout_ms. True: post it. The same one
 * is due again only after repeat_ms, in case its command was lost. */
bool producer_deadline_wait(struct producer_deadline *deadline, int timeout_ms,
    int repeat_ms, struct producer_due *due);
#endif
