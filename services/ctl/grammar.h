/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_GRAMMAR_H
#define CTL_GRAMMAR_H
/*
 * grammar: the whole command line as data. Parser, usage texts and the manual
 * page come from these tables.
 *
 * long: one name per option.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ctl/exit.h"

struct ctl;

enum ctl_opt {
	/* every command */
	CTL_OPT_CONF,
	CTL_OPT_SERVERS,
	CTL_OPT_SET,
	CTL_OPT_JSON,
	CTL_OPT_LANG,
	CTL_OPT_COLOR,
	CTL_OPT_QUIET,
	CTL_OPT_VERBOSE,
	CTL_OPT_VERSION,
	CTL_OPT_PRINT_MAN,
	CTL_OPT_HELP,
	/* some */
	CTL_OPT_OUT,
	CTL_OPT_PRINCIPAL,
	CTL_OPT_ROLES,
	CTL_OPT_MODES,
	CTL_OPT_TEMPLATE,
	CTL_OPT_KEY,
	CTL_OPT_WAIT,
	CTL_OPT_DRY_RUN,
	CTL_OPT_PREVIEW,
	CTL_OPT_FOLLOW_UP,
	CTL_OPT_CORRECT,
	CTL_OPT_FINAL,
	CTL_OPT_REASON,
	CTL_OPT_UNTIL,
	CTL_OPT_SINCE,
	CTL_OPT_LIMIT,
	CTL_OPT_ATTENTION,
	CTL_OPT_SECTOR,
	CTL_OPT_LABEL,
	CTL_OPT_NUMBER,
	CTL_OPT_CEPTOAR,
	CTL_OPT_FROM_START,
	CTL_OPT_FOLLOW,
	CTL_OPT_REPLICAS,
	CTL_OPT_ACLS,
	CTL_OPT_STATE_DIR,
	CTL_OPT_CONF_DIR,
	CTL_OPT_BUS_ONLY,
	CTL_OPT_WATCH,
	CTL_OPT_FAILED,
	CTL_OPT_STATE,
	CTL_OPT_ADDRESSES,
	CTL_OPT_RESEND,
	CTL_OPT_YES,
	CTL_OPT_CSV,
	CTL_OPT_VERIFIED,
	CTL_OPT_NEW_SECRET,
	CTL_OPT_AS,
	CTL_OPT_RESPONSE,
	CTL_OPT_RELAYED,
	CTL_OPT_TOKEN,
	CTL_OPT_DIR,
	CTL_OPT_BUDGET,
	CTL_OPT_REPLAY,
	CTL_OPT_CONSENT,
	CTL_OPT_REFUSE,
	CTL_OPT_COUNT,
};
#define CTL_BIT(opt) (UINT64_C(1) << (opt))

struct ctl_option {
	const char *name;  /* "out", without the dashes */
	char letter;       /* 0: none */
	const char *value; /* "FILE"; NULL: a switch */
	const char *en, *ja;
};

struct ctl_command {
	const char *name; /* one or two words */
	const char *args; /* as printed: "ID", "[FILE]" */
	unsigned min_args, max_args;
	uint64_t options; /* CTL_BIT of those beyond the common ones */
	enum ctl_exit (*run)(struct ctl *ctl);
	const char *en, *ja;
};

const struct ctl_option *ctl_option_of(enum ctl_opt opt);
const struct ctl_command *ctl_commands(size_t *n);
bool ctl_opt_is_common(enum ctl_opt opt);
/* All commands, or one with its options (command not NULL). */
void ctl_usage(FILE *out, const struct ctl_command *command, const char *lang);
/* The commands and options as scdoc, for noroshictl(1). */
void ctl_print_man(FILE *out);
#endif
