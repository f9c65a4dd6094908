/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_PEER_H
#define SUPPORT_PEER_H
/*
 * peer: a scripted SMTP or HTTP server on loopback that keeps every byte it was
 * sent, as it came. One thread per connection.
 */
#include <stddef.h>

/* What to do instead of an ordinary answer. */
#define PEER_HANG "hang"   /* never answer */
#define PEER_DROP "drop"   /* close without an answer */
#define PEER_DRIP "drip"   /* HTTP: a byte every 20 ms, for ever */
#define PEER_FLOOD "flood" /* HTTP: 200, then a body without end */

/* NULL: the ordinary answer. Otherwise one of the above, or a line. Read by the
 * peer's threads while a test changes it. */
typedef const char *_Atomic peer_line;
struct peer_script {
	peer_line banner, ehlo, mail, rcpt, data, dot; /* SMTP */
	peer_line tls; /* SMTP: STARTTLS with this file's key and certificate */
	peer_line http; /* status line and headers, "\r\n" between */
};

struct peer;
/* script is borrowed. */
struct peer *peer_smtp(const struct peer_script *script);
struct peer *peer_http(const struct peer_script *script);
int peer_port(const struct peer *peer);
/* Connections so far. */
int peer_connections(struct peer *peer);
/* How often the bytes hold text. */
int peer_count(struct peer *peer, const char *text);
/* All bytes so far, one connection after another; the caller frees. */
char *peer_bytes(struct peer *peer);
void peer_close(struct peer *peer);
#endif
