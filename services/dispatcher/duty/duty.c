/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/duty/duty.h"

#include <ctype.h>
#include <string.h>

#include "noroshi/base/text.h"
#include "noroshi/core/label.h"
#include "noroshi/io/json.h"
#include "noroshi/io/mime.h"

#define DUTY "duty"
#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define ID_MAX 120
/* Who runs this service, and nobody beyond: it tells of its troubles. */
#define LABEL NRS_TLP_AMBER_STRICT

bool
dispatcher_is_own(enum nrs_delivery_purpose purpose)
{
	return purpose == NRS_PURPOSE_DUTY || purpose == NRS_PURPOSE_HEARTBEAT;
}

static enum nrs_channel_type
channel_of(const char *address)
{
	return strstr(address, "://") == NULL ? NRS_CHANNEL_MAIL
	                                      : NRS_CHANNEL_WEBHOOK;
}

enum nrs_rc
dispatcher_own_check(const char *name, const struct nrs_conf_list *addresses,
    struct nrs_err *err)
{
	struct nrs_arena *arena = nrs_arena_new();
	enum nrs_rc rc = NRS_OK;
	const char *mailbox;
	size_t i;

	for (i = 0; i < addresses->n && rc == NRS_OK; i++) {
		rc = channel_of(addresses->items[i]) == NRS_CHANNEL_MAIL
		         ? nrs_text_mailbox(
		               arena, addresses->items[i], &mailbox, err)
		         : nrs_text_url(addresses->items[i], err);
		if (rc != NRS_OK)
			nrs_err_prefix(
			    err, "%s: %s", name, addresses->items[i]);
	}
	nrs_arena_free(arena);
	return rc;
}

struct dispatcher_own_mail
dispatcher_duty_mail(const struct dispatcher *d, const char *id, int64_t at,
    const struct nrs_rendered *said)
{
	return (struct dispatcher_own_mail){
	    .purpose = NRS_PURPOSE_DUTY,
	    .id = id,
	    .at = at,
	    .give_up_at = at + DAY_MS,
	    .lang = d->conf->duty.lang == 1 ? "en" : "ja",
	    .addresses = &d->conf->duty.address,
	    .said = said,
	};
}

int
dispatcher_duty_partition(int n_partitions)
{
	return nrs_bus_partition(
	    (struct nrs_bytes){(const uint8_t *)DUTY, strlen(DUTY)},
	    n_partitions);
}

/* ---- one record ---- */

struct maker {
	const struct dispatcher *d;
	struct nrs_arena *arena;
	const struct dispatcher_own_mail *mail;
	struct nrs_delivery_batch *out;
};

static const char *
name_of(enum nrs_delivery_purpose purpose)
{
	return purpose == NRS_PURPOSE_DUTY ? DUTY : "heartbeat";
}

/* It becomes a thread's id and part of a Message-ID; what says which of two is
 * meant, the key, is made of the whole. */
const char *
dispatcher_own_id(
    struct nrs_arena *arena, enum nrs_delivery_purpose purpose, const char *id)
{
	char *out =
	    nrs_arena_printf(arena, "%s.%.*s", name_of(purpose), ID_MAX, id);
	char *at;

	for (at = out; *at != '\0'; at++)
		if (!isalnum((unsigned char)*at) && strchr("._-", *at) == NULL)
			*at = '-';
	return out;
}

static enum nrs_rc
compose_mail(struct maker *m, struct nrs_variant *out, struct nrs_err *err)
{
	const struct nrs_mime_mail mail = {
	    .from = m->d->conf->transfer.mail_from,
	    .from_name = m->d->conf->from_name,
	    .domain = m->d->domain,
	    .lang = m->mail->lang,
	    .date_ms = m->mail->at,
	    .urgent = m->mail->purpose == NRS_PURPOSE_DUTY,
	    .notice_id = m->out->notice_id,
	    .thread_id = m->out->thread_id,
	    .tlp = nrs_term_text(NRS_VOC_TLP, LABEL, "en"),
	    .mode = nrs_term_name(NRS_VOC_MODE, (int)m->out->mode),
	    .kind = nrs_term_name(NRS_VOC_MSG_KIND, NRS_KIND_INITIAL),
	    .revision = 1,
	    .rendered = m->mail->said,
	    .text_only = true,
	};

	return nrs_mime_compose(m->arena, &mail, out, err);
}

