/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/deadline.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/cond.h"
#include "noroshi/base/mem.h"

struct producer_deadline {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct producer_due next; /* due_ms 0: nothing */
	struct producer_due posted;
	struct nrs_mono posted_at; /* 0: never */
	bool stopped;
};

struct producer_deadline *
producer_deadline_new(void)
{
	struct producer_deadline *d = nrs_calloc(1, sizeof(*d));

	(void)pthread_mutex_init(&d->lock, NULL);
	nrs_cond_init(&d->changed);
	return d;
}

void
producer_deadline_free(struct producer_deadline *d)
{
	if (d == NULL)
		return;
	(void)pthread_cond_destroy(&d->changed);
	(void)pthread_mutex_destroy(&d->lock);
	free(d);
}

void
producer_deadline_set(
    struct producer_deadline *d, int64_t due_ms, const char *id)
{
	(void)pthread_mutex_lock(&d->lock);
	d->next.due_ms = due_ms;
	(void)snprintf(d->next.id, sizeof(d->next.id), "%s", id);
	(void)pthread_cond_broadcast(&d->changed);
	(void)pthread_mutex_unlock(&d->lock);
}

void
producer_deadline_stop(struct producer_deadline *d)
{
	(void)pthread_mutex_lock(&d->lock);
	d->stopped = true;
	(void)pthread_cond_broadcast(&d->changed);
	(void)pthread_mutex_unlock(&d->lock);
}

/* Milliseconds until next may be posted; 0: now; -1: there is none. */
static int64_t
until_due(const struct producer_deadline *d, int64_t now_ms, int repeat_ms)
{
	int64_t left = d->next.due_ms - now_ms, rest = 0;

	if (d->next.due_ms == 0)
		return -1;
	if (d->posted_at.ns != 0 && strcmp(d->posted.id, d->next.id) == 0)
		rest = repeat_ms - nrs_mono_since_ms(d->posted_at);
	if (left < rest)
		left = rest;
	return left > 0 ? left : 0;
}

bool
producer_deadline_wait(struct producer_deadline *d, int timeout_ms,
    int repeat_ms, struct producer_due *due)
{
	struct timespec limit = nrs_cond_limit(timeout_ms);
	int64_t left;
	bool is_due;
	int rc = 0;

	(void)pthread_mutex_lock(&d->lock);
	while ((left = until_due(d, nrs_wall_ms(), repeat_ms)) != 0 &&
	       !d->stopped && rc == 0) {
		struct timespec own = nrs_cond_limit(left);
		bool sooner = left > 0 && left < timeout_ms;
		rc = pthread_cond_timedwait(
		    &d->changed, &d->lock, sooner ? &own : &limit);
		if (sooner)
			rc = 0;
	}
	is_due = left == 0 && !d->stopped;
	if (is_due) {
		d->posted = d->next;
		d->posted_at = nrs_mono_now();
		*due = d->next;
	}
	(void)pthread_mutex_unlock(&d->lock);
	return is_due;
}
