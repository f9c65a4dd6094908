/* SPDX-License-Identifier: Apache-2.0 */
/* long: one small daemon, and every way to start, ask, change and end it. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/clock.h"
#include "noroshi/io/service.h"
#include "support/port.h"

#define PATIENCE_MS 30000
#define MAX_ARGS 12

/* ---- the daemon under test ------------------------------------------------
 */

enum behaviour {
	RUNS,
	WAITS,   /* is never ready */
	STANDS,  /* is ready as a standby */
	FAILS,   /* its lane ends with an error */
	ENDS,    /* its lane ends without being asked */
	HANGS,   /* its lane does not hear of the stop */
	REFUSES, /* open() refuses */
};

struct small_conf {
	struct nrs_service_conf common; /* must be first */
	int behaviour;
	int64_t word;
	const char *secret;
};

struct small {
	enum behaviour behaviour;
	struct nrs_metric *word, *uid;
};

static const struct nrs_param params[] = {
    {.name = "small.behaviour",
        .type = NRS_PARAM_ENUM,
        .offset = offsetof(struct small_conf, behaviour),
        .def = "runs",
        .choices = "runs|waits|stands|fails|ends|hangs|refuses",
        .help = "What the lane does."},
    {.name = "small.word",
        .type = NRS_PARAM_INT,
        .offset = offsetof(struct small_conf, word),
        .def = "1",
        .help = "Shown as a metric; 13 is refused by the check, 14 by reload."},
    {.name = "small.secret",
        .type = NRS_PARAM_STRING,
        .offset = offsetof(struct small_conf, secret),
        .def = "",
        .secret = true,
        .help = "Never printed."},
};

static enum nrs_rc
small_check(const void *conf, struct nrs_err *err)
{
	const struct small_conf *small = conf;

	if (small->word == 13)
		return nrs_refuse(
		    err, "small.word", "luck", "small.word: 13 is unlucky");
	return NRS_OK;
}

static enum nrs_rc
small_open(struct nrs_service_ctx *ctx, const void *conf, void **self,
    struct nrs_err *err)
{
	const struct small_conf *values = conf;
	struct small *small = nrs_calloc(1, sizeof(*small));
	struct nrs_metrics *metrics = nrs_service_metrics(ctx);

	*self = small;
	small->behaviour = (enum behaviour)values->behaviour;
	small->word = nrs_metrics_gauge(metrics, "noroshi_word", NULL, "Word.");
	small->uid = nrs_metrics_gauge(metrics, "noroshi_uid", NULL, "Uid.");
	nrs_metric_set(small->word, values->word);
	if (small->behaviour != REFUSES)
		return NRS_OK;
	free(small);
	*self = NULL;
	return nrs_refuse(err, "", "", "a file is wrong");
}

static enum nrs_rc
small_reload(void *self, const void *conf, struct nrs_err *err)
{
	struct small *small = self;
	const struct small_conf *values = conf;

	if (values->word == 14)
		return nrs_refuse(err, "", "", "14 needs a restart");
	nrs_metric_set(small->word, values->word);
	return NRS_OK;
}

static enum nrs_rc
small_run(void *self, struct nrs_service_ctx *ctx, const struct nrs_lane *lane,
    struct nrs_err *err)
{
	struct small *small = self;
	struct nrs_stop *stop = nrs_service_stop(ctx);

	nrs_metric_set(small->uid, (int64_t)getuid());
	if (small->behaviour == FAILS)
		return nrs_fail(err, NRS_FATAL, "fenced by another");
	if (small->behaviour == ENDS)
		return NRS_OK;
	if (small->behaviour == WAITS)
		nrs_service_ready(ctx, lane, false, "no \"broker\"");
	else
		nrs_service_ready(ctx, lane, true,
		    small->behaviour == STANDS ? "standby" : "");
	do
		nrs_service_alive(ctx, lane);
	while (!nrs_stop_wait(stop, 1000));
	while (small->behaviour == HANGS)
		(void)poll(NULL, 0, 1000);
	return NRS_OK;
}

static const struct nrs_lane lanes[] = {{.name = "loop", .run = small_run}};

