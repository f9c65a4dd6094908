/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/failpoint.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/log.h"

#ifdef NOROSHI_FAILPOINTS

static struct {
	char name[64];
	atomic_long left; /* passages until it happens */
	int signal;
} armed;

static void
arm(void)
{
	const char *text = getenv("NOROSHI_FAILPOINT");
	const char *colon = text == NULL ? NULL : strchr(text, ':');
	char *rest;

	if (colon == NULL)
		return;
	(void)snprintf(
	    armed.name, sizeof(armed.name), "%.*s", (int)(colon - text), text);
	atomic_store(&armed.left, strtol(colon + 1, &rest, 10));
	armed.signal = strcmp(rest, ":stop") == 0 ? SIGSTOP : SIGKILL;
}

void
nrs_failpoint(const char *name)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, arm);
	if (strcmp(name, armed.name) != 0 ||
	    atomic_fetch_sub(&armed.left, 1) != 1)
		return;
	nrs_log(NRS_LOG_WARN, "failpoint", NRS_S("name", name));
	(void)raise(armed.signal);
}
#endif
