/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_IO_JSON_LOAD_H
#define COMMON_IO_JSON_LOAD_H
/*
 * json_load: text from outside to jansson's tree, within bounds. Part of
 * io/json; any thread.
 */
#include <jansson.h>

#include "noroshi/io/json.h"

/* *out is an object, the caller's: json_decref. NRS_REJECT: text is not one;
 * what names the whole in err->field, and nothing of the text is repeated. */
NRS_CHECKED enum nrs_rc nrs_json_load(
    const char *what, struct nrs_bytes text, json_t **out, struct nrs_err *err);
/* "an array", "text", ... for people. */
const char *nrs_json_kind(const json_t *json);
#endif
