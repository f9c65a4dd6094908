/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_TESTS_SUPPORT_CTL_PROGRAM_H
#define NOROSHI_TESTS_SUPPORT_CTL_PROGRAM_H
/*
 * ctl_program: the real noroshictl, as a script sees it. door_fixture must run.
 */
#include "ctl/exit.h"
#include "noroshi/base/mem.h"

struct ctl_ran {
	int code;
	char out[65536], err[8192];
};

/* For cmocka's group setup and teardown: the door, a key and a configuration
 * whose text may be added to. */
int ctl_program_start(void **state);
int ctl_program_stop(void **state);
/* noroshictl -F that, with words split at blanks, and input on standard input.
 * What it returns stays until the next call. */
const struct ctl_ran *ctl_program(const char *input, const char *line);
/* A record straight to the bus. */
void ctl_program_put(
    const char *topic, int partition, const char *key, struct nrs_bytes value);
/* Fails the test that does not find part in text. */
void ctl_program_has(const char *text, const char *part);
#endif
