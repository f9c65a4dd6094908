/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/io/admin_private.h"

static rd_kafka_AclOperation_t
operation_of(const char *name)
{
	int i;

	for (i = 0; i < RD_KAFKA_ACL_OPERATION__CNT; i++)
		if (strcmp(name, rd_kafka_AclOperation_name(
		                     (rd_kafka_AclOperation_t)i)) == 0)
			return (rd_kafka_AclOperation_t)i;
	return RD_KAFKA_ACL_OPERATION_UNKNOWN;
}

static rd_kafka_ResourceType_t
resource_of(const struct nrs_admin_acl *acl)
{
	return acl->group ? RD_KAFKA_RESOURCE_GROUP : RD_KAFKA_RESOURCE_TOPIC;
}

static rd_kafka_ResourcePatternType_t
pattern_of(const struct nrs_admin_acl *acl)
{
	return acl->prefixed ? RD_KAFKA_RESOURCE_PATTERN_PREFIXED
	                     : RD_KAFKA_RESOURCE_PATTERN_LITERAL;
}

static rd_kafka_AclPermissionType_t
permission_of(const struct nrs_admin_acl *acl)
{
	return acl->deny ? RD_KAFKA_ACL_PERMISSION_TYPE_DENY
	                 : RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW;
}

static enum nrs_rc
refuse(const struct nrs_admin_acl *acl, struct nrs_err *err)
{
	return nrs_fail(err, NRS_REJECT, "bus: bad permission: %s %s %s",
	    acl->principal, acl->operation, acl->name);
}

/* ---- list ---- */

static void
add_listed(const struct nrs_admin *admin, struct nrs_arena *arena,
    const rd_kafka_AclBinding_t *binding, struct nrs_admin_acl *out, size_t *n)
{
	const char *full = rd_kafka_AclBinding_name(binding);
	const char *name = nrs_bus_setup_short(admin->setup, full);
	rd_kafka_ResourceType_t type = rd_kafka_AclBinding_restype(binding);

	/* Others' names, other kinds of resources. */
	if (name == full || (type != RD_KAFKA_RESOURCE_TOPIC &&
	                        type != RD_KAFKA_RESOURCE_GROUP))
		return;
	out[(*n)++] = (struct nrs_admin_acl){
	    .principal =
	        nrs_arena_strdup(arena, rd_kafka_AclBinding_principal(binding)),
	    .group = type == RD_KAFKA_RESOURCE_GROUP,
	    .prefixed = rd_kafka_AclBinding_resource_pattern_type(binding) ==
	                RD_KAFKA_RESOURCE_PATTERN_PREFIXED,
	    .name = nrs_arena_strdup(arena, name),
	    .operation = rd_kafka_AclOperation_name(
	        rd_kafka_AclBinding_operation(binding)),
	    .deny = rd_kafka_AclBinding_permission_type(binding) ==
	            RD_KAFKA_ACL_PERMISSION_TYPE_DENY,
	};
}

enum nrs_rc
nrs_admin_acl_list(struct nrs_admin *admin, struct nrs_arena *arena,
    struct nrs_admin_acl **out, size_t *n, struct nrs_err *err)
{
	rd_kafka_AdminOptions_t *options =
	    nrs_admin_options(admin, RD_KAFKA_ADMIN_OP_DESCRIBEACLS);
	rd_kafka_AclBindingFilter_t *all;
	const rd_kafka_AclBinding_t **found;
	rd_kafka_event_t *event = NULL;
	size_t i, n_found;
	enum nrs_rc rc;
	char why[128];

	all = rd_kafka_AclBindingFilter_new(RD_KAFKA_RESOURCE_ANY, NULL,
	    RD_KAFKA_RESOURCE_PATTERN_ANY, NULL, NULL,
	    RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ANY, why,
	    sizeof(why));
	rd_kafka_DescribeAcls(admin->rk, all, options, admin->queue);
	rc = nrs_admin_answer(admin, "asking for permissions", &event, err);
	rd_kafka_AclBinding_destroy(all);
	rd_kafka_AdminOptions_destroy(options);
	if (rc != NRS_OK)
		return rc;
	found = rd_kafka_DescribeAcls_result_acls(
	    rd_kafka_event_DescribeAcls_result(event), &n_found);
	*out = nrs_arena_array(arena, n_found + 1, sizeof(**out));
	*n = 0;
	for (i = 0; i < n_found; i++)
		add_listed(admin, arena, found[i], *out, n);
	rd_kafka_event_destroy(event);
	return NRS_OK;
}

/* ---- create ---- */

static rd_kafka_AclBinding_t *
binding_of(const struct nrs_admin *admin, const struct nrs_admin_acl *acl)
{
	char *full = nrs_admin_full(admin, acl->name);
	rd_kafka_AclBinding_t *binding;
	char why[128];

	binding = rd_kafka_AclBinding_new(resource_of(acl), full,
	    pattern_of(acl), acl->principal, "*", operation_of(acl->operation),
	    permission_of(acl), why, sizeof(why));
	free(full);
	return binding;
}

