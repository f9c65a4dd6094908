/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_STUB_H
#define CTL_STUB_H
/*
 * stub: what a later notice says to those who may no longer see it.
 */
#include "noroshi/core/command.h"

/* Borrows from content. */
struct nrs_stub_content ctl_stub_of(const struct nrs_content *content);
#endif
