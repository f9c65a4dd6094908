/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_CONF_H
#define NOROSHI_BASE_CONF_H
/*
 * conf: a parameter is one row. Parser, checks, printed form, man page and
 * example come from it; an unknown key, a wrong type or a number out of range
 * is an error with file:line (libconfig alone lets all three pass).
 * long: parameters and tables share one strict reader.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"

enum nrs_param_type {
	NRS_PARAM_STRING, /* const char * */
	NRS_PARAM_PATH,   /* const char *, relative to the file's folder */
	NRS_PARAM_INT,    /* int64_t */
	NRS_PARAM_BOOL,   /* bool */
	NRS_PARAM_ENUM,   /* int, index in choices */
	NRS_PARAM_LIST,   /* struct nrs_conf_list: strings */
};

struct nrs_conf_list {
	const char **items;
	size_t n;
};

struct nrs_param {
	const char *name; /* "bus.servers": group, dot, key */
	enum nrs_param_type type;
	size_t offset;       /* of the member in the configuration struct */
	const char *def;     /* as written on a command line; NULL: required */
	int64_t min, max;    /* INT: inclusive; ignored if both are 0 */
	const char *choices; /* ENUM: "logfmt|json" */
	const char *unit;    /* "ms", "bytes", "" */
	const char *help;    /* one sentence */
	bool secret;         /* masked when printed */
};

/* One parsed configuration: values live in its arena. */
struct nrs_conf {
	struct nrs_arena *arena;
	const char *file; /* the path it came from, "" for none */
};

struct nrs_conf_input {
	const struct nrs_param *params;
	size_t n;
	const char *file;             /* NULL: none */
	const char *const *overrides; /* "name=value" */
	size_t n_overrides;
	/* Not NULL: the override that names no row is added here, for somebody
	 * else to understand; NULL: it is refused. */
	struct nrs_conf_list *rest;
};

/* Fill value (a struct of the rows' offsets) with defaults, then the file, then
 * the overrides. Strings live in conf->arena; the
 * caller owns conf: nrs_conf_fini. NRS_REJECT: text is "file:line: why". */
NRS_CHECKED enum nrs_rc nrs_conf_load(struct nrs_conf *conf,
    const struct nrs_conf_input *in, void *value, struct nrs_err *err);
/* Write value as a file that nrs_conf_load reads back; secrets as "***" unless
 * empty. with_help adds each row's sentence as a comment (the example). */
void nrs_conf_print(FILE *out, const struct nrs_param *params, size_t n,
    const void *value, bool with_help);
/* Write the rows as scdoc, for the man page. */
void nrs_conf_print_man(FILE *out, const struct nrs_param *params, size_t n);
void nrs_conf_fini(struct nrs_conf *conf);

/* Tables (rules, sectors, keys): a strict walk over a libconfig file. A node is
 * borrowed from its doc; every getter refuses a wrong type with file:line. */
struct nrs_conf_doc;
struct nrs_conf_node; /* opaque: a libconfig setting */
NRS_CHECKED enum nrs_rc nrs_conf_open(
    const char *file, struct nrs_conf_doc **out, struct nrs_err *err);
void nrs_conf_close(struct nrs_conf_doc *doc);
const struct nrs_conf_node *nrs_conf_root(const struct nrs_conf_doc *doc);
/* Refuse children of a group whose names are not in keys (NULL-terminated). */
NRS_CHECKED enum nrs_rc nrs_conf_only(const struct nrs_conf_node *node,
    const char *const *keys, struct nrs_err *err);
/* A child by name; NULL when absent. Length and child by index for lists. */
const struct nrs_conf_node *nrs_conf_child(
    const struct nrs_conf_node *node, const char *name);
size_t nrs_conf_length(const struct nrs_conf_node *node);
const struct nrs_conf_node *nrs_conf_at(
    const struct nrs_conf_node *node, size_t index);
const char *nrs_conf_name(const struct nrs_conf_node *node);
/* The list or array called name; absent and not required: NULL in *out. */
NRS_CHECKED enum nrs_rc nrs_conf_items(const struct nrs_conf_node *node,
    const char *name, bool required, const struct nrs_conf_node **out,
    struct nrs_err *err);
struct nrs_conf_range {
	int64_t min, max; /* inclusive */
	const int64_t *def;
};
/* def is used when the key is absent; NULL def (or no def) makes it required.
 * A NULL name means node itself (an item of a list). Strings are borrowed. */
NRS_CHECKED enum nrs_rc nrs_conf_string(const struct nrs_conf_node *node,
    const char *name, const char *def, const char **out, struct nrs_err *err);
NRS_CHECKED enum nrs_rc nrs_conf_int(const struct nrs_conf_node *node,
    const char *name, const struct nrs_conf_range *range, int64_t *out,
    struct nrs_err *err);
NRS_CHECKED enum nrs_rc nrs_conf_bool(const struct nrs_conf_node *node,
    const char *name, bool def, bool *out, struct nrs_err *err);
/* Refuse with this node's file:line in front: for checks of the caller's. */
enum nrs_rc nrs_conf_refuse(const struct nrs_conf_node *node,
    struct nrs_err *err, const char *fmt, ...) NRS_PRINTF(3, 4);
#endif
