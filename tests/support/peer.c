/* SPDX-License-Identifier: Apache-2.0 */
#include "support/peer.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/mem.h"
#include "noroshi/base/stop.h"

#define CONNECTIONS 64

struct connection {
	struct peer *peer;
	pthread_t thread;
	int fd;
	SSL *ssl;           /* once STARTTLS was agreed */
	struct nrs_buf in;  /* not yet consumed */
	struct nrs_buf all; /* under the lock */
};

struct peer {
	const struct peer_script *script;
	void (*serve)(struct connection *c);
	int fd, port;
	pthread_t acceptor;
	pthread_mutex_t lock; /* of n and every all */
	struct connection connections[CONNECTIONS];
	int n;
	struct nrs_stop *stop;
};

/* ---- reading and writing ---- */

static bool
receive(struct connection *c)
{
	char chunk[4096];
	ssize_t n = c->ssl == NULL ? recv(c->fd, chunk, sizeof(chunk), 0)
	                           : SSL_read(c->ssl, chunk, sizeof(chunk));

	if (n <= 0)
		return false;
	nrs_buf_add(&c->in, chunk, (size_t)n);
	(void)pthread_mutex_lock(&c->peer->lock);
	nrs_buf_add(&c->all, chunk, (size_t)n);
	(void)pthread_mutex_unlock(&c->peer->lock);
	return true;
}

static void
consume(struct connection *c, size_t n)
{
	memmove(c->in.data, c->in.data + n, c->in.len - n + 1);
	c->in.len -= n;
}

/* Until end has come; what is before it is consumed with it. */
static bool
read_until(struct connection *c, const char *end, struct nrs_buf *out)
{
	const char *at;

	while (
	    c->in.len == 0 || (at = strstr(nrs_buf_str(&c->in), end)) == NULL)
		if (!receive(c))
			return false;
	if (out != NULL) {
		nrs_buf_reset(out);
		nrs_buf_add(out, c->in.data, (size_t)(at - c->in.data));
	}
	consume(c, (size_t)(at - c->in.data) + strlen(end));
	return true;
}

static bool
say(struct connection *c, const char *text)
{
	if (c->ssl != NULL)
		return SSL_write(c->ssl, text, (int)strlen(text)) > 0;
	return send(c->fd, text, strlen(text), MSG_NOSIGNAL) >= 0;
}

/* True: go on. line NULL is ordinary. */
static bool
answer(struct connection *c, const char *line, const char *ordinary)
{
	if (line == NULL)
		line = ordinary;
	if (strcmp(line, PEER_DROP) == 0)
		return false;
	if (strcmp(line, PEER_HANG) == 0) {
		while (receive(c))
			;
		return false;
	}
	return say(c, line) && say(c, "\r\n");
}

/* ---- SMTP ---- */

static bool
take_mail(struct connection *c)
{
	const struct peer_script *s = c->peer->script;

	const char *refusal = s->data;

	if (!answer(c, refusal, "354 go on"))
		return false;
	if (refusal != NULL)
		return true; /* no body comes */
	return read_until(c, "\r\n.\r\n", NULL) &&
	       answer(c, s->dot, "250 2.0.0 taken");
}

/* False: the client did not like our certificate. */
static bool
start_tls(struct connection *c, const char *file)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	bool ok = say(c, "220 2.0.0 go on\r\n") &&
	          SSL_CTX_use_certificate_file(ctx, file, SSL_FILETYPE_PEM) &&
	          SSL_CTX_use_PrivateKey_file(ctx, file, SSL_FILETYPE_PEM);

	c->ssl = SSL_new(ctx);
	ok = ok && SSL_set_fd(c->ssl, c->fd) && SSL_accept(c->ssl) == 1;
	SSL_CTX_free(ctx);
	return ok;
}

static bool
take_command(struct connection *c, const char *line)
{
	const struct peer_script *s = c->peer->script;
	const char *tls = s->tls;

	if (tls != NULL && strncmp(line, "STARTTLS", 8) == 0)
		return start_tls(c, tls);
	if (strncmp(line, "EHLO", 4) == 0 || strncmp(line, "HELO", 4) == 0)
		return answer(c, s->ehlo,
		    tls != NULL && c->ssl == NULL
		        ? "250-peer\r\n250-STARTTLS\r\n250 SIZE 10000000"
		        : "250-peer\r\n250 SIZE 10000000");
	if (strncmp(line, "MAIL", 4) == 0)
		return answer(c, s->mail, "250 2.1.0 ok");
	if (strncmp(line, "RCPT", 4) == 0)
		return answer(c, s->rcpt, "250 2.1.5 ok");
	if (strncmp(line, "DATA", 4) == 0)
		return take_mail(c);
	if (strncmp(line, "QUIT", 4) == 0) {
		(void)say(c, "221 bye\r\n");
		return false;
	}
	return say(c, "250 ok\r\n");
}

static void
serve_smtp(struct connection *c)
{
	struct nrs_buf line = {0};

	if (answer(c, c->peer->script->banner, "220 peer ESMTP"))
		while (read_until(c, "\r\n", &line) &&
		       take_command(c, nrs_buf_str(&line)))
			;
	nrs_buf_fini(&line);
}

/* ---- HTTP ---- */