static const struct nrs_service service = {.name = "noroshi-small",
    .summary = "proves the skeleton",
    .params = params,
    .n_params = sizeof(params) / sizeof(params[0]),
    .conf_size = sizeof(struct small_conf),
    .check = small_check,
    .open = small_open,
    .reload = small_reload,
    .close = free,
    .lanes = lanes,
    .n_lanes = 1};

/* ---- starting it ----------------------------------------------------------
 */

static char folder[] = "/tmp/noroshi-service-XXXXXX";
static int notify_fd = -1, port;
static pid_t pid;

static int
set_up(void **state)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "notify"};

	(void)snprintf(folder, sizeof(folder), "/tmp/noroshi-service-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(notify_fd, (struct sockaddr *)&at, sizeof(at)), 0);
	/* The daemon may be somebody else by then. */
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(chmod("notify", 0777), 0);
	port = port_free();
	pid = 0;
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const files[] = {"notify", "out", "err", "a.conf"};
	size_t i;

	if (pid > 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}
	(void)close(notify_fd);
	for (i = 0; i < 4; i++)
		(void)unlink(files[i]);
	return chdir("/") != 0 || rmdir(folder) != 0;
}

static void
write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static char *
read_file(const char *name)
{
	struct nrs_buf text = {0};
	FILE *file = fopen(name, "r");
	int c;

	assert_non_null(file);
	while ((c = getc(file)) != EOF)
		nrs_buf_addc(&text, (char)c);
	assert_int_equal(fclose(file), 0);
	return nrs_buf_take(&text);
}

/* What was printed becomes a configuration. */
static void
keep_output(void)
{
	char *text = read_file("out");

	write_file("a.conf", text);
	free(text);
}

static void
redirect(const char *name, int to)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || dup2(fd, to) < 0)
		_exit(99);
}

/* args end with NULL. */
static void
start(const char *const *args)
{
	char name[] = "noroshi-small", listen[64];
	char *argv[MAX_ARGS + 4] = {name};
	int argc = 1;

	(void)snprintf(
	    listen, sizeof(listen), "admin.listen=127.0.0.1:%d", port);
	pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return;
	redirect("out", STDOUT_FILENO);
	redirect("err", STDERR_FILENO);
	(void)setenv("NOTIFY_SOCKET", nrs_asprintf("%s/notify", folder), 1);
	argv[argc++] = nrs_strdup("-X");
	argv[argc++] = listen;
	for (; *args != NULL; args++)
		argv[argc++] = nrs_strdup(*args);
	_exit(nrs_service_main(&service, argc, argv));
}

#define START(...) start((const char *const[]){__VA_ARGS__, NULL})

/* Its exit status; a signal is 128 and its number. */
static int
status_of_end(void)
{
	int fd = pidfd_open(pid, 0), status = 0;
	struct pollfd end = {.fd = fd, .events = POLLIN};

	assert_true(fd >= 0);
	if (poll(&end, 1, PATIENCE_MS) != 1)
		fail_msg("it does not end");
	(void)close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#define RUN(...) (START(__VA_ARGS__), status_of_end())

/* Wait for a datagram with this line. */
static void
await(const char *line)
{
	struct pollfd ready = {.fd = notify_fd, .events = POLLIN};
	char text[1024];
	ssize_t n;

	do {
		if (poll(&ready, 1, PATIENCE_MS) != 1)
			fail_msg(
			    "never notified: %s\n%s", line, read_file("err"));
		n = recv(notify_fd, text, sizeof(text) - 1, 0);
		assert_true(n >= 0);
		text[n] = '\0';
	} while (strstr(text, line) == NULL);
}

/* The whole answer of the admin listener; the caller frees. */
static char *
get(const char *path)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct nrs_buf text = {0};
	char chunk[4096];
	ssize_t n;

	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_true(dprintf(fd, "GET %s HTTP/1.0\r\n\r\n", path) > 0);
	while ((n = recv(fd, chunk, sizeof(chunk), 0)) > 0)
		nrs_buf_add(&text, chunk, (size_t)n);
	(void)close(fd);
	return nrs_buf_take(&text);
}

