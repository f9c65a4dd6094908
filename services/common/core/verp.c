/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/verp.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *
nrs_verp_address(
    const char *mailbox, const struct nrs_verp *verp, char out[NRS_VERP_SIZE])
{
	const char *at = strrchr(mailbox, '@');
	char hex[2 * NRS_VERP_KEY + 1];
	size_t i;

	assert(at != NULL && at - mailbox <= NRS_VERP_LOCAL_MAX);
	for (i = 0; i < NRS_VERP_KEY; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", verp->key[i]);
	(void)snprintf(out, NRS_VERP_SIZE, "%.*s+%c-%d-%" PRId64 "-%s%s",
	    (int)(at - mailbox), mailbox, verp->lane, verp->partition,
	    verp->offset, hex, at);
	return out;
}

/* Digits up to an end; at most 18, so that it never overflows. */
static bool
take_number(const char **at, const char *end, char stop, int64_t *out)
{
	const char *p = *at;

	*out = 0;
	for (; p < end && *p >= '0' && *p <= '9' && p - *at < 19; p++)
		*out = *out * 10 + (*p - '0');
	if (p == *at || p - *at > 18 || p == end || *p != stop)
		return false;
	*at = p + 1;
	return true;
}

/* Relays may write an address in capitals. */
static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
take_key(const char *at, const char *end, uint8_t out[NRS_VERP_KEY])
{
	int high, low;
	size_t i;

	if (end - at != (ptrdiff_t)(2 * NRS_VERP_KEY))
		return false;
	for (i = 0; i < NRS_VERP_KEY; i++) {
		high = hex_digit(at[2 * i]);
		low = hex_digit(at[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool
nrs_verp_parse(const char *address, size_t len, struct nrs_verp *out)
{
	const char *end = memchr(address, '@', len);
	const char *at =
	    end == NULL ? NULL : memchr(address, '+', (size_t)(end - address));
	int64_t partition;
	char lane;

	if (at == NULL || end - at < 4 || at[2] != '-')
		return false;
	lane = (char)(at[1] | 0x20);
	if (lane != 'a' && lane != 'n' && lane != 'd')
		return false;
	*out = (struct nrs_verp){.lane = lane};
	at += 3;
	if (!take_number(&at, end, '-', &partition) || partition > 9999 ||
	    !take_number(&at, end, '-', &out->offset))
		return false;
	out->partition = (int)partition;
	return take_key(at, end, out->key);
}
