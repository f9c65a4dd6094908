/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <string.h>

#include "dispatcher/ack/ack.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/doc.h"
#include "noroshi/core/label.h"
#include "noroshi/core/phrase.h"

/* Nothing is loaded from anywhere, nothing runs, nobody frames it, and the URL
 * with its token is not told to anyone. The style is allowed by its hash. */
#define STYLE                                                                  \
	"body{font-family:sans-serif;line-height:1.7;max-width:40em;"          \
	"margin:1em auto;padding:0 1em;color:#1a1a1c;background:#fff}"         \
	"dt{font-weight:bold}dd{margin:0 0 .5em}"                              \
	"label{display:block;padding:.35em 0}"                                 \
	"fieldset{border:1px solid #767676;margin:1em 0}"                      \
	"input[type=number]{width:6em;font-size:1em}"                          \
	"button{font-size:1.1em;padding:.6em 2em}"                             \
	".drill{border:3px solid #a00;padding:.5em;font-weight:bold}"          \
	".done{border:2px solid #060;padding:.5em}"                            \
	"@media(prefers-color-scheme:dark){body{color:#eee;background:#111}}"
#define POLICY                                                                 \
	"default-src 'none'; style-src 'sha256-%s'; form-action 'self'; "      \
	"frame-ancestors 'none'; base-uri 'none'"

static char policy[256];
static pthread_once_t policy_once = PTHREAD_ONCE_INIT;

static void
make_policy(void)
{
	struct nrs_arena *arena = nrs_arena_new();
	uint8_t hash[NRS_SHA256_SIZE];

	nrs_sha256(
	    (struct nrs_bytes){(const uint8_t *)STYLE, strlen(STYLE)}, hash);
	(void)snprintf(policy, sizeof(policy), POLICY,
	    nrs_base64(arena, (struct nrs_bytes){hash, sizeof(hash)}));
	nrs_arena_free(arena);
}

const struct nrs_http_field *
ack_page_fields(size_t *n)
{
	static const struct nrs_http_field fields[] = {
	    {"Content-Security-Policy", policy},
	    {"Referrer-Policy", "no-referrer"},
	    {"X-Frame-Options", "DENY"},
	    {"X-Robots-Tag", "noindex, nofollow, noarchive"},
	    {"Cross-Origin-Opener-Policy", "same-origin"},
	    {"Cross-Origin-Resource-Policy", "same-origin"},
	    {"Permissions-Policy", "interest-cohort=()"},
	};

	(void)pthread_once(&policy_once, make_policy);
	*n = sizeof(fields) / sizeof(fields[0]);
	return fields;
}

static void
open_page(struct nrs_buf *out, const char *lang, const char *title)
{
	nrs_buf_printf(out,
	    "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>"
	    "<meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">"
	    "<title>%s</title><style>" STYLE
	    "</style></head>\n<body>\n<main>\n",
	    lang, title);
}

static void
close_page(struct nrs_buf *out)
{
	nrs_buf_adds(out, "</main>\n</body>\n</html>\n");
}

/* ---- the notice ---- */

static const char *
say(const struct ack_page *page, const char *ja, const char *en)
{
	return page->english ? en : ja;
}

static const char *
lang_of(const struct ack_page *page)
{
	return page->english ? "en" : "ja";
}

static void
drill(const struct ack_page *page, struct nrs_buf *out)
{
	const enum nrs_mode mode = page->notice->mode;

	if (mode != NRS_MODE_EXERCISE && mode != NRS_MODE_TEST)
		return;
	nrs_buf_adds(out, "<p class=\"drill\">");
	nrs_doc_escape(
	    out, nrs_phrase(mode == NRS_MODE_EXERCISE ? NRS_PHRASE_DRILL_1
	                                              : NRS_PHRASE_TEST_1,
	             page->english));
	nrs_buf_adds(out, "</p>\n");
}

static void
field(struct nrs_buf *out, const char *label, const char *value)
{
	nrs_buf_printf(out, "<dt>%s</dt><dd>", label);
	nrs_doc_escape(out, value);
	nrs_buf_adds(out, "</dd>\n");
}

static void
about(const struct ack_page *page, struct nrs_buf *out)
{
	const struct ack_notice *n = page->notice;
	const char *subject = n->subject[page->english];
	char by[64];

	nrs_buf_adds(out, "<dl>\n");
	field(out, say(page, "件名", "Subject"),
	    subject[0] != '\0'
	        ? subject
	        : nrs_phrase(NRS_PHRASE_NEWS_NO_TITLE, page->english));
	field(out, nrs_phrase(NRS_PHRASE_HANDLING, page->english),
	    nrs_term_text(NRS_VOC_TLP, (int)n->tlp, "en"));
	field(
	    out, nrs_phrase(NRS_PHRASE_NOTICE_ID, page->english), n->notice_id);
	if (n->ack_deadline > 0)
		field(out, nrs_phrase(NRS_PHRASE_ACK_DEADLINE, page->english),
		    nrs_time_text(n->ack_deadline, lang_of(page), by));
	nrs_buf_adds(out, "</dl>\n");
}

static void
done(const struct ack_page *page, struct nrs_buf *out)
{
	const struct dispatcher_answer *said = page->said;

	if (said == NULL)
		return;
	nrs_buf_printf(out, "<p class=\"done\"><strong>%s</strong>",
	    say(page, "受領確認を記録しました。", "Receipt is confirmed."));
	if (said->response != NRS_RESPONSE_UNSPECIFIED)
		nrs_buf_printf(out, "<br>%s: %s", say(page, "回答", "Answer"),
		    nrs_term_text(
		        NRS_VOC_RESPONSE, (int)said->response, lang_of(page)));
	if (said->relayed_of != 0)
		nrs_buf_printf(out, "<br>%s: %u / %u",
		    say(page, "構成員への転送", "Passed on to members"),
		    said->relayed, said->relayed_of);
	nrs_buf_printf(out, "<br>%s</p>\n",
	    say(page, "状況が変わったら、この画面で回答し直してください。",
	        "Should things change, answer again on this page."));
}

