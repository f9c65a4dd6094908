/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/conf.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct values {
	const char *servers, *rules, *password;
	int64_t timeout_ms, big;
	bool strict;
	int format;
	struct nrs_conf_list extra, secrets;
};

#define ROW(member) offsetof(struct values, member)

static const struct nrs_param rows[] = {
    {.name = "bus.servers",
        .type = NRS_PARAM_STRING,
        .offset = ROW(servers),
        .def = "127.0.0.1:9092",
        .help = "Brokers to start from, host:port, separated by commas."},
    {.name = "bus.timeout_ms",
        .type = NRS_PARAM_INT,
        .offset = ROW(timeout_ms),
        .def = "6000",
        .min = 2000,
        .max = 60000,
        .unit = "ms",
        .help = "After this silence another instance takes over, whatever the "
                "silent one may think of it."},
    {.name = "log.format",
        .type = NRS_PARAM_ENUM,
        .offset = ROW(format),
        .def = "logfmt",
        .choices = "logfmt|json",
        .help = "How a line is written."},
    {.name = "bus.extra",
        .type = NRS_PARAM_LIST,
        .offset = ROW(extra),
        .def = "",
        .help = "Settings handed on."},
    {.name = "bus.secrets",
        .type = NRS_PARAM_LIST,
        .offset = ROW(secrets),
        .def = "",
        .secret = true,
        .help = "The same, never printed."},
    {.name = "rules",
        .type = NRS_PARAM_PATH,
        .offset = ROW(rules),
        .def = "rules.conf",
        .help = "The rule table."},
    {.name = "log.password",
        .type = NRS_PARAM_STRING,
        .offset = ROW(password),
        .def = "",
        .secret = true,
        .help = "Never printed."},
    {.name = "strict",
        .type = NRS_PARAM_BOOL,
        .offset = ROW(strict),
        .def = "true",
        .help = "Refuse what is wrong."},
    {.name = "big",
        .type = NRS_PARAM_INT,
        .offset = ROW(big),
        .def = "0",
        .unit = "bytes",
        .help = "Any number."},
};

static char file[] = "/tmp/noroshi-conf-XXXXXX";
static struct nrs_conf conf;
static struct values values;

static int
make_file(void **state)
{
	int fd = mkstemp(file);

	return fd < 0 || close(fd) != 0;
}

static int
remove_file(void **state)
{
	nrs_conf_fini(&conf);
	return unlink(file);
}

static enum nrs_rc
load(const char *text, const char *override, struct nrs_err *err)
{
	FILE *stream = fopen(file, "w");

	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
	nrs_conf_fini(&conf);
	memset(&values, 0xa5, sizeof(values));
	return nrs_conf_load(&conf,
	    &(struct nrs_conf_input){.params = rows,
	        .n = COUNT(rows),
	        .file = file,
	        .overrides = &override,
	        .n_overrides = override == NULL ? 0 : 1},
	    &values, err);
}

static void
assert_loads(const char *text, const char *override)
{
	struct nrs_err err;

	if (load(text, override, &err) != NRS_OK)
		fail_msg("%s", err.text);
}

/* The error is "FILE" followed by expected. */
static void
assert_refused(const char *text, const char *expected)
{
	struct nrs_err err = {0};

	if (load(text, NULL, &err) != NRS_REJECT)
		fail_msg("accepted: %s", text);
	assert_memory_equal(err.text, file, strlen(file));
	assert_string_equal(err.text + strlen(file), expected);
}

static void
assert_override_refused(const char *override, const char *expected)
{
	struct nrs_err err = {0};

	if (load("", override, &err) != NRS_REJECT)
		fail_msg("accepted: %s", override);
	assert_string_equal(err.text, expected);
}

static void
an_empty_file_means_defaults(void **state)
{
	assert_loads("", NULL);
	assert_string_equal(values.servers, "127.0.0.1:9092");
	assert_int_equal(values.timeout_ms, 6000);
	assert_int_equal(values.format, 0);
	assert_true(values.strict);
	assert_int_equal(values.extra.n, 0);
	assert_string_equal(values.rules, "/tmp/rules.conf");
	assert_string_equal(conf.file, file);
}

