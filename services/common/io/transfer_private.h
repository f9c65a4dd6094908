/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_COMMON_IO_TRANSFER_PRIVATE_H
#define NOROSHI_COMMON_IO_TRANSFER_PRIVATE_H
/*
 * One transfer as its libcurl callbacks see it, and what is made of it.
 */
#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "noroshi/base/net.h"
#include "noroshi/io/transfer.h"

/* How far one SMTP transaction came, told by the command last sent. */
enum stage {
	STAGE_CONNECT, /* banner, EHLO, STARTTLS, AUTH */
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_END, /* the last byte is with libcurl: the dot may be out */
};

struct slot {
	struct nrs_transfer *owner;
	CURL *easy;
	struct nrs_transfer_job job;
	char *address; /* as curl wants it */
	char *from;    /* NULL: as configured */
	struct curl_slist *list;
	size_t sent; /* of the body, handed to libcurl */
	size_t received;
	enum stage stage;
	bool leaving;        /* QUIT was said */
	bool too_late;       /* it might not begin with its body */
	unsigned era;        /* the owner's when it was started */
	int reply;           /* code of the last reply since the last command */
	bool plain;          /* http, without TLS */
	bool refused_inside; /* a socket was refused: the address is inside */
	bool opened;         /* another was not */
	char last[128];      /* the last reply's text */
	char answer[NRS_TRANSFER_ANSWER_MAX]; /* a webhook's, its beginning */
	size_t n_answer;                      /* of the whole */
	struct slot *next;                    /* while free */
};

struct mailer; /* a thread that sends one mail at a time */
struct mail;
struct mail_row {
	struct mail *first, *last;
};

struct nrs_transfer {
	const struct nrs_transfer_conf *conf;
	CURLM *multi; /* webhooks */
	struct slot *slots, *free;
	size_t n_slots, n_free;
	struct nrs_net *networks;
	size_t n_networks;
	struct mail *mails;
	struct mail_row unused;
	size_t n_unused;
	struct mailer *mailers; /* the first n_mailers run */
	size_t n_mailers;
	pthread_mutex_t lock; /* of the following, and of mailers' sockets */
	struct mail_row pending, ended;
	struct mailer *idle;
	bool quit;
	char *smtp_url;
	/* What has no byte of its body out may begin with it until then, if it
	 * is of this era. */
	_Atomic int64_t until_ns;
	atomic_uint era;
};

/* Set the options of slot's easy handle for slot->job; slot->address is set. */
void transfer_setup(struct slot *slot);
/* What became of it: libcurl's code, and what the callbacks saw. */
void transfer_judge(
    const struct slot *slot, CURLcode rc, struct nrs_transfer_result *out);
/* Free what the job of slot needed. */
void transfer_clear(struct slot *slot);

/* transfer_mail.c */
void transfer_mail_open(struct nrs_transfer *t);
/* n_unused > 0; slot is filled but for its handle. */
void transfer_mail_start(struct nrs_transfer *t, const struct slot *slot);
/* Call done of what has ended. */
void transfer_mail_collect(struct nrs_transfer *t);
void transfer_mail_close(struct nrs_transfer *t);
#endif
