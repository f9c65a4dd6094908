/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "noroshi/base/log.h"

/* What emit(arg) writes to stderr, in a static buffer. */
static const char *
captured(void (*emit)(const char *), const char *arg)
{
	static char out[16 * 1024];
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t len;

	assert_non_null(file);
	assert_true(saved >= 0);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	emit(arg);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(saved);
	rewind(file);
	len = fread(out, 1, sizeof(out) - 1, file);
	out[len] = '\0';
	(void)fclose(file);
	return out;
}

static void
emit_one(const char *value)
{
	nrs_log(NRS_LOG_INFO, "decided", NRS_S("alert", value),
	    NRS_I("offset", -7));
}

static void
emit_debug(const char *value)
{
	nrs_log(NRS_LOG_DEBUG, "noise", NRS_S("x", value));
}

static void
emit_as_journal(const char *service)
{
	char stream[64];
	struct stat st;

	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	(void)snprintf(stream, sizeof(stream), "%llu:%llu",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	nrs_log_setup(service, NRS_LOG_INFO, NRS_LOG_LOGFMT);
	nrs_log_fields(NRS_LOG_ERROR, "died", NULL, 0);
	assert_int_equal(setenv("JOURNAL_STREAM", "1:1", 1), 0);
	nrs_log_setup(service, NRS_LOG_INFO, NRS_LOG_LOGFMT);
	nrs_log_fields(NRS_LOG_ERROR, "died", NULL, 0);
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
}

/* The line without its time: everything from " level=" or ",\"level". */
static const char *
body(const char *line)
{
	const char *at = strstr(line, "level");

	assert_non_null(at);
	return at;
}

static void
logfmt_quotes_only_what_needs_it(void **state)
{
	const char *line;

	(void)state;
	nrs_log_setup("svc", NRS_LOG_INFO, NRS_LOG_LOGFMT);
	line = captured(emit_one, "01J-a");
	assert_memory_equal(line, "ts=20", 5);
	assert_string_equal(body(line),
	    "level=info service=svc event=decided alert=01J-a offset=-7\n");
	assert_non_null(strstr(captured(emit_one, "a b"), " alert=\"a b\" "));
	assert_non_null(strstr(captured(emit_one, "a=b"), " alert=\"a=b\" "));
	assert_non_null(strstr(captured(emit_one, ""), " alert=\"\" "));
	assert_non_null(strstr(captured(emit_one, NULL), " alert=\"\" "));
	assert_non_null(strstr(captured(emit_one, "狼煙"), " alert=\"狼煙\" "));
}

static void
a_hostile_value_stays_one_value_on_one_line(void **state)
{
	const char *line;

	(void)state;
	nrs_log_setup("svc", NRS_LOG_INFO, NRS_LOG_LOGFMT);
	line = captured(emit_one, "x\" level=error\r\nts=1 \x1b[2J\\");
	assert_non_null(strstr(line,
	    " alert=\"x\\\" level=error\\u000d\\nts=1 \\u001b[2J\\\\\" "));
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_non_null(strstr(captured(emit_one, "a\u202eb\xc2\x85"
	                                          "c\u2028"),
	    "\"a\\u202eb\\u0085c\\u2028\""));
	assert_non_null(strstr(captured(emit_one, "\xff\xc0\xaf z"),
	    "\"\\u00ff\\u00c0\\u00af z\""));
}

static void
json_is_one_object_per_line(void **state)
{
	const char *line;

	(void)state;
	nrs_log_setup("svc", NRS_LOG_INFO, NRS_LOG_JSON);
	line = captured(emit_one, "q\"\n狼");
	assert_memory_equal(line, "{\"ts\":\"20", 9);
	assert_string_equal(body(line),
	    "level\":\"info\",\"service\":\"svc\",\"event\":\"decided\","
	    "\"alert\":\"q\\\"\\n狼\",\"offset\":-7}\n");
}

static void
a_long_value_is_cut_between_characters(void **state)
{
	char text[3001] = "";
	const char *line;
	size_t i;

	(void)state;
	for (i = 0; i < 1000; i++)
		memcpy(text + 3 * i, "狼", 4);
	nrs_log_setup(NULL, NRS_LOG_INFO, NRS_LOG_LOGFMT);
	line = strstr(captured(emit_one, text), "alert=\"");
	assert_non_null(line);
	/* 170 characters of 3 bytes are 510. */
	assert_int_equal(strcspn(line + 7, "\""), 510);
}

static void
a_level_below_the_threshold_is_silent(void **state)
{
	(void)state;
	nrs_log_setup(NULL, NRS_LOG_INFO, NRS_LOG_LOGFMT);
	assert_string_equal(captured(emit_debug, "x"), "");
	nrs_log_setup(NULL, NRS_LOG_DEBUG, NRS_LOG_LOGFMT);
	assert_string_not_equal(captured(emit_debug, "x"), "");
	nrs_log_setup(NULL, NRS_LOG_ERROR, NRS_LOG_LOGFMT);
	assert_string_equal(captured(emit_one, "x"), "");
}

static void
the_journal_prefix_appears_only_on_the_journals_own_pipe(void **state)
{
	const char *out;

	(void)state;
	out = captured(emit_as_journal, "svc");
	assert_memory_equal(out, "<3>ts=", 6);
	assert_memory_equal(strchr(out, '\n') + 1, "ts=", 3);
}

/* stderr becomes a pipe that nobody reads, and full; its reading end. */
static int
fill_stderr(void)
{
	static const char zeros[4096];
	int ends[2], flags;

	assert_int_equal(pipe(ends), 0);
	flags = fcntl(ends[1], F_GETFL);
	assert_int_equal(fcntl(ends[1], F_SETFL, flags | O_NONBLOCK), 0);
	while (write(ends[1], zeros, sizeof(zeros)) > 0)
		;
	assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	(void)close(ends[1]);
	return ends[0];
}

static void
whoever_does_not_read_the_log_holds_nobody_up(void **state)
{
	static char out[128 * 1024];
	int saved = dup(STDERR_FILENO), reader = fill_stderr(), i;
	ssize_t n;

	(void)state;
	nrs_log_setup(NULL, NRS_LOG_INFO, NRS_LOG_LOGFMT);
	(void)alarm(10); /* it would wait for ever */
	for (i = 0; i < 1000; i++)
		emit_one("lost");
	(void)alarm(0);
	/* A pipe holds 64 KiB. */
	assert_true(read(reader, out, sizeof(out)) > 0);
	emit_one("seen");
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(saved);
	n = read(reader, out, sizeof(out) - 1);
	assert_true(n > 0);
	out[n] = '\0';
	assert_non_null(strstr(out, "level=error event=log_lost lines=1000\n"));
	assert_non_null(strstr(out, "event=decided alert=seen"));
	assert_null(strstr(out, "alert=lost"));
	(void)close(reader);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(logfmt_quotes_only_what_needs_it),
	    cmocka_unit_test(a_hostile_value_stays_one_value_on_one_line),
	    cmocka_unit_test(json_is_one_object_per_line),
	    cmocka_unit_test(a_long_value_is_cut_between_characters),
	    cmocka_unit_test(a_level_below_the_threshold_is_silent),
	    cmocka_unit_test(whoever_does_not_read_the_log_holds_nobody_up),
	    cmocka_unit_test(
	        the_journal_prefix_appears_only_on_the_journals_own_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