static void
the_file_beats_defaults_and_the_command_line_beats_the_file(void **state)
{
	static const char text[] =
	    "strict = false; big = 99999999999; rules = \"/etc/r\";\n"
	    "bus: { servers = \"a:1\"; timeout_ms = 2000;"
	    " extra = [\"x=1\", \"y=a,b\"]; secrets = (\"z=2\"); };\n"
	    "log: { format = \"json\"; password = \"p\"; };";

	assert_loads(text, NULL);
	assert_string_equal(values.servers, "a:1");
	assert_int_equal(values.timeout_ms, 2000);
	assert_int_equal(values.format, 1);
	assert_false(values.strict);
	assert_int_equal(values.big, INT64_C(99999999999));
	assert_int_equal(values.extra.n, 2);
	assert_string_equal(values.extra.items[1], "y=a,b");
	assert_int_equal(values.secrets.n, 1);
	assert_string_equal(values.rules, "/etc/r");
	assert_loads(text, "bus.timeout_ms=2001");
	assert_int_equal(values.timeout_ms, 2001);
	assert_loads(text, "bus.servers=c=d");
	assert_string_equal(values.servers, "c=d");
	assert_loads(text, "bus.extra=");
	assert_int_equal(values.extra.n, 0);
	assert_loads(text, "bus.extra=k=1,l=2");
	assert_int_equal(values.extra.n, 2);
	assert_string_equal(values.extra.items[0], "k=1");
	assert_loads(text, "log.format=logfmt");
	assert_int_equal(values.format, 0);
	assert_loads(text, "strict=true");
	assert_true(values.strict);
	/* On the command line a path is the caller's. */
	assert_loads(text, "rules=r.conf");
	assert_string_equal(values.rules, "r.conf");
}

static void
a_path_is_seen_from_the_folder_of_its_file(void **state)
{
	assert_loads("rules = \"sub/r.conf\";", NULL);
	assert_string_equal(values.rules, "/tmp/sub/r.conf");
	assert_loads("rules = \"./r.conf\";", NULL);
	assert_string_equal(values.rules, "/tmp/r.conf");
	assert_loads("rules = \".\";", NULL);
	assert_string_equal(values.rules, "/tmp");
	assert_loads("rules = \"\";", NULL);
	assert_string_equal(values.rules, "");
}

static void
an_unknown_key_is_refused_with_what_was_probably_meant(void **state)
{
	assert_refused("\nbus: {\n serverz = \"x\"; };",
	    ":3: unknown key bus.serverz; did you mean bus.servers?");
	assert_refused("servers = \"x\";",
	    ":1: unknown key servers; did you mean bus.servers?");
	assert_refused(
	    "bus: { elephant = 1; };", ":1: unknown key bus.elephant");
	assert_refused("zzz: { a = 1; };", ":1: unknown key zzz");
	assert_refused(
	    "strikt = true;", ":1: unknown key strikt; did you mean strict?");
	assert_refused("log: { format: { x = 1; }; };",
	    ":1: log.format: must be a string, is a group");
	assert_refused("bus = 5;", ":1: bus: must be a group { }");
	assert_refused("strict: { };", ":1: unknown key strict; did you mean "
	                               "strict?");
}

static void
a_wrong_type_is_refused_with_its_line(void **state)
{
	assert_refused("bus: { servers = 5; };",
	    ":1: bus.servers: must be a string, is an integer");
	assert_refused("\n\nbus: { timeout_ms = \"6000\"; };",
	    ":3: bus.timeout_ms: must be an integer, is a string");
	assert_refused("bus: { timeout_ms = 6000.0; };",
	    ":1: bus.timeout_ms: must be an integer, is a number with a point");
	assert_refused(
	    "strict = 1;", ":1: strict: must be true or false, is an integer");
	assert_refused("bus: { extra = \"a=b\"; };",
	    ":1: bus.extra: must be a list ( ) or an array [ ], is a string");
	assert_refused("bus: { extra = [1]; };",
	    ":1: bus.extra[0]: must be a string, is an integer");
	assert_refused("log: { format = \"xml\"; };",
	    ":1: log.format: must be one of logfmt|json");
	assert_refused("log: { format = \"logfmt|json\"; };",
	    ":1: log.format: must be one of logfmt|json");
	assert_refused("log: { format = \"\"; };",
	    ":1: log.format: must be one of logfmt|json");
	assert_refused("bus: { servers = \"a\\nb\"; };",
	    ":1: bus.servers: has a control character or is not UTF-8");
	assert_refused("bus: { extra = [\"a\\nb\"]; };",
	    ":1: bus.extra[0]: has a control character or is not UTF-8");
}

