/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_LOG_H
#define NOROSHI_BASE_LOG_H
/*
 * log: one record per line on stderr, logfmt or JSON.
 *
 *   nrs_log(NRS_LOG_INFO, "decided", NRS_S("alert", id), NRS_I("offset", off));
 *   -> ts=2026-11-24T03:00:00.123Z level=info event=decided alert=01J...
 * offset=7
 *
 * Never content, addresses or secrets: ids and codes only. Values are escaped
 * and cut at 512 bytes, so that a hostile one cannot forge a line. Nobody waits
 * for whoever reads: after a second lines are lost, and counted. Any thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nrs_log_level {
	NRS_LOG_DEBUG,
	NRS_LOG_INFO,
	NRS_LOG_WARN,
	NRS_LOG_ERROR,
};
enum nrs_log_format {
	NRS_LOG_LOGFMT,
	NRS_LOG_JSON,
};

struct nrs_log_field {
	const char *key;
	const char *text; /* NULL is written as "" */
	int64_t number;
	bool is_number;
};
#define NRS_S(k, v) ((struct nrs_log_field){.key = (k), .text = (v)})
#define NRS_I(k, v)                                                            \
	((struct nrs_log_field){                                               \
	    .key = (k), .number = (int64_t)(v), .is_number = true})

/* Call once before threads start; again on reload. service goes on every line
 * and is kept, not copied. */
void nrs_log_setup(
    const char *service, enum nrs_log_level level, enum nrs_log_format format);
void nrs_log_fields(enum nrs_log_level level, const char *event,
    const struct nrs_log_field *fields, size_t n);
#define nrs_log(level, event, ...)                                             \
	nrs_log_fields((level), (event),                                       \
	    (const struct nrs_log_field[]){__VA_ARGS__},                       \
	    sizeof((const struct nrs_log_field[]){__VA_ARGS__}) /              \
	        sizeof(struct nrs_log_field))
#endif
