/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_IO_SERVICE_PRIVATE_H
#define COMMON_IO_SERVICE_PRIVATE_H
/*
 * What the files of the service skeleton share: service.c runs, the others know
 * one thing each.
 */
#include <stdbool.h>

#include "noroshi/io/http.h"
#include "noroshi/io/service.h"

/* ---- service_options.c: the command line ----------------------------------
 */

enum nrs_service_action {
	NRS_SERVICE_RUN,
	NRS_SERVICE_CHECK,
	NRS_SERVICE_PRINT,
	NRS_SERVICE_EXAMPLE,
	NRS_SERVICE_MAN,
	NRS_SERVICE_DONE, /* help or version: already printed */
	NRS_SERVICE_USAGE,
};

struct nrs_service_options {
	enum nrs_service_action action;
	const char *file; /* NULL for none */
	const char *
	    *sets; /* -X, borrowed from argv; the array is the caller's */
	size_t n_sets;
	bool verbose;
};
void nrs_service_parse(const struct nrs_service *service, int argc, char **argv,
    struct nrs_service_options *out);

/* ---- service_conf.c: one loaded configuration -----------------------------
 */

struct nrs_service_rows {
	struct nrs_param *params; /* common, bus and own */
	size_t n;
};
/* The caller frees params. */
struct nrs_service_rows nrs_service_rows_new(const struct nrs_service *service);

struct nrs_service_loaded {
	struct nrs_service_loaded *older; /* still referred to by the service */
	struct nrs_conf conf;
	void *
	    value; /* service->conf_size bytes: struct nrs_service_conf first */
};
/* Loaded and checked. With service->check only when deep. */
NRS_CHECKED enum nrs_rc nrs_service_load(const struct nrs_service *service,
    const struct nrs_service_rows *rows,
    const struct nrs_service_options *options, struct nrs_service_loaded **out,
    struct nrs_err *err);
/* And all older ones. */
void nrs_service_unload(struct nrs_service_loaded *loaded);
/* Its first member. */
const struct nrs_service_conf *nrs_service_common(
    const struct nrs_service_loaded *loaded);

/* ---- service_notify.c: systemd, sd_notify(3) without the library ----------
 */

/* Keeps a copy of path ($NOTIFY_SOCKET; NULL: nobody listens). */
struct nrs_notify;
struct nrs_notify *nrs_notify_new(const char *path);
void nrs_notify_free(struct nrs_notify *notify);
/* "READY=1\nSTATUS=..."; any thread. */
void nrs_notify_send(const struct nrs_notify *notify, const char *state);

/* ---- service_ctx.c: what lanes and the admin listener share ---------------
 */

struct nrs_service_ctx *nrs_service_ctx_new(
    const struct nrs_service *service, struct nrs_notify *notify);
void nrs_service_ctx_free(struct nrs_service_ctx *ctx);
/* The lanes' clocks start: each has just been alive. */
void nrs_service_ctx_start(struct nrs_service_ctx *ctx);
/* True while every lane has called nrs_service_alive lately; else *who. */
bool nrs_service_ctx_alive(struct nrs_service_ctx *ctx, const char **who);
/* Append {"ready":...,"lanes":[...]}; returns whether all are ready. */
bool nrs_service_ctx_print(struct nrs_service_ctx *ctx, struct nrs_buf *out);
/* Tell systemd again (after a reload). */
void nrs_service_ctx_announce(struct nrs_service_ctx *ctx);
const struct nrs_service *nrs_service_ctx_service(struct nrs_service_ctx *ctx);

/* ---- service_admin.c and service_user.c -----------------------------------
 */

NRS_CHECKED enum nrs_rc nrs_service_admin_open(struct nrs_service_ctx *ctx,
    const char *listen, struct nrs_http **out, struct nrs_err *err);
/* As root: become user for good ("": stay, *stayed is set). */
NRS_CHECKED enum nrs_rc nrs_service_drop(
    const char *user, bool *stayed, struct nrs_err *err);
#endif
