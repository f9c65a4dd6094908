/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_ACK_H
#define DISPATCHER_ACK_H
/*
 * ack: the listener where recipients confirm receipt: a page for people (GET
 * shows, POST confirms, no scripts) and the same URL for machines. A
 * confirmation is answered when its receipt is acknowledged by the bus, and not
 * before. Handlers run in the server's threads; what they share has its own
 * lock.
 */
#include "dispatcher/ack/ack_answer.h"
#include "dispatcher/ack/ack_token.h"
#include "dispatcher/dispatcher.h"
#include "noroshi/core/delivery.h"
#include "noroshi/io/http.h"

/* What a page may say of a notice; in the caller's arena. */
struct ack_notice {
	const char *notice_id, *thread_id;
	uint32_t revision;
	enum nrs_mode mode;
	enum nrs_tlp tlp;
	const char *subject[2]; /* ja, en; "" when only the id may be shown */
	int64_t accepted_at;
	int64_t ack_deadline; /* 0: none */
};

/* ack_notice.c: from dispatch.alert, the last ones kept. Any thread. */
struct ack_notices;
struct ack_notices *ack_notices_new(const struct dispatcher_conf *conf);
/* NRS_RETRY: the bus is silent. NRS_REJECT: there is no such record. */
NRS_CHECKED enum nrs_rc ack_notices_get(struct ack_notices *notices,
    int64_t offset, struct nrs_arena *arena, struct ack_notice *out,
    struct nrs_err *err);
void ack_notices_free(struct ack_notices *notices);

/* ack_find.c: whom a notice was planned for, by the receipts of its deliveries:
 * at most ACK_FOUND_MAX of one subscriber, one per channel. */
#define ACK_FOUND_MAX 16
struct ack_find {
	const struct dispatcher_conf *conf;
	int partition; /* of the subscriber */
	const char *subscriber_id, *notice_id;
};
/* NRS_RETRY: the bus is silent. NRS_REJECT: it was not addressed. */
NRS_CHECKED enum nrs_rc ack_find(const struct ack_find *query,
    struct nrs_arena *arena, struct nrs_receipt out[ACK_FOUND_MAX], size_t *n,
    struct nrs_err *err);

/* ack_memory.c: what was written lately, so that a repeat writes nothing and
 * nobody writes without end. Any thread. */
struct ack_memory;
enum ack_verdict {
	ACK_NEW,
	ACK_REPEATED, /* the same, or less than what was said just now */
	ACK_TOO_MANY,
};
struct ack_memory *ack_memory_new(void);
enum ack_verdict ack_memory_ask(struct ack_memory *memory,
    const uint8_t key[NRS_SHA256_SIZE], const struct dispatcher_answer *answer,
    int64_t now_ms);
/* It was written. */
void ack_memory_note(struct ack_memory *memory,
    const uint8_t key[NRS_SHA256_SIZE], const struct dispatcher_answer *answer,
    int64_t now_ms);
/* For what is true once and for all: was it written, whenever? */
bool ack_memory_has(
    struct ack_memory *memory, const uint8_t key[NRS_SHA256_SIZE]);
void ack_memory_free(struct ack_memory *memory);

/* ack_page.c: whole pages into out. */
struct ack_page {
	bool english;
	const struct ack_notice *notice;
	bool may_relay; /* ask how many it was passed on to */
	/* NULL: nothing was said yet */
	const struct dispatcher_answer *said;
};
void ack_page_notice(const struct ack_page *page, struct nrs_buf *out);
/* Of an address that is to be proven, or was just now. */
void ack_page_verify(bool english, bool done, struct nrs_buf *out);
/* One sentence in both languages: what is wrong, without a reason. */
enum ack_words {
	ACK_WORDS_INVALID,   /* the token, whatever is wrong with it */
	ACK_WORDS_MALFORMED, /* the answer */
	ACK_WORDS_LATER,     /* the bus */
	ACK_WORDS_TOO_MANY,
	ACK_WORDS_NOT_YOURS, /* a reader's token, and not its notice */
};
void ack_page_words(enum ack_words words, struct nrs_buf *out);
/* The same for a machine. */
void ack_json_words(enum ack_words words, struct nrs_buf *out);
/* Of every answer; lives as long as the process. */
const struct nrs_http_field *ack_page_fields(size_t *n);
#endif
