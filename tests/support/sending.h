/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_SENDING_H
#define SUPPORT_SENDING_H
/*
 * sending: io/transfer.h between a relay and an endpoint that do what a script
 * says. One thread.
 */
#include "noroshi/io/transfer.h"
#include "support/peer.h"

/* To connect; a mail and a webhook may take twice as long. A test that waits
 * for the end of it has less (sending_hurry). */
#define SENDING_PATIENCE_MS 20000
#define SENDING_HURRY_MS 1000
#define SENDING_MAIL "Subject: x\r\n\r\nbody\r\n"

struct sending {
	struct peer_script script;
	struct peer *mail, *hook;
	char smtp_url[64], hook_url[64];
	struct nrs_transfer_conf conf;
	struct nrs_transfer *transfer;
};

/* What became of one transfer. */
struct sent {
	bool done;
	struct nrs_transfer_result result;
};

/* For cmocka's setup and teardown of a test: *state is a struct sending. */
int sending_open(void **state);
int sending_close(void **state);
/* As long as that for what is started from now on. */
void sending_hurry(struct sending *w, int ms);
/* A job whose end is written to sent. */
struct nrs_transfer_job sending_job(enum nrs_channel_type channel,
    const char *address, const char *body, struct sent *sent);
void sending_wait(struct sending *w, const struct sent *sent);
/* From start to end: to this address, to any mailbox, to the endpoint. */
struct nrs_transfer_result sending_to(
    struct sending *w, enum nrs_channel_type channel, const char *address);
struct nrs_transfer_result sending_mail(struct sending *w);
struct nrs_transfer_result sending_hook(struct sending *w);
void sending_expect(int line, struct nrs_transfer_result got,
    enum nrs_transfer_class class, enum nrs_failure_reason reason);

/* EXPECT(result, DELIVERED), EXPECT(result, DEFERRED(TIMEOUT)), ... */
#define EXPECT(...) sending_expect(__LINE__, __VA_ARGS__)
#define DELIVERED NRS_TRANSFER_DELIVERED, NRS_FAILURE_UNSPECIFIED
#define DEFERRED(reason) NRS_TRANSFER_DEFERRED, NRS_FAILURE_##reason
#define FAILED(reason) NRS_TRANSFER_FAILED, NRS_FAILURE_##reason
#define AMBIGUOUS(reason) NRS_TRANSFER_AMBIGUOUS, NRS_FAILURE_##reason
#endif
