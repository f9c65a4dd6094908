/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/conf.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "noroshi/base/rand.h"
#include "noroshi/base/text.h"
#include "noroshi/core/ack_time.h"

#define SYSTEM_FILE "/etc/noroshi/actual/noroshictl.conf"

static const struct nrs_param own[] = {
    {.name = "mode",
        .type = NRS_PARAM_ENUM,
        .offset = offsetof(struct ctl_conf, mode),
        .def = "actual",
        .choices = "actual|exercise|test",
        .help = "Mode of what is issued and read."},
    {.name = "producer",
        .type = NRS_PARAM_STRING,
        .offset = offsetof(struct ctl_conf, producer),
        .def = "http://127.0.0.1:8420",
        .help = "URL of noroshi-producer's API."},
    {.name = "ack",
        .type = NRS_PARAM_STRING,
        .offset = offsetof(struct ctl_conf, ack),
        .def = "",
        .help = "URL of noroshi-dispatcher's ack.listen (its ack.url), for "
                "`noroshictl ack --token` with a token that is no whole link, "
                "and for `link`."},
    {.name = "ack_secrets",
        .type = NRS_PARAM_PATH,
        .offset = offsetof(struct ctl_conf, ack_secrets),
        .def = "",
        .help = "noroshi-dispatcher's ack.secrets, for `noroshictl link`."},
    {.name = "ack_immediate",
        .type = NRS_PARAM_INT,
        .offset = offsetof(struct ctl_conf, ack_immediate_ms),
        .def = NRS_ACK_IMMEDIATE_MS,
        .min = 1000,
        .max = 2592000000,
        .unit = "ms",
        .help =
            "noroshi-dispatcher's ack.immediate, for preview: when those are "
            "told who wait for a contact arrangement's contacts."},
    {.name = "ack_priority",
        .type = NRS_PARAM_INT,
        .offset = offsetof(struct ctl_conf, ack_priority_ms),
        .def = NRS_ACK_PRIORITY_MS,
        .min = 1000,
        .max = 2592000000,
        .unit = "ms",
        .help =
            "noroshi-dispatcher's ack.priority, for preview: when those are "
            "told who wait for a contact arrangement's contacts."},
    {.name = "ack_routine",
        .type = NRS_PARAM_INT,
        .offset = offsetof(struct ctl_conf, ack_routine_ms),
        .def = NRS_ACK_ROUTINE_MS,
        .min = 1000,
        .max = 2592000000,
        .unit = "ms",
        .help = "noroshi-dispatcher's ack.routine, for preview: when those are "
                "told who wait for a contact arrangement's contacts."},
    {.name = "key",
        .type = NRS_PARAM_PATH,
        .offset = offsetof(struct ctl_conf, key),
        .def = "",
        .help = "Private key that signs what is sent."},
    {.name = "keys",
        .type = NRS_PARAM_PATH,
        .offset = offsetof(struct ctl_conf, keys),
        .def = "keys.conf",
        .help = "Public keys that are trusted when reading."},
    {.name = "sectors",
        .type = NRS_PARAM_PATH,
        .offset = offsetof(struct ctl_conf, sectors),
        .def = "sectors.conf",
        .help = "The table of sectors and CEPTOARs."},
    {.name = "rules",
        .type = NRS_PARAM_PATH,
        .offset = offsetof(struct ctl_conf, rules),
        .def = "rules.conf",
        .help = "The decision table, for explain and preview."},
    {.name = "newsletters",
        .type = NRS_PARAM_PATH,
        .offset = offsetof(struct ctl_conf, newsletters),
        .def = "newsletters.conf",
        .help = "The newsletter lists, for preview and newsletter preview."},
    {.name = "originator",
        .type = NRS_PARAM_STRING,
        .offset = offsetof(struct ctl_conf, originator),
        .def = "",
        .help = "Organisation id put into a notice that names none."},
    {.name = "exercise_id",
        .type = NRS_PARAM_STRING,
        .offset = offsetof(struct ctl_conf, exercise_id),
        .def = "",
        .help = "The exercise that `drill` starts and ends, and that a notice "
                "in mode exercise belongs to when it names none."},
    {.name = "outbox",
        .type = NRS_PARAM_PATH,
        .offset = offsetof(struct ctl_conf, outbox),
        .def = ".",
        .help = "Folder that keeps a signed submission whose outcome is "
                "unknown, for `noroshictl resend`."},
};

const struct nrs_param *
ctl_conf_params(struct nrs_arena *arena, size_t *n)
{
	size_t n_bus, n_own = sizeof(own) / sizeof(own[0]);
	const struct nrs_param *bus = nrs_bus_params(&n_bus);
	struct nrs_param *all =
	    nrs_arena_array(arena, n_bus + n_own, sizeof(*all));

	memcpy(all, bus, n_bus * sizeof(*all));
	memcpy(all + n_bus, own, sizeof(own));
	*n = n_bus + n_own;
	return all;
}

static const char *
which_file(const struct ctl *ctl)
{
	const char *file = ctl_opt(ctl, CTL_OPT_CONF);

	if (file == NULL)
		file = getenv("NOROSHICTL_CONF");
	if (file != NULL && file[0] != '\0')
		return file;
	return access(SYSTEM_FILE, R_OK) == 0 ? SYSTEM_FILE : NULL;
}

/* Two runs at once must not share a client id, nor a file's with a daemon. */
static const char *
own_instance(struct nrs_arena *arena)
{
	return nrs_arena_printf(arena, "bus.instance=noroshictl-%ld-%04x",
	    (long)getpid(), (unsigned)nrs_rand_below(0x10000));
}

static enum nrs_rc
check_producer(const struct ctl *ctl, struct nrs_err *err)
{
	enum nrs_rc rc = nrs_text_url(ctl->conf.producer, err);

	if (rc != NRS_OK)
		nrs_err_prefix(err, "producer: \"%s\"", ctl->conf.producer);
	return rc;
}

enum nrs_rc
ctl_conf_load(struct ctl *ctl, struct nrs_conf *conf, struct nrs_err *err)
{
	const char *set[CTL_SET_MAX + 3];
	size_t n_set = 0, n_params;
	const struct nrs_param *params = ctl_conf_params(ctl->arena, &n_params);
	const char *servers = ctl_opt(ctl, CTL_OPT_SERVERS);
	const char *key = ctl_opt(ctl, CTL_OPT_KEY);
	struct nrs_conf_list rest = {0};
	struct nrs_conf_input in;
	enum nrs_rc rc;

	set[n_set++] = own_instance(ctl->arena);
	for (size_t i = 0; i < ctl->args.n_set; i++)
		set[n_set++] = ctl->args.set[i];
	if (servers != NULL)
		set[n_set++] =
		    nrs_arena_printf(ctl->arena, "bus.servers=%s", servers);
	if (key != NULL)
		set[n_set++] = nrs_arena_printf(ctl->arena, "key=%s", key);
	in = (struct nrs_conf_input){.params = params,
	    .n = n_params,
	    .file = which_file(ctl),
	    .overrides = set,
	    .n_overrides = n_set,
	    .rest = &rest};
	rc = nrs_conf_load(conf, &in, &ctl->conf, err);
	if (rc != NRS_OK)
		return rc;
	ctl->conf.bus.drill = ctl_mode(ctl) != NRS_MODE_ACTUAL;
	nrs_bus_add_extra(&ctl->conf.bus, &rest, ctl->arena);
	rc = nrs_bus_check(&ctl->conf.bus, err);
	return rc == NRS_OK ? check_producer(ctl, err) : rc;
}
