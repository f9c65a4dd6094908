/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/io/service_private.h"

/* Not getpwnam_r: the main thread asks, before the lanes start. */
static enum nrs_rc
become(const char *user, struct nrs_err *err)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(user);
	if (entry == NULL)
		return nrs_refuse(err, "user", "user", "user \"%s\": %s", user,
		    errno == 0 ? "there is no such user" : strerror(errno));
	if (entry->pw_uid == 0)
		return nrs_refuse(err, "user", "user",
		    "user \"%s\" is root; to stay root say user = \"\"", user);
	if (initgroups(entry->pw_name, entry->pw_gid) != 0 ||
	    setgid(entry->pw_gid) != 0 || setuid(entry->pw_uid) != 0)
		return nrs_fail(err, NRS_FATAL, "cannot become %s: %s", user,
		    strerror(errno));
	/* It must be for good. */
	if (setuid(0) == 0)
		return nrs_fail(err, NRS_FATAL, "root could be regained");
	return NRS_OK;
}

enum nrs_rc
nrs_service_drop(const char *user, bool *stayed, struct nrs_err *err)
{
	*stayed = false;
	/* No program of ours starts another with more rights than its own. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return nrs_fail(
		    err, NRS_FATAL, "no_new_privs: %s", strerror(errno));
	if (geteuid() != 0)
		return NRS_OK;
	if (user[0] == '\0') {
		*stayed = true;
		return NRS_OK;
	}
	return become(user, err);
}
