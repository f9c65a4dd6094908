/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/service.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/io/service_private.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/base/mem.h"
#include "noroshi/version.h"

#define EXIT_FAILED 1
#define EXIT_USAGE 2
#define EXIT_CONFIG 78 /* EX_CONFIG: restarting does not help */
/* From the request to stop to the end, whatever hangs. */
#define DRAIN_S 10

struct lane_thread {
	struct run *run;
	const struct nrs_lane *lane;
	pthread_t thread;
	bool started;
};

struct run {
	const struct nrs_service *service;
	const struct nrs_service_options *options;
	const struct nrs_service_rows *rows;
	struct nrs_service_loaded *loaded; /* the newest */
	struct nrs_service_ctx *ctx;
	struct nrs_notify *notify;
	struct nrs_metric *reload_ok, *reload_at;
	struct lane_thread *threads;
	struct nrs_http *admin;
	void *self;
	int signal_fd;
	int watchdog_ms; /* -1: nobody watches, so nobody wakes up */
	atomic_bool failed;
};

static void
complain(const struct nrs_service *service, const struct nrs_err *err)
{
	(void)fprintf(stderr, "%s: %s\n", service->name, err->text);
}

/* ---- what the environment says --------------------------------------------
 */

/* Half of systemd's watchdog interval, if it is meant for this process. */
static int
watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC"),
	           *pid = getenv("WATCHDOG_PID");
	long long value;

	if (usec == NULL || (pid != NULL && strtoll(pid, NULL, 10) != getpid()))
		return -1;
	value = strtoll(usec, NULL, 10) / 2000;
	if (value < 1 || value > INT32_MAX)
		return -1;
	return (int)value;
}

/* ---- signals --------------------------------------------------------------
 */

/* Before any library starts a thread: all of them inherit the mask, and only
 * the main thread hears of these signals. */
static enum nrs_rc
take_signals(struct run *run, struct nrs_err *err)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return nrs_fail(err, NRS_FATAL, "signals: %s", strerror(errno));
	run->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (run->signal_fd < 0)
		return nrs_fail(
		    err, NRS_FATAL, "signalfd: %s", strerror(errno));
	return NRS_OK;
}

static void
give_up(int number)
{
	static const char text[] = "level=error event=drain_timeout\n";

	(void)number;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(EXIT_FAILED);
	_exit(EXIT_FAILED);
}

/* What is not delivered when time is up is delivered after the restart. */
static void
limit_drain(void)
{
	struct sigaction action = {.sa_handler = give_up};

	(void)sigaction(SIGALRM, &action, NULL);
	(void)alarm(DRAIN_S);
}

/* ---- configuration --------------------------------------------------------
 */

static void
set_up_log(const struct run *run)
{
	const struct nrs_service_conf *conf = nrs_service_common(run->loaded);

	nrs_log_setup(run->service->name, (enum nrs_log_level)conf->log_level,
	    (enum nrs_log_format)conf->log_format);
}

static enum nrs_rc
reload_checked(struct run *run, struct nrs_err *err)
{
	struct nrs_service_loaded *loaded = NULL;
	enum nrs_rc rc = nrs_service_load(
	    run->service, run->rows, run->options, &loaded, err);

	if (rc != NRS_OK)
		return rc;
	if (nrs_service_common(loaded)->mode !=
	    nrs_service_common(run->loaded)->mode)
		rc = nrs_refuse(
		    err, "mode", "conf", "mode cannot change while running");
	if (rc == NRS_OK && run->service->reload != NULL)
		rc = run->service->reload(run->self, loaded->value, err);
	if (rc != NRS_OK) {
		nrs_service_unload(loaded);
		return rc;
	}
	loaded->older = run->loaded;
	run->loaded = loaded; /* older ones may still be referred to */
	return NRS_OK;
}

static void
reload(struct run *run)
{
	struct nrs_err err;
	char state[64];
	enum nrs_rc rc;

	(void)snprintf(state, sizeof(state),
	    "RELOADING=1\nMONOTONIC_USEC=%" PRId64, nrs_awake_ns() / 1000);
	nrs_notify_send(run->notify, state);
	rc = reload_checked(run, &err);
	nrs_metric_set(run->reload_ok, rc == NRS_OK ? 1 : 0);
	if (rc == NRS_OK) {
		nrs_metric_set(run->reload_at, nrs_wall_ms() / 1000);
		set_up_log(run);
		nrs_log_fields(NRS_LOG_INFO, "reloaded", NULL, 0);
	} else {
		nrs_log(NRS_LOG_ERROR, "reload_failed",
		    NRS_S("kept", "old configuration"),
		    NRS_S("text", err.text));
	}
	nrs_service_ctx_announce(run->ctx);
}

/* ---- lanes ----------------------------------------------------------------
 */

