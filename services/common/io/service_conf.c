/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/io/service_private.h"
#include "noroshi/base/log.h"

#define ROW(member) offsetof(struct nrs_service_conf, member)

static const struct nrs_param common[] = {
    {.name = "mode",
        .type = NRS_PARAM_ENUM,
        .offset = ROW(mode),
        .def = "actual",
        .choices = "actual|exercise|test",
        .help = "What this process serves; exercise and test live on topics of "
                "their own (drill.)."},
    {.name = "user",
        .type = NRS_PARAM_STRING,
        .offset = ROW(user),
        .def = "nobody",
        .help = "Who to become when started as root, before anything is "
                "served. Empty: stay root."},
    {.name = "log.level",
        .type = NRS_PARAM_ENUM,
        .offset = ROW(log_level),
        .def = "info",
        .choices = "debug|info|warn|error",
        .help = "The least that is logged."},
    {.name = "log.format",
        .type = NRS_PARAM_ENUM,
        .offset = ROW(log_format),
        .def = "logfmt",
        .choices = "logfmt|json",
        .help = "How a line of the log is written."},
    {.name = "admin.listen",
        .type = NRS_PARAM_STRING,
        .offset = ROW(admin_listen),
        .def = "127.0.0.1:9464",
        .help = "Address and port of /metrics, /healthz, /readyz and /version. "
                "Empty: none."},
};
#define N_COMMON (sizeof(common) / sizeof(common[0]))

struct nrs_service_rows
nrs_service_rows_new(const struct nrs_service *service)
{
	size_t n_bus, i, n = 0;
	const struct nrs_param *bus = nrs_bus_params(&n_bus);
	struct nrs_param *all =
	    nrs_calloc(N_COMMON + n_bus + service->n_params, sizeof(*all));

	for (i = 0; i < N_COMMON; i++) {
		all[n] = common[i];
		if (all[n].offset == ROW(admin_listen) &&
		    service->admin_listen != NULL)
			all[n].def = service->admin_listen;
		n++;
	}
	for (i = 0; i < n_bus; i++) {
		all[n] = bus[i];
		all[n++].offset += ROW(bus);
	}
	for (i = 0; i < service->n_params; i++)
		all[n++] = service->params[i];
	return (struct nrs_service_rows){.params = all, .n = n};
}

static enum nrs_rc
check_admin(const struct nrs_service_conf *conf, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;

	if (conf->admin_listen[0] != '\0')
		rc = nrs_http_check_listen(conf->admin_listen, err);
	if (rc != NRS_OK)
		nrs_err_prefix(err, "admin.listen");
	return rc;
}

/* What is no row of ours is meant for librdkafka, which refuses what it does
 * not know. */
static enum nrs_rc
read_rows(struct nrs_service_loaded *loaded,
    const struct nrs_service_rows *rows,
    const struct nrs_service_options *options, struct nrs_err *err)
{
	struct nrs_service_conf *conf = loaded->value;
	const char **overrides =
	    nrs_calloc(options->n_sets + 1, sizeof(*overrides));
	struct nrs_conf_list rest = {0};
	struct nrs_conf_input in = {.params = rows->params,
	    .n = rows->n,
	    .file = options->file,
	    .overrides = overrides,
	    .n_overrides = options->n_sets,
	    .rest = &rest};
	enum nrs_rc rc;

	if (options->n_sets > 0)
		memcpy(overrides, options->sets,
		    options->n_sets * sizeof(*overrides));
	if (options->verbose)
		overrides[in.n_overrides++] = "log.level=debug";
	rc = nrs_conf_load(&loaded->conf, &in, loaded->value, err);
	free(overrides);
	if (rc != NRS_OK)
		return rc;
	nrs_bus_add_extra(&conf->bus, &rest, loaded->conf.arena);
	conf->bus.drill = conf->mode != 0;
	rc = nrs_bus_check(&conf->bus, err);
	return rc == NRS_OK ? check_admin(conf, err) : rc;
}

enum nrs_rc
nrs_service_load(const struct nrs_service *service,
    const struct nrs_service_rows *rows,
    const struct nrs_service_options *options, struct nrs_service_loaded **out,
    struct nrs_err *err)
{
	struct nrs_service_loaded *loaded = nrs_calloc(1, sizeof(*loaded));
	enum nrs_rc rc;

	loaded->value = nrs_calloc(1, service->conf_size);
	rc = read_rows(loaded, rows, options, err);
	if (rc == NRS_OK && service->check != NULL)
		rc = service->check(loaded->value, err);
	if (rc != NRS_OK) {
		nrs_service_unload(loaded);
		return rc;
	}
	*out = loaded;
	return NRS_OK;
}

void
nrs_service_unload(struct nrs_service_loaded *loaded)
{
	struct nrs_service_loaded *older;

	for (; loaded != NULL; loaded = older) {
		older = loaded->older;
		nrs_conf_fini(&loaded->conf);
		free(loaded->value);
		free(loaded);
	}
}

const struct nrs_service_conf *
nrs_service_common(const struct nrs_service_loaded *loaded)
{
	return loaded->value;
}
