/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_TESTS_SUPPORT_DOOR_FIXTURE_H
#define NOROSHI_TESTS_SUPPORT_DOOR_FIXTURE_H
/*
 * door_fixture: the real noroshi-producer beside a mock cluster, with sectors
 * finance and power, one key, and no newsletters. A thread decides in the
 * classifier's place: REJECTED when the title is "reject", else RELEASED.
 */
#include "noroshi/io/client.h"
#include "noroshi/io/sign.h"

/* For cmocka's group setup and teardown. */
int door_fixture_start(void **state);
int door_fixture_stop(void **state);
const struct nrs_key *door_key(void);
/* The caller frees the body; status 0: no answer. */
struct nrs_client_answer door_call(const char *method, const char *path,
    const char *type, struct nrs_bytes body);
/* Nothing is served until it is started again. */
void door_stop(void);
/* Stop the producer, start it again, and wait until it is ready. */
void door_restart(void);
/* The bus goes, and with it who decides; it does not come back. */
void door_bus_stop(void);
/* A command that holds this text is never decided. */
#define DOOR_UNDECIDED "undecided"
/* "http://127.0.0.1:PORT". */
const char *door_url(void);
/* A folder for the test's files, removed with them at the end; a path in it
 * (until eight calls later); a file of text in it. */
const char *door_dir(void);
const char *door_path(const char *name);
void door_write(const char *name, const char *text);
#endif