static void *
run_lane(void *arg)
{
	struct lane_thread *thread = arg;
	struct run *run = thread->run;
	struct nrs_stop *stop = nrs_service_stop(run->ctx);
	struct nrs_err err = {0};
	enum nrs_rc rc;

	rc = thread->lane->run(run->self, run->ctx, thread->lane, &err);
	if (rc == NRS_OK && !nrs_stop_asked(stop))
		rc = nrs_fail(&err, NRS_FATAL, "ended without being asked");
	if (rc != NRS_OK) {
		nrs_log(NRS_LOG_ERROR, "lane_failed",
		    NRS_S("lane", thread->lane->name),
		    NRS_S("rc", nrs_rc_name(rc)), NRS_S("text", err.text));
		atomic_store(&run->failed, true);
		nrs_stop_ask(stop);
	}
	return NULL;
}

static enum nrs_rc
start_lanes(struct run *run, struct nrs_err *err)
{
	struct lane_thread *thread;
	size_t i;
	int why;

	nrs_service_ctx_start(run->ctx);
	for (i = 0; i < run->service->n_lanes; i++) {
		thread = &run->threads[i];
		*thread = (struct lane_thread){
		    .run = run, .lane = &run->service->lanes[i]};
		why = pthread_create(&thread->thread, NULL, run_lane, thread);
		if (why != 0)
			return nrs_fail(err, NRS_FATAL, "thread for %s: %s",
			    thread->lane->name, strerror(why));
		thread->started = true;
		/* 15 bytes are all that the kernel keeps of a name. */
		(void)pthread_setname_np(thread->thread, thread->lane->name);
	}
	return NRS_OK;
}

static void
join_lanes(struct run *run)
{
	size_t i;

	for (i = 0; i < run->service->n_lanes; i++)
		if (run->threads[i].started)
			(void)pthread_join(run->threads[i].thread, NULL);
}

/* ---- the main thread ------------------------------------------------------
 */

static void
hear_signals(struct run *run)
{
	struct signalfd_siginfo info;

	while (read(run->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP) {
			reload(run);
			continue;
		}
		nrs_log(NRS_LOG_INFO, "stopping",
		    NRS_S(
		        "signal", info.ssi_signo == SIGTERM ? "TERM" : "INT"));
		nrs_stop_ask(nrs_service_stop(run->ctx));
	}
}

static void
feed_watchdog(struct run *run)
{
	const char *who = "";

	if (nrs_service_ctx_alive(run->ctx, &who))
		nrs_notify_send(run->notify, "WATCHDOG=1");
	else
		nrs_log(NRS_LOG_ERROR, "lane_stuck", NRS_S("lane", who));
}

/* Sleeps until a signal, a failed lane or the watchdog's time. */
static void
wait_for_end(struct run *run)
{
	struct nrs_stop *stop = nrs_service_stop(run->ctx);
	struct pollfd fds[] = {{.fd = run->signal_fd, .events = POLLIN},
	    {.fd = nrs_stop_fd(stop), .events = POLLIN}};

	while (!nrs_stop_asked(stop)) {
		if (run->watchdog_ms >= 0)
			feed_watchdog(run);
		(void)poll(fds, 2, run->watchdog_ms);
		hear_signals(run);
	}
}

static enum nrs_rc
become_user(const struct run *run, struct nrs_err *err)
{
	bool stayed;
	enum nrs_rc rc = nrs_service_drop(
	    nrs_service_common(run->loaded)->user, &stayed, err);

	if (rc == NRS_OK && stayed)
		nrs_log(NRS_LOG_WARN, "running_as_root",
		    NRS_S("remedy", "set user"));
	return rc;
}

static void
register_metrics(struct run *run)
{
	struct nrs_metrics *metrics = nrs_service_metrics(run->ctx);
	int64_t now = nrs_wall_ms() / 1000;

	nrs_metric_set(
	    nrs_metrics_gauge(metrics, "noroshi_build_info",
	        "version=\"" NRS_VERSION "\"", "1, with the version."),
	    1);
	nrs_metric_set(nrs_metrics_gauge(metrics, "noroshi_start_time_seconds",
	                   NULL, "When this process started."),
	    now);
	run->reload_ok = nrs_metrics_gauge(metrics,
	    "noroshi_config_last_reload_successful", NULL,
	    "0 when the last reload was refused and the old configuration "
	    "kept.");
	run->reload_at = nrs_metrics_gauge(metrics,
	    "noroshi_config_last_reload_success_timestamp_seconds", NULL,
	    "When the configuration in use was read.");
	nrs_metric_set(run->reload_ok, 1);
	nrs_metric_set(run->reload_at, now);
}

/* open() runs with the rights we were started with, so that it can read files
 * of root's; all that serves or obeys anybody runs without them. */
static enum nrs_rc
start(struct run *run, struct nrs_err *err)
{
	const struct nrs_service_conf *conf = nrs_service_common(run->loaded);
	enum nrs_rc rc;

	rc = take_signals(run, err);
	if (rc != NRS_OK)
		return rc;
	register_metrics(run);
	nrs_log(NRS_LOG_INFO, "starting", NRS_S("version", NRS_VERSION),
	    NRS_S("file", run->loaded->conf.file));
	rc = run->service->open(run->ctx, run->loaded->value, &run->self, err);
	if (rc == NRS_OK)
		rc = become_user(run, err);
	if (rc == NRS_OK)
		rc = nrs_service_admin_open(
		    run->ctx, conf->admin_listen, &run->admin, err);
	if (rc == NRS_OK)
		rc = start_lanes(run, err);
	return rc;
}

