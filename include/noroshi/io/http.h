/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_HTTP_H
#define NOROSHI_IO_HTTP_H
/*
 * http: a small HTTP/1.1 server, over libmicrohttpd. Used by the admin listener
 * and the producer's API. Handlers run in the server's threads, one thread per
 * connection: they may block.
 *
 * Guard (libmicrohttpd 0.9.75 lets these through): Content-Length with
 * Transfer-Encoding, more than one Content-Length or Host, blanks in a header
 * name: 400 and close. Public exposure belongs behind a reverse proxy.
 */
#include <stddef.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"

struct nrs_http_request {
	const char *method; /* "GET"; HEAD arrives as GET */
	const char *path;   /* "/v1/submissions", decoded */
	struct nrs_bytes body;
	void *connection; /* for nrs_http_query and nrs_http_header */
};
/* Borrowed for the call, NULL when absent. */
const char *nrs_http_query(
    const struct nrs_http_request *req, const char *name);
const char *nrs_http_header(
    const struct nrs_http_request *req, const char *name);

struct nrs_http_field {
	const char *name, *value;
};

struct nrs_http_reply {
	int status;
	const char *type; /* static: "application/json" */
	struct nrs_buf body;
	int retry_after_s;                   /* 0: no header */
	const struct nrs_http_field *fields; /* more headers, not copied */
	size_t n_fields;
};

struct nrs_http_route {
	const char *method;
	const char *path; /* exact, or a prefix when it ends in '/' */
	void (*handle)(void *self, const struct nrs_http_request *req,
	    struct nrs_http_reply *reply);
};

struct nrs_http_conf {
	const char *listen; /* "127.0.0.1:8420", port 0 picks a free one */
	size_t max_body;    /* larger: 413 */
	unsigned max_connections;
	unsigned idle_timeout_s;
	const struct nrs_http_route *routes;
	size_t n_routes;
};

/* For --check-config: is this an address to listen on? NRS_REJECT: it is none.
 */
NRS_CHECKED enum nrs_rc nrs_http_check_listen(
    const char *address, struct nrs_err *err);

struct nrs_http;
NRS_CHECKED enum nrs_rc nrs_http_open(const struct nrs_http_conf *conf,
    void *self, struct nrs_http **out, struct nrs_err *err);
int nrs_http_port(const struct nrs_http *http);
/* Hangs up on clients whose request is not whole after four times
 * idle_timeout_s, however busily they send. Call it now and then. */
void nrs_http_tend(struct nrs_http *http);
/* Finishes what is running, then frees. */
void nrs_http_close(struct nrs_http *http);
#endif
