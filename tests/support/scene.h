/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_SCENE_H
#define SUPPORT_SCENE_H
/*
 * scene: a journal on the table: commands go in, outcomes come out, by the
 * shipped rules and sectors.
 *
 * After each command a second state, which only ever saw the outcomes as they
 * are written to the bus, must print the same: so every test of decisions is
 * also one of applying them.
 */
#include "noroshi/core/decide.h"

struct scene {
	struct nrs_arena *arena;
	const struct nrs_policy *policy;
	struct nrs_state *state, *shadow;
	int64_t offset; /* of the next command */
	int64_t now;    /* accepted_at of the next command */
	struct nrs_outcome out;
	struct nrs_command last; /* for tests of what follows from it */
	unsigned n_unknown;      /* of the next notice */
	struct nrs_stub *stubs;  /* of the next notice */
	size_t n_stubs;
	/* The journal, so that an approval finds what it is about. */
	struct nrs_command *journal;
	size_t n_journal;
};

#define SCENE_NOW INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define MINUTE INT64_C(60000)
#define DAY (24 * 60 * MINUTE)

void scene_open(struct scene *scene, enum nrs_mode mode);
void scene_close(struct scene *scene);

/* A first notice that the door would take: BC3, ROUTINE, GREEN, NISC's own. */
struct nrs_content scene_content(const struct scene *scene, const char *id);
/* The next revision of the thread that began with id. */
struct nrs_content scene_next(const struct scene *scene, const char *id,
    unsigned revision, enum nrs_msg_kind kind);
/* Comma-separated sectors. */
struct nrs_addressing scene_to(struct scene *scene, const char *sectors);
const char **scene_list(struct scene *scene, const char *commas, size_t *n);

/* Decide, apply, compare; the answer is scene->out. */
const struct nrs_outcome *scene_notice(struct scene *scene,
    const struct nrs_content *content, const struct nrs_addressing *to);
const struct nrs_outcome *scene_posture(struct scene *scene, const char *scope,
    enum nrs_posture posture, int64_t until);
const struct nrs_outcome *scene_deadline(struct scene *scene);
/* A producer's own. */
const struct nrs_outcome *scene_cut_off(
    struct scene *scene, const char *id, const struct nrs_cut_off *cut_off);
/* consent NULL: refused. */
const struct nrs_outcome *scene_approval(
    struct scene *scene, const char *id, const char *consent);
const struct nrs_outcome *scene_command(
    struct scene *scene, struct nrs_command *cmd);

/* "RT", "NL+WEB", "RT+NL+WEB+OVR", "" of the copy for this sector; "none" when
 * there is no such copy. */
const char *scene_routes(struct scene *scene, const char *sector);
const struct nrs_classification *scene_copy(
    const struct scene *scene, const char *sector);
/* Blank-separated, in their order. */
const char *scene_topics(struct scene *scene);
const char *scene_stub_topics(struct scene *scene);
const char *scene_rules(struct scene *scene, const char *sector);
#endif
