/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mails, each in a thread of its own (docs/adr/0006): libcurl 7.88 blocks the
 * whole event loop while it waits for a relay's answer to the final dot. A
 * thread lives from its first mail to the end and keeps its connection; it
 * shares with its owner only what the lock guards.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/io/transfer_private.h"

enum state {
	IDLE,
	BUSY,  /* the thread has the slot */
	ENDED, /* the result waits for collect */
};

struct mailer {
	struct slot slot;
	enum state state;
	bool started;
	int fd; /* of the open connection, -1 for none */
	pthread_t thread;
	pthread_cond_t wake;
	struct nrs_transfer_result result;
};

static void
lock(struct nrs_transfer *t)
{
	(void)pthread_mutex_lock(&t->lock);
}

static void
unlock(struct nrs_transfer *t)
{
	(void)pthread_mutex_unlock(&t->lock);
}

/* ---- in the mailer's thread ---- */

/* Sockets are watched so that the end of the process need not wait for a relay
 * that does not answer. */
static curl_socket_t
on_open(void *opaque, curlsocktype purpose, struct curl_sockaddr *addr)
{
	struct mailer *m = opaque;
	struct nrs_transfer *t = m->slot.owner;
	int fd = CURL_SOCKET_BAD;

	(void)purpose;
	lock(t);
	if (!t->quit)
		fd = socket(addr->family, addr->socktype | SOCK_CLOEXEC,
		    addr->protocol);
	m->fd = fd;
	unlock(t);
	return fd;
}

static int
on_close(void *opaque, curl_socket_t fd)
{
	struct mailer *m = opaque;
	struct nrs_transfer *t = m->slot.owner;

	lock(t);
	if (m->fd == fd)
		m->fd = -1;
	unlock(t);
	return close(fd);
}

static void
hang_up(struct mailer *m)
{
	lock(m->slot.owner);
	if (m->fd >= 0)
		(void)shutdown(m->fd, SHUT_RDWR);
	unlock(m->slot.owner);
}

/* After a timeout libcurl would keep the connection, and take the late answer
 * to this mail for that to the next: only a mail that went well leaves its
 * connection behind. */
static void
forget_connection(struct mailer *m)
{
	hang_up(m);
	curl_easy_cleanup(m->slot.easy);
	m->slot.easy = NULL;
}

static void
send_one(struct mailer *m, struct nrs_transfer_result *result)
{
	CURLcode rc;

	if (m->slot.easy == NULL)
		m->slot.easy = curl_easy_init();
	transfer_setup(&m->slot);
	(void)curl_easy_setopt(
	    m->slot.easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	(void)curl_easy_setopt(m->slot.easy, CURLOPT_OPENSOCKETDATA, m);
	(void)curl_easy_setopt(
	    m->slot.easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	(void)curl_easy_setopt(m->slot.easy, CURLOPT_CLOSESOCKETDATA, m);
	rc = curl_easy_perform(m->slot.easy);
	*result = (struct nrs_transfer_result){0};
	transfer_judge(&m->slot, rc, result);
	transfer_clear(&m->slot);
	if (rc != CURLE_OK)
		forget_connection(m);
}

static void *
run(void *arg)
{
	struct mailer *m = arg;
	struct nrs_transfer *t = m->slot.owner;
	struct nrs_transfer_result result;

	lock(t);
	for (;;) {
		while (m->state != BUSY && !t->quit)
			(void)pthread_cond_wait(&m->wake, &t->lock);
		if (t->quit)
			break;
		unlock(t);
		send_one(m, &result);
		lock(t);
		m->result = result;
		m->state = ENDED;
		(void)curl_multi_wakeup(t->multi);
	}
	unlock(t);
	transfer_clear(&m->slot);
	hang_up(m);
	curl_easy_cleanup(m->slot.easy);
	return NULL;
}

/* ---- in the owner's thread ---- */

void
transfer_mail_open(struct nrs_transfer *t)
{
	size_t i;

	t->n_idle = (size_t)t->conf->max_mail;
	t->mailers = nrs_calloc(t->n_idle, sizeof(*t->mailers));
	for (i = 0; i < t->n_idle; i++) {
		t->mailers[i].slot.owner = t;
		t->mailers[i].fd = -1;
		(void)pthread_cond_init(&t->mailers[i].wake, NULL);
	}
}

void
transfer_mail_start(struct nrs_transfer *t, const struct slot *slot)
{
	struct mailer *m = t->mailers;
	CURL *easy;

	/* The first idle one: few mails use few threads and connections. */
	lock(t);
	while (m->state != IDLE)
		m++;
	easy = m->slot.easy;
	m->slot = *slot;
	m->slot.easy = easy;
	m->state = BUSY;
	t->n_idle--;
	(void)pthread_cond_signal(&m->wake);
	unlock(t);
	if (m->started)
		return;
	if (pthread_create(&m->thread, NULL, run, m) != 0)
		abort(); /* as when memory runs out: a restart replays */
	m->started = true;
}

void
transfer_mail_collect(struct nrs_transfer *t)
{
	struct nrs_transfer_result result;
	struct nrs_transfer_job job;
	struct mailer *m;
	bool ended;
	size_t i;

	for (i = 0; i < (size_t)t->conf->max_mail; i++) {
		m = &t->mailers[i];
		lock(t);
		ended = m->state == ENDED;
		if (ended) {
			job = m->slot.job;
			result = m->result;
			m->state = IDLE;
			t->n_idle++;
		}
		unlock(t);
		if (ended)
			job.done(job.opaque, &result);
	}
}

void
transfer_mail_close(struct nrs_transfer *t)
{
	struct mailer *m;
	size_t i;

	lock(t);
	t->quit = true;
	unlock(t);
	for (i = 0; i < (size_t)t->conf->max_mail; i++) {
		m = &t->mailers[i];
		hang_up(m);
		lock(t);
		(void)pthread_cond_signal(&m->wake);
		unlock(t);
		if (m->started)
			(void)pthread_join(m->thread, NULL);
		(void)pthread_cond_destroy(&m->wake);
	}
	free(t->mailers);
}
