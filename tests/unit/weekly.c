/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/weekly.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/label.h"

static struct scene s;
static unsigned window; /* number of the next cut-off */

const struct nrs_outcome *
weekly_announce(int64_t next_at)
{
	const char *id =
	    nrs_arena_printf(s.arena, "weekly:%lld", (long long)next_at);

	return scene_cut_off(&s, nrs_arena_printf(s.arena, "said:%s", id),
	    &(struct nrs_cut_off){.list = "weekly",
	        .window_id = id,
	        .due_at = next_at,
	        .mode = NRS_MODE_ACTUAL,
	        .next_at = next_at,
	        .announce = true});
}

const struct nrs_outcome *
weekly_cut_off(void)
{
	const char *id = nrs_arena_printf(s.arena, "weekly:%u", ++window);

	return scene_cut_off(&s, nrs_arena_printf(s.arena, "cut-off:%s", id),
	    &(struct nrs_cut_off){.list = "weekly",
	        .window_id = id,
	        .due_at = s.now,
	        .mode = NRS_MODE_ACTUAL,
	        .next_at = s.now + WEEK});
}

const struct nrs_outcome *
weekly_cut_off_again(void)
{
	window--;
	return weekly_cut_off();
}

const struct nrs_outcome *
weekly_issue(const struct nrs_content *content, const char *sectors)
{
	const struct nrs_addressing to = scene_to(&s, sectors);

	return scene_notice(&s, content, &to);
}

struct nrs_content
weekly_type(const char *id, enum nrs_item_type type)
{
	struct nrs_content content = scene_content(&s, id);

	content.item_type = type;
	return content;
}

void
weekly_wait(const char *id, const char *sectors)
{
	const struct nrs_content content = scene_content(&s, id);

	weekly_issue(&content, sectors);
	assert_int_equal(s.out.verdict, NRS_VERDICT_WAITING);
}

void
weekly_send(const char *id, const char *sectors, enum nrs_tlp tlp)
{
	struct nrs_content content = weekly_type(id, NRS_ITEM_C3);

	content.tlp = tlp;
	weekly_issue(&content, sectors);
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
}

const char *
weekly_drained(const char *sector)
{
	const struct nrs_waiting_change *each;
	const char *text = "";
	size_t i;

	for (i = 0; i < s.out.n_waiting; i++) {
		each = &s.out.waiting[i];
		if (!each->remove || strcmp(each->why, "drained") != 0 ||
		    strcmp(each->sector, sector) != 0)
			continue;
		text = nrs_arena_printf(s.arena, "%s%s%s:%s%s", text,
		    text[0] == '\0' ? "" : " ", each->notice_id,
		    nrs_term_name(NRS_VOC_NEWS_SECTION, (int)each->section),
		    each->title_of[0] == '\0' ? "" : "!");
	}
	return text;
}

struct scene *
weekly_open(void)
{
	scene_open(&s, NRS_MODE_ACTUAL);
	window = 0;
	weekly_announce(s.now + WEEK);
	return &s;
}

void
weekly_close(void)
{
	scene_close(&s);
}
