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
/* The same between a file, a terminal say, and another that is not read back;
 * to NULL: it is. */
const struct ctl_ran *ctl_program_between(
    const char *from, const char *to, const char *line);
/* A notice that is released, as a file of "issue"; issue it. */
#define CTL_PROGRAM_NOTICE                                                     \
	"{\"stream\":\"NISC_PROVISION\",\"source_row\":\"NISC_CI_GROUP\","     \
	"\"item_type\":\"C3\",\"urgency\":\"PRIORITY\",\"tlp\":\"GREEN\","     \
	"\"sectors\":[\"power\"],\"title\":\"題名\",\"summary\":\"概要\"," \
	"\"countermeasures\":[{\"text\":\"対処\"}]}"
void ctl_program_issue(char id[37]);
/* The beginning of a text file; "" if there is none. */
void ctl_program_read(const char *path, char *to, size_t size);
/* A record straight to the bus. */
void ctl_program_put(
    const char *topic, int partition, const char *key, struct nrs_bytes value);
/* Fails the test that does not find part in text. */
void ctl_program_has(const char *text, const char *part);
#endif