static void
assert_has(char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no %s in:\n%s", part, text);
	free(text);
}

static void
assert_has_not(char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("%s in:\n%s", part, text);
	free(text);
}

/* ---- options --------------------------------------------------------------
 */

static void
help_and_version_are_printed_and_succeed(void **state)
{
	assert_int_equal(RUN("-h"), 0);
	assert_has(read_file("out"), "noroshi-small: proves the skeleton");
	assert_int_equal(RUN("--version"), 0);
	assert_has(read_file("out"), "noroshi-small 0.");
}

static void
wrong_usage_is_status_2(void **state)
{
	assert_int_equal(RUN("--verbos"), 2);
	assert_has(read_file("err"), "usage: noroshi-small");
	assert_int_equal(RUN("-F"), 2);
	assert_int_equal(RUN("start"), 2);
	assert_has(read_file("err"), "unexpected argument -- 'start'");
}

static void
a_wrong_configuration_is_status_78_with_file_and_line(void **state)
{
	write_file("a.conf", "\nsmall: { wort = 5; };\n");
	assert_int_equal(RUN("-F", "a.conf"), 78);
	assert_has(read_file("err"),
	    "noroshi-small: a.conf:2: unknown key small.wort; did you mean "
	    "small.word?\n");
	assert_int_equal(RUN("--check-config", "-F", "a.conf"), 78);
	assert_int_equal(RUN("--check-config", "-X", "small.word=13"), 78);
	assert_has(read_file("err"), "13 is unlucky");
	assert_int_equal(RUN("--check-config", "-X", "small.word=x"), 78);
	assert_int_equal(RUN("--check-config", "-X", "small"), 78);
	assert_int_equal(RUN("-X", "small.behaviour=refuses"), 78);
	assert_has(read_file("err"), "a file is wrong");
}

static void
the_check_looks_and_does_not_run(void **state)
{
	write_file("a.conf", "small: { behaviour = \"fails\"; };\n");
	assert_int_equal(RUN("--check-config", "-F", "a.conf"), 0);
}

static void
the_check_knows_an_address_to_listen_on(void **state)
{
	static const char *const bad[] = {"admin.listen=localhost:80",
	    "admin.listen=127.0.0.1", "admin.listen=127.0.0.1:65536"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(RUN("--check-config", "-X", bad[i]), 78);
		assert_has(read_file("err"), "admin.listen: \"");
		assert_has(read_file("err"), "is not an address and port");
	}
	assert_int_equal(RUN("--check-config", "-X", "admin.listen="), 0);
	assert_int_equal(
	    RUN("--check-config", "-X", "admin.listen=[::1]:80"), 0);
}

static void
what_is_no_row_is_a_property_of_librdkafka(void **state)
{
	assert_int_equal(RUN("--print-config", "-X", "linger.ms=7", "-X",
	                     "socket.keepalive.enable=true"),
	    0);
	assert_has(read_file("out"),
	    "extra = [ \"linger.ms=7\", \"socket.keepalive.enable=true\" ];");
	assert_int_equal(RUN("--print-config", "-X", "bus.serverz=x"), 78);
	assert_int_equal(
	    RUN("--check-config", "-X", "enable.auto.commit=true"), 78);
}

static void
the_printed_configuration_is_masked_and_loads_again(void **state)
{
	assert_int_equal(RUN("--print-config", "-X", "small.secret=hunter2",
	                     "-X", "small.word=77"),
	    0);
	assert_has(read_file("out"), "word = 77;");
	assert_has(read_file("out"), "secret = \"***\";");
	assert_has_not(read_file("out"), "hunter2");
	keep_output();
	assert_int_equal(RUN("--print-config", "-F", "a.conf"), 0);
	assert_has(read_file("out"), "word = 77;");
}

static void
the_example_loads_and_the_manual_has_all_rows(void **state)
{
	assert_int_equal(RUN("--print-example"), 0);
	keep_output();
	assert_int_equal(RUN("--check-config", "-F", "a.conf"), 0);
	assert_int_equal(RUN("--print-man"), 0);
	assert_has(read_file("out"), "*admin.listen* (string)");
	assert_has(read_file("out"), "*bus.servers* (string)");
	assert_has(read_file("out"), "*small.word* (integer)");
}

