/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/ack/ack_answer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/text.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/label.h"
#include "noroshi/io/json.h"
#include "noroshi/io/wire.h"

#define RELAYED_MAX 1000000
#define FIELD_MAX 80

static enum nrs_rc
check_answer(struct dispatcher_answer *answer, struct nrs_err *err)
{
	if (answer->relayed > answer->relayed_of)
		return nrs_refuse(
		    err, "relayed", "range", "relayed is more than relayed_of");
	if (answer->relayed_of > RELAYED_MAX)
		return nrs_refuse(err, "relayed_of", "range",
		    "relayed_of is more than %d", RELAYED_MAX);
	return NRS_OK;
}

/* ---- a form ---- */

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = strchr(digits, c | 0x20);

	if (c == '\0' || at == NULL || (c < 'A' && (c < '0' || c > '9')))
		return -1;
	return (int)(at - digits);
}

/* One name or value, decoded into out of FIELD_MAX. */
static bool
decode(const char *text, size_t len, char *out)
{
	size_t i, n = 0;
	int high, low;

	for (i = 0; i < len; i++) {
		if (n + 1 >= FIELD_MAX)
			return false;
		if (text[i] != '%') {
			out[n++] = (char)(text[i] == '+' ? ' ' : text[i]);
			continue;
		}
		if (i + 2 >= len)
			return false;
		high = hex_digit(text[i + 1]);
		low = hex_digit(text[i + 2]);
		if (high < 0 || low < 0)
			return false;
		out[n++] = (char)(high * 16 + low);
		i += 2;
	}
	out[n] = '\0';
	return strlen(out) == n && nrs_text_is_line(out);
}

static bool
take_number(const char *text, uint32_t *out)
{
	if (strlen(text) > 7 || text[strspn(text, "0123456789")] != '\0')
		return false;
	*out = (uint32_t)strtoul(text, NULL, 10);
	return true;
}

static bool
take_response(const char *text, enum nrs_response *out)
{
	const struct nrs_term *terms;
	size_t i, n;

	if (text[0] == '\0')
		return true;
	terms = nrs_terms(NRS_VOC_RESPONSE, &n);
	for (i = 1; i < n; i++)
		if (strcmp(terms[i].name, text) == 0) {
			*out = (enum nrs_response)terms[i].value;
			return true;
		}
	return false;
}

struct form {
	struct nrs_arena *arena;
	struct dispatcher_answer *out;
	unsigned seen; /* a bit per field */
};

static bool
take_field(struct form *form, const char *name, const char *value)
{
	static const char *const names[] = {
	    "response", "relayed", "relayed_of", "notice_id"};
	unsigned i;

	for (i = 0; i < 4 && strcmp(name, names[i]) != 0; i++)
		;
	if (i == 4 || (form->seen & 1U << i) != 0)
		return false;
	form->seen |= 1U << i;
	switch (i) {
	case 0:
		return take_response(value, &form->out->response);
	case 1:
		return take_number(value, &form->out->relayed);
	case 2:
		return take_number(value, &form->out->relayed_of);
	default:
		form->out->notice_id = nrs_arena_strdup(form->arena, value);
		return true;
	}
}

static bool
take_pair(struct form *form, const char *pair, size_t len)
{
	const char *equals = memchr(pair, '=', len);
	char name[FIELD_MAX], value[FIELD_MAX];
	size_t n = equals == NULL ? len : (size_t)(equals - pair);

	return equals != NULL && decode(pair, n, name) &&
	       decode(equals + 1, len - n - 1, value) &&
	       take_field(form, name, value);
}

enum nrs_rc
dispatcher_answer_form(struct nrs_arena *arena, struct nrs_bytes body,
    struct dispatcher_answer *out, struct nrs_err *err)
{
	struct form form = {.arena = arena, .out = out};
	const char *at = (const char *)body.data, *end = at + body.len, *stop;

	*out = (struct dispatcher_answer){.notice_id = ""};
	while (at < end) {
		stop = memchr(at, '&', (size_t)(end - at));
		if (stop == NULL)
			stop = end;
		if (!take_pair(&form, at, (size_t)(stop - at)))
			return nrs_refuse(err, "body", "form",
			    "not an answer: response, relayed, relayed_of");
		at = stop + 1;
	}
	return check_answer(out, err);
}

/* ---- JSON ---- */

/* The receipt's own names; what else a receipt has is not the recipient's to
 * say. */
static enum nrs_rc
from_receipt(struct nrs_arena *arena, const struct nrs_receipt *said,
    struct dispatcher_answer *out, struct nrs_err *err)
{
	const struct nrs_receipt allowed = {.response = said->response,
	    .relayed = said->relayed,
	    .relayed_of = said->relayed_of,
	    .notice_id = said->notice_id};

	if (!nrs_bytes_equal(nrs_wire_encode(arena, NRS_TYPE_RECEIPT, said),
	        nrs_wire_encode(arena, NRS_TYPE_RECEIPT, &allowed)))
		return nrs_refuse(err, "body", "known",
		    "only response, relayed, relayed_of and notice_id are "
		    "yours to say");
	*out = (struct dispatcher_answer){.response = said->response,
	    .relayed = said->relayed,
	    .relayed_of = said->relayed_of,
	    .notice_id = said->notice_id};
	return check_answer(out, err);
}

enum nrs_rc
dispatcher_answer_json(struct nrs_arena *arena, struct nrs_bytes body,
    struct dispatcher_answer *out, struct nrs_err *err)
{
	void *said;
	enum nrs_rc rc;

	*out = (struct dispatcher_answer){.notice_id = ""};
	if (body.len == 0)
		return NRS_OK;
	rc = nrs_json_decode(arena, NRS_TYPE_RECEIPT, body, &said, err);
	return rc == NRS_OK ? from_receipt(arena, said, out, err) : rc;
}

bool
dispatcher_answer_webhook(struct nrs_arena *arena, struct nrs_bytes body,
    struct dispatcher_answer *out)
{
	static const char wanted[] = "{\"acknowledged\":true}";
	static const struct nrs_bytes others = {
	    (const uint8_t *)wanted, sizeof(wanted) - 1};
	struct nrs_json_parts parts;
	struct nrs_err err;

	return nrs_json_part(arena, NRS_TYPE_RECEIPT, body, &parts, &err) ==
	           NRS_OK &&
	       nrs_bytes_equal(parts.others, others) &&
	       dispatcher_answer_json(arena, parts.ours, out, &err) == NRS_OK &&
	       out->notice_id[0] == '\0';
}
