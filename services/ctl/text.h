/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_TEXT_H
#define CTL_TEXT_H
/*
 * text: where what a person wrote comes from: a file, standard input or their
 * editor.
 */
#include "ctl/ctl.h"

#define CTL_TEXT_MAX ((size_t)4 * 1024 * 1024)

/* The file (NULL or "-": standard input), in arena. NRS_FATAL: cannot be read.
 * NRS_REJECT: longer than CTL_TEXT_MAX. */
NRS_CHECKED enum nrs_rc ctl_text_read(struct nrs_arena *arena, const char *file,
    struct nrs_bytes *out, struct nrs_err *err);
/* Let the person edit start in $VISUAL or $EDITOR; *file is where the text
 * lies: the caller removes it when it has been used. */
NRS_CHECKED enum nrs_rc ctl_text_edit(struct nrs_arena *arena,
    const char *start, const char **file, struct nrs_err *err);
/* Write text to a new file that only the owner can read. */
NRS_CHECKED enum nrs_rc ctl_text_save(
    const char *file, struct nrs_bytes text, struct nrs_err *err);
/* The end of an edited text, edited NULL for none: removed when its notice is
 * done, else the person is told where it lies. Returns code. */
enum ctl_exit ctl_text_edited(const char *edited, enum ctl_exit code);
#endif
