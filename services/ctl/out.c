/* SPDX-License-Identifier: Apache-2.0 */
/* long: the table of field names is most of it. */
#include "ctl/out.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/mem.h"
#include "noroshi/base/text.h"
#include "noroshi/io/json.h"

struct label;

struct field {
	const struct label *label;
	char *text;
};

struct ctl_out {
	struct ctl_out_conf conf;
	enum ctl_shape shape;
	struct field *fields;
	size_t n_fields, cap_fields;
	struct nrs_buf json, body;
	char *heading; /* of the last row: written again when it changes */
};

struct label {
	const char *name;
	const char *en, *ja;
	int width; /* of a table's column */
};

/* clang-format off */
static const struct label labels[] = {
    {"at", "at", "時刻", 25},
    {"step", "step", "段階", 10},
    {"notice_id", "notice", "通知", 36},
    {"submission_id", "submission", "発信", 36},
    {"thread_id", "thread", "スレッド", 36},
    {"revision", "revision", "報", 4},
    {"kind", "kind", "種類", 14},
    {"type", "type", "種別", 10},
    {"mode", "mode", "運用種別", 8},
    {"verdict", "outcome", "決定", 14},
    {"field", "field", "項目", 16},
    {"rule", "rule", "規則", 30},
    {"text", "text", "説明", 0},
    {"detail", "detail", "内容", 0},
    {"accepted_at", "accepted", "受付", 25},
    {"decided_at", "decided", "決定時刻", 25},
    {"issued_at", "issued", "発信時刻", 25},
    {"valid_until", "valid until", "有効期限", 25},
    {"until", "until", "期限", 25},
    {"tlp", "TLP", "TLP", 16},
    {"urgency", "urgency", "緊急度", 8},
    {"item_type", "item", "項目", 4},
    {"stream", "stream", "区分", 24},
    {"title", "title", "件名", 0},
    {"reason", "reason", "理由", 0},
    {"sector", "sector", "分野", 16},
    {"ceptoar", "CEPTOAR", "セプター", 12},
    {"sectors", "sectors", "分野", 16},
    {"routes", "routes", "経路", 24},
    {"column", "column", "情報の区分", 12},
    {"posture", "posture", "警戒の段階", 12},
    {"scope", "scope", "範囲", 16},
    {"topics", "topics", "トピック", 0},
    {"topic", "topic", "トピック", 32},
    {"partition", "partition", "区画", 4},
    {"offset", "offset", "位置", 8},
    {"service", "service", "サービス", 20},
    {"planned", "planned", "計画", 6},
    {"state", "state", "状態", 12},
    {"count", "count", "件数", 6},
    {"subscriber_id", "subscriber", "受信者", 16},
    {"channel", "channel", "手段", 8},
    {"attempt", "attempt", "試行", 7},
    {"secret", "secret", "署名の鍵", 0},
    {"signed_by", "signed by", "署名者", 16},
    {"verified", "verified", "署名", 10},
    {"change", "change", "変更", 10},
    {"setting", "setting", "設定", 32},
    {"wanted", "wanted", "あるべき値", 16},
    {"found", "found", "今の値", 16},
    {"operation", "operation", "操作", 10},
    {"key_id", "key", "鍵", 16},
    {"principal", "principal", "署名者", 16},
    {"public", "public key", "公開鍵", 44},
    {"file", "file", "ファイル", 32},
    {"rules", "rules", "規則", 0},
    {"versions", "versions", "版", 0},
    {"mark", "basis", "根拠", 8},
    {"source", "source", "資料", 0},
    {"when", "when", "時期", 10},
    {"name", "name", "名称", 0},
    {"lang", "language", "言語", 4},
    {"subject", "subject", "件名", 0},
    {"recipients", "recipients", "受信者", 6},
    {"stubs", "only told that it changed", "告知のみ", 6},
    {"purpose", "what", "内容", 14},
    {"stub_topics", "stubs to", "告知のトピック", 0},
    {"not_cleared", "not cleared", "TLP により対象外", 6},
    {"filtered", "filtered out", "条件により対象外", 6},
    {"unreachable", "without a channel", "連絡手段なし", 6},
    {"unusual", "UNUSUAL", "いつもと違う宛先", 0},
    {"outcome", "outcome", "決定", 0},
    {"exercise_id", "exercise", "訓練", 16},
    {"attention", "attention", "要対応", 16},
    {"issue_id", "issue", "号", 36},
    {"number", "No.", "番号", 4},
    {"section", "section", "節", 24},
    {"list", "list", "一覧", 16},
    {"from", "from", "ここから", 25},
    {"to", "to", "ここまで", 25},
    {"ms", "ms", "ミリ秒", 8},
    {"servers", "servers", "バス", 24},
    {"url", "URL", "URL", 32},
    {"pid", "pid", "pid", 8},
    {"address", "address", "宛先", 24},
    {"purpose", "purpose", "目的", 12},
    {"occasion", "occasion", "回", 4},
    {"organisation", "organisation", "組織", 16},
    {"not_before", "not before", "これより後", 25},
    {"delivered_at", "delivered", "到達時刻", 25},
    {"acknowledged_at", "confirmed", "受領確認", 25},
    {"response", "answer", "回答", 12},
    {"since", "since", "いつから", 25},
    {"updated_at", "registered again", "登録の更新", 25},
    {"line", "line", "行", 5},
    {"new_addresses", "new addresses", "新しい宛先", 6},
    {"fields", "columns", "項目", 0},
    {"result", "result", "結果", 18},
    {"stage", "stage", "段階", 20},
    {"addressed", "addressed", "対象", 5},
    {"delivered", "delivered", "到達", 12},
    {"acknowledged", "confirmed", "受領確認", 12},
    {"failed", "failed", "不達", 5},
    {"open", "open", "未了", 5},
    {"delivered_in", "delivered 50/90/100 %", "到達 50/90/100 %", 20},
    {"acknowledged_in", "confirmed 50/90/100 %", "受領 50/90/100 %", 20},
    {"delivered_50_ms", "50 % delivered", "50 % 到達", 8},
    {"delivered_90_ms", "90 % delivered", "90 % 到達", 8},
    {"delivered_100_ms", "100 % delivered", "100 % 到達", 8},
    {"acknowledged_50_ms", "50 % confirmed", "50 % 受領", 8},
    {"acknowledged_90_ms", "90 % confirmed", "90 % 受領", 8},
    {"acknowledged_100_ms", "100 % confirmed", "100 % 受領", 8},
    {"not_affected", "not affected", "該当なし", 5},
    {"affected", "affected", "該当あり", 5},
    {"mitigated", "mitigated", "対処済", 5},
    {"investigating", "investigating", "確認中", 5},
    {"failed_contact_stale", "contact stale", "連絡先変更", 5},
    {"failed_unreachable", "unreachable", "接続不能", 5},
    {"failed_rejected", "rejected", "受信拒否", 5},
    {"failed_timeout", "timed out", "時間切れ", 5},
    {"expired", "expired", "期限切れ", 5},
    {"cancelled", "cancelled", "取りやめ", 5},
    {"reminders", "reminders", "督促", 5},
    {"escalations", "escalations", "第二連絡先", 5},
    {"response", "answer", "回答", 14},
    {"relayed", "relayed", "展開", 5},
    {"relayed_of", "to be relayed", "展開対象", 5},
};
/* clang-format on */

