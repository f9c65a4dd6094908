/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_FIRST_LOOK_H
#define CTL_FIRST_LOOK_H
/*
 * first_look: what `noroshictl embedded` needs and a newcomer does not have: a
 * key, the keyring that trusts it, and a configuration that names both.
 */
#include "ctl/ctl.h"

struct ctl_first_look {
	const char *state;   /* the folder that all of it lies in */
	const char *conf;    /* folder of the daemons' configurations */
	const char *sectors; /* the table to use, an absolute path */
	const char *keys;    /* the keyring, an absolute path */
	const char *ctl_conf;
};

/* Choose the folders and the sector table: those given, else what lies beside
 * an installed or a freshly built program. NRS_FATAL when there is none. */
NRS_CHECKED enum nrs_rc ctl_first_look_find(
    struct ctl *ctl, struct ctl_first_look *look, struct nrs_err *err);
/* A key and its keyring, unless an earlier run left them. */
NRS_CHECKED enum nrs_rc ctl_first_look_keys(
    struct ctl *ctl, struct ctl_first_look *look, struct nrs_err *err);
/* noroshictl.conf for the bus at servers. */
NRS_CHECKED enum nrs_rc ctl_first_look_conf(struct ctl *ctl,
    const struct ctl_first_look *look, const char *servers,
    struct nrs_err *err);
#endif
