/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/io/transfer_private.h"
#include "noroshi/base/failpoint.h"
#include "noroshi/version.h"

#define REPLY_MAX (64 * 1024)
/* A kept connection that the other side has closed costs a doubt and a retry:
 * do not use one that was idle for longer than others commonly keep it. */
#define RELAY_IDLE_S 60L
#define ENDPOINT_IDLE_S 4L
#define QUIT_WAIT_S 1L

/* ---- callbacks of libcurl ---- */

/* Asked once, before the first byte: what was connected may have waited for
 * long, or the whole process may have slept. */
static bool
may_begin(const struct slot *slot)
{
	struct nrs_transfer *t = slot->owner;

	return slot->era == atomic_load(&t->era) &&
	       nrs_mono_now().ns < atomic_load(&t->until_ns);
}

static size_t
on_read(char *out, size_t size, size_t n, void *opaque)
{
	struct slot *slot = opaque;
	size_t left = slot->job.body.len - slot->sent;
	size_t len = size * n < left ? size * n : left;

	if (slot->sent == 0 && !may_begin(slot)) {
		slot->too_late = true;
		return CURL_READFUNC_ABORT;
	}
	if (len > 0)
		memcpy(out, slot->job.body.data + slot->sent, len);
	slot->sent += len;
	if (slot->sent == slot->job.body.len) {
		slot->stage = STAGE_END;
		slot->reply = 0;
		NRS_FAILPOINT("transfer.body-read");
	}
	return len;
}

/* libcurl would send a body again by itself when a kept connection turns out to
 * be dead; a repeat must be ours, announced and counted. */
static int
on_seek(void *opaque, curl_off_t offset, int origin)
{
	struct slot *slot = opaque;

	if (origin != SEEK_SET || offset != 0 || slot->sent > 0)
		return CURL_SEEKFUNC_FAIL;
	return CURL_SEEKFUNC_OK;
}

static size_t
on_write(char *data, size_t size, size_t n, void *opaque)
{
	struct slot *slot = opaque;
	const size_t at = slot->n_answer;

	slot->received += size * n;
	slot->n_answer += size * n;
	if (slot->n_answer <= sizeof(slot->answer))
		memcpy(slot->answer + at, data, size * n);
	return slot->received > REPLY_MAX ? 0 : size * n;
}

/* Keep what people can read of a line of the peer's. */
static void
remember(struct slot *slot, const char *line, size_t len)
{
	size_t i, out = 0;

	for (i = 0; i < len && out + 1 < sizeof(slot->last); i++)
		if (line[i] >= 0x20 && line[i] < 0x7f)
			slot->last[out++] = line[i];
	slot->last[out] = '\0';
}

/* Three digits; 0 for anything else. */
static int
reply_code(const char *line)
{
	int code = 0, i;

	for (i = 0; i < 3; i++) {
		if (line[i] < '0' || line[i] > '9')
			return 0;
		code = code * 10 + (line[i] - '0');
	}
	return code;
}

/* After a refusal libcurl says QUIT and waits for the answer, blocking. */
static void
hurry(struct slot *slot)
{
	(void)curl_easy_setopt(
	    slot->easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, QUIT_WAIT_S);
}

/* SMTP replies and HTTP headers. */
static size_t
on_header(char *line, size_t size, size_t n, void *opaque)
{
	struct slot *slot = opaque;
	size_t len = size * n;

	slot->received += len;
	if (slot->received > REPLY_MAX)
		return 0;
	if (slot->leaving)
		return len;
	if (slot->job.channel == NRS_CHANNEL_WEBHOOK) {
		if (len > 5 && strncmp(line, "HTTP/", 5) == 0)
			remember(slot, line, len);
		return len;
	}
	remember(slot, line, len);
	if (len >= 4 && line[3] != '-')
		slot->reply = reply_code(line);
	if (slot->stage == STAGE_CONNECT && slot->reply == 220)
		NRS_FAILPOINT("transfer.connected");
	if (slot->stage == STAGE_END && slot->reply == 250)
		NRS_FAILPOINT("transfer.answered");
	if (slot->reply >= 400)
		hurry(slot);
	return len;
}