static size_t
content_length(const char *head)
{
	const char *at = strcasestr(head, "content-length:");

	return at == NULL ? 0 : strtoul(at + 15, NULL, 10);
}

static bool
read_request(struct connection *c)
{
	struct nrs_buf head = {0};
	bool ok = read_until(c, "\r\n\r\n", &head);
	size_t len = content_length(nrs_buf_str(&head));

	while (ok && c->in.len < len)
		ok = receive(c);
	if (ok && len > 0)
		consume(c, len);
	nrs_buf_fini(&head);
	return ok;
}

static void
drip(struct connection *c)
{
	(void)say(c, "HTTP/1.1");
	while (!nrs_stop_wait(c->peer->stop, 20))
		if (!say(c, " "))
			return;
}

static void
flood(struct connection *c)
{
	static char chunk[16385];

	memset(chunk, 'x', sizeof(chunk) - 1);
	(void)say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n");
	while (!nrs_stop_asked(c->peer->stop) && say(c, chunk))
		;
}

static void
serve_http(struct connection *c)
{
	const char *line;

	while (read_request(c)) {
		line = c->peer->script->http;
		if (line != NULL && strcmp(line, PEER_DRIP) == 0) {
			drip(c);
			return;
		}
		if (line != NULL && strcmp(line, PEER_FLOOD) == 0) {
			flood(c);
			return;
		}
		if (!answer(c, line, "HTTP/1.1 200 OK\r\nContent-Length: 0") ||
		    !say(c, "\r\n"))
			return;
	}
}

/* ---- life ---- */

static void *
run_connection(void *arg)
{
	struct connection *c = arg;

	c->peer->serve(c);
	SSL_free(c->ssl);
	(void)shutdown(c->fd, SHUT_RDWR);
	nrs_buf_fini(&c->in);
	return NULL;
}

static void *
run_acceptor(void *arg)
{
	struct peer *peer = arg;
	struct connection *c;
	int fd;

	while ((fd = accept(peer->fd, NULL, NULL)) >= 0) {
		(void)pthread_mutex_lock(&peer->lock);
		assert(peer->n < CONNECTIONS);
		c = &peer->connections[peer->n++];
		c->peer = peer;
		c->fd = fd;
		if (pthread_create(&c->thread, NULL, run_connection, c) != 0)
			abort();
		(void)pthread_mutex_unlock(&peer->lock);
	}
	return NULL;
}

static struct peer *
start(const struct peer_script *script, void (*serve)(struct connection *c))
{
	struct sockaddr_in addr = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct peer *peer = nrs_calloc(1, sizeof(*peer));
	socklen_t len = sizeof(addr);
	void *any = &addr;

	(void)signal(SIGPIPE, SIG_IGN); /* OpenSSL writes as it likes */
	peer->script = script;
	peer->serve = serve;
	peer->stop = nrs_stop_new();
	(void)pthread_mutex_init(&peer->lock, NULL);
	peer->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (peer->fd < 0 || bind(peer->fd, any, len) != 0 ||
	    listen(peer->fd, 16) != 0 || getsockname(peer->fd, any, &len) != 0)
		abort();
	peer->port = ntohs(addr.sin_port);
	if (pthread_create(&peer->acceptor, NULL, run_acceptor, peer) != 0)
		abort();
	return peer;
}

struct peer *
peer_smtp(const struct peer_script *script)
{
	return start(script, serve_smtp);
}

struct peer *
peer_http(const struct peer_script *script)
{
	return start(script, serve_http);
}

int
peer_port(const struct peer *peer)
{
	return peer->port;
}

int
peer_connections(struct peer *peer)
{
	int n;

	(void)pthread_mutex_lock(&peer->lock);
	n = peer->n;
	(void)pthread_mutex_unlock(&peer->lock);
	return n;
}

char *
peer_bytes(struct peer *peer)
{
	struct nrs_buf bytes = {0};
	const struct nrs_buf *all;
	int i;

	(void)pthread_mutex_lock(&peer->lock);
	for (i = 0; i < peer->n; i++) {
		all = &peer->connections[i].all;
		nrs_buf_add(&bytes, nrs_buf_str(all), all->len);
	}
	(void)pthread_mutex_unlock(&peer->lock);
	return nrs_buf_take(&bytes);
}

int
peer_count(struct peer *peer, const char *text)
{
	char *bytes = peer_bytes(peer);
	const char *at = bytes;
	int n = 0;

	while ((at = strstr(at, text)) != NULL) {
		at += strlen(text);
		n++;
	}
	free(bytes);
	return n;
}

void
peer_close(struct peer *peer)
{
	int i;

	nrs_stop_ask(peer->stop);
	(void)shutdown(peer->fd, SHUT_RDWR);
	(void)pthread_join(peer->acceptor, NULL);
	(void)close(peer->fd);
	for (i = 0; i < peer->n; i++) {
		(void)shutdown(peer->connections[i].fd, SHUT_RDWR);
		(void)pthread_join(peer->connections[i].thread, NULL);
		(void)close(peer->connections[i].fd);
		nrs_buf_fini(&peer->connections[i].all);
	}
	nrs_stop_free(peer->stop);
	(void)pthread_mutex_destroy(&peer->lock);
	free(peer);
}
