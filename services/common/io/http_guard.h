/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_IO_HTTP_GUARD_H
#define COMMON_IO_HTTP_GUARD_H
/*
 * http_guard: requests that libmicrohttpd would read in one way and a proxy
 * before it in another.
 */
#include <microhttpd.h>

/* Two readings of where a request ends are how a second one is smuggled past
 * whatever stands in front of us. NULL when there is only one. */
const char *http_guard(struct MHD_Connection *connection, const char *version);
#endif
