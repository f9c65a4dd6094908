/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/err.h"

#include <stdio.h>
#include <string.h>

/* Copy what fits, and never leave half of a UTF-8 character at the end. */
static void
put(char *out, size_t size, const char *text)
{
	size_t len = strnlen(text, size);

	if (len == size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memmove(out, text, len);
	out[len] = '\0';
}

static void NRS_PRINTF(2, 0)
    put_text(struct nrs_err *err, const char *fmt, va_list args)
{
	char text[2 * sizeof(err->text)];

	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	put(err->text, sizeof(err->text), text);
}

enum nrs_rc
nrs_fail(struct nrs_err *err, enum nrs_rc rc, const char *fmt, ...)
{
	va_list args;

	if (err == NULL)
		return rc;
	err->field[0] = '\0';
	err->rule[0] = '\0';
	va_start(args, fmt);
	put_text(err, fmt, args);
	va_end(args);
	return rc;
}

enum nrs_rc
nrs_refuse(struct nrs_err *err, const char *field, const char *rule,
    const char *fmt, ...)
{
	va_list args;

	if (err == NULL)
		return NRS_REJECT;
	va_start(args, fmt);
	put_text(err, fmt, args);
	va_end(args);
	put(err->field, sizeof(err->field), field);
	put(err->rule, sizeof(err->rule), rule);
	return NRS_REJECT;
}

void
nrs_err_prefix(struct nrs_err *err, const char *fmt, ...)
{
	char context[sizeof(err->text)], whole[2 * sizeof(err->text) + 4];
	va_list args;

	if (err == NULL)
		return;
	va_start(args, fmt);
	if (vsnprintf(context, sizeof(context), fmt, args) < 0)
		context[0] = '\0';
	va_end(args);
	(void)snprintf(whole, sizeof(whole), "%s: %s", context, err->text);
	put(err->text, sizeof(err->text), whole);
}

const char *
nrs_rc_name(enum nrs_rc rc)
{
	switch (rc) {
	case NRS_OK:
		return "OK";
	case NRS_RETRY:
		return "RETRY";
	case NRS_REJECT:
		return "REJECT";
	case NRS_FATAL:
		return "FATAL";
	}
	return "?";
}