static const struct label *
label_of(const char *name)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(labels[i].name, name) == 0)
			return &labels[i];
	abort(); /* a field name that out.c does not list: our own bug */
}

struct ctl_out *
ctl_out_new(const struct ctl_out_conf *conf)
{
	struct ctl_out *out = nrs_calloc(1, sizeof(*out));

	out->conf = *conf;
	return out;
}

void
ctl_out_free(struct ctl_out *out)
{
	if (out == NULL)
		return;
	for (size_t i = 0; i < out->n_fields; i++)
		free(out->fields[i].text);
	free(out->fields);
	nrs_buf_fini(&out->json);
	nrs_buf_fini(&out->body);
	free(out->heading);
	free(out);
}

bool
ctl_out_is_json(const struct ctl_out *out)
{
	return out->conf.json;
}

const char *
ctl_out_lang(const struct ctl_out *out)
{
	return out->conf.lang;
}

static const char *
pick(const struct ctl_out *out, const char *en, const char *ja)
{
	return strcmp(out->conf.lang, "ja") == 0 ? ja : en;
}

void
ctl_out_begin(struct ctl_out *out, enum ctl_shape shape)
{
	out->shape = shape;
	out->n_fields = 0;
	nrs_buf_reset(&out->json);
	nrs_buf_reset(&out->body);
}

/* What people see; owned by out from here on. */
static void
add_text(struct ctl_out *out, const char *name, char *text)
{
	if (out->n_fields == out->cap_fields) {
		out->cap_fields =
		    out->cap_fields == 0 ? 32 : out->cap_fields * 2;
		out->fields = nrs_realloc(
		    out->fields, out->cap_fields, sizeof(*out->fields));
	}
	out->fields[out->n_fields++] =
	    (struct field){.label = label_of(name), .text = text};
}