static void
a_number_out_of_range_is_refused_not_wrapped(void **state)
{
	assert_refused("bus: { timeout_ms = 1999; };",
	    ":1: bus.timeout_ms: 1999 is not in 2000..60000");
	assert_refused("bus: { timeout_ms = 60001; };",
	    ":1: bus.timeout_ms: 60001 is not in 2000..60000");
	/* libconfig 1.5 reads these two as 6000. */
	assert_refused("bus: { timeout_ms = 4294973296; };",
	    ":1: bus.timeout_ms: 4294973296 is not in 2000..60000");
	assert_refused("bus: { timeout_ms = 0x100001770; };",
	    ":1: bus.timeout_ms: 4294973296 is not in 2000..60000");
	assert_refused("big = 9223372036854775808;",
	    ":1: number out of range: 9223372036854775808");
	assert_loads("big = 9223372036854775807;", NULL);
	assert_true(values.big == INT64_MAX);
}

static void
overrides_are_as_strict_as_the_file(void **state)
{
	assert_override_refused("bus.serverz=x",
	    "command line: unknown key bus.serverz; did you mean bus.servers?");
	assert_override_refused(
	    "strict", "command line: \"strict\" is not name=value");
	assert_override_refused("=x", "command line: \"=x\" is not name=value");
	assert_override_refused(
	    "strict=yes", "command line: strict: must be true or false");
	assert_override_refused("bus.timeout_ms=6000ms",
	    "command line: bus.timeout_ms: must be an integer");
	assert_override_refused("bus.timeout_ms= 6000",
	    "command line: bus.timeout_ms: must be an integer");
	assert_override_refused("bus.timeout_ms=",
	    "command line: bus.timeout_ms: must be an integer");
	assert_override_refused("big=9223372036854775808",
	    "command line: big: 9223372036854775808 is not in "
	    "-9223372036854775808..9223372036854775807");
	assert_override_refused("log.format=JSON",
	    "command line: log.format: must be one of logfmt|json");
	assert_override_refused("bus.servers=a\nb",
	    "command line: bus.servers: has a control character or is not "
	    "UTF-8");
}

static void
an_override_without_a_row_goes_to_who_asked_for_the_rest(void **state)
{
	const char *const overrides[] = {
	    "sasl.mechanism=PLAIN", "strict=true", "a.b=c,d=e"};
	struct nrs_conf_list rest = {0};

	nrs_conf_fini(&conf);
	assert_int_equal(nrs_conf_load(&conf,
	                     &(struct nrs_conf_input){.params = rows,
	                         .n = COUNT(rows),
	                         .overrides = overrides,
	                         .n_overrides = 3,
	                         .rest = &rest},
	                     &values, NULL),
	    NRS_OK);
	assert_true(values.strict);
	assert_int_equal(rest.n, 2);
	assert_string_equal(rest.items[0], "sasl.mechanism=PLAIN");
	assert_string_equal(rest.items[1], "a.b=c,d=e");
}

static enum nrs_rc
load_required(struct nrs_conf *own, const char *override, const char **value,
    struct nrs_err *err)
{
	static const struct nrs_param required = {
	    .name = "a.b", .type = NRS_PARAM_STRING, .help = "Needed."};

	return nrs_conf_load(own,
	    &(struct nrs_conf_input){.params = &required,
	        .n = 1,
	        .overrides = &override,
	        .n_overrides = override == NULL ? 0 : 1},
	    value, err);
}

static void
a_required_row_must_be_there_and_not_empty(void **state)
{
	struct nrs_conf own;
	struct nrs_err err;
	const char *value;

	assert_int_equal(load_required(&own, NULL, &value, &err), NRS_REJECT);
	assert_string_equal(err.text, "a.b is required");
	assert_string_equal(err.field, "a.b");
	nrs_conf_fini(&own);
	assert_int_equal(load_required(&own, "a.b=", &value, &err), NRS_REJECT);
	nrs_conf_fini(&own);
	assert_int_equal(load_required(&own, "a.b=x", &value, &err), NRS_OK);
	assert_string_equal(value, "x");
	nrs_conf_fini(&own);
}

