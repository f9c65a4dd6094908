/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/args.h"

#define MAX 16

static enum nrs_rc
parse(struct ctl_args *args, struct nrs_err *err, const char *line)
{
	static char words[512];
	static char name[] = "noroshictl";
	char *argv[MAX + 1] = {name};
	int argc = 1;

	(void)snprintf(words, sizeof(words), "%s", line);
	for (char *at = words; *at != '\0' && argc < MAX;) {
		argv[argc++] = at;
		at += strcspn(at, " ");
		if (*at != '\0')
			*at++ = '\0';
	}
	return ctl_args_parse(args, argc, argv, err);
}

static void
options_may_stand_anywhere(void **state)
{
	static const char *const lines[] = {
	    "--json revise ID --reason why FILE --correct",
	    "revise --reason=why --correct ID FILE --json",
	    "--correct --reason why --json revise ID FILE",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct ctl_args args;
		assert_int_equal(parse(&args, NULL, lines[i]), NRS_OK);
		assert_string_equal(args.command->name, "revise");
		assert_int_equal(args.n_words, 2);
		assert_string_equal(args.words[0], "ID");
		assert_string_equal(args.words[1], "FILE");
		assert_string_equal(args.value[CTL_OPT_REASON], "why");
		assert_non_null(args.value[CTL_OPT_CORRECT]);
		assert_non_null(args.value[CTL_OPT_JSON]);
		assert_null(args.value[CTL_OPT_FINAL]);
	}
}

static void
commands_of_two_words_are_found(void **state)
{
	struct ctl_args args;

	assert_int_equal(
	    parse(&args, NULL, "key --out f new --principal p"), NRS_OK);
	assert_string_equal(args.command->name, "key new");
	assert_int_equal(args.n_words, 0);
	assert_int_equal(parse(&args, NULL, "topics diff"), NRS_OK);
	assert_string_equal(args.command->name, "topics diff");
}

static void
settings_repeat_and_other_options_do_not(void **state)
{
	struct ctl_args args;
	struct nrs_err err = {0};

	assert_int_equal(
	    parse(&args, NULL, "list -X a=1 -Xb=2 --set c=3"), NRS_OK);
	assert_int_equal(args.n_set, 3);
	assert_string_equal(args.set[1], "b=2");
	assert_int_equal(
	    parse(&args, &err, "list --since 1 --since 2"), NRS_REJECT);
	assert_non_null(strstr(err.text, "--since was given twice"));
}

static void
letters_join_and_dashes_end_options(void **state)
{
	struct ctl_args args;

	assert_int_equal(parse(&args, NULL, "-qv list"), NRS_OK);
	assert_non_null(args.value[CTL_OPT_QUIET]);
	assert_non_null(args.value[CTL_OPT_VERBOSE]);
	assert_int_equal(parse(&args, NULL, "show -- -x"), NRS_OK);
	assert_string_equal(args.words[0], "-x");
	assert_int_equal(parse(&args, NULL, "issue -"), NRS_OK);
	assert_string_equal(args.words[0], "-");
}

static void
wrong_use_says_what_is_wrong(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
	    {"isue", "unknown command \"isue\""},
	    {"key", "unknown command \"key\"; there is: key new"},
	    {"topics", "unknown command \"topics\"; there is: topics apply, "
	               "topics diff"},
	    {"list --colour", "unknown option --colour"},
	    {"list -z", "unknown option -z"},
	    {"list --correct", "\"list\" has no option --correct"},
	    {"show", "\"show\" needs ID"},
	    {"show a b", "one word too many: \"b\""},
	    {"list --since", "--since needs a value"},
	    {"list --json=yes", "--json takes no value"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ctl_args args;
		struct nrs_err err = {0};
		assert_int_equal(parse(&args, &err, cases[i].line), NRS_REJECT);
		if (strstr(err.text, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].line, err.text);
	}
}

static void
every_row_of_the_grammar_is_complete_and_unique(void **state)
{
	size_t n;
	const struct ctl_command *commands = ctl_commands(&n);

	for (size_t i = 0; i < n; i++) {
		assert_non_null(commands[i].run);
		assert_true(commands[i].en[0] != '\0');
		assert_true(commands[i].ja[0] != '\0');
		assert_true(commands[i].min_args <= commands[i].max_args);
		assert_true(commands[i].max_args < CTL_WORDS_MAX);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(
			    commands[i].name, commands[k].name);
	}
	for (int i = 0; i < CTL_OPT_COUNT; i++) {
		const struct ctl_option *a = ctl_option_of((enum ctl_opt)i);
		assert_non_null(a->name);
		assert_non_null(a->en);
		assert_non_null(a->ja);
		for (int k = 0; k < i; k++) {
			const struct ctl_option *b =
			    ctl_option_of((enum ctl_opt)k);
			assert_string_not_equal(a->name, b->name);
			assert_true(a->letter == 0 || a->letter != b->letter);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(options_may_stand_anywhere),
	    cmocka_unit_test(commands_of_two_words_are_found),
	    cmocka_unit_test(settings_repeat_and_other_options_do_not),
	    cmocka_unit_test(letters_join_and_dashes_end_options),
	    cmocka_unit_test(wrong_use_says_what_is_wrong),
	    cmocka_unit_test(every_row_of_the_grammar_is_complete_and_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