static void
compose_webhook(struct maker *m, struct nrs_variant *out)
{
	struct nrs_buf body = {0};

	nrs_buf_printf(&body,
	    "{\"type\":\"noroshi.%s\",\"id\":", name_of(m->mail->purpose));
	nrs_json_string(&body, m->out->notice_id);
	nrs_buf_adds(&body, ",\"mode\":");
	nrs_json_string(&body, nrs_term_name(NRS_VOC_MODE, (int)m->out->mode));
	nrs_buf_adds(&body, ",\"subject\":");
	nrs_json_string(&body, m->mail->said->subject);
	nrs_buf_adds(&body, ",\"text\":");
	nrs_json_string(&body, m->mail->said->text);
	nrs_buf_addc(&body, '}');
	out->parts = nrs_arena_array(m->arena, 1, sizeof(*out->parts));
	out->n_parts = 1;
	out->parts[0] = (struct nrs_part){
	    .data = nrs_arena_bytes(m->arena, body.data, body.len),
	    .slot = NRS_SLOT_NONE};
	out->lang = m->mail->lang;
	out->channel = NRS_CHANNEL_WEBHOOK;
	out->media_type = "application/json";
	nrs_buf_fini(&body);
}

/* Which variant this channel gets; made when it is the first. */
static enum nrs_rc
variant_of(struct maker *m, enum nrs_channel_type channel, uint32_t *index,
    struct nrs_err *err)
{
	struct nrs_variant *variant;
	size_t i;

	for (i = 0; i < m->out->n_variants; i++)
		if (m->out->variants[i].channel == channel)
			break;
	*index = (uint32_t)i;
	if (i < m->out->n_variants)
		return NRS_OK;
	variant = &m->out->variants[m->out->n_variants++];
	if (channel == NRS_CHANNEL_MAIL)
		return compose_mail(m, variant, err);
	compose_webhook(m, variant);
	return NRS_OK;
}

static void
fill_key(struct maker *m, struct nrs_delivery *delivery)
{
	const char *id = m->mail->id;
	uint8_t sha256[NRS_SHA256_SIZE], key[NRS_SHA256_SIZE];
	const struct dispatcher_key in = {
	    .content_sha256 = sha256,
	    .thread_id = m->out->thread_id,
	    .revision = 1,
	    .subscriber_id = delivery->subscriber_id,
	    .channel = delivery->channel,
	    .purpose = m->mail->purpose,
	    .occasion = "",
	};

	nrs_sha256((struct nrs_bytes){(const uint8_t *)id, strlen(id)}, sha256);
	dispatcher_key(&in, key);
	delivery->key = nrs_arena_bytes(m->arena, key, sizeof(key));
}

static enum nrs_rc
add_delivery(struct maker *m, const char *address, struct nrs_err *err)
{
	struct nrs_delivery *delivery =
	    &m->out->deliveries[m->out->n_deliveries++];
	enum nrs_rc rc;

	delivery->subscriber_id = name_of(m->mail->purpose);
	delivery->organisation = delivery->greeting = delivery->ack_token = "";
	delivery->channel =
	    nrs_arena_alloc(m->arena, sizeof(*delivery->channel));
	delivery->channel->type = channel_of(address);
	delivery->channel->address = address;
	if (delivery->channel->type == NRS_CHANNEL_MAIL) {
		rc = nrs_text_mailbox(
		    m->arena, address, &delivery->channel->address, err);
		if (rc != NRS_OK)
			return rc;
	}
	fill_key(m, delivery);
	return variant_of(m, delivery->channel->type, &delivery->variant, err);
}

enum nrs_rc
dispatcher_own_batch(const struct dispatcher *d, struct nrs_arena *arena,
    const struct dispatcher_own_mail *mail, struct nrs_delivery_batch *out,
    struct nrs_err *err)
{
	const size_t n = mail->addresses->n;
	struct maker m = {.d = d, .arena = arena, .mail = mail, .out = out};
	const char *id = dispatcher_own_id(arena, mail->purpose, mail->id);
	enum nrs_rc rc = NRS_OK;
	size_t i;

	if (n == 0)
		return nrs_refuse(
		    err, "duty.address", "required", "nobody is to be told");
	*out = (struct nrs_delivery_batch){.notice_id = id,
	    .thread_id = id,
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .mode = (enum nrs_mode)(d->conf->common.mode + 1),
	    .tlp = LABEL,
	    .purpose = mail->purpose,
	    .urgency = NRS_URGENCY_PRIORITY,
	    .accepted_at = mail->at,
	    .planned_at = mail->at,
	    .give_up_at = mail->give_up_at,
	    .source_offset = -1,
	    .variants = nrs_arena_array(arena, 2, sizeof(struct nrs_variant)),
	    .deliveries =
	        nrs_arena_array(arena, n, sizeof(struct nrs_delivery)),
	    .n_chunks = 1};
	for (i = 0; i < n && rc == NRS_OK; i++)
		rc = add_delivery(&m, mail->addresses->items[i], err);
	return rc;
}

void
dispatcher_own_headers(const struct nrs_delivery_batch *batch,
    struct nrs_bus_header out[DISPATCHER_OWN_HEADERS])
{
	out[0] =
	    (struct nrs_bus_header){DISPATCHER_HEADER_THREAD, batch->thread_id};
	out[1] = (struct nrs_bus_header){DISPATCHER_HEADER_SOURCE, "-1"};
}
