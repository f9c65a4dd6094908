/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/args.h"

#include <string.h>

#include "noroshi/base/buf.h"

struct cursor {
	int argc, at;
	char **argv;
	bool plain; /* after "--" */
};

static int
find_long(const char *name, size_t len)
{
	for (int opt = 0; opt < CTL_OPT_COUNT; opt++) {
		const char *have = ctl_option_of((enum ctl_opt)opt)->name;
		if (strlen(have) == len && memcmp(have, name, len) == 0)
			return opt;
	}
	return -1;
}

static int
find_letter(char letter)
{
	for (int opt = 0; opt < CTL_OPT_COUNT; opt++)
		if (ctl_option_of((enum ctl_opt)opt)->letter == letter)
			return opt;
	return -1;
}

static enum nrs_rc
keep(struct ctl_args *args, enum ctl_opt opt, const char *value,
    struct nrs_err *err)
{
	const char *name = ctl_option_of(opt)->name;

	if (opt == CTL_OPT_SET) {
		if (args->n_set == CTL_SET_MAX)
			return nrs_refuse(err, "-X", "usage",
			    "at most %d may be given", CTL_SET_MAX);
		args->set[args->n_set++] = value;
		return NRS_OK;
	}
	if (args->value[opt] != NULL)
		return nrs_refuse(
		    err, name, "usage", "--%s was given twice", name);
	args->value[opt] = value;
	return NRS_OK;
}

/* The value: what follows in this word, else the next word. */
static enum nrs_rc
take(struct ctl_args *args, struct cursor *cur, int opt, const char *inside,
    struct nrs_err *err)
{
	const struct ctl_option *row = ctl_option_of((enum ctl_opt)opt);

	if (row->value == NULL) {
		if (inside != NULL)
			return nrs_refuse(err, row->name, "usage",
			    "--%s takes no value", row->name);
		return keep(args, (enum ctl_opt)opt, "", err);
	}
	if (inside == NULL && cur->at < cur->argc)
		inside = cur->argv[cur->at++];
	if (inside == NULL)
		return nrs_refuse(err, row->name, "usage",
		    "--%s needs a value: --%s %s", row->name, row->name,
		    row->value);
	return keep(args, (enum ctl_opt)opt, inside, err);
}

static enum nrs_rc
long_option(struct ctl_args *args, struct cursor *cur, const char *word,
    struct nrs_err *err)
{
	const char *equals = strchr(word, '=');
	size_t len = equals == NULL ? strlen(word) : (size_t)(equals - word);
	int opt = find_long(word, len);

	if (opt < 0)
		return nrs_refuse(
		    err, "", "usage", "unknown option --%.*s", (int)len, word);
	return take(args, cur, opt, equals == NULL ? NULL : equals + 1, err);
}

/* "-qv" is two switches, "-Xa=b" and "-X a=b" are one option. */
static enum nrs_rc
short_options(struct ctl_args *args, struct cursor *cur, const char *word,
    struct nrs_err *err)
{
	for (const char *p = word; *p != '\0'; p++) {
		int opt = find_letter(*p);
		if (opt < 0)
			return nrs_refuse(
			    err, "", "usage", "unknown option -%c", *p);
		bool last = ctl_option_of((enum ctl_opt)opt)->value != NULL;
		const char *inside = last && p[1] != '\0' ? p + 1 : NULL;
		enum nrs_rc rc = take(args, cur, opt, inside, err);
		if (rc != NRS_OK || last)
			return rc;
	}
	return NRS_OK;
}

static enum nrs_rc
one_word(struct ctl_args *args, struct cursor *cur, struct nrs_err *err)
{
	const char *word = cur->argv[cur->at++];

	if (!cur->plain && strcmp(word, "--") == 0) {
		cur->plain = true;
		return NRS_OK;
	}
	if (!cur->plain && strncmp(word, "--", 2) == 0)
		return long_option(args, cur, word + 2, err);
	if (!cur->plain && word[0] == '-' && word[1] != '\0')
		return short_options(args, cur, word + 1, err);
	if (args->n_words == CTL_WORDS_MAX)
		return nrs_refuse(err, "", "usage", "too many words");
	args->words[args->n_words++] = word;
	return NRS_OK;
}

/* How many of the leading words make up the command's name; 0: not it. */
static size_t
matches(const struct ctl_args *args, const char *name)
{
	size_t n = 0;

	while (n < args->n_words) {
		size_t len = strlen(args->words[n]);
		if (strncmp(name, args->words[n], len) != 0)
			return 0;
		n++;
		if (name[len] == '\0')
			return n;
		if (name[len] != ' ')
			return 0;
		name += len + 1;
	}
	return 0;
}

/* "topics" alone is the beginning of two: name them. */
static enum nrs_rc
unknown_command(const char *word, struct nrs_err *err)
{
	size_t n, len = strlen(word);
	const struct ctl_command *commands = ctl_commands(&n);
	struct nrs_buf more = {0};
	enum nrs_rc rc;

	for (size_t i = 0; i < n; i++)
		if (strncmp(commands[i].name, word, len) == 0 &&
		    commands[i].name[len] == ' ')
			nrs_buf_printf(&more, "%s%s",
			    more.len == 0 ? "; there is: " : ", ",
			    commands[i].name);
	rc = nrs_refuse(err, "", "usage", "unknown command \"%s\"%s", word,
	    nrs_buf_str(&more));
	nrs_buf_fini(&more);
	return rc;
}

static enum nrs_rc
find_command(struct ctl_args *args, struct nrs_err *err)
{
	size_t n;
	const struct ctl_command *commands = ctl_commands(&n);

	for (size_t i = 0; i < n; i++) {
		size_t used = matches(args, commands[i].name);
		if (used == 0)
			continue;
		args->command = &commands[i];
		args->n_words -= used;
		memmove(args->words, args->words + used,
		    args->n_words * sizeof(args->words[0]));
		return NRS_OK;
	}
	return unknown_command(args->words[0], err);
}

static enum nrs_rc
check_against_command(const struct ctl_args *args, struct nrs_err *err)
{
	const struct ctl_command *command = args->command;

	for (int opt = 0; opt < CTL_OPT_COUNT; opt++) {
		if (args->value[opt] == NULL ||
		    ctl_opt_is_common((enum ctl_opt)opt) ||
		    (command->options & CTL_BIT(opt)) != 0)
			continue;
		return nrs_refuse(err, "", "usage", "\"%s\" has no option --%s",
		    command->name, ctl_option_of((enum ctl_opt)opt)->name);
	}
	if (args->n_words < command->min_args)
		return nrs_refuse(err, "", "usage", "\"%s\" needs %s",
		    command->name, command->args);
	if (args->n_words > command->max_args)
		return nrs_refuse(err, "", "usage",
		    "\"%s\": one word too many: \"%s\"", command->name,
		    args->words[command->max_args]);
	return NRS_OK;
}

enum nrs_rc
ctl_args_parse(
    struct ctl_args *args, int argc, char **argv, struct nrs_err *err)
{
	struct cursor cur = {.argc = argc, .at = 1, .argv = argv};
	enum nrs_rc rc = NRS_OK;

	*args = (struct ctl_args){0};
	while (rc == NRS_OK && cur.at < argc)
		rc = one_word(args, &cur, err);
	if (rc != NRS_OK || args->n_words == 0)
		return rc;
	rc = find_command(args, err);
	if (rc != NRS_OK || args->value[CTL_OPT_HELP] != NULL)
		return rc;
	return check_against_command(args, err);
}