static void
json_name(struct ctl_out *out, const char *name)
{
	nrs_buf_addc(&out->json, out->json.len == 0 ? '{' : ',');
	nrs_json_string(&out->json, name);
	nrs_buf_addc(&out->json, ':');
}

/* Nothing that a terminal would obey leaves: a title comes from outside. */
static char *
harmless(const char *value)
{
	struct nrs_buf buf = {0};

	for (const char *p = value; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		bool c1 = c == 0xc2 && (unsigned char)p[1] >= 0x80 &&
		          (unsigned char)p[1] <= 0x9f;
		if (c1)
			p++;
		nrs_buf_addc(&buf, c1 || c < 0x20 || c == 0x7f ? '?' : *p);
	}
	return nrs_buf_take(&buf);
}

void
ctl_out_str(struct ctl_out *out, const char *name, const char *value)
{
	const char *text = value == NULL ? "" : value;

	add_text(out, name, harmless(text));
	if (text[0] == '\0')
		return;
	json_name(out, name);
	nrs_json_string(&out->json, text);
}

void
ctl_out_int(struct ctl_out *out, const char *name, int64_t value)
{
	add_text(out, name, nrs_asprintf("%lld", (long long)value));
	json_name(out, name);
	nrs_buf_printf(&out->json, "%lld", (long long)value);
}

void
ctl_out_time(struct ctl_out *out, const char *name, int64_t ms)
{
	char text[NRS_TIME_SIZE];

	add_text(out, name, nrs_strdup(ms == 0 ? "" : nrs_time_jst(ms, text)));
	if (ms == 0)
		return;
	json_name(out, name);
	nrs_json_string(&out->json, nrs_time_utc(ms, text));
}

void
ctl_out_term(
    struct ctl_out *out, const char *name, enum nrs_vocabulary voc, int value)
{
	add_text(out, name,
	    nrs_strdup(
	        value == 0 ? "" : nrs_term_text(voc, value, out->conf.lang)));
	if (value == 0)
		return;
	json_name(out, name);
	nrs_json_string(&out->json, nrs_term_name(voc, value));
}

void
ctl_out_list(
    struct ctl_out *out, const char *name, const char *const *values, size_t n)
{
	struct nrs_buf text = {0};

	for (size_t i = 0; i < n; i++) {
		nrs_buf_adds(&text, i == 0 ? "" : " ");
		nrs_buf_adds(&text, values[i]);
	}
	add_text(out, name, harmless(nrs_buf_str(&text)));
	nrs_buf_fini(&text);
	if (n == 0)
		return;
	json_name(out, name);
	for (size_t i = 0; i < n; i++) {
		nrs_buf_addc(&out->json, i == 0 ? '[' : ',');
		nrs_json_string(&out->json, values[i]);
	}
	nrs_buf_addc(&out->json, ']');
}

void
ctl_out_message(struct ctl_out *out, const char *name,
    enum nrs_message_type type, const void *value)
{
	if (value == NULL)
		return;
	json_name(out, name);
	nrs_json_encode(&out->json, type, value);
}

void
ctl_out_whole(
    struct ctl_out *out, enum nrs_message_type type, const void *value)
{
	nrs_buf_reset(&out->json);
	nrs_json_encode(&out->json, type, value);
	(void)fprintf(out->conf.file, "%s\n", nrs_buf_str(&out->json));
	(void)fflush(out->conf.file);
}

void
ctl_out_body(struct ctl_out *out, const char *heading, const char *text)
{
	char *safe;

	if (text == NULL || text[0] == '\0')
		return;
	nrs_buf_printf(&out->body, "\n%s\n", heading);
	/* Line by line: harmless() would turn the line ends into '?'. */
	for (const char *p = text; *p != '\0';) {
		size_t len = strcspn(p, "\n");
		char *line = nrs_asprintf("%.*s", (int)len, p);
		safe = harmless(line);
		nrs_text_fold(&out->body, safe, 76, "  ");
		free(safe);
		free(line);
		p += len + (p[len] == '\n');
	}
}

void
ctl_out_laid_out(struct ctl_out *out, const char *text)
{
	nrs_buf_addc(&out->body, '\n');
	for (const char *p = text; *p != '\0';) {
		size_t len = strcspn(p, "\n");
		char *line = nrs_asprintf("%.*s", (int)len, p);
		char *safe = harmless(line);
		nrs_buf_printf(&out->body, "  %s\n", safe);
		free(safe);
		free(line);
		p += len + (p[len] == '\n');
	}
}

