/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/http_seats.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/mem.h"

struct http_seat {
	int fd;
	bool served;
	struct nrs_mono since; /* not served: owes a request */
	struct http_seat *prev, *next;
};

struct http_seats {
	pthread_mutex_t lock; /* of all that follows */
	struct http_seat *first;
};

struct http_seats *
http_seats_new(void)
{
	struct http_seats *seats = nrs_calloc(1, sizeof(*seats));

	(void)pthread_mutex_init(&seats->lock, NULL);
	return seats;
}

void
http_seats_free(struct http_seats *seats)
{
	if (seats == NULL)
		return;
	(void)pthread_mutex_destroy(&seats->lock);
	free(seats);
}

struct http_seat *
http_seat_take(struct http_seats *seats, int fd)
{
	struct http_seat *seat = nrs_calloc(1, sizeof(*seat));

	*seat = (struct http_seat){.fd = fd, .since = nrs_mono_now()};
	(void)pthread_mutex_lock(&seats->lock);
	seat->next = seats->first;
	if (seats->first != NULL)
		seats->first->prev = seat;
	seats->first = seat;
	(void)pthread_mutex_unlock(&seats->lock);
	return seat;
}

void
http_seat_leave(struct http_seats *seats, struct http_seat *seat)
{
	(void)pthread_mutex_lock(&seats->lock);
	if (seat->prev == NULL)
		seats->first = seat->next;
	else
		seat->prev->next = seat->next;
	if (seat->next != NULL)
		seat->next->prev = seat->prev;
	(void)pthread_mutex_unlock(&seats->lock);
	free(seat);
}

void
http_seat_serve(struct http_seats *seats, struct http_seat *seat)
{
	(void)pthread_mutex_lock(&seats->lock);
	seat->served = true;
	(void)pthread_mutex_unlock(&seats->lock);
}

void
http_seat_wait(struct http_seats *seats, struct http_seat *seat)
{
	(void)pthread_mutex_lock(&seats->lock);
	seat->served = false;
	seat->since = nrs_mono_now();
	(void)pthread_mutex_unlock(&seats->lock);
}

void
http_seats_clear(struct http_seats *seats, int64_t limit_ms)
{
	struct http_seat *seat;

	(void)pthread_mutex_lock(&seats->lock);
	for (seat = seats->first; seat != NULL; seat = seat->next)
		if (!seat->served && nrs_mono_since_ms(seat->since) > limit_ms)
			(void)shutdown(seat->fd, SHUT_RDWR);
	(void)pthread_mutex_unlock(&seats->lock);
}
