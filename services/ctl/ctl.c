/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/ctl.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/conf.h"
#include "noroshi/base/log.h"
#include "noroshi/io/table.h"
#include "noroshi/version.h"

static struct nrs_stop *signalled; /* a signal handler has no argument */

static void
on_signal(int number)
{
	(void)number;
	nrs_stop_ask(signalled);
}

static void
catch_signals(struct nrs_stop *stop)
{
	struct sigaction sa = {
	    .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

	signalled = stop;
	(void)sigaction(SIGINT, &sa, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
	/* `noroshictl list | head` is no error worth a word. */
	(void)signal(SIGPIPE, SIG_DFL);
}

static const char *
language(const struct ctl_args *args)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	const char *lang = args->value[CTL_OPT_LANG];

	for (size_t i = 0; lang == NULL && i < 3; i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			lang = value;
	}
	return lang != NULL && strncmp(lang, "ja", 2) == 0 ? "ja" : "en";
}

static bool
wants_colour(const struct ctl_args *args)
{
	const char *when = args->value[CTL_OPT_COLOR];
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (when != NULL && strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	return isatty(STDOUT_FILENO) == 1 && (no == NULL || no[0] == '\0') &&
	       term != NULL && strcmp(term, "dumb") != 0;
}

static enum nrs_rc
check_words(const struct ctl_args *args, struct nrs_err *err)
{
	const char *lang = args->value[CTL_OPT_LANG];
	const char *colour = args->value[CTL_OPT_COLOR];

	if (lang != NULL && strcmp(lang, "ja") != 0 && strcmp(lang, "en") != 0)
		return nrs_refuse(err, "", "usage", "--lang is ja or en");
	if (colour != NULL && strcmp(colour, "auto") != 0 &&
	    strcmp(colour, "always") != 0 && strcmp(colour, "never") != 0)
		return nrs_refuse(
		    err, "", "usage", "--color is auto, always or never");
	return NRS_OK;
}

const char *
ctl_opt(const struct ctl *ctl, enum ctl_opt opt)
{
	return ctl->args.value[opt];
}

enum nrs_rc
ctl_opt_int(const struct ctl *ctl, enum ctl_opt opt, struct ctl_range range,
    int64_t *out, struct nrs_err *err)
{
	const char *text = ctl_opt(ctl, opt);
	char *end = NULL;
	long long value;

	*out = range.def;
	if (text == NULL)
		return NRS_OK;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < range.min ||
	    value > range.max)
		return nrs_refuse(err, "", "usage",
		    "--%s is a number from %lld to %lld, not \"%s\"",
		    ctl_option_of(opt)->name, (long long)range.min,
		    (long long)range.max, text);
	*out = value;
	return NRS_OK;
}

enum nrs_mode
ctl_mode(const struct ctl *ctl)
{
	return (enum nrs_mode)(ctl->conf.mode + 1);
}

enum ctl_exit
ctl_failed(enum nrs_rc rc, const struct nrs_err *err)
{
	const char *text = err->text;
	size_t len = strlen(err->field);

	/* Some texts begin with the field's path: once is enough. */
	if (len > 0 && strncmp(text, err->field, len) == 0 &&
	    strncmp(text + len, ": ", 2) == 0)
		text += len + 2;
	(void)fprintf(stderr, "noroshictl: %s%s%s%s%s\n", err->field,
	    len > 0 ? ": " : "", err->rule, err->rule[0] != '\0' ? ": " : "",
	    text);
	if (rc != NRS_REJECT)
		return CTL_FAILED;
	if (strcmp(err->rule, "not-found") == 0)
		return CTL_NOT_FOUND;
	return strcmp(err->rule, "conf") == 0 ? CTL_USAGE : CTL_REFUSED;
}

enum ctl_exit
ctl_misused(const struct ctl *ctl, const struct nrs_err *err)
{
	const struct ctl_command *command = ctl->args.command;

	(void)fprintf(stderr, "noroshictl: %s\n", err->text);
	if (command != NULL)
		(void)fprintf(stderr, "usage: noroshictl %s [options]%s%s\n",
		    command->name, command->args[0] == '\0' ? "" : " ",
		    command->args);
	(void)fprintf(stderr, "try: noroshictl %s%s-h\n",
	    command == NULL ? "" : command->name, command == NULL ? "" : " ");
	return CTL_USAGE;
}

enum nrs_rc
ctl_sectors(
    struct ctl *ctl, const struct nrs_sector_table **out, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;

	if (ctl->sectors == NULL)
		rc = nrs_table_sectors(
		    ctl->arena, ctl->conf.sectors, &ctl->sectors, err);
	*out = ctl->sectors;
	return rc;
}

static int
run(struct ctl *ctl, struct nrs_err *err)
{
	struct nrs_conf conf = {0};
	enum ctl_exit code;

	if (ctl_conf_load(ctl, &conf, err) != NRS_OK) {
		(void)fprintf(stderr, "noroshictl: %s\n", err->text);
		nrs_conf_fini(&conf);
		return CTL_USAGE;
	}
	code = ctl->args.command->run(ctl);
	nrs_conf_fini(&conf);
	return (int)code;
}

static void
print_man(void)
{
	struct nrs_arena *arena = nrs_arena_new();
	size_t n;
	const struct nrs_param *params = ctl_conf_params(arena, &n);

	ctl_print_man(stdout);
	(void)fputs("# CONFIGURATION\n\n", stdout);
	nrs_conf_print_man(stdout, params, n);
	nrs_arena_free(arena);
}

static int
without_a_command(const struct ctl *ctl, const char *lang)
{
	const struct ctl_args *args = &ctl->args;

	if (args->value[CTL_OPT_PRINT_MAN] != NULL) {
		print_man();
		return CTL_DONE;
	}
	if (args->value[CTL_OPT_VERSION] != NULL) {
		(void)puts("noroshictl " NRS_VERSION);
		return CTL_DONE;
	}
	if (args->value[CTL_OPT_HELP] != NULL) {
		ctl_usage(stdout, args->command, lang);
		return CTL_DONE;
	}
	ctl_usage(stderr, NULL, lang);
	return CTL_USAGE;
}

/* What a full disk swallowed was not done. */
static int
check_stdout(int code)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	(void)fprintf(stderr, "noroshictl: stdout: %s\n",
	    errno == 0 ? "could not be written" : strerror(errno));
	return code == CTL_DONE ? CTL_FAILED : code;
}