static void
pad(FILE *file, int columns)
{
	for (int i = 0; i < columns; i++)
		(void)fputc(' ', file);
}

static void
write_block(struct ctl_out *out)
{
	int widest = 0;

	for (size_t i = 0; i < out->n_fields; i++) {
		const struct label *label = out->fields[i].label;
		int width = nrs_text_width(pick(out, label->en, label->ja));
		if (out->fields[i].text[0] != '\0' && width > widest)
			widest = width;
	}
	for (size_t i = 0; i < out->n_fields; i++) {
		const struct label *label = out->fields[i].label;
		const char *name = pick(out, label->en, label->ja);
		if (out->fields[i].text[0] == '\0')
			continue;
		(void)fprintf(out->conf.file,
		    "%s%s%s:", out->conf.color ? "\033[1m" : "", name,
		    out->conf.color ? "\033[0m" : "");
		pad(out->conf.file, widest - nrs_text_width(name) + 1);
		(void)fprintf(out->conf.file, "%s\n", out->fields[i].text);
	}
	(void)fputs(nrs_buf_str(&out->body), out->conf.file);
	(void)fputc('\n', out->conf.file);
	free(out->heading); /* a table under it is another one */
	out->heading = NULL;
}

/* The last cell is not padded: no blanks at the end of a line. */
static void
add_cell(struct nrs_buf *line, const char *text, int width, bool last)
{
	nrs_buf_adds(line, text);
	for (int i = nrs_text_width(text); !last && i < width; i++)
		nrs_buf_addc(line, ' ');
	nrs_buf_adds(line, last ? "" : "  ");
}

/* A column is as wide as its heading at least. */
static int
column_width(const struct ctl_out *out, const struct label *label)
{
	int heading = nrs_text_width(pick(out, label->en, label->ja));

	return heading > label->width ? heading : label->width;
}

static void
write_heading(struct ctl_out *out)
{
	struct nrs_buf line = {0};

	for (size_t i = 0; i < out->n_fields; i++) {
		const struct label *label = out->fields[i].label;
		add_cell(&line, pick(out, label->en, label->ja),
		    column_width(out, label), i + 1 == out->n_fields);
	}
	if (out->heading == NULL ||
	    strcmp(out->heading, nrs_buf_str(&line)) != 0) {
		(void)fprintf(out->conf.file, "%s%s%s\n",
		    out->conf.color ? "\033[1m" : "", nrs_buf_str(&line),
		    out->conf.color ? "\033[0m" : "");
		free(out->heading);
		out->heading = nrs_buf_take(&line);
	}
	nrs_buf_fini(&line);
}

static void
write_row(struct ctl_out *out)
{
	struct nrs_buf line = {0};

	write_heading(out);
	for (size_t i = 0; i < out->n_fields; i++)
		add_cell(&line, out->fields[i].text,
		    column_width(out, out->fields[i].label),
		    i + 1 == out->n_fields);
	while (line.len > 0 && line.data[line.len - 1] == ' ')
		line.data[--line.len] = '\0';
	(void)fprintf(out->conf.file, "%s\n", nrs_buf_str(&line));
	nrs_buf_fini(&line);
}

/* The first field that is an id, else the first: what a script wants. */
static void
write_quiet(struct ctl_out *out)
{
	size_t at = 0;

	for (size_t i = out->n_fields; i-- > 0;) {
		const char *name = out->fields[i].label->name;
		if (strcmp(name, "notice_id") == 0 ||
		    strcmp(name, "submission_id") == 0)
			at = i;
	}
	if (out->n_fields > 0)
		(void)fprintf(out->conf.file, "%s\n", out->fields[at].text);
}

void
ctl_out_end(struct ctl_out *out)
{
	if (out->conf.json) {
		nrs_buf_adds(&out->json, out->json.len == 0 ? "{}" : "}");
		(void)fprintf(out->conf.file, "%s\n", nrs_buf_str(&out->json));
	} else if (out->conf.quiet)
		write_quiet(out);
	else if (out->shape == CTL_ROW)
		write_row(out);
	else
		write_block(out);
	for (size_t i = 0; i < out->n_fields; i++)
		free(out->fields[i].text);
	out->n_fields = 0;
	(void)fflush(out->conf.file);
}

void
ctl_out_note(struct ctl_out *out, const char *en, const char *ja)
{
	if (out->conf.json || out->conf.quiet)
		return;
	(void)fflush(out->conf.file); /* what it is about comes first */
	(void)fprintf(stderr, "%s\n", pick(out, en, ja));
}
