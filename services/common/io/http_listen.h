/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_IO_HTTP_LISTEN_H
#define COMMON_IO_HTTP_LISTEN_H
/*
 * http_listen: the socket that http.c serves on.
 */
#include "noroshi/base/err.h"

/* A listening socket on "127.0.0.1:80", "[::1]:80" or "*:80"; no names. The
 * caller closes *fd. NRS_REJECT: no such form; NRS_FATAL: refused by the
 * system. */
NRS_CHECKED enum nrs_rc nrs_http_listen(
    const char *address, int *fd, struct nrs_err *err);
/* The port that fd is bound to. */
int nrs_http_listen_port(int fd);
#endif
