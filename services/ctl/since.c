/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/since.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/when.h"
#include "noroshi/base/clock.h"

enum nrs_rc
ctl_since_parse(
    const struct ctl *ctl, struct ctl_since *since, struct nrs_err *err)
{
	const char *text = ctl_opt(ctl, CTL_OPT_SINCE);

	*since = (struct ctl_since){0};
	if (text == NULL)
		return NRS_OK;
	if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
		return ctl_when(text, CTL_BACK, nrs_wall_ms(), &since->ms, err);
	errno = 0;
	since->offset = strtoll(text, NULL, 10);
	if (errno != 0)
		return nrs_refuse(
		    err, "", "usage", "--since: %s is no offset", text);
	return NRS_OK;
}
