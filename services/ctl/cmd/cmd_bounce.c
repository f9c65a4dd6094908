/* SPDX-License-Identifier: Apache-2.0 */
/* bounce: mails that came back, from a pipe or a Maildir. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/bounce.h"
#include "ctl/cmd/cmd.h"
#include "ctl/text.h"

static void
print_bounce(struct ctl *ctl, const char *file, const struct ctl_bounce *bounce)
{
	const struct nrs_receipt *r = bounce->receipt;

	ctl_out_begin(ctl->out, CTL_ROW);
	ctl_out_str(ctl->out, "outcome", ctl_bounced_name(bounce->is));
	ctl_out_str(ctl->out, "notice_id", r == NULL ? "" : r->notice_id);
	ctl_out_str(
	    ctl->out, "subscriber_id", r == NULL ? "" : r->subscriber_id);
	ctl_out_str(ctl->out, "detail",
	    bounce->is >= CTL_BOUNCE_UNKNOWN ? bounce->detail : "");
	ctl_out_str(ctl->out, "file", file);
	ctl_out_end(ctl->out);
}

static enum nrs_rc
take(struct ctl *ctl, const char *file, struct nrs_err *err)
{
	struct ctl_bounce bounce;
	struct nrs_bytes mail;
	enum nrs_rc rc = ctl_text_read(ctl->arena, file, &mail, err);

	if (rc == NRS_REJECT) /* no report is that long */
		mail.len = 0;
	else if (rc != NRS_OK)
		return rc;
	rc = ctl_bounce(ctl, mail, &bounce, err);
	if (rc == NRS_OK)
		print_bounce(ctl, file == NULL ? "-" : file, &bounce);
	return rc;
}

/* ---- a Maildir ---- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What is in new/, oldest first as names go; NRS_FATAL: no such folder. */
static enum nrs_rc
list_new(struct ctl *ctl, const char *dir, const char ***out, size_t *n,
    struct nrs_err *err)
{
	const char *path = nrs_arena_printf(ctl->arena, "%s/new", dir);
	DIR *open = opendir(path);
	const struct dirent *entry;
	const char **names = NULL;
	size_t cap = 0;

	*n = 0;
	if (open == NULL)
		return nrs_fail(
		    err, NRS_FATAL, "%s: %s", path, strerror(errno));
	while ((entry = readdir(open)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (*n == cap) {
			cap = cap == 0 ? 64 : cap * 2;
			names = nrs_realloc(names, cap, sizeof(*names));
		}
		names[(*n)++] = nrs_arena_strdup(ctl->arena, entry->d_name);
	}
	(void)closedir(open);
	if (*n > 0)
		qsort(names, *n, sizeof(*names), by_name);
	*out = names;
	return NRS_OK;
}

/* Seen: it is not looked at again, and not deleted either. */
static enum nrs_rc
put_away(
    struct ctl *ctl, const char *dir, const char *name, struct nrs_err *err)
{
	const char *from = nrs_arena_printf(ctl->arena, "%s/new/%s", dir, name);
	const char *to =
	    nrs_arena_printf(ctl->arena, "%s/cur/%s:2,S", dir, name);

	if (rename(from, to) == 0)
		return NRS_OK;
	return nrs_fail(err, NRS_FATAL, "%s: %s", to, strerror(errno));
}

/* One that cannot be settled now stays, and keeps no other. */
static enum ctl_exit
take_all(struct ctl *ctl, const char *dir)
{
	struct nrs_err err = {0};
	enum ctl_exit code = CTL_DONE;
	const char **names = NULL;
	struct stat status;
	const char *path;
	size_t i, n;
	enum nrs_rc rc = list_new(ctl, dir, &names, &n, &err);

	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	for (i = 0; i < n && !nrs_stop_asked(ctl->stop); i++) {
		path = nrs_arena_printf(ctl->arena, "%s/new/%s", dir, names[i]);
		if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode))
			continue;
		err = (struct nrs_err){0};
		rc = take(ctl, path, &err);
		if (rc == NRS_OK)
			rc = put_away(ctl, dir, names[i], &err);
		if (rc != NRS_OK) {
			nrs_err_prefix(&err, "%s", path);
			code = ctl_failed(NRS_RETRY, &err);
		}
	}
	free(names);
	return code;
}

enum ctl_exit
ctl_cmd_bounce(struct ctl *ctl)
{
	const char *dir = ctl_opt(ctl, CTL_OPT_DIR);
	struct nrs_err err = {0};
	enum nrs_rc rc;

	if (dir != NULL && ctl->args.n_words > 0) {
		(void)nrs_refuse(
		    &err, "", "usage", "--dir DIR stands for FILE");
		return ctl_misused(ctl, &err);
	}
	if (dir != NULL)
		return take_all(ctl, dir);
	rc = take(ctl, ctl->args.n_words > 0 ? ctl->args.words[0] : NULL, &err);
	return rc == NRS_OK ? CTL_DONE : ctl_failed(rc, &err);
}
