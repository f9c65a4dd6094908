/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/core/render_part.h"
#include "noroshi/core/doc.h"
#include "noroshi/core/duty.h"
#include "noroshi/core/phrase.h"

/* Per kind: its short name, what it is, what its scope is called, and what to
 * do; the last two words of a pair are English. */
/* clang-format off */
static const struct {
	const char *word;
	const char *what[2], *scope[2], *todo[2];
} kinds[NRS_MATTER_COUNT] = {
	[NRS_MATTER_REVIEW] = {"review",
	    {"警戒の段階の見直し", "Review a posture"},
	    {"分野", "Sector"},
	    {"平時の段階では想定しない情報が発信されました。段階が今のままでよいか判断し、noroshictl posture で設定してください。",
	     "A notice went out that the posture does not expect. Decide whether the posture is still right, and set it with `noroshictl posture`."}},
	[NRS_MATTER_HELD] = {"held",
	    {"保留中の通知", "A notice is held"},
	    {"必要なもの", "It needs"},
	    {"承認か拒否を待っています。noroshictl show 識別番号 で確認してください。",
	     "It waits to be approved or refused. See `noroshictl show ID`."}},
	[NRS_MATTER_REFUSED] = {"refused",
	    {"受理後に拒否された指示", "A command was refused after it had been accepted"},
	    {"規則", "Rule"},
	    {"鍵の失効、改ざん、または版の不一致が考えられます。noroshictl rejected で確認してください。",
	     "A withdrawn key, a tampered record, or versions that disagree. See `noroshictl rejected`."}},
	[NRS_MATTER_GAP] = {"gap",
	    {"配信の欠落", "A gap in the delivery"},
	    {"段階", "Stage"},
	    {"期限内に次の段階の記録がありません。noroshictl audit で確認し、続くときは noroshictl audit --replay 識別番号 でやり直してください。",
	     "The record of the next step is overdue. See `noroshictl audit`; if it stays, make it good with `noroshictl audit --replay ID`."}},
	[NRS_MATTER_SILENT] = {"silent",
	    {"疎通確認が届いていません", "Heartbeats do not arrive"},
	    {"手段", "Channel"},
	    {"この手段での配信が止まっているおそれがあります。中継サーバーと noroshi-dispatcher の状態を確認してください。",
	     "Delivery by this channel may have stopped. Look at the relay or endpoint, and at noroshi-dispatcher."}},
	[NRS_MATTER_POSTURE_ENDS] = {"posture-ends",
	    {"警戒の段階がまもなく終わります", "A raised posture is about to end"},
	    {"分野", "Sector"},
	    {"続けるときは noroshictl posture で終わりの時刻を設定し直してください。何もしなければ平時に戻ります。",
	     "To go on, set a later end with `noroshictl posture`. If nothing is done, it falls back to NORMAL."}},
	[NRS_MATTER_ARRANGEMENT_ENDS] = {"arrangement-ends",
	    {"連絡体制(対策室)がまもなく終わります", "A contact arrangement is about to end"},
	    {"連絡体制", "Arrangement"},
	    {"続けるときは連絡体制の変更(C1)を発信してください。何もしなければ通常の連絡に戻ります。",
	     "To go on, issue a change of it (C1). If nothing is done, contact goes back to the usual way."}},
	[NRS_MATTER_MORE] = {"more",
	    {"ほかにも要対応あり", "There is more to look at"},
	    {"", ""},
	    {"件数が多いため、しばらくの間メールでは個別にお知らせしません。noroshictl list --attention で確認してください。",
	     "There is so much that mails stop for a while. See `noroshictl list --attention`."}},
};

static const char *const words[][2] = {
	{"【noroshi 当直】", "[noroshi duty] "},
	{"識別番号", "Id"},
	{"時刻", "Time"},
	{"詳細", "Detail"},
	{"内容はこのメールに含めていません。このメールは自動送信です。",
	 "This mail says nothing of any notice's content. It was sent automatically."},
};
/* clang-format on */
enum {
	WORD_DUTY,
	WORD_ID,
	WORD_TIME,
	WORD_DETAIL,
	WORD_END
};

const char *
nrs_matter_name(struct nrs_arena *arena, const struct nrs_matter *matter)
{
	return nrs_arena_printf(arena, "%s%s%s.%s", kinds[matter->kind].word,
	    matter->scope[0] == '\0' ? "" : ".", matter->scope, matter->id);
}

static const char *
subject_of(
    struct nrs_arena *arena, const struct nrs_duty_letter *letter, bool en)
{
	const struct nrs_matter *first = &letter->matters[0];
	const char *more = "";

	if (letter->n > 1)
		more = nrs_arena_printf(
		    arena, en ? ", and %zu more" : " ほか%zu件", letter->n - 1);
	return nrs_arena_printf(arena, "%s%s%s%s%s%s%s",
	    render_marks(en, letter->mode, NRS_KIND_INITIAL),
	    words[WORD_DUTY][en], kinds[first->kind].what[en],
	    first->scope[0] == '\0' ? "" : " (", first->scope,
	    first->scope[0] == '\0' ? "" : ")", more);
}

static void
add_field(struct nrs_doc *doc, const char *label, const char *value)
{
	if (value[0] != '\0')
		nrs_doc_field(doc, label, value);
}

static void
add_matter(struct nrs_arena *arena, struct nrs_doc *doc,
    const struct nrs_matter *m, bool en)
{
	nrs_doc_heading(doc, kinds[m->kind].what[en]);
	add_field(doc, kinds[m->kind].scope[en], m->scope);
	add_field(doc, words[WORD_ID][en], m->id);
	add_field(doc, words[WORD_TIME][en],
	    render_time(arena, m->at, en ? "en" : "ja"));
	add_field(doc, words[WORD_DETAIL][en], m->detail);
	nrs_doc_para(doc, kinds[m->kind].todo[en]);
}

static const char *
banner_of(enum nrs_mode mode, bool en)
{
	if (mode == NRS_MODE_EXERCISE)
		return nrs_phrase(NRS_PHRASE_DRILL_1, en);
	return mode == NRS_MODE_TEST ? nrs_phrase(NRS_PHRASE_TEST_1, en) : "";
}

void
nrs_duty_render(struct nrs_arena *arena, const struct nrs_duty_letter *letter,
    struct nrs_rendered *out)
{
	const bool en = strcmp(letter->lang, "en") == 0;
	const char *banner = banner_of(letter->mode, en);
	struct nrs_doc doc = {0};
	size_t i;

	*out = (struct nrs_rendered){.subject = subject_of(arena, letter, en),
	    .text_head = banner[0] == '\0'
	                     ? ""
	                     : nrs_arena_printf(arena, "%s\n", banner),
	    .html_head = "",
	    .html = "",
	    .html_meta = ""};
	for (i = 0; i < letter->n; i++)
		add_matter(arena, &doc, &letter->matters[i], en);
	nrs_doc_para(&doc, words[WORD_END][en]);
	out->text = nrs_arena_strdup(arena, nrs_buf_str(&doc.text));
	nrs_doc_fini(&doc);
}
