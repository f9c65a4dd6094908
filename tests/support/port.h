/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_TESTS_SUPPORT_PORT_H
#define NOROSHI_TESTS_SUPPORT_PORT_H
/*
 * port: where a server of a test may listen on loopback. Any thread.
 */

/* A port that is free now, and that no outgoing connection is given meanwhile:
 * those have a range of their own, and a server that starts again wants the
 * port that it had. */
int port_free(void);
#endif
