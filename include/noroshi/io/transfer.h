/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_TRANSFER_H
#define NOROSHI_IO_TRANSFER_H
/*
 * transfer: many mails and webhooks at once from one event loop, over libcurl.
 *
 * One recipient per SMTP transaction, connections kept; one POST per webhook:
 * no redirect, no proxy, no reply beyond a cap, and no socket to an address
 * inside unless configuration allows it. What became of a transfer is one of
 * five classes that say what to do. One thread.
 * long: the outcome's classes belong to the calls that they are told of.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/conf.h"
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"
#include "noroshi/core/terms.h"

enum nrs_starttls {
	NRS_STARTTLS_NONE,
	NRS_STARTTLS_OPPORTUNISTIC, /* if offered; certificates not checked */
	NRS_STARTTLS_REQUIRED,      /* or nothing is sent; checked */
};

struct nrs_transfer_conf {
	const char *smtp_url; /* "smtp://relay.example:25", "smtps://..." */
	const char *smtp_user, *smtp_password; /* "" for none */
	const char *helo;                      /* EHLO's name */
	const char *mail_from;                 /* envelope sender */
	int starttls;                          /* enum nrs_starttls */
	const char *ca_file;                   /* "": the system's */
	int64_t connect_timeout_ms, mail_timeout_ms, webhook_timeout_ms;
	int64_t max_mail, max_webhook; /* transfers at a time */
	/* Networks that are inside, and allowed nevertheless; plain http is
	 * allowed to them, and to them only. */
	struct nrs_conf_list webhook_allow;
};

#define NRS_TRANSFER_ANSWER_MAX 512

enum nrs_transfer_class {
	NRS_TRANSFER_DELIVERED,
	NRS_TRANSFER_DEFERRED,  /* surely not delivered: try again */
	NRS_TRANSFER_FAILED,    /* surely not delivered, and never will be */
	NRS_TRANSFER_AMBIGUOUS, /* all was sent, no answer: try again, and say
	                           that it may be a repeat */
	NRS_TRANSFER_UNTRIED,   /* a mail that was not begun by its start_by */
};

struct nrs_transfer_result {
	enum nrs_transfer_class class;
	enum nrs_failure_reason reason;
	int code;          /* of the peer's last reply, 0 for none */
	int retry_after_s; /* the peer's wish, at most an hour; 0: none */
	bool gone;         /* 410: the endpoint wants no more */
	char detail[128];  /* the peer's last words or ours, printable */
	/* WEBHOOK, 2xx: the body of the answer; "" when it is longer. */
	char answer[NRS_TRANSFER_ANSWER_MAX + 1];
};

/* Everything is borrowed until done was called. */
struct nrs_transfer_job {
	enum nrs_channel_type channel; /* MAIL or WEBHOOK */
	const char *address;
	struct nrs_bytes body;
	const char
	    *mail_from; /* NULL: as configured; only until start returns */
	const char *media_type; /* webhook: Content-Type */
	const char *id;         /* webhook-id */
	int64_t timestamp_s;    /* webhook-timestamp: of this attempt */
	/* webhook-signature, NULL or "" for none; only until start returns. */
	const char *signature;
	/* MAIL: not to be begun after it; 0: whenever there is a connection. */
	struct nrs_mono start_by;
	/* Called from nrs_transfer_poll; may start further transfers. */
	void (*done)(void *opaque, const struct nrs_transfer_result *result);
	void *opaque;
};

/* What a refusal of a recipient says about the contact: "550 5.1.1 no such
 * user", or its enhanced status alone (RFC 3463). CONTACT_STALE or REJECTED. */
enum nrs_failure_reason nrs_transfer_refusal(const char *words);

struct nrs_transfer;
/* conf is borrowed until close. NRS_REJECT: it is wrong. */
NRS_CHECKED enum nrs_rc nrs_transfer_open(const struct nrs_transfer_conf *conf,
    struct nrs_transfer **out, struct nrs_err *err);
/* Transfers that may be handed over now. Of mails as many wait as may be under
 * way, so that no connection idles between two. */
size_t nrs_transfer_room(
    const struct nrs_transfer *transfer, enum nrs_channel_type channel);
/* NRS_RETRY: no room. NRS_REJECT: the address fails the strict grammar, or the
 * URL is not allowed; nothing was sent and done is not called. */
NRS_CHECKED enum nrs_rc nrs_transfer_start(struct nrs_transfer *transfer,
    const struct nrs_transfer_job *job, struct nrs_err *err);
/* Move the transfers on; wait at most timeout_ms for them or for one of fds to
 * become readable. */
void nrs_transfer_poll(struct nrs_transfer *transfer, int timeout_ms,
    const int *fds, size_t n_fds);
/* What has no byte of its body out by then is broken off, DEFERRED: who slept
 * since must not send. No limit before the first call. Any thread. */
void nrs_transfer_allow_until(
    struct nrs_transfer *transfer, struct nrs_mono moment);
/* The same at once, for what is running. Any thread. */
void nrs_transfer_revoke(struct nrs_transfer *transfer);
/* Breaks off what is running; done is not called. Accepts NULL. */
void nrs_transfer_close(struct nrs_transfer *transfer);
#endif