/* ---- running --------------------------------------------------------------
 */

static void
a_ready_daemon_says_so_and_ends_cleanly_when_told(void **state)
{
	START("-X", "small.word=5");
	await("READY=1\nSTATUS=ready");
	assert_has(get("/readyz"),
	    "{\"ready\":true,\"lanes\":[{\"name\":\"loop\",\"ready\":true,"
	    "\"reason\":\"\"}]}");
	assert_has(get("/-/ready"), "HTTP/1.1 200 ");
	assert_has(get("/healthz"), "{\"alive\":true}");
	assert_has(get("/-/healthy"), "HTTP/1.1 200 ");
	assert_has(get("/version"), "{\"name\":\"noroshi-small\",");
	assert_has(get("/metrics"), "\nnoroshi_lane_ready{lane=\"loop\"} 1\n");
	assert_has(get("/metrics"), "\nnoroshi_word 5\n");
	assert_has(get("/metrics"), "text/plain; version=0.0.4");
	assert_has(get("/"), "HTTP/1.1 404 ");
	assert_int_equal(kill(pid, SIGTERM), 0);
	await("STOPPING=1");
	assert_int_equal(status_of_end(), 0);
	assert_has(read_file("err"), "event=stopping signal=TERM");
}

static void
a_waiting_daemon_is_alive_but_not_ready(void **state)
{
	START("-X", "small.behaviour=waits");
	await("STATUS=waiting; loop: no \"broker\"");
	assert_has(get("/readyz"), "HTTP/1.1 503 ");
	assert_has(get("/readyz"),
	    "{\"ready\":false,\"lanes\":[{\"name\":\"loop\",\"ready\":false,"
	    "\"reason\":\"no \\\"broker\\\"\"}]}");
	assert_has(get("/healthz"), "HTTP/1.1 200 ");
	assert_int_equal(kill(pid, SIGINT), 0);
	assert_int_equal(status_of_end(), 0);
}

static void
a_standby_is_ready_and_says_what_it_is(void **state)
{
	START("-X", "small.behaviour=stands");
	await("READY=1\nSTATUS=ready; loop: standby");
	assert_has(get("/readyz"), "\"reason\":\"standby\"");
}

static void
a_failed_lane_ends_the_process_with_one_line_of_log(void **state)
{
	char *log;

	assert_int_equal(RUN("-X", "small.behaviour=fails"), 1);
	log = read_file("err");
	assert_non_null(strstr(log, "level=error service=noroshi-small "
	                            "event=lane_failed lane=loop rc=FATAL "
	                            "text=\"fenced by another\"\n"));
	assert_null(strstr(strstr(log, "level=error") + 1, "level=error"));
	free(log);
	assert_int_equal(RUN("-X", "small.behaviour=ends"), 1);
	assert_has(read_file("err"), "ended without being asked");
}

static void
a_lane_that_hangs_does_not_keep_the_process(void **state)
{
	struct nrs_mono asked;

	START("-X", "small.behaviour=hangs");
	await("READY=1");
	assert_int_equal(kill(pid, SIGTERM), 0);
	asked = nrs_mono_now();
	assert_int_equal(status_of_end(), 1);
	assert_true(nrs_mono_since_ms(asked) < PATIENCE_MS);
	assert_has(read_file("err"), "event=drain_timeout");
}