static void
a_file_that_is_not_there_is_refused(void **state)
{
	struct nrs_conf own;
	struct nrs_err err;

	assert_int_equal(
	    nrs_conf_load(&own,
	        &(struct nrs_conf_input){
	            .params = rows, .n = COUNT(rows), .file = "/none.conf"},
	        &values, &err),
	    NRS_REJECT);
	assert_string_equal(err.text, "/none.conf: No such file or directory");
	nrs_conf_fini(&own);
	nrs_conf_fini(&own);
}

static char *
printed(bool with_help)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	nrs_conf_print(out, rows, COUNT(rows), &values, with_help);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* GOLDEN_UPDATE=1 rewrites the file instead; read the difference. */
static void
assert_golden(const char *name, const char *actual)
{
	struct nrs_buf expected = {0};
	const char *update = getenv("GOLDEN_UPDATE");
	FILE *stream = fopen(name, update == NULL ? "r" : "w");
	int c;

	if (stream == NULL)
		fail_msg("%s is missing: run from the top folder", name);
	if (update != NULL)
		assert_true(fputs(actual, stream) >= 0);
	while (update == NULL && (c = getc(stream)) != EOF)
		nrs_buf_addc(&expected, (char)c);
	assert_int_equal(fclose(stream), 0);
	if (update == NULL)
		assert_string_equal(actual, nrs_buf_str(&expected));
	nrs_buf_fini(&expected);
}

static const char awkward[] =
    "strict = false; big = -5000000000; rules = \"/etc/\\\"r\\\\\";\n"
    "bus: { servers = \"狼煙:1\"; extra = [\"x=1\", \"y=\\\"\"]; "
    "secrets = [\"sasl.password=hunter2\", \"bare\"]; };\n"
    "log: { format = \"json\"; password = \"hunter2\"; };";

static void
what_is_printed_loads_again_as_the_same(void **state)
{
	char *first, *second;

	assert_loads(awkward, NULL);
	first = printed(false);
	assert_golden("tests/golden/conf/print.ok", first);
	assert_null(strstr(first, "hunter2"));
	assert_loads(first, NULL);
	assert_string_equal(values.servers, "狼煙:1");
	assert_string_equal(values.rules, "/etc/\"r\\");
	assert_int_equal(values.big, INT64_C(-5000000000));
	second = printed(false);
	assert_string_equal(first, second);
	free(first);
	free(second);
}

static void
the_example_explains_each_row_and_loads(void **state)
{
	char *text;

	assert_loads("rules = \"/etc/noroshi/rules.conf\";", NULL);
	text = printed(true);
	assert_golden("tests/golden/conf/example.ok", text);
	assert_loads(text, NULL);
	assert_int_equal(values.timeout_ms, 6000);
	free(text);
}

static void
the_man_page_has_every_row(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	nrs_conf_print_man(out, rows, COUNT(rows));
	assert_int_equal(fclose(out), 0);
	assert_golden("tests/golden/conf/man.ok", text);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_file_means_defaults),
	    cmocka_unit_test(
	        the_file_beats_defaults_and_the_command_line_beats_the_file),
	    cmocka_unit_test(a_path_is_seen_from_the_folder_of_its_file),
	    cmocka_unit_test(
	        an_unknown_key_is_refused_with_what_was_probably_meant),
	    cmocka_unit_test(a_wrong_type_is_refused_with_its_line),
	    cmocka_unit_test(a_number_out_of_range_is_refused_not_wrapped),
	    cmocka_unit_test(overrides_are_as_strict_as_the_file),
	    cmocka_unit_test(
	        an_override_without_a_row_goes_to_who_asked_for_the_rest),
	    cmocka_unit_test(a_required_row_must_be_there_and_not_empty),
	    cmocka_unit_test(a_file_that_is_not_there_is_refused),
	    cmocka_unit_test(what_is_printed_loads_again_as_the_same),
	    cmocka_unit_test(the_example_explains_each_row_and_loads),
	    cmocka_unit_test(the_man_page_has_every_row),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
