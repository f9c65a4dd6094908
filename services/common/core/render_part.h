/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CORE_RENDER_PART_H
#define COMMON_CORE_RENDER_PART_H
/*
 * render_part: what a notice's mail and a newsletter say with the same words.
 */
#include "noroshi/base/mem.h"
#include "noroshi/core/doc.h"
#include "noroshi/core/notice.h"
#include "noroshi/core/render.h"

/* "【訓練】【訂正】", of a subject; static. */
const char *render_marks(bool en, enum nrs_mode mode, enum nrs_msg_kind kind);
/* "第2報・最終報" */
const char *render_revision(
    struct nrs_arena *arena, bool en, uint32_t revision, bool is_final);
/* render_ask.c: a notice that reminds of itself; "" and nothing for all others.
 */
const char *render_ask_mark(const struct nrs_render *render);
void render_ask(struct nrs_arena *arena, const struct nrs_render *render,
    struct nrs_doc *doc);
/* With commas between. */
const char *render_list(
    struct nrs_arena *arena, const char *const *items, size_t n);
const char *render_hex(struct nrs_arena *arena, struct nrs_bytes bytes);
const char *render_time(struct nrs_arena *arena, int64_t ms, const char *lang);
/* "CVE-... / JVNDB-... (CVSS 9.8)" */
const char *render_vuln(
    struct nrs_arena *arena, const struct nrs_vulnerability *vuln);
/* Of the countermeasures; 0: none has one. */
int64_t render_first_deadline(const struct nrs_content *content);
#endif