int
ctl_main(int argc, char **argv)
{
	struct ctl ctl = {0};
	struct nrs_err err = {0};
	enum nrs_rc rc = ctl_args_parse(&ctl.args, argc, argv, &err);
	const char *lang = language(&ctl.args);
	int code;

	if (rc == NRS_OK)
		rc = check_words(&ctl.args, &err);
	if (rc != NRS_OK)
		return (int)ctl_misused(&ctl, &err);
	if (ctl.args.command == NULL || ctl_opt(&ctl, CTL_OPT_HELP) != NULL ||
	    ctl_opt(&ctl, CTL_OPT_VERSION) != NULL ||
	    ctl_opt(&ctl, CTL_OPT_PRINT_MAN) != NULL)
		return check_stdout(without_a_command(&ctl, lang));
	ctl.verbose = ctl_opt(&ctl, CTL_OPT_VERBOSE) != NULL;
	nrs_log_setup("noroshictl", ctl.verbose ? NRS_LOG_INFO : NRS_LOG_ERROR,
	    NRS_LOG_LOGFMT);
	ctl.arena = nrs_arena_new();
	ctl.stop = nrs_stop_new();
	catch_signals(ctl.stop);
	ctl.out = ctl_out_new(&(struct ctl_out_conf){.file = stdout,
	    .json = ctl_opt(&ctl, CTL_OPT_JSON) != NULL,
	    .quiet = ctl_opt(&ctl, CTL_OPT_QUIET) != NULL,
	    .color = wants_colour(&ctl.args),
	    .lang = lang});
	code = run(&ctl, &err);
	ctl_out_free(ctl.out);
	nrs_stop_free(ctl.stop);
	nrs_arena_free(ctl.arena);
	return check_stdout(code);
}
