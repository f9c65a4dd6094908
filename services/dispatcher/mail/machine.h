/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_MACHINE_H
#define DISPATCHER_MACHINE_H
/*
 * machine: what a mail says of its notice, for a CSIRT's tools: which one it
 * is, what it asks for, and until when. Nothing that the mail itself does not
 * say, and like it nothing of whom else it is for.
 */
#include "noroshi/core/command.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/newsletter.h"
#include "noroshi/core/notice.h"

struct dispatcher_machine {
	/* One of the two. */
	const struct nrs_content *content;
	const struct nrs_stub_content *stub;
	enum nrs_delivery_purpose purpose;
	const char *payload_sha256; /* hex; "" for a stub */
};
/* One JSON object in one line, in arena. */
const char *dispatcher_machine(
    struct nrs_arena *arena, const struct dispatcher_machine *said);
/* The same of an edition: what it lists, under its own label. */
const char *dispatcher_machine_edition(
    struct nrs_arena *arena, const struct nrs_edition *edition);
#endif
