/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/service_private.h"
#include "noroshi/version.h"

static void
get_metrics(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	(void)req;
	reply->type = "text/plain; version=0.0.4; charset=utf-8";
	nrs_metrics_print(nrs_service_metrics(self), &reply->body);
}

/* The loops run. What they depend on is /readyz's affair: a restart mends no
 * broker. */
static void
get_health(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	const char *who = "";

	(void)req;
	if (nrs_service_ctx_alive(self, &who)) {
		nrs_buf_adds(&reply->body, "{\"alive\":true}\n");
		return;
	}
	reply->status = 503;
	nrs_buf_printf(
	    &reply->body, "{\"alive\":false,\"stuck\":\"%s\"}\n", who);
}

static void
get_ready(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	(void)req;
	if (!nrs_service_ctx_print(self, &reply->body))
		reply->status = 503;
}

static void
get_version(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	(void)req;
	nrs_buf_printf(&reply->body, "{\"name\":\"%s\",\"version\":\"%s\"}\n",
	    nrs_service_ctx_service(self)->name, NRS_VERSION);
}

/* Prometheus's own programs use the names with a dash. */
static const struct nrs_http_route routes[] = {
    {"GET", "/metrics", get_metrics},
    {"GET", "/healthz", get_health},
    {"GET", "/readyz", get_ready},
    {"GET", "/version", get_version},
    {"GET", "/-/healthy", get_health},
    {"GET", "/-/ready", get_ready},
};

enum nrs_rc
nrs_service_admin_open(struct nrs_service_ctx *ctx, const char *listen,
    struct nrs_http **out, struct nrs_err *err)
{
	const struct nrs_http_conf conf = {.listen = listen,
	    .max_body = 1024,
	    .max_connections = 16,
	    .idle_timeout_s = 60,
	    .routes = routes,
	    .n_routes = sizeof(routes) / sizeof(routes[0])};
	enum nrs_rc rc;

	*out = NULL;
	if (listen[0] == '\0')
		return NRS_OK;
	rc = nrs_http_open(&conf, ctx, out, err);
	if (rc != NRS_OK)
		nrs_err_prefix(err, "admin.listen");
	return rc;
}
