/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_CONF_SOURCE_H
#define COMMON_BASE_CONF_SOURCE_H
/*
 * conf_source: the text of a configuration file, made safe for libconfig 1.5.
 *
 * Included files are put in place (relative to the file that includes them), an
 * integer beyond int64 is refused (libconfig wraps it), every other one is
 * marked as 64 bits wide, and each line remembers where it came from.
 */
#include <stddef.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"

struct nrs_conf_place {
	const char *file;
	int line;
};

struct nrs_conf_source {
	struct nrs_buf text;
	struct nrs_conf_place *places; /* of each line of text */
	size_t n_places, cap_places;
	struct nrs_arena *arena;
};

/* Zero-initialise source before; call nrs_conf_source_fini after, also when
 * this fails. NRS_REJECT: "file:line: why". */
NRS_CHECKED enum nrs_rc nrs_conf_source_read(
    struct nrs_conf_source *source, const char *file, struct nrs_err *err);
/* Where line (from 1) of the text came from. */
struct nrs_conf_place nrs_conf_source_place(
    const struct nrs_conf_source *source, size_t line);
void nrs_conf_source_fini(struct nrs_conf_source *source);
/* path seen from the folder of file, in arena. */
const char *nrs_conf_beside(
    struct nrs_arena *arena, const char *file, const char *path);
#endif
