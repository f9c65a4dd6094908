/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/text.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unilbrk.h>
#include <unistr.h>
#include <uniwidth.h>

#define MAX_ADDRESS 254
#define MAX_LOCAL 64
#define MAX_URL 2048

static const uint8_t *
bytes_of(const char *s)
{
	return (const uint8_t *)s;
}

bool
nrs_text_is_utf8(const void *data, size_t len)
{
	if (len == 0)
		return true;
	return memchr(data, '\0', len) == NULL && u8_check(data, len) == NULL;
}

/* Characters that move the cursor or turn the reading direction: each lets a
 * text look like something it is not. */
static bool
is_treacherous(ucs4_t c)
{
	static const struct {
		ucs4_t first, last;
	} ranges[] = {
	    {0x0000, 0x001f},
	    {0x007f, 0x009f},
	    {0x061c, 0x061c},
	    {0x200e, 0x200f},
	    {0x2028, 0x202e}, /* separators, then bidi embeddings */
	    {0x2066, 0x2069},
	};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* Bytes that no treacherous character begins with: almost all text. */
static const uint8_t *
skip_harmless(const uint8_t *at)
{
	while (*at >= 0x20 && *at != 0x7f && *at != 0xc2 && *at != 0xd8 &&
	       *at != 0xe2)
		at++;
	return at;
}

static bool
is_plain(const char *s, bool block)
{
	const uint8_t *at = bytes_of(s);
	ucs4_t c;

	if (!nrs_text_is_utf8(s, strlen(s)))
		return false;
	while ((at = u8_next(&c, skip_harmless(at))) != NULL) {
		if (!is_treacherous(c))
			continue;
		if (block && (c == '\t' || c == '\n'))
			continue;
		if (block && c == '\r' && *at == '\n')
			continue;
		return false;
	}
	return true;
}

bool
nrs_text_is_line(const char *s)
{
	return is_plain(s, false);
}

bool
nrs_text_is_block(const char *s)
{
	return is_plain(s, true);
}

/* <ctype.h> asks the locale; a grammar must not. */
static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

/* Alphanumeric or one of more; never NUL. */
static bool
is_one_of(char c, const char *more)
{
	return is_alnum(c) || (c != '\0' && strchr(more, c) != NULL);
}

bool
nrs_text_is_id(const char *s, size_t max)
{
	size_t len = 0;

	if (!is_alnum(s[0]))
		return false;
	while (is_one_of(s[len], "._:-"))
		if (++len > max)
			return false;
	return s[len] == '\0';
}

int
nrs_text_width(const char *s)
{
	return u8_strwidth(bytes_of(s), "UTF-8");
}

size_t
nrs_text_cut(const char *s, size_t max)
{
	size_t len = strnlen(s, max + 1);

	if (len <= max)
		return len;
	len = max;
	/* At most three continuation bytes in UTF-8; a longer run is not text
	 * and is cut anywhere. */
	while (
	    len > 0 && max - len < 4 && ((unsigned char)s[len] & 0xc0) == 0x80)
		len--;
	return ((unsigned char)s[len] & 0xc0) == 0x80 ? max : len;
}

/* Blanks that a break leaves hanging are not part of the line. */
static const char *
trimmed(const char *s, const char *end)
{
	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return end;
}

static int
width_of(const char *s, const char *end)
{
	end = trimmed(s, end);
	return u8_width(bytes_of(s), (size_t)(end - s), "UTF-8");
}

static void
add_line(
    struct nrs_buf *out, const char *indent, const char *s, const char *end)
{
	end = trimmed(s, end);
	if (end > s) {
		nrs_buf_adds(out, indent);
		nrs_buf_add(out, s, (size_t)(end - s));
	}
	nrs_buf_addc(out, '\n');
}

/* A character that RFC 3986 allows in a URL. */
static bool
is_uri_char(char c)
{
	return is_one_of(c, "%-._~:/?#[]@!$&'()*+,;=");
}

/* UAX #14 breaks after '/' and '?': half a link is worse than a long line. */
static void
keep_urls(const char *s, size_t len, char *breaks)
{
	size_t from, to, at;

	for (at = 1; at + 3 < len; at++) {
		if (strncmp(s + at, "://", 3) != 0)
			continue;
		for (from = at; from > 0 && is_alnum(s[from - 1]);)
			from--;
		for (to = at; to < len && is_uri_char(s[to]);)
			to++;
		if (to > from)
			memset(breaks + from + 1, UC_BREAK_PROHIBITED,
			    to - from - 1);
		at = to;
	}
}

/* UAX #14 breaks "cc0e-73eb" between a hyphen and a letter, but an id that a
 * line break has cut in two is found by no search and copied by no click. An
 * id, a CVE number, a date or a host name: a word with a digit in it. */
static void
keep_ids(const char *s, size_t len, char *breaks)
{
	size_t from, to;
	bool digit;

	for (from = 0; from < len; from = to + 1) {
		digit = false;
		for (to = from; to < len && is_one_of(s[to], "._:-"); to++)
			digit |= s[to] >= '0' && s[to] <= '9';
		if (digit && to > from)
			memset(breaks + from + 1, UC_BREAK_PROHIBITED,
			    to - from - 1);
	}
}

static void
fold_paragraph(struct nrs_buf *out, const char *s, size_t len, int columns,
    const char *indent)
{
	char *breaks = nrs_alloc(len);
	size_t i, start = 0, last = 0;
	int room = columns - nrs_text_width(indent);

	u8_possible_linebreaks(bytes_of(s), len, "UTF-8", breaks);
	keep_urls(s, len, breaks);
	keep_ids(s, len, breaks);
	for (i = 1; i <= len; i++) {
		if (i < len && breaks[i] != UC_BREAK_POSSIBLE)
			continue;
		if (last > start && width_of(s + start, s + i) > room) {
			add_line(out, indent, s + start, s + last);
			start = last;
		}
		last = i;
	}
	add_line(out, indent, s + start, s + len);
	free(breaks);
}

void
nrs_text_fold(
    struct nrs_buf *out, const char *s, int columns, const char *indent)
{
	size_t len, text;

	for (; *s != '\0'; s += len) {
		len = strcspn(s, "\n");
		text = len > 0 && s[len - 1] == '\r' ? len - 1 : len;
		fold_paragraph(out, s, text, columns, indent);
		if (s[len] == '\n')
			len++;
	}
}

static bool
is_digit_run(const char *s, size_t len)
{
	return len > 0 && strspn(s, "0123456789") >= len;
}

/* Host name syntax (RFC 1123): letters, digits and inner hyphens in labels of
 * at most 63; not what some resolver would take for an IPv4 address. */
static bool
is_host(const char *s, size_t len, size_t min_labels)
{
	size_t labels = 0, at, end;

	if (len == 0 || len > 253)
		return false;
	for (at = 0; at <= len; at = end + 1, labels++) {
		for (end = at; end < len && s[end] != '.'; end++)
			if (!is_one_of(s[end], "-"))
				return false;
		if (end == at || end - at > 63)
			return false;
		if (s[at] == '-' || s[end - 1] == '-')
			return false;
		if (end == len && (is_digit_run(s + at, end - at) ||
		                      strncasecmp(s + at, "0x", 2) == 0))
			return false;
	}
	return labels >= min_labels;
}

static bool
is_dot_atom(const char *s, size_t len)
{
	size_t i;

	if (len == 0 || s[0] == '.' || s[len - 1] == '.')
		return false;
	for (i = 0; i < len; i++) {
		if (!is_one_of(s[i], "!#$%&'*+-/=?^_`{|}~."))
			return false;
		if (s[i] == '.' && s[i + 1] == '.')
			return false;
	}
	return true;
}

/* True when IDNA has nothing to say: what most domains are, lower case letters,
 * digits and single hyphens. (TR46 maps nothing of it, and "--" is where the
 * ASCII forms of others begin.) */
static bool
is_plain_domain(const char *s)
{
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-.")] == '\0' &&
	       strstr(s, "--") == NULL;
}

/* In arena; NULL: no domain name. */
static const char *
domain_to_ascii(struct nrs_arena *arena, const char *name)
{
	const char *out = NULL;
	char *ascii = NULL;

	if (is_plain_domain(name))
		return name;
	if (nrs_text_is_line(name) &&
	    idn2_to_ascii_8z(
	        name, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) == IDN2_OK)
		out = nrs_arena_strdup(arena, ascii);
	idn2_free(ascii);
	return out;
}

/* Texts below never quote the address: it is somebody's. */
enum nrs_rc
nrs_text_mailbox(struct nrs_arena *arena, const char *address, const char **out,
    struct nrs_err *err)
{
	const char *at = strrchr(address, '@'), *domain;

	if (at == NULL || strlen(address) > MAX_ADDRESS)
		return nrs_refuse(err, "", "mailbox",
		    "not an address such as name@example.jp of at most %d "
		    "bytes",
		    MAX_ADDRESS);
	if (at - address > MAX_LOCAL ||
	    !is_dot_atom(address, (size_t)(at - address)))
		return nrs_refuse(err, "", "mailbox",
		    "the part before @ is not a plain ASCII name of at most %d "
		    "bytes (RFC 5321 dot-atom)",
		    MAX_LOCAL);
	domain = domain_to_ascii(arena, at + 1);
	if (domain == NULL || !is_host(domain, strlen(domain), 2))
		return nrs_refuse(err, "", "mailbox",
		    "the part after @ is not a full domain name");
	if ((size_t)(at - address) + 1 + strlen(domain) > MAX_ADDRESS)
		return nrs_refuse(err, "", "mailbox",
		    "longer than %d bytes with the domain in ASCII",
		    MAX_ADDRESS);
	*out = nrs_arena_printf(
	    arena, "%.*s@%s", (int)(at - address), address, domain);
	return NRS_OK;
}

static bool
is_ip(int family, const char *s, size_t len)
{
	char text[INET6_ADDRSTRLEN], binary[sizeof(struct in6_addr)];

	if (len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	return inet_pton(family, text, binary) == 1;
}

/* host [":" port]; no user: a password in a URL ends up in logs, and
 * "https://good.example@evil.example/" fools the eye. */
static bool
is_authority(const char *s, size_t len)
{
	const char *colon;
	size_t host = len;

	if (s[0] == '[') {
		host = strcspn(s, "]");
		if (host >= len || !is_ip(AF_INET6, s + 1, host - 1))
			return false;
		host++;
	} else {
		colon = memchr(s, ':', len);
		if (colon != NULL)
			host = (size_t)(colon - s);
		if (!is_ip(AF_INET, s, host) && !is_host(s, host, 1))
			return false;
	}
	if (host == len)
		return true;
	return s[host] == ':' && len - host <= 6 &&
	       is_digit_run(s + host + 1, len - host - 1) &&
	       strtol(s + host + 1, NULL, 10) >= 1 &&
	       strtol(s + host + 1, NULL, 10) <= 65535;
}

/* RFC 3986's characters only, a '%' only before two hex digits. */
static bool
is_uri_text(const char *s)
{
	static const char hex[] = "0123456789abcdefABCDEF";

	for (; *s != '\0'; s++) {
		if (*s == '%' && strspn(s + 1, hex) < 2)
			return false;
		if (!is_uri_char(*s))
			return false;
	}
	return true;
}

enum nrs_rc
nrs_text_url(const char *url, struct nrs_err *err)
{
	const char *host;

	if (strnlen(url, MAX_URL + 1) > MAX_URL)
		return nrs_refuse(
		    err, "", "url", "longer than %d bytes", MAX_URL);
	if (strncmp(url, "https://", 8) == 0)
		host = url + 8;
	else if (strncmp(url, "http://", 7) == 0)
		host = url + 7;
	else
		return nrs_refuse(
		    err, "", "url", "does not begin with https:// or http://");
	if (!is_uri_text(host))
		return nrs_refuse(err, "", "url",
		    "has a character that RFC 3986 wants percent-encoded");
	if (!is_authority(host, strcspn(host, "/?#")))
		return nrs_refuse(
		    err, "", "url", "host or port is missing or malformed");
	return NRS_OK;
}

/* Where the host begins and how long it is, without its port; 0 for none. */
static size_t
host_in(const char *url, const char **host)
{
	const char *at = strstr(url, "://");

	*host = at == NULL ? url : at + 3;
	return at == NULL ? 0 : strcspn(*host, "/?#:[");
}

enum nrs_rc
nrs_text_url_ascii(struct nrs_arena *arena, const char *url, const char **out,
    struct nrs_err *err)
{
	const char *host, *name, *ascii;
	size_t len;

	if (strnlen(url, MAX_URL + 1) > MAX_URL)
		return nrs_refuse(
		    err, "", "url", "longer than %d bytes", MAX_URL);
	len = host_in(url, &host);
	name = nrs_arena_strndup(arena, host, len);
	*out = url;
	/* What IDNA does not know, a single label or an address, stays. */
	ascii = len > 0 ? domain_to_ascii(arena, name) : NULL;
	if (ascii != NULL && strcasecmp(name, ascii) != 0)
		*out = nrs_arena_printf(arena, "%.*s%s%s", (int)(host - url),
		    url, ascii, host + len);
	return nrs_text_url(*out, err);
}
