/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_TABLE_H
#define NOROSHI_IO_TABLE_H
/*
 * table: the policy files (sectors.conf, rules.conf, newsletters.conf) read
 * into core's structs. Everything lives in arena. NRS_REJECT: "file:line: why".
 */
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"
#include "noroshi/core/news_list.h"
#include "noroshi/core/rule.h"
#include "noroshi/core/sector.h"

NRS_CHECKED enum nrs_rc nrs_table_sectors(struct nrs_arena *arena,
    const char *file, const struct nrs_sector_table **out, struct nrs_err *err);
NRS_CHECKED enum nrs_rc nrs_table_rules(struct nrs_arena *arena,
    const char *file, const struct nrs_rule_table **out, struct nrs_err *err);
/* sectors: which codes there are. */
NRS_CHECKED enum nrs_rc nrs_table_news_lists(struct nrs_arena *arena,
    const char *file, const struct nrs_sector_table *sectors,
    const struct nrs_news_lists **out, struct nrs_err *err);
#endif
