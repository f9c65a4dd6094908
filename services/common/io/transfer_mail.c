/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mails, each in a thread of its own (docs/adr/0006): libcurl 7.88 blocks the
 * whole event loop while it waits for a relay's answer to the final dot. A
 * thread lives from its first mail to the end and keeps its connection; it
 * shares with its owner only what the lock guards.
 *
 * As many mails again as may be under way are handed over ahead, so that no
 * connection idles between two mails until its owner has had a turn.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/io/transfer_private.h"

/* One mail from start to collect. */
struct mail {
	struct slot slot; /* but for its handle */
	struct nrs_transfer_result result;
	struct mail *next;
};

struct mailer {
	struct slot slot;
	bool waits; /* it is among the idle */
	int fd;     /* of the open connection, -1 for none */
	pthread_t thread;
	pthread_cond_t wake;
	struct mailer *next_idle;
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

static void
append(struct mail_row *row, struct mail *mail)
{
	mail->next = NULL;
	if (row->last == NULL)
		row->first = mail;
	else
		row->last->next = mail;
	row->last = mail;
}

static struct mail *
take_first(struct mail_row *row)
{
	struct mail *mail = row->first;

	row->first = mail->next;
	if (row->first == NULL)
		row->last = NULL;
	return mail;
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
hang_up(struct nrs_transfer *t, const struct mailer *m)
{
	lock(t);
	if (m->fd >= 0)
		(void)shutdown(m->fd, SHUT_RDWR);
	unlock(t);
}

/* After a timeout libcurl would keep the connection, and take the late answer
 * to this mail for that to the next: only a mail that went well leaves its
 * connection behind. */
static void
forget_connection(struct mailer *m)
{
	hang_up(m->slot.owner, m);
	curl_easy_cleanup(m->slot.easy);
	m->slot.easy = NULL;
}

/* What was looked at before it was handed over may have changed since. */
static bool
is_stale(const struct nrs_transfer_job *job)
{
	return job->start_by.ns != 0 && nrs_mono_now().ns > job->start_by.ns;
}

static void
send_one(struct mailer *m, struct nrs_transfer_result *result)
{
	CURLcode rc;

	*result = (struct nrs_transfer_result){0};
	if (is_stale(&m->slot.job)) {
		result->class = NRS_TRANSFER_UNTRIED;
		transfer_clear(&m->slot);
		return;
	}
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
	transfer_judge(&m->slot, rc, result);
	transfer_clear(&m->slot);
	if (rc != CURLE_OK)
		forget_connection(m);
}

/* The last to become idle is the first to work: few mails use few connections.
 */
static void
wait_idle(struct mailer *m)
{
	struct nrs_transfer *t = m->slot.owner;

	if (!m->waits) {
		m->waits = true;
		m->next_idle = t->idle;
		t->idle = m;
	}
	(void)pthread_cond_wait(&m->wake, &t->lock);
}

static void
leave_idle(struct nrs_transfer *t, struct mailer *m)
{
	struct mailer **at = &t->idle;

	while (*at != m)
		at = &(*at)->next_idle;
	*at = m->next_idle;
	m->waits = false;
}

/* NULL: it is time to go. */
static struct mail *
next_mail(struct mailer *m)
{
	struct nrs_transfer *t = m->slot.owner;

	while (t->pending.first == NULL && !t->quit)
		wait_idle(m);
	if (m->waits)
		leave_idle(t, m);
	return t->quit ? NULL : take_first(&t->pending);
}

static void *
run(void *arg)
{
	struct mailer *m = arg;
	struct nrs_transfer *t = m->slot.owner;
	CURL *easy;
	struct mail *mail;

	lock(t);
	while ((mail = next_mail(m)) != NULL) {
		unlock(t);
		easy = m->slot.easy;
		m->slot = mail->slot;
		m->slot.easy = easy;
		send_one(m, &mail->result);
		lock(t);
		/* One that is not empty is about to be collected. */
		if (t->ended.first == NULL)
			(void)curl_multi_wakeup(t->multi);
		append(&t->ended, mail);
	}
	unlock(t);
	hang_up(t, m);
	curl_easy_cleanup(m->slot.easy);
	return NULL;
}

/* ---- in the owner's thread ---- */

static size_t
mails_of(const struct nrs_transfer *t)
{
	return 2 * (size_t)t->conf->max_mail;
}

void
transfer_mail_open(struct nrs_transfer *t)
{
	size_t i;

	t->mailers = nrs_calloc((size_t)t->conf->max_mail, sizeof(*t->mailers));
	t->mails = nrs_calloc(mails_of(t), sizeof(*t->mails));
	for (i = 0; i < mails_of(t); i++)
		append(&t->unused, &t->mails[i]);
	t->n_unused = mails_of(t);
}

static void
start_thread(struct nrs_transfer *t)
{
	struct mailer *m = &t->mailers[t->n_mailers];

	m->slot.owner = t;
	m->fd = -1;
	(void)pthread_cond_init(&m->wake, NULL);
	if (pthread_create(&m->thread, NULL, run, m) != 0)
		abort(); /* as when memory runs out: a restart replays */
	t->n_mailers++;
}

void
transfer_mail_start(struct nrs_transfer *t, const struct slot *slot)
{
	struct mail *mail = take_first(&t->unused);
	struct mailer *idle;

	t->n_unused--;
	mail->slot = *slot;
	lock(t);
	append(&t->pending, mail);
	idle = t->idle;
	if (idle != NULL) {
		leave_idle(t, idle);
		(void)pthread_cond_signal(&idle->wake);
	}
	unlock(t);
	if (idle == NULL && t->n_mailers < (size_t)t->conf->max_mail)
		start_thread(t);
}

/* Those that end meanwhile wake the owner again. */
void
transfer_mail_collect(struct nrs_transfer *t)
{
	struct mail_row ended;
	struct nrs_transfer_job job;
	struct nrs_transfer_result result;
	struct mail *mail;

	lock(t);
	ended = t->ended;
	t->ended = (struct mail_row){0};
	unlock(t);
	while (ended.first != NULL) {
		mail = take_first(&ended);
		job = mail->slot.job;
		result = mail->result;
		append(&t->unused, mail);
		t->n_unused++;
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
	for (i = 0; i < t->n_mailers; i++) {
		m = &t->mailers[i];
		hang_up(t, m);
		lock(t);
		(void)pthread_cond_signal(&m->wake);
		unlock(t);
		(void)pthread_join(m->thread, NULL);
		(void)pthread_cond_destroy(&m->wake);
	}
	while (t->pending.first != NULL)
		transfer_clear(&take_first(&t->pending)->slot);
	free(t->mailers);
	free(t->mails);
}
