/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_ARGS_H
#define CTL_ARGS_H
/*
 * args: one parsed command line. Everything is borrowed from argv. Options may
 * stand anywhere; "--" ends them.
 */
#include "ctl/grammar.h"
#include "noroshi/base/err.h"

#define CTL_SET_MAX 64
#define CTL_WORDS_MAX 16

struct ctl_args {
	const struct ctl_command *command; /* NULL: none was given */
	const char *value[CTL_OPT_COUNT];  /* NULL: absent; "" for a switch */
	const char *set[CTL_SET_MAX];      /* each -X name=value */
	size_t n_set;
	const char *words[CTL_WORDS_MAX]; /* after the command's own */
	size_t n_words;
};

/* NRS_REJECT: text says what is wrong and, when a command was recognised,
 * args->command is set so that its usage can be shown. */
NRS_CHECKED enum nrs_rc ctl_args_parse(
    struct ctl_args *args, int argc, char **argv, struct nrs_err *err);
#endif
