/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_AUDIT_RECORD_H
#define NOROSHI_IO_AUDIT_RECORD_H
/*
 * audit_record: the topics that an audit reads, and what it is told of each of
 * their records. For the dispatcher's auditor and for noroshictl. Any thread.
 */
#include "noroshi/core/audit.h"
#include "noroshi/io/bus.h"

/* Static. Besides, editions of newsletters in the topics of each sector. */
const char *const *nrs_audit_topics(size_t *n);
/* seen: when it was read, in whatever counts up. arena holds what is decoded
 * and can be reset afterwards. NRS_REJECT: not readable, and passed over. */
NRS_CHECKED enum nrs_rc nrs_audit_record(struct nrs_audit_fold *audit,
    struct nrs_arena *arena, const struct nrs_record *record, int64_t seen,
    struct nrs_err *err);
#endif