static enum nrs_rc
read_made(struct nrs_admin *admin, struct nrs_err *err)
{
	const rd_kafka_acl_result_t **results;
	const rd_kafka_error_t *error;
	rd_kafka_event_t *event = NULL;
	enum nrs_rc rc;
	size_t i, n;

	rc = nrs_admin_answer(admin, "giving permissions", &event, err);
	if (rc != NRS_OK)
		return rc;
	results = rd_kafka_CreateAcls_result_acls(
	    rd_kafka_event_CreateAcls_result(event), &n);
	for (i = 0; i < n && rc == NRS_OK; i++) {
		error = rd_kafka_acl_result_error(results[i]);
		if (error != NULL)
			rc = nrs_admin_fail(err, rd_kafka_error_code(error),
			    "giving a permission",
			    rd_kafka_error_string(error));
	}
	rd_kafka_event_destroy(event);
	return rc;
}

enum nrs_rc
nrs_admin_acl_create(struct nrs_admin *admin, const struct nrs_admin_acl *acls,
    size_t n, struct nrs_err *err)
{
	rd_kafka_AclBinding_t **ask =
	    nrs_calloc(n + 1, sizeof(rd_kafka_AclBinding_t *));
	rd_kafka_AdminOptions_t *options =
	    nrs_admin_options(admin, RD_KAFKA_ADMIN_OP_CREATEACLS);
	enum nrs_rc rc = NRS_OK;
	size_t i, n_ask = 0;

	for (i = 0; i < n && rc == NRS_OK; i++) {
		ask[n_ask] = binding_of(admin, &acls[i]);
		if (ask[n_ask] == NULL)
			rc = refuse(&acls[i], err);
		else
			n_ask++;
	}
	if (rc == NRS_OK && n > 0) {
		rd_kafka_CreateAcls(
		    admin->rk, ask, n_ask, options, admin->queue);
		rc = read_made(admin, err);
	}
	rd_kafka_AclBinding_destroy_array(ask, n_ask);
	rd_kafka_AdminOptions_destroy(options);
	free(ask);
	return rc;
}

/* ---- delete ---- */

static rd_kafka_AclBindingFilter_t *
filter_of(const struct nrs_admin *admin, const struct nrs_admin_acl *acl)
{
	char *full;
	rd_kafka_AclBindingFilter_t *filter = NULL;
	char why[128];

	/* UNKNOWN or ANY would take more than was meant. */
	if (operation_of(acl->operation) <= RD_KAFKA_ACL_OPERATION_ANY)
		return NULL;
	full = nrs_admin_full(admin, acl->name);
	filter = rd_kafka_AclBindingFilter_new(resource_of(acl), full,
	    pattern_of(acl), acl->principal, NULL, operation_of(acl->operation),
	    permission_of(acl), why, sizeof(why));
	free(full);
	return filter;
}

static enum nrs_rc
read_deleted(struct nrs_admin *admin, struct nrs_err *err)
{
	const rd_kafka_DeleteAcls_result_response_t **results;
	const rd_kafka_error_t *error;
	rd_kafka_event_t *event = NULL;
	enum nrs_rc rc;
	size_t i, n;

	rc = nrs_admin_answer(admin, "taking permissions", &event, err);
	if (rc != NRS_OK)
		return rc;
	results = rd_kafka_DeleteAcls_result_responses(
	    rd_kafka_event_DeleteAcls_result(event), &n);
	for (i = 0; i < n && rc == NRS_OK; i++) {
		error = rd_kafka_DeleteAcls_result_response_error(results[i]);
		if (error != NULL)
			rc = nrs_admin_fail(err, rd_kafka_error_code(error),
			    "taking a permission",
			    rd_kafka_error_string(error));
	}
	rd_kafka_event_destroy(event);
	return rc;
}

enum nrs_rc
nrs_admin_acl_delete(struct nrs_admin *admin, const struct nrs_admin_acl *acls,
    size_t n, struct nrs_err *err)
{
	rd_kafka_AclBindingFilter_t **ask =
	    nrs_calloc(n + 1, sizeof(rd_kafka_AclBindingFilter_t *));
	rd_kafka_AdminOptions_t *options =
	    nrs_admin_options(admin, RD_KAFKA_ADMIN_OP_DELETEACLS);
	enum nrs_rc rc = NRS_OK;
	size_t i, n_ask = 0;

	for (i = 0; i < n && rc == NRS_OK; i++) {
		ask[n_ask] = filter_of(admin, &acls[i]);
		if (ask[n_ask] == NULL)
			rc = refuse(&acls[i], err);
		else
			n_ask++;
	}
	if (rc == NRS_OK && n > 0) {
		rd_kafka_DeleteAcls(
		    admin->rk, ask, n_ask, options, admin->queue);
		rc = read_deleted(admin, err);
	}
	rd_kafka_AclBinding_destroy_array(ask, n_ask);
	rd_kafka_AdminOptions_destroy(options);
	free(ask);
	return rc;
}
