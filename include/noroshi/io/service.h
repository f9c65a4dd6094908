/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_SERVICE_H
#define NOROSHI_IO_SERVICE_H
/*
 * service: the skeleton of every daemon. main() is a table and one call.
 *
 * It owns options, configuration and its reload on SIGHUP, logs, privileges,
 * signals, sd_notify with watchdog, the admin listener (/metrics /healthz
 * /readyz /version) and the lanes: one thread per loop that shares nothing with
 * the others but this context (docs/adr/0002).
 */
#include <stddef.h>

#include "noroshi/base/conf.h"
#include "noroshi/base/err.h"
#include "noroshi/base/metrics.h"
#include "noroshi/base/stop.h"
#include "noroshi/io/bus.h"

struct nrs_service_ctx;

/* First member of every daemon's configuration struct. */
struct nrs_service_conf {
	struct nrs_bus_conf bus;
	int mode; /* enum nrs_mode minus 1: actual|exercise|test */
	int log_level, log_format;
	const char *admin_listen; /* "127.0.0.1:9464"; "" turns it off */
	const char *user;         /* drop to it when started as root */
};

struct nrs_lane {
	const char
	    *name; /* "classifier", "sender-alert": in logs and /readyz */
	/* Runs in its own thread until the stop is asked. Anything but NRS_OK
	 * stops the whole process with exit code 1: a supervisor restarts it.
	 */
	enum nrs_rc (*run)(void *self, struct nrs_service_ctx *ctx,
	    const struct nrs_lane *lane, struct nrs_err *err);
	const void *arg;
};

struct nrs_service {
	const char *name, *summary; /* "noroshi-classifier", one sentence */
	const struct nrs_param
	    *params; /* its own rows; the common ones are added */
	size_t n_params, conf_size;
	const char *admin_listen; /* default of that row; NULL: port 9464 */
	/* Cross-field checks and the files named in conf; also --check-config.
	 * May be NULL. */
	enum nrs_rc (*check)(const void *conf, struct nrs_err *err);
	/* Read files (still with the rights it was started with), make state;
	 * conf, here and in reload, stays valid until close. */
	enum nrs_rc (*open)(struct nrs_service_ctx *ctx, const void *conf,
	    void **self, struct nrs_err *err);
	/* A new, checked configuration; keep the old state when not NRS_OK. May
	 * be NULL. Called in the main thread. */
	enum nrs_rc (*reload)(
	    void *self, const void *conf, struct nrs_err *err);
	void (*close)(void *self);
	const struct nrs_lane *lanes;
	size_t n_lanes;
};

/* Options -F -X -v -V -h --check-config --print-config --print-example
 * --print-man. Exit codes: 0 done, 1 failed, 2 usage, 78 bad configuration. */
int nrs_service_main(const struct nrs_service *service, int argc, char **argv);

/* For lanes and open(). */
struct nrs_stop *nrs_service_stop(struct nrs_service_ctx *ctx);
struct nrs_metrics *nrs_service_metrics(struct nrs_service_ctx *ctx);
/* /readyz and READY=1 follow: ready when every lane is. reason is copied. A
 * standby is ready too, with reason "standby". */
void nrs_service_ready(struct nrs_service_ctx *ctx, const struct nrs_lane *lane,
    bool ready, const char *reason);
/* Call from each lane's loop at least once in 10 s: feeds /healthz and the
 * watchdog. */
void nrs_service_alive(
    struct nrs_service_ctx *ctx, const struct nrs_lane *lane);
#endif