static void
finish(struct run *run)
{
	nrs_notify_send(run->notify, "STOPPING=1\nSTATUS=stopping");
	limit_drain();
	nrs_stop_ask(nrs_service_stop(run->ctx));
	join_lanes(run);
	if (run->self != NULL && run->service->close != NULL)
		run->service->close(run->self);
	nrs_http_close(run->admin);
	(void)alarm(0);
	if (run->signal_fd >= 0)
		(void)close(run->signal_fd);
}

static int
serve(struct run *run)
{
	struct nrs_err err = {0};
	enum nrs_rc rc;
	int status = EXIT_SUCCESS;

	set_up_log(run);
	rc = start(run, &err);
	if (rc == NRS_OK)
		wait_for_end(run);
	else
		nrs_log(NRS_LOG_ERROR, "start_failed",
		    NRS_S("rc", nrs_rc_name(rc)), NRS_S("text", err.text));
	finish(run);
	if (rc != NRS_OK)
		status = rc == NRS_REJECT ? EXIT_CONFIG : EXIT_FAILED;
	else if (atomic_load(&run->failed))
		status = EXIT_FAILED;
	nrs_log(NRS_LOG_INFO, "ended", NRS_I("status", status));
	return status;
}

static int
run_service(const struct nrs_service *service,
    const struct nrs_service_rows *rows,
    const struct nrs_service_options *options,
    struct nrs_service_loaded *loaded)
{
	struct run run = {.service = service,
	    .options = options,
	    .rows = rows,
	    .loaded = loaded,
	    .notify = nrs_notify_new(getenv("NOTIFY_SOCKET")),
	    .threads = nrs_calloc(service->n_lanes, sizeof(*run.threads)),
	    .signal_fd = -1,
	    .watchdog_ms = watchdog_ms()};
	int status;

	run.ctx = nrs_service_ctx_new(service, run.notify);
	status = serve(&run);
	nrs_service_unload(run.loaded);
	nrs_service_ctx_free(run.ctx);
	nrs_notify_free(run.notify);
	free(run.threads);
	return status;
}

/* ---- the options that only print ------------------------------------------
 */

static int
finish_stdout(void)
{
	return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS
	                                              : EXIT_FAILED;
}

static int
print_example(
    const struct nrs_service *service, const struct nrs_service_rows *rows)
{
	struct nrs_conf conf = {0};
	const struct nrs_conf_input in = {.params = rows->params, .n = rows->n};
	void *value = nrs_calloc(1, service->conf_size);
	struct nrs_err err;

	/* Refused only for what is required and has no default. */
	(void)printf("# %s: %s\n", service->name, service->summary);
	if (nrs_conf_load(&conf, &in, value, &err) != NRS_OK)
		(void)printf("# To be completed: %s.\n", err.text);
	nrs_conf_print(stdout, rows->params, rows->n, value, true);
	nrs_conf_fini(&conf);
	free(value);
	return finish_stdout();
}

static int
with_configuration(const struct nrs_service *service,
    const struct nrs_service_rows *rows,
    const struct nrs_service_options *options)
{
	struct nrs_service_loaded *loaded = NULL;
	struct nrs_err err;

	if (nrs_service_load(service, rows, options, &loaded, &err) != NRS_OK) {
		complain(service, &err);
		return EXIT_CONFIG;
	}
	if (options->action == NRS_SERVICE_RUN)
		return run_service(service, rows, options, loaded);
	if (options->action == NRS_SERVICE_PRINT)
		nrs_conf_print(
		    stdout, rows->params, rows->n, loaded->value, false);
	nrs_service_unload(loaded);
	return finish_stdout();
}

int
nrs_service_main(const struct nrs_service *service, int argc, char **argv)
{
	struct nrs_service_options options = {
	    .sets = nrs_calloc((size_t)argc, sizeof(*options.sets))};
	struct nrs_service_rows rows = nrs_service_rows_new(service);
	int status = EXIT_SUCCESS;

	nrs_service_parse(service, argc, argv, &options);
	switch (options.action) {
	case NRS_SERVICE_DONE:
		status = finish_stdout();
		break;
	case NRS_SERVICE_USAGE:
		status = EXIT_USAGE;
		break;
	case NRS_SERVICE_MAN:
		nrs_conf_print_man(stdout, rows.params, rows.n);
		status = finish_stdout();
		break;
	case NRS_SERVICE_EXAMPLE:
		status = print_example(service, &rows);
		break;
	case NRS_SERVICE_RUN:
	case NRS_SERVICE_CHECK:
	case NRS_SERVICE_PRINT:
		status = with_configuration(service, &rows, &options);
		break;
	}
	free(rows.params);
	free(options.sets);
	return status;
}
