/* SPDX-License-Identifier: Apache-2.0 */
/* One command for a first look: bus, services, key and configuration. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/child.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/stop.h"
#include "noroshi/io/client.h"
#include "support/port.h"

#define START_MS 60000

static char dir[] = "/tmp/noroshi-embedded-XXXXXX";
static struct nrs_stop *never;
static struct ctl_child child = {.name = "embedded"};
static int port;

static const char *
path_of(const char *name)
{
	static char paths[16][336];
	static size_t next;
	char *path = paths[next++ % 16];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static const char *
program(void)
{
	static char path[256];
	const char *build = getenv("BUILD");

	(void)snprintf(path, sizeof(path), "%s/noroshictl",
	    build == NULL ? "build/gcc-release" : build);
	return path;
}

static int
setup(void **state)
{
	(void)state;
	never = nrs_stop_new();
	port = port_free();
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	(void)state;
	ctl_child_stop(&child, 30000);
	while (d != NULL && (entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlink(path_of(entry->d_name));
	if (d != NULL)
		(void)closedir(d);
	nrs_stop_free(never);
	return rmdir(dir);
}

static bool
wait_for_file(const char *path)
{
	struct nrs_mono start = nrs_mono_now();

	while (access(path, R_OK) != 0 && nrs_mono_since_ms(start) < START_MS)
		(void)nrs_stop_wait(never, 20);
	return access(path, R_OK) == 0;
}

/* The exit code of one noroshictl, its output in the log. */
static int
run_ctl(const char *const *argv)
{
	struct ctl_child one = {0};
	int status = -1;

	assert_int_equal(
	    ctl_child_start(&one, argv, path_of("ctl.log"), NULL), NRS_OK);
	assert_true(waitpid(one.pid, &status, 0) == one.pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool
api_answers(void)
{
	char url[64];
	const struct nrs_client_request request = {
	    .method = "GET", .url = url, .timeout_ms = 5000};
	struct nrs_client_answer answer;
	enum nrs_rc rc;

	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%d/v1/outcomes/none", port);
	rc = nrs_client_call(&request, &answer, NULL);
	nrs_buf_fini(&answer.body);
	return rc == NRS_OK;
}

static void
one_command_serves_a_notice_and_leaves_nothing_running(void **state)
{
	static const char notice[] =
	    "{\"stream\":\"NISC_PROVISION\",\"source_row\":\"NISC_CI_GROUP\","
	    "\"item_type\":\"C3\",\"urgency\":\"PRIORITY\",\"tlp\":\"GREEN\","
	    "\"sectors\":[\"power\"],\"title\":\"題名\",\"summary\":\"概要\","
	    "\"countermeasures\":[{\"text\":\"対処\"}]}";
	char producer[64];
	const char *const embedded[] = {program(), "-X", producer, "embedded",
	    "--state-dir", dir, "--conf-dir", "config", NULL};
	const char *const issue[] = {program(), "-F",
	    path_of("noroshictl.conf"), "issue", "--wait", "60000",
	    path_of("notice.json"), NULL};
	FILE *f = fopen(path_of("notice.json"), "w");
	int status = -1;

	(void)state;
	assert_non_null(f);
	assert_true(fputs(notice, f) >= 0 && fclose(f) == 0);
	(void)snprintf(
	    producer, sizeof(producer), "producer=http://127.0.0.1:%d", port);
	assert_int_equal(
	    ctl_child_start(&child, embedded, path_of("log"), NULL), NRS_OK);
	assert_true(wait_for_file(path_of("servers")));
	while (!api_answers() && !ctl_child_ended(&child))
		(void)nrs_stop_wait(never, 50);
	assert_int_equal(run_ctl(issue), 0);
	assert_int_equal(kill(child.pid, SIGTERM), 0);
	assert_true(waitpid(child.pid, &status, 0) == child.pid);
	child.pid = 0;
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(access(path_of("servers"), F_OK), -1);
	assert_false(api_answers());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        one_command_serves_a_notice_and_leaves_nothing_running),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