static int
on_debug(CURL *easy, curl_infotype type, char *data, size_t len, void *opaque)
{
	static const struct {
		const char *command;
		enum stage stage;
	} rows[] = {
	    {"MAIL ", STAGE_MAIL}, {"RCPT ", STAGE_RCPT}, {"DATA", STAGE_DATA}};
	struct slot *slot = opaque;
	size_t i;

	(void)easy;
	if (type != CURLINFO_HEADER_OUT ||
	    slot->job.channel != NRS_CHANNEL_MAIL)
		return 0;
	/* libcurl says QUIT after a refusal: what was refused still counts. */
	if (len >= 4 && strncmp(data, "QUIT", 4) == 0)
		slot->leaving = true;
	if (slot->leaving)
		return 0;
	slot->reply = 0;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (len >= strlen(rows[i].command) &&
		    strncmp(data, rows[i].command, strlen(rows[i].command)) ==
		        0)
			slot->stage = rows[i].stage;
	if (slot->stage == STAGE_MAIL)
		NRS_FAILPOINT("transfer.mail-said");
	return 0;
}

static bool
is_allowed(
    const struct nrs_transfer *t, const struct sockaddr *addr, bool plain)
{
	size_t i;

	for (i = 0; i < t->n_networks; i++)
		if (nrs_net_contains(&t->networks[i], addr))
			return true;
	return !plain && nrs_net_is_public(addr);
}

/* The one choke point for webhooks: every socket passes here, after name
 * resolution, whatever URL led to it. */
static curl_socket_t
on_socket(void *opaque, curlsocktype purpose, struct curl_sockaddr *addr)
{
	struct slot *slot = opaque;

	if (purpose != CURLSOCKTYPE_IPCXN ||
	    !is_allowed(slot->owner, &addr->addr, slot->plain)) {
		slot->refused_inside = true;
		return CURL_SOCKET_BAD;
	}
	slot->opened = true;
	return socket(
	    addr->family, addr->socktype | SOCK_CLOEXEC, addr->protocol);
}

/* ---- options ---- */

#define SET(slot, option, value)                                               \
	must((slot), curl_easy_setopt((slot)->easy, (option), (value)))

/* Every option we set exists in this libcurl: a refusal is our bug. */
static void
must(const struct slot *slot, CURLcode rc)
{
	(void)slot;
	if (rc != CURLE_OK) {
		(void)fprintf(stderr, "libcurl: %s\n", curl_easy_strerror(rc));
		abort();
	}
}

