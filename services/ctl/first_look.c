/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/first_look.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/child.h"
#include "ctl/text.h"

static const char *
absolute(struct nrs_arena *arena, const char *path)
{
	char full[PATH_MAX];

	return realpath(path, full) == NULL ? NULL
	                                    : nrs_arena_strdup(arena, full);
}

static const char *
first_there(struct nrs_arena *arena, const char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (paths[i] != NULL && access(paths[i], R_OK) == 0)
			return absolute(arena, paths[i]);
	return NULL;
}

enum nrs_rc
ctl_first_look_find(
    struct ctl *ctl, struct ctl_first_look *look, struct nrs_err *err)
{
	const char *state = ctl_opt(ctl, CTL_OPT_STATE_DIR);
	const char *beside = ctl_child_folder(ctl->arena);
	const char *const confs[] = {ctl_opt(ctl, CTL_OPT_CONF_DIR), "config",
	    nrs_arena_printf(ctl->arena, "%s/../share/noroshi/config", beside)};
	const char *sectors[3] = {ctl->conf.sectors};

	if (state == NULL)
		state = "noroshi-embedded";
	if (mkdir(state, 0750) != 0 && errno != EEXIST)
		return nrs_fail(
		    err, NRS_FATAL, "%s: %s", state, strerror(errno));
	look->state = absolute(ctl->arena, state);
	look->conf = confs[0] != NULL ? absolute(ctl->arena, confs[0])
	                              : first_there(ctl->arena, confs, 3);
	if (look->conf != NULL) {
		sectors[1] = nrs_arena_printf(
		    ctl->arena, "%s/demo/sectors.conf", look->conf);
		sectors[2] =
		    nrs_arena_printf(ctl->arena, "%s/sectors.conf", look->conf);
	}
	look->sectors = first_there(ctl->arena, sectors, 3);
	if (look->state == NULL || look->sectors == NULL)
		return nrs_fail(err, NRS_FATAL,
		    "no sector table here: give -X sectors=FILE or --conf-dir "
		    "DIR");
	return NRS_OK;
}

enum nrs_rc
ctl_first_look_keys(
    struct ctl *ctl, struct ctl_first_look *look, struct nrs_err *err)
{
	const char *file =
	    nrs_arena_printf(ctl->arena, "%s/desk.pem", look->state);
	struct nrs_key *key = NULL;
	const char *text;
	enum nrs_rc rc;

	look->keys = nrs_arena_printf(ctl->arena, "%s/keys.conf", look->state);
	if (access(file, R_OK) == 0 && access(look->keys, R_OK) == 0)
		return NRS_OK;
	rc = nrs_key_new(&key, err);
	if (rc == NRS_OK)
		rc = nrs_key_write(key, file, err);
	if (rc != NRS_OK)
		goto out;
	text = nrs_arena_printf(ctl->arena,
	    "keys = (\n  { id = \"%s\";\n    public = \"%s\";\n"
	    "    principal = \"desk\"; modes = [\"ACTUAL\", \"EXERCISE\", "
	    "\"TEST\"]; roles = [\"desk\"]; }\n);\n",
	    nrs_key_id(key),
	    nrs_base64(ctl->arena,
	        (struct nrs_bytes){nrs_key_public(key), NRS_PUBLIC_KEY_SIZE}));
	rc = ctl_text_save(look->keys,
	    (struct nrs_bytes){(const uint8_t *)text, strlen(text)}, err);
out:
	nrs_key_free(key);
	return rc;
}

enum nrs_rc
ctl_first_look_conf(struct ctl *ctl, const struct ctl_first_look *look,
    const char *servers, struct nrs_err *err)
{
	const char *file =
	    nrs_arena_printf(ctl->arena, "%s/noroshictl.conf", look->state);
	const char *tables = look->conf == NULL ? look->state : look->conf;
	const char *text = nrs_arena_printf(ctl->arena,
	    "# Written by noroshictl embedded, anew at every start.\n"
	    "bus: { servers = \"%s\"; prefix = \"%s\"; };\n"
	    "producer = \"%s\";\nkey = \"desk.pem\";\nkeys = \"keys.conf\";\n"
	    "sectors = \"%s\";\nrules = \"%s/rules.conf\";\n"
	    "newsletters = \"%s/newsletters.conf\";\n"
	    "outbox = \".\";\n",
	    servers, ctl->conf.bus.prefix, ctl->conf.producer, look->sectors,
	    tables, tables);

	return ctl_text_save(
	    file, (struct nrs_bytes){(const uint8_t *)text, strlen(text)}, err);
}