static void
choice(const struct ack_page *page, enum nrs_response response,
    const char *text, struct nrs_buf *out)
{
	const enum nrs_response said = page->said == NULL
	                                   ? NRS_RESPONSE_UNSPECIFIED
	                                   : page->said->response;

	nrs_buf_printf(out,
	    "<label><input type=\"radio\" name=\"response\" value=\"%s\"%s> "
	    "%s</label>\n",
	    response == NRS_RESPONSE_UNSPECIFIED
	        ? ""
	        : nrs_term_name(NRS_VOC_RESPONSE, (int)response),
	    response == said ? " checked" : "", text);
}

static void
form(const struct ack_page *page, struct nrs_buf *out)
{
	int response;

	nrs_buf_printf(out,
	    "<form method=\"post\">\n<fieldset><legend>%s"
	    "</legend>\n",
	    say(page, "回答", "Your answer"));
	choice(page, NRS_RESPONSE_UNSPECIFIED,
	    say(page, "受領のみ (回答は後で)",
	        "Received; the answer comes later"),
	    out);
	for (response = NRS_RESPONSE_NOT_AFFECTED;
	     response <= NRS_RESPONSE_INVESTIGATING; response++)
		choice(page, (enum nrs_response)response,
		    nrs_term_text(NRS_VOC_RESPONSE, response, lang_of(page)),
		    out);
	nrs_buf_adds(out, "</fieldset>\n");
	if (page->may_relay)
		nrs_buf_printf(out,
		    "<p>%s: <input type=\"number\" name=\"relayed\" min=\"0\" "
		    "max=\"1000000\"> / <input type=\"number\" "
		    "name=\"relayed_of\" min=\"0\" max=\"1000000\"></p>\n",
		    say(page, "構成員への転送 (済 / 全体)",
		        "Passed on to members (done / all)"));
	nrs_buf_printf(out, "<button>%s</button>\n</form>\n",
	    say(page, "受領を確認する", "Confirm receipt"));
}

void
ack_page_notice(const struct ack_page *page, struct nrs_buf *out)
{
	const char *title = say(page, "受領確認", "Confirmation of receipt");

	open_page(out, lang_of(page), title);
	drill(page, out);
	nrs_buf_printf(out, "<h1>%s</h1>\n", title);
	done(page, out);
	about(page, out);
	form(page, out);
	close_page(out);
}

/* ---- an address ---- */

void
ack_page_verify(bool english, bool done, struct nrs_buf *out)
{
	const char *title =
	    english ? "Confirmation of a contact" : "連絡先の確認";

	open_page(out, english ? "en" : "ja", title);
	nrs_buf_printf(out, "<h1>%s</h1>\n", title);
	if (done)
		nrs_buf_printf(out,
		    "<p class=\"done\"><strong>%s</strong></p>\n",
		    english ? "Thank you: from now on alerts are sent to your "
		              "address."
		            : "確認しました。これから、この宛先に情報をお送りし"
		              "ます。");
	else
		nrs_buf_printf(out,
		    "<p>%s</p>\n<form method=\"post\"><button>%s</button>"
		    "</form>\n",
		    english
		        ? "Do you want to be sent information on critical "
		          "infrastructure at the address that this link was "
		          "sent to?"
		        : "このリンクが届いた宛先で、重要インフラに関する情報を"
		          "受け取"
		          "りますか。",
		    english ? "Yes, this address is right"
		            : "はい、この宛先で受け取ります");
	close_page(out);
}

/* ---- sentences ---- */

static const struct {
	const char *rule, *ja, *en;
} sentences[] = {
    [ACK_WORDS_INVALID] = {"token",
        "このリンクは使えません。通知の識別番号を添えて、所属のセプターか発信元"
        "の"
        "窓口にお問い合わせください。",
        "This link cannot be used. Ask your CEPTOAR or the sender's desk, and "
        "quote the notice id."},
    [ACK_WORDS_MALFORMED] = {"answer",
        "回答を読み取れませんでした。前の画面に戻り、もう一度お答えください。",
        "The answer could not be read. Go back and answer again."},
    [ACK_WORDS_LATER] = {"later",
        "まだ記録できていません。少し待って、もう一度お試しください。",
        "Nothing is recorded yet. Wait a moment and try again."},
    [ACK_WORDS_TOO_MANY] = {"rate",
        "回答の変更が多すぎます。しばらく待ってからお試しください。",
        "Too many changes of the answer. Try again later."},
    [ACK_WORDS_NOT_YOURS] = {"not-addressed",
        "その識別番号の通知は、この受信者に届いていません。",
        "No notice of this id has reached this recipient."},
};

void
ack_page_words(enum ack_words words, struct nrs_buf *out)
{
	open_page(out, "ja", "受領確認 / Confirmation of receipt");
	nrs_buf_printf(out, "<p>%s</p>\n<p lang=\"en\">%s</p>\n",
	    sentences[words].ja, sentences[words].en);
	close_page(out);
}

void
ack_json_words(enum ack_words words, struct nrs_buf *out)
{
	nrs_buf_printf(out, "{\"rule\":\"%s\",\"text\":\"%s\"}\n",
	    sentences[words].rule, sentences[words].en);
}
