/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_CTL_H
#define CTL_CTL_H
/*
 * ctl: noroshictl, what one run of it knows. One thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "ctl/args.h"
#include "ctl/out.h"
#include "noroshi/base/conf.h"
#include "noroshi/base/mem.h"
#include "noroshi/base/stop.h"
#include "noroshi/core/sector.h"
#include "noroshi/io/bus.h"
#include "noroshi/io/sign.h"

struct ctl_conf {
	struct nrs_bus_conf bus; /* first: its rows' offsets are its own */
	int mode;                /* enum nrs_mode minus 1 */
	const char *producer;    /* URL */
	const char *ack;         /* URL of the acknowledgement listener */
	const char *ack_secrets; /* its secrets, "" for none */
	/* The dispatcher's ack.immediate and so on. */
	int64_t ack_immediate_ms, ack_priority_ms, ack_routine_ms;
	const char *key;         /* private key file, "" for none */
	const char *keys;        /* keyring file */
	const char *sectors;     /* sector table file */
	const char *rules;       /* decision table file */
	const char *newsletters; /* newsletter lists file */
	const char *originator;  /* org id put into notices that name none */
	const char *exercise_id; /* in mode exercise */
	const char *outbox;      /* folder for what could not be sent */
};

struct ctl {
	struct ctl_args args;
	struct ctl_conf conf;
	struct nrs_arena *arena; /* for the whole run */
	struct ctl_out *out;
	struct nrs_stop *stop; /* asked by SIGINT and SIGTERM */
	bool verbose;
	/* Of what is sent only refusals are shown, and nothing is kept in the
	 * outbox: for a command that sends many and says so itself. */
	bool silent;
	const struct nrs_sector_table *sectors; /* NULL until asked for */
};

/* The whole program. */
int ctl_main(int argc, char **argv);

/* An option's value; NULL when absent, "" for a switch that is there. */
const char *ctl_opt(const struct ctl *ctl, enum ctl_opt opt);
struct ctl_range {
	int64_t min, max, def;
};
/* The option as a number in the range, def when absent. */
NRS_CHECKED enum nrs_rc ctl_opt_int(const struct ctl *ctl, enum ctl_opt opt,
    struct ctl_range range, int64_t *out, struct nrs_err *err);
/* The mode from the configuration. */
enum nrs_mode ctl_mode(const struct ctl *ctl);
/* Print err on stderr ("field: rule: text") and say how the run ends. */
enum ctl_exit ctl_failed(enum nrs_rc rc, const struct nrs_err *err);
/* Print a wrong use of the command and its usage on stderr. */
enum ctl_exit ctl_misused(const struct ctl *ctl, const struct nrs_err *err);
/* Tables named by the configuration, loaded when first asked for. */
NRS_CHECKED enum nrs_rc ctl_sectors(
    struct ctl *ctl, const struct nrs_sector_table **out, struct nrs_err *err);
#endif
