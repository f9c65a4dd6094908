/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_WEEKLY_H
#define UNIT_WEEKLY_H
/*
 * weekly: a journal on the table with the list "weekly", whose next window is
 * known and a week away: its cut-offs, and what they drain.
 */
#include "support/scene.h"

#define WEEK (7 * DAY)

struct scene *weekly_open(void);
void weekly_close(void);

/* The next window is then. */
const struct nrs_outcome *weekly_announce(int64_t next_at);
/* Now, and the next one in a week. */
const struct nrs_outcome *weekly_cut_off(void);
/* The last one's window once more. */
const struct nrs_outcome *weekly_cut_off_again(void);

struct nrs_content weekly_type(const char *id, enum nrs_item_type type);
/* sectors: with commas. */
const struct nrs_outcome *weekly_issue(
    const struct nrs_content *content, const char *sectors);
/* It waits for the newsletter. */
void weekly_wait(const char *id, const char *sectors);
/* In real time, and for no newsletter but its list of what was sent. */
void weekly_send(const char *id, const char *sectors, enum nrs_tlp tlp);

/* "a:WARNINGS b:SENT!" of what the last command drained for a sector: "!" is a
 * line. */
const char *weekly_drained(const char *sector);
#endif
