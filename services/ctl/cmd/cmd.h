/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_CMD_H
#define CTL_CMD_H
/*
 * cmd: one function per verb, each in its own cmd_*.c; the table that names
 * them is in grammar.c. Each prints what it has to say and returns how it
 * ended.
 */
#include "ctl/exit.h"

struct ctl;

enum ctl_exit ctl_cmd_key_new(struct ctl *ctl);
enum ctl_exit ctl_cmd_issue(struct ctl *ctl);
enum ctl_exit ctl_cmd_report(struct ctl *ctl);
enum ctl_exit ctl_cmd_resend(struct ctl *ctl);
enum ctl_exit ctl_cmd_revise(struct ctl *ctl);
enum ctl_exit ctl_cmd_retract(struct ctl *ctl);
enum ctl_exit ctl_cmd_approve(struct ctl *ctl);
enum ctl_exit ctl_cmd_posture(struct ctl *ctl);
enum ctl_exit ctl_cmd_newsletter_cutoff(struct ctl *ctl);
enum ctl_exit ctl_cmd_subscribe(struct ctl *ctl);
enum ctl_exit ctl_cmd_bounce(struct ctl *ctl);
enum ctl_exit ctl_cmd_list(struct ctl *ctl);
enum ctl_exit ctl_cmd_show(struct ctl *ctl);
enum ctl_exit ctl_cmd_trace(struct ctl *ctl);
enum ctl_exit ctl_cmd_reach(struct ctl *ctl);
enum ctl_exit ctl_cmd_deliveries(struct ctl *ctl);
enum ctl_exit ctl_cmd_contacts_import(struct ctl *ctl);
enum ctl_exit ctl_cmd_contacts_export(struct ctl *ctl);
enum ctl_exit ctl_cmd_contacts_stale(struct ctl *ctl);
enum ctl_exit ctl_cmd_preview(struct ctl *ctl);
enum ctl_exit ctl_cmd_ack(struct ctl *ctl);
enum ctl_exit ctl_cmd_link(struct ctl *ctl);
enum ctl_exit ctl_cmd_explain(struct ctl *ctl);
enum ctl_exit ctl_cmd_consume(struct ctl *ctl);
enum ctl_exit ctl_cmd_newsletter_preview(struct ctl *ctl);
enum ctl_exit ctl_cmd_newsletter_show(struct ctl *ctl);
enum ctl_exit ctl_cmd_audit(struct ctl *ctl);
enum ctl_exit ctl_cmd_rejected(struct ctl *ctl);
enum ctl_exit ctl_cmd_topics_apply(struct ctl *ctl);
enum ctl_exit ctl_cmd_topics_diff(struct ctl *ctl);
enum ctl_exit ctl_cmd_drill_start(struct ctl *ctl);
enum ctl_exit ctl_cmd_drill_end(struct ctl *ctl);
enum ctl_exit ctl_cmd_drill_report(struct ctl *ctl);
enum ctl_exit ctl_cmd_embedded(struct ctl *ctl);
#endif