static void
a_wrong_file_on_reload_keeps_the_old_configuration(void **state)
{
	write_file("a.conf", "small: { word = 21; };\n");
	START("-F", "a.conf");
	await("READY=1");
	write_file("a.conf", "small: { word = 22; wort = 1; };\n");
	assert_int_equal(kill(pid, SIGHUP), 0);
	await("RELOADING=1\nMONOTONIC_USEC=");
	await("READY=1");
	assert_has(get("/metrics"), "\nnoroshi_word 21\n");
	assert_has(
	    get("/metrics"), "\nnoroshi_config_last_reload_successful 0\n");
	assert_has(read_file("err"),
	    "event=reload_failed kept=\"old configuration\" text=\"a.conf:1: "
	    "unknown key small.wort; did you mean small.word?\"");
	write_file("a.conf", "small: { word = 14; };\n");
	assert_int_equal(kill(pid, SIGHUP), 0);
	await("RELOADING=1");
	await("READY=1");
	assert_has(get("/metrics"), "\nnoroshi_word 21\n");
	write_file("a.conf", "mode = \"test\"; small: { word = 22; };\n");
	assert_int_equal(kill(pid, SIGHUP), 0);
	await("RELOADING=1");
	await("READY=1");
	assert_has(get("/metrics"), "\nnoroshi_word 21\n");
	assert_has(read_file("err"), "mode cannot change while running");
}

static void
a_right_file_on_reload_is_used(void **state)
{
	write_file("a.conf", "small: { word = 21; };\n");
	START("-F", "a.conf");
	await("READY=1");
	write_file(
	    "a.conf", "small: { word = 22; }; log: { format = \"json\"; };\n");
	assert_int_equal(kill(pid, SIGHUP), 0);
	await("RELOADING=1");
	await("READY=1");
	assert_has(get("/metrics"), "\nnoroshi_word 22\n");
	assert_has(
	    get("/metrics"), "\nnoroshi_config_last_reload_successful 1\n");
	assert_has(read_file("err"), "\"event\":\"reloaded\"");
}

static void
the_watchdog_is_fed_while_the_lanes_live(void **state)
{
	assert_int_equal(setenv("WATCHDOG_USEC", "100000", 1), 0);
	START("-X", "small.word=1");
	assert_int_equal(unsetenv("WATCHDOG_USEC"), 0);
	await("WATCHDOG=1");
	await("WATCHDOG=1");
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(status_of_end(), 0);
}

static void
a_daemon_started_as_root_becomes_nobody(void **state)
{
	if (geteuid() != 0)
		skip();
	START("-X", "small.word=1");
	await("READY=1");
	assert_has_not(get("/metrics"), "\nnoroshi_uid 0\n");
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(status_of_end(), 0);
	assert_int_equal(RUN("-X", "user=root"), 78);
	assert_int_equal(RUN("-X", "user=no-such-user"), 78);
	assert_has(read_file("err"), "there is no such user");
	START("-X", "user=");
	await("READY=1");
	assert_has(get("/metrics"), "\nnoroshi_uid 0\n");
	assert_has(read_file("err"), "level=warn service=noroshi-small "
	                             "event=running_as_root");
}

static void
a_taken_admin_port_is_an_error_at_start(void **state)
{
	pid_t first;

	START("-X", "small.word=1");
	await("READY=1");
	first = pid;
	assert_int_equal(RUN("-X", "small.word=1"), 1);
	assert_has(
	    read_file("err"), "admin.listen: cannot listen on 127.0.0.1");
	pid = first;
}

int
main(void)
{
#define FACT(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    FACT(help_and_version_are_printed_and_succeed),
	    FACT(wrong_usage_is_status_2),
	    FACT(a_wrong_configuration_is_status_78_with_file_and_line),
	    FACT(the_check_looks_and_does_not_run),
	    FACT(the_check_knows_an_address_to_listen_on),
	    FACT(what_is_no_row_is_a_property_of_librdkafka),
	    FACT(the_printed_configuration_is_masked_and_loads_again),
	    FACT(the_example_loads_and_the_manual_has_all_rows),
	    FACT(a_ready_daemon_says_so_and_ends_cleanly_when_told),
	    FACT(a_waiting_daemon_is_alive_but_not_ready),
	    FACT(a_standby_is_ready_and_says_what_it_is),
	    FACT(a_failed_lane_ends_the_process_with_one_line_of_log),
	    FACT(a_lane_that_hangs_does_not_keep_the_process),
	    FACT(a_wrong_file_on_reload_keeps_the_old_configuration),
	    FACT(a_right_file_on_reload_is_used),
	    FACT(the_watchdog_is_fed_while_the_lanes_live),
	    FACT(a_daemon_started_as_root_becomes_nobody),
	    FACT(a_taken_admin_port_is_an_error_at_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
