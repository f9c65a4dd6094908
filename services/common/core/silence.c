/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/silence.h"

#include <string.h>

#include "common/core/render_part.h"
#include "noroshi/core/doc.h"
#include "noroshi/core/phrase.h"

/* clang-format off */
static const char *const words[][2] = {
	{"【noroshi 当直】", "[noroshi duty] "},
	{"【noroshi】", "[noroshi] "},
	{"受領の確認がありません", "Receipt not confirmed"},
	{"識別番号", "Id"},
	{"版", "Revision"},
	{"受理", "Accepted"},
	{"未確認", "Not confirmed"},
	{"督促と第二連絡先への連絡のあとも、次の宛先から受領の確認がありません。電話などほかの手段で確かめてください。"
	 "状況は noroshictl reach 識別番号 で確認できます。",
	 "After a reminder and word to their second contacts, these recipients have not confirmed. Ask them by other means, such as the phone. "
	 "See `noroshictl reach ID`."},
	{"督促と第二連絡先への連絡のあとも、貴セプターの次の構成員から受領の確認がありません。電話などほかの手段で確かめてください。",
	 "After a reminder and word to their second contacts, these members of your CEPTOAR have not confirmed. Ask them by other means, such as the phone."},
	{"通知の内容はこのメールに含めていません。このメールは自動送信です。",
	 "This mail says nothing of the notice's content. It was sent automatically."},
};
/* clang-format on */
enum {
	WORD_DUTY,
	WORD_CEPTOAR,
	WORD_WHAT,
	WORD_ID,
	WORD_REVISION,
	WORD_ACCEPTED,
	WORD_COUNT,
	WORD_TODO_DESK,
	WORD_TODO_CEPTOAR,
	WORD_END
};

static const char *
count_of(
    struct nrs_arena *arena, const struct nrs_silence_letter *letter, bool en)
{
	if (letter->n_asked == 0)
		return nrs_arena_printf(arena, en ? "%zu" : "%zu件", letter->n);
	return nrs_arena_printf(arena, en ? "%zu of %zu" : "%zu件 / %zu件",
	    letter->n, letter->n_asked);
}

static const char *
subject_of(
    struct nrs_arena *arena, const struct nrs_silence_letter *letter, bool en)
{
	return nrs_arena_printf(arena, "%s%s%s (%s)",
	    render_marks(en, letter->mode, NRS_KIND_INITIAL),
	    words[letter->ceptoar == NULL ? WORD_DUTY : WORD_CEPTOAR][en],
	    words[WORD_WHAT][en], count_of(arena, letter, en));
}

static const char *
line_of(struct nrs_arena *arena, const struct nrs_silent *silent)
{
	const char *line = silent->id;

	if (silent->name[0] != '\0')
		line = nrs_arena_printf(arena, "%s (%s)", line, silent->name);
	if (silent->ceptoars[0] != '\0')
		line =
		    nrs_arena_printf(arena, "%s [%s]", line, silent->ceptoars);
	return line;
}

static void
add_list(struct nrs_arena *arena, const struct nrs_silence_letter *letter,
    struct nrs_doc *doc, bool en)
{
	size_t i;

	for (i = 0; i < letter->n && i < NRS_SILENCE_LISTED; i++)
		nrs_doc_point(doc, "-", "", line_of(arena, &letter->silent[i]));
	if (letter->n > NRS_SILENCE_LISTED)
		nrs_doc_para(doc,
		    nrs_arena_printf(arena, en ? "and %zu more" : "ほか%zu件",
		        letter->n - NRS_SILENCE_LISTED));
}

static const char *
head_of(
    struct nrs_arena *arena, const struct nrs_silence_letter *letter, bool en)
{
	const char *banner = "";

	if (letter->mode == NRS_MODE_EXERCISE)
		banner = nrs_phrase(NRS_PHRASE_DRILL_1, en);
	else if (letter->mode == NRS_MODE_TEST)
		banner = nrs_phrase(NRS_PHRASE_TEST_1, en);
	if (banner[0] != '\0')
		banner = nrs_arena_printf(arena, "%s\n", banner);
	if (letter->ceptoar == NULL)
		return banner;
	return nrs_arena_printf(arena, "%s%s\n\n", banner,
	    nrs_render_greeting(arena, letter->ceptoar, letter->lang));
}

void
nrs_silence_render(struct nrs_arena *arena,
    const struct nrs_silence_letter *letter, struct nrs_rendered *out)
{
	const bool en = strcmp(letter->lang, "en") == 0;
	struct nrs_doc doc = {0};

	*out = (struct nrs_rendered){.subject = subject_of(arena, letter, en),
	    .text_head = head_of(arena, letter, en),
	    .html_head = "",
	    .html = "",
	    .html_meta = ""};
	nrs_doc_heading(&doc, words[WORD_WHAT][en]);
	nrs_doc_field(&doc, words[WORD_ID][en], letter->notice_id);
	nrs_doc_field(&doc, words[WORD_REVISION][en],
	    nrs_arena_printf(arena, "%u", letter->revision));
	nrs_doc_field(&doc, words[WORD_ACCEPTED][en],
	    render_time(arena, letter->accepted_at, en ? "en" : "ja"));
	nrs_doc_field(&doc, words[WORD_COUNT][en], count_of(arena, letter, en));
	nrs_doc_para(&doc,
	    words[letter->ceptoar == NULL ? WORD_TODO_DESK : WORD_TODO_CEPTOAR]
	         [en]);
	add_list(arena, letter, &doc, en);
	nrs_doc_para(&doc, words[WORD_END][en]);
	out->text = nrs_arena_strdup(arena, nrs_buf_str(&doc.text));
	nrs_doc_fini(&doc);
}
