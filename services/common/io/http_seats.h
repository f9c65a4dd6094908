/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_IO_HTTP_SEATS_H
#define COMMON_IO_HTTP_SEATS_H
/*
 * http_seats: the connections of an HTTP server, and since when each owes us a
 * whole request. libmicrohttpd cuts off who is silent, but not who sends a byte
 * now and then: a few such clients would take every seat. Any thread.
 */
#include <stdint.h>

struct http_seats;
struct http_seat;

struct http_seats *http_seats_new(void);
/* All have left. */
void http_seats_free(struct http_seats *seats);
/* fd stays the server's, open until the seat is left. */
struct http_seat *http_seat_take(struct http_seats *seats, int fd);
void http_seat_leave(struct http_seats *seats, struct http_seat *seat);
/* Its request is whole: the time is ours. */
void http_seat_serve(struct http_seats *seats, struct http_seat *seat);
/* It is answered: the next may come. */
void http_seat_wait(struct http_seats *seats, struct http_seat *seat);
/* Hang up on whoever has owed a request for longer. */
void http_seats_clear(struct http_seats *seats, int64_t limit_ms);
#endif
