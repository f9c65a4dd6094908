/* SPDX-License-Identifier: Apache-2.0 */
/* The sender's part of mime: parts, and what belongs between them. */
#include <string.h>

#include "common/io/mime_lines.h"
#include "noroshi/base/text.h"
#include "noroshi/core/doc.h"
#include "noroshi/io/mime.h"

static enum nrs_rc
join_address(const struct nrs_delivery *delivery, struct nrs_buf *out,
    struct nrs_err *err)
{
	struct nrs_arena *arena = nrs_arena_new();
	const char *address;
	enum nrs_rc rc =
	    nrs_text_mailbox(arena, delivery->channel->address, &address, err);

	if (rc == NRS_OK)
		nrs_buf_adds(out, address);
	nrs_arena_free(arena);
	return rc;
}

static enum nrs_rc
join_message_id(const struct nrs_delivery *delivery, struct nrs_buf *out,
    struct nrs_err *err)
{
	size_t i;

	(void)err;
	for (i = 0; i < delivery->key.len; i++)
		nrs_buf_printf(out, "%02x", delivery->key.data[i]);
	return NRS_OK;
}

static enum nrs_rc
join_greeting(const struct nrs_delivery *delivery, bool html,
    struct nrs_buf *out, struct nrs_err *err)
{
	struct nrs_buf line = {0};

	if (!nrs_text_is_line(delivery->greeting))
		return nrs_refuse(
		    err, "greeting", "line", "not one line of text");
	if (delivery->greeting[0] == '\0')
		return NRS_OK;
	if (html) {
		nrs_buf_adds(&line, "<p>");
		nrs_doc_escape(&line, delivery->greeting);
		nrs_buf_adds(&line, "</p>\r\n");
	} else {
		nrs_buf_printf(&line, "%s\r\n", delivery->greeting);
	}
	mime_pad(&line);
	mime_base64_lines(out, line.data, line.len);
	nrs_buf_fini(&line);
	return NRS_OK;
}

/* A frozen token could break out of its place only by a bug of ours. */
static enum nrs_rc
check_token(const char *token, struct nrs_err *err)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	if (token[0] == '\0' || token[strspn(token, letters)] != '\0')
		return nrs_refuse(
		    err, "ack_token", "token", "not a token of ours");
	return NRS_OK;
}

/* What is shown is where it leads. */
static enum nrs_rc
join_link(const struct nrs_part *part, const char *token, struct nrs_buf *out,
    struct nrs_err *err)
{
	struct nrs_buf line = {0}, url = {0};
	enum nrs_rc rc = check_token(token, err);

	if (rc != NRS_OK)
		return rc;
	nrs_buf_printf(&url, "%s%s", part->text, token);
	if (part->slot == NRS_SLOT_ACK_LINK_HTML) {
		nrs_buf_adds(&line, "<p><a href=\"");
		nrs_doc_escape(&line, nrs_buf_str(&url));
		nrs_buf_adds(&line, "\">");
		nrs_doc_escape(&line, nrs_buf_str(&url));
		nrs_buf_adds(&line, "</a></p>\r\n");
	} else if (part->slot == NRS_SLOT_ACK_LINK_JSON) {
		/* of a URL's characters and a token's: none to escape */
		nrs_buf_printf(
		    &line, ",\"ack_url\":\"%s\"\r\n", nrs_buf_str(&url));
	} else {
		nrs_buf_printf(&line, "%s\r\n\r\n", nrs_buf_str(&url));
	}
	mime_pad(&line);
	mime_base64_lines(out, line.data, line.len);
	nrs_buf_fini(&url);
	nrs_buf_fini(&line);
	return NRS_OK;
}

static enum nrs_rc
join_token(const char *token, struct nrs_buf *out, struct nrs_err *err)
{
	enum nrs_rc rc = check_token(token, err);

	if (rc == NRS_OK)
		nrs_buf_adds(out, token);
	return rc;
}

static enum nrs_rc
join_slot(const struct nrs_part *part, const struct nrs_delivery *delivery,
    struct nrs_buf *out, struct nrs_err *err)
{
	const enum nrs_slot slot = part->slot;

	if (slot == NRS_SLOT_NONE)
		return NRS_OK;
	if (slot == NRS_SLOT_ADDRESS)
		return join_address(delivery, out, err);
	if (slot == NRS_SLOT_MESSAGE_ID)
		return join_message_id(delivery, out, err);
	if (slot == NRS_SLOT_GREETING || slot == NRS_SLOT_GREETING_HTML)
		return join_greeting(
		    delivery, slot == NRS_SLOT_GREETING_HTML, out, err);
	if (slot == NRS_SLOT_ACK_LINK || slot == NRS_SLOT_ACK_LINK_HTML ||
	    slot == NRS_SLOT_ACK_LINK_JSON)
		return join_link(part, delivery->ack_token, out, err);
	if (slot == NRS_SLOT_ACK_TOKEN)
		return join_token(delivery->ack_token, out, err);
	return nrs_refuse(err, "slot", "known",
	    "slot %d is not known to this version", (int)slot);
}

enum nrs_rc
nrs_mime_join(const struct nrs_variant *variant,
    const struct nrs_delivery *delivery, struct nrs_buf *out,
    struct nrs_err *err)
{
	enum nrs_rc rc;
	size_t i;

	for (i = 0; i < variant->n_parts; i++) {
		nrs_buf_add(out, variant->parts[i].data.data,
		    variant->parts[i].data.len);
		rc = join_slot(&variant->parts[i], delivery, out, err);
		if (rc != NRS_OK)
			return rc;
	}
	return NRS_OK;
}
