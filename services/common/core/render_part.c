/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/render_part.h"

#include "noroshi/base/buf.h"
#include "noroshi/base/clock.h"

const char *
render_marks(bool en, enum nrs_mode mode, enum nrs_msg_kind kind)
{
	static const char *const marks[3][3][2] = {
	    {{"", ""}, {"【訂正】", "[CORRECTION]"},
	        {"【取消】", "[RETRACTED]"}},
	    {{"【訓練】", "[EXERCISE]"},
	        {"【訓練】【訂正】", "[EXERCISE][CORRECTION]"},
	        {"【訓練】【取消】", "[EXERCISE][RETRACTED]"}},
	    {{"【試験】", "[TEST]"}, {"【試験】【訂正】", "[TEST][CORRECTION]"},
	        {"【試験】【取消】", "[TEST][RETRACTED]"}},
	};
	size_t m = mode == NRS_MODE_EXERCISE ? 1
	           : mode == NRS_MODE_TEST   ? 2
	                                     : 0;
	size_t k = kind == NRS_KIND_CORRECTION   ? 1
	           : kind == NRS_KIND_RETRACTION ? 2
	                                         : 0;

	return marks[m][k][en];
}

const char *
render_revision(
    struct nrs_arena *arena, bool en, uint32_t revision, bool is_final)
{
	if (en)
		return nrs_arena_printf(
		    arena, "Report %u%s", revision, is_final ? ", final" : "");
	return nrs_arena_printf(
	    arena, "第%u報%s", revision, is_final ? "・最終報" : "");
}

const char *
render_list(struct nrs_arena *arena, const char *const *items, size_t n)
{
	struct nrs_buf buf = {0};
	const char *out;
	size_t i;

	for (i = 0; i < n; i++) {
		nrs_buf_adds(&buf, i == 0 ? "" : ", ");
		nrs_buf_adds(&buf, items[i]);
	}
	out = nrs_arena_strdup(arena, nrs_buf_str(&buf));
	nrs_buf_fini(&buf);
	return out;
}

const char *
render_hex(struct nrs_arena *arena, struct nrs_bytes bytes)
{
	const char *out = "";
	size_t i;

	for (i = 0; i < bytes.len; i++)
		out = nrs_arena_printf(arena, "%s%02x", out, bytes.data[i]);
	return out;
}

const char *
render_time(struct nrs_arena *arena, int64_t ms, const char *lang)
{
	char text[64];

	return nrs_arena_strdup(arena, nrs_time_text(ms, lang, text));
}

const char *
render_vuln(struct nrs_arena *arena, const struct nrs_vulnerability *vuln)
{
	const char *lead = nrs_arena_printf(arena, "%s%s%s", vuln->cve,
	    vuln->cve[0] == '\0' || vuln->jvndb_id[0] == '\0' ? "" : " / ",
	    vuln->jvndb_id);

	if (vuln->cvss_score_x10 == 0)
		return lead;
	return nrs_arena_printf(arena, "%s (CVSS %u.%u)", lead,
	    vuln->cvss_score_x10 / 10, vuln->cvss_score_x10 % 10);
}

int64_t
render_first_deadline(const struct nrs_content *c)
{
	int64_t first = 0;
	size_t i;

	for (i = 0; i < c->n_countermeasures; i++)
		if (c->countermeasures[i].deadline > 0 &&
		    (first == 0 || c->countermeasures[i].deadline < first))
			first = c->countermeasures[i].deadline;
	return first;
}
