/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/http_guard.h"

#include <stdbool.h>
#include <string.h>

struct framing {
	unsigned lengths, codings, hosts;
	bool malformed;
};

static bool
is_token(const char *s)
{
	static const char allowed[] =
	    "!#$%&'*+-.^_`|~0123456789"
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return s[0] != '\0' && s[strspn(s, allowed)] == '\0';
}

static bool
is_field_value(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' && *s != '\t')
			return false;
	return true;
}

static enum MHD_Result
look_at_header(
    void *opaque, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct framing *framing = opaque;

	(void)kind;
	if (value == NULL)
		value = "";
	if (!is_token(name) || !is_field_value(value))
		framing->malformed = true;
	if (strcasecmp(name, "Host") == 0)
		framing->hosts++;
	if (strcasecmp(name, "Content-Length") == 0) {
		framing->lengths++;
		if (value[0] == '\0' ||
		    value[strspn(value, "0123456789")] != '\0')
			framing->malformed = true;
	}
	if (strcasecmp(name, "Transfer-Encoding") == 0) {
		framing->codings++;
		if (strcasecmp(value, "chunked") != 0)
			framing->malformed = true;
	}
	return MHD_YES;
}

const char *
http_guard(struct MHD_Connection *connection, const char *version)
{
	struct framing framing = {0};

	(void)MHD_get_connection_values(
	    connection, MHD_HEADER_KIND, look_at_header, &framing);
	if (framing.malformed)
		return "malformed header";
	if (framing.lengths > 1 || framing.codings > 1 ||
	    framing.lengths + framing.codings > 1)
		return "more than one length";
	if (framing.hosts > 1)
		return "more than one host";
	if (strcmp(version, "HTTP/1.1") != 0 &&
	    (strcmp(version, "HTTP/1.0") != 0 || framing.codings > 0))
		return "not HTTP/1.1";
	return NULL;
}