static void
set_common(struct slot *slot)
{
	const struct nrs_transfer_conf *conf = slot->owner->conf;

	SET(slot, CURLOPT_PRIVATE, slot);
	SET(slot, CURLOPT_NOSIGNAL, 1L);
	/* Else a timeout waits, and everybody with it, for the thread that asks
	 * a name server; this way the thread ends on its own. */
	SET(slot, CURLOPT_QUICK_EXIT, 1L);
	SET(slot, CURLOPT_PROXY, "");
	SET(slot, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(slot, CURLOPT_READFUNCTION, on_read);
	SET(slot, CURLOPT_READDATA, slot);
	SET(slot, CURLOPT_SEEKFUNCTION, on_seek);
	SET(slot, CURLOPT_SEEKDATA, slot);
	SET(slot, CURLOPT_WRITEFUNCTION, on_write);
	SET(slot, CURLOPT_WRITEDATA, slot);
	SET(slot, CURLOPT_HEADERFUNCTION, on_header);
	SET(slot, CURLOPT_HEADERDATA, slot);
	SET(slot, CURLOPT_CONNECTTIMEOUT_MS, (long)conf->connect_timeout_ms);
	SET(slot, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(slot, CURLOPT_TCP_NODELAY, 1L);
	if (conf->ca_file[0] != '\0')
		SET(slot, CURLOPT_CAINFO, conf->ca_file);
}

static void
set_mail(struct slot *slot)
{
	static const long use_ssl[] = {
	    [NRS_STARTTLS_NONE] = CURLUSESSL_NONE,
	    [NRS_STARTTLS_OPPORTUNISTIC] = CURLUSESSL_TRY,
	    [NRS_STARTTLS_REQUIRED] = CURLUSESSL_ALL,
	};
	const struct nrs_transfer_conf *conf = slot->owner->conf;
	long verify = conf->starttls == NRS_STARTTLS_OPPORTUNISTIC ? 0L : 1L;

	SET(slot, CURLOPT_URL, slot->owner->smtp_url);
	SET(slot, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(slot, CURLOPT_MAXAGE_CONN, RELAY_IDLE_S);
	SET(slot, CURLOPT_USE_SSL, use_ssl[conf->starttls]);
	SET(slot, CURLOPT_SSL_VERIFYPEER, verify);
	SET(slot, CURLOPT_SSL_VERIFYHOST, verify * 2);
	SET(slot, CURLOPT_TIMEOUT_MS, (long)conf->mail_timeout_ms);
	SET(slot, CURLOPT_SERVER_RESPONSE_TIMEOUT,
	    (long)(conf->mail_timeout_ms / 1000) + 1);
	SET(slot, CURLOPT_MAIL_FROM,
	    slot->from == NULL ? conf->mail_from : slot->from);
	slot->list = curl_slist_append(NULL, slot->address);
	SET(slot, CURLOPT_MAIL_RCPT, slot->list);
	SET(slot, CURLOPT_UPLOAD, 1L);
	SET(slot, CURLOPT_INFILESIZE_LARGE, (curl_off_t)slot->job.body.len);
	/* Only to follow the stages; nothing is printed. */
	SET(slot, CURLOPT_VERBOSE, 1L);
	SET(slot, CURLOPT_DEBUGFUNCTION, on_debug);
	SET(slot, CURLOPT_DEBUGDATA, slot);
	if (conf->smtp_user[0] != '\0') {
		SET(slot, CURLOPT_USERNAME, conf->smtp_user);
		SET(slot, CURLOPT_PASSWORD, conf->smtp_password);
	}
}

static void
add_header(struct slot *slot, const char *name, const char *value)
{
	char *line = nrs_asprintf("%s: %s", name, value);

	slot->list = curl_slist_append(slot->list, line);
	free(line);
}

static void
set_webhook(struct slot *slot)
{
	const struct nrs_transfer_conf *conf = slot->owner->conf;
	char stamp[32];

	(void)snprintf(
	    stamp, sizeof(stamp), "%lld", (long long)slot->job.timestamp_s);
	add_header(slot, "Content-Type", slot->job.media_type);
	add_header(slot, "webhook-id", slot->job.id);
	add_header(slot, "webhook-timestamp", stamp);
	if (slot->job.signature != NULL && slot->job.signature[0] != '\0')
		add_header(slot, "webhook-signature", slot->job.signature);
	add_header(slot, "User-Agent", "noroshi/" NRS_VERSION);
	/* No "100 Continue": one round trip less. */
	slot->list = curl_slist_append(slot->list, "Expect:");
	SET(slot, CURLOPT_HTTPHEADER, slot->list);
	SET(slot, CURLOPT_URL, slot->address);
	SET(slot, CURLOPT_PROTOCOLS_STR, slot->plain ? "http" : "https");
	SET(slot, CURLOPT_FOLLOWLOCATION, 0L);
	SET(slot, CURLOPT_MAXAGE_CONN, ENDPOINT_IDLE_S);
	SET(slot, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SET(slot, CURLOPT_OPENSOCKETDATA, slot);
	SET(slot, CURLOPT_POST, 1L);
	SET(slot, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)slot->job.body.len);
	SET(slot, CURLOPT_TIMEOUT_MS, (long)conf->webhook_timeout_ms);
}

void
transfer_clear(struct slot *slot)
{
	curl_slist_free_all(slot->list);
	slot->list = NULL;
	free(slot->address);
	free(slot->from);
	slot->address = slot->from = NULL;
}

void
transfer_setup(struct slot *slot)
{
	curl_easy_reset(slot->easy);
	set_common(slot);
	if (slot->job.channel == NRS_CHANNEL_MAIL)
		set_mail(slot);
	else
		set_webhook(slot);
}
