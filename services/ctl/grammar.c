/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/grammar.h"

#include <string.h>

#include "ctl/cmd/cmd.h"

static const struct ctl_option options[CTL_OPT_COUNT] = {
    [CTL_OPT_CONF] = {"config", 'F', "FILE",
        "configuration file (default: $NOROSHICTL_CONF, then "
        "/etc/noroshi/actual/noroshictl.conf)",
        "設定ファイル (既定: "
        "$NOROSHICTL_CONF、/etc/noroshi/actual/noroshictl.conf)"},
    [CTL_OPT_SERVERS] = {"servers", 'b', "HOST:PORT,...",
        "the bus; the same as -X bus.servers=...",
        "バス。-X bus.servers=... と同じ"},
    [CTL_OPT_SET] = {"set", 'X', "KEY=VALUE",
        "set a configuration key, or a librdkafka property; may be given "
        "again",
        "設定または librdkafka の設定を一つ上書きする (複数可)"},
    [CTL_OPT_JSON] = {"json", 0, NULL, "one JSON document per line on stdout",
        "一行一件の JSON で出力する"},
    [CTL_OPT_LANG] = {"lang", 0, "ja|en",
        "language of texts for people (default: by LC_ALL, LC_MESSAGES, LANG)",
        "表示の言語 (既定: LC_ALL、LC_MESSAGES、LANG)"},
    [CTL_OPT_COLOR] = {"color", 0, "auto|always|never",
        "colour; auto means on a terminal and without NO_COLOR",
        "色。auto は端末で NO_COLOR がないとき"},
    [CTL_OPT_QUIET] = {"quiet", 'q', NULL, "print ids only, and no hints",
        "ID だけを出力する"},
    [CTL_OPT_VERBOSE] = {"verbose", 'v', NULL, "say on stderr what is done",
        "していることを標準エラーに出力する"},
    [CTL_OPT_VERSION] = {"version", 'V', NULL, "print the version",
        "版を出力する"},
    [CTL_OPT_PRINT_MAN] = {"print-man", 0, NULL,
        "print the tables of the manual page as scdoc",
        "マニュアルの表を scdoc で出力する"},
    [CTL_OPT_HELP] = {"help", 'h', NULL, "print the usage, also of one command",
        "使い方を出力する"},
    [CTL_OPT_OUT] = {"out", 0, "FILE",
        "where the private key is written; never overwritten",
        "秘密鍵の書き込み先 (上書きしない)"},
    [CTL_OPT_PRINCIPAL] = {"principal", 0, "NAME", "who signs with this key",
        "この鍵で署名する者"},
    [CTL_OPT_ROLES] = {"roles", 0, "ROLE,...",
        "roles of the key (default: desk)", "鍵の役割 (既定: desk)"},
    [CTL_OPT_MODES] = {"modes", 0, "MODE,...",
        "modes it may sign for: ACTUAL, EXERCISE, TEST (default: ACTUAL)",
        "署名できる運用種別 (既定: ACTUAL)"},
    [CTL_OPT_TEMPLATE] = {"template", 0, "ITEM",
        "print a notice to fill in, for an item type (A1 to C3), and stop",
        "情報の項目 (A1 から C3) のひな形を出力して終わる"},
    [CTL_OPT_KEY] = {"key", 0, "FILE",
        "the private key to sign with; the same as -X key=...",
        "署名に使う秘密鍵。-X key=... と同じ"},
    [CTL_OPT_WAIT] = {"wait", 0, "MS",
        "how long to wait for the outcome; 0 is not at all (default: 10000)",
        "決定を待つ時間 (ミリ秒)。0 は待たない (既定: 10000)"},
    [CTL_OPT_DRY_RUN] = {"dry-run", 0, NULL,
        "check and print what would be sent, send nothing",
        "検査して送る内容を出力し、送らない"},
    [CTL_OPT_PREVIEW] = {"preview", 0, NULL,
        "show who would get it, how, when and by which rule, send nothing",
        "誰に、どの手段で、いつ、どの規則で届くかを示し、送らない"},
    [CTL_OPT_FOLLOW_UP] = {"follow-up", 0, NULL, "a follow-up (default)",
        "続報 (既定)"},
    [CTL_OPT_CORRECT] = {"correct", 0, NULL,
        "a correction of what was said before; needs --reason",
        "訂正。--reason が要る"},
    [CTL_OPT_FINAL] = {"final", 0, NULL, "the last one of its thread",
        "最終報"},
    [CTL_OPT_REASON] = {"reason", 0, "TEXT", "why, as recipients will read it",
        "理由 (受け手に示す)"},
    [CTL_OPT_UNTIL] = {"until", 0, "TIME",
        "its end: RFC 3339, or from now: 90m, 12h, 3d",
        "終わりの時刻。RFC 3339 または今から 90m、12h、3d"},
    [CTL_OPT_SINCE] = {"since", 0, "TIME|OFFSET",
        "from then on: RFC 3339, ago: 90m, 12h, 3d, or an offset",
        "この時刻から。RFC 3339、何分前 90m、12h、3d、またはオフセット"},
    [CTL_OPT_LIMIT] = {"limit", 0, "N", "at most N, the newest",
        "新しいものから N 件まで"},
    [CTL_OPT_ATTENTION] = {"attention", 0, NULL,
        "only what waits for a person: held notices, postures to review, "
        "what ends within a day",
        "人を待つものだけ (保留中の通知、見直すべき警戒の段階、一日以内に"
        "終わるもの)"},
    [CTL_OPT_SECTOR] = {"sector", 0, "CODE", "the sector to read", "読む分野"},
    [CTL_OPT_LABEL] = {"label", 0, "TLP",
        "only this label (default: all that may be read)",
        "この TLP だけ (既定: 読めるものすべて)"},
    [CTL_OPT_NUMBER] = {"number", 0, "N",
        "the sector's issue of this number (default: its last)",
        "その分野の第 N 号 (既定: 最新号)"},
    [CTL_OPT_CEPTOAR] = {"ceptoar", 0, "ID",
        "consume: also what is for this CEPTOAR alone; else: it and its "
        "members only",
        "consume はこのセプターだけに宛てたものも読む。ほかはこのセプターと"
        "構成員に限る"},
    [CTL_OPT_FROM_START] = {"from-start", 0, NULL,
        "everything that is kept (default: from now on with --follow)",
        "残っているものすべて"},
    [CTL_OPT_FOLLOW] = {"follow", 'f', NULL, "go on until interrupted",
        "中断されるまで続ける"},
    [CTL_OPT_REPLICAS] = {"replicas", 0, "N",
        "copies of each partition (default: 3, or as many as there are "
        "brokers)",
        "複製の数 (既定: 3、ブローカーが少なければその数)"},
    [CTL_OPT_ACLS] = {"acls", 0, NULL,
        "also who may use which topic: daemons, and each CEPTOAR by its "
        "subscription's sectors and clearance",
        "トピックの権限も。セプターは登録の分野と TLP の上限による"},
    [CTL_OPT_STATE_DIR] = {"state-dir", 0, "DIR",
        "folder of what it writes: embedded its configuration, both their "
        "logs (default: noroshi-embedded, noroshi-drill)",
        "書き出すもの (embedded の設定、ログ) の置き場所 (既定: "
        "noroshi-embedded、noroshi-drill)"},
    [CTL_OPT_CONF_DIR] = {"conf-dir", 0, "DIR",
        "folder of producer.conf, classifier.conf and dispatcher.conf "
        "(default: config; of a drill /etc/noroshi/drill)",
        "producer.conf などのある場所 (既定: config、訓練は "
        "/etc/noroshi/drill)"},
    [CTL_OPT_NEW_SECRET] = {"new-secret", 0, NULL,
        "make each of its webhooks a new signing secret and print it, this "
        "once; the one before stays valid beside it",
        "Webhook ごとに署名の鍵を新しく作り、一度だけ表示する (前の鍵も"
        "一つだけ有効のまま)"},
    [CTL_OPT_DIR] = {"dir", 0, "DIR",
        "a Maildir: what is in its new/, each moved to cur/ when it is settled",
        "Maildir。new/ にあるものを処理し、cur/ へ移す"},
    [CTL_OPT_BUS_ONLY] = {"bus-only", 0, NULL, "start the bus and no service",
        "バスだけを動かす"},
    [CTL_OPT_WATCH] = {"watch", 0, NULL,
        "show it again whenever something has come, until interrupted",
        "変わるたびに表示し直す (中断されるまで)"},
    [CTL_OPT_FAILED] = {"failed", 0, NULL,
        "only what ended without arriving and was not sent again",
        "届かずに終わり、再送していないものだけ"},
    [CTL_OPT_STATE] = {"state", 0, "STATE,...",
        "only these: PLANNED, INTENT, DEFERRED, DELIVERED, FAILED, EXPIRED, "
        "CANCELLED, ACKNOWLEDGED, RESPONDED",
        "この状態だけ (PLANNED、INTENT、DEFERRED、DELIVERED、FAILED、"
        "EXPIRED、CANCELLED、ACKNOWLEDGED、RESPONDED)"},
    [CTL_OPT_ADDRESSES] = {"addresses", 0, NULL,
        "recipients' addresses in full (default: masked)",
        "宛先を伏せずに表示する"},
    [CTL_OPT_RESEND] = {"resend", 0, NULL,
        "send those again, with the bytes that were frozen; needs --failed",
        "それらを同じ内容で再送する (--failed とともに)"},
    [CTL_OPT_YES] = {"yes", 'y', NULL, "do not ask", "確認しない"},
    [CTL_OPT_VERIFIED] = {"verified", 0, NULL,
        "the mailboxes are known to be right: use them without a link",
        "メールアドレスは確認済み (確認のリンクを送らずに使う)"},
    [CTL_OPT_CSV] = {"csv", 0, NULL, "as CSV (RFC 4180, UTF-8) on stdout",
        "CSV (RFC 4180、UTF-8) で出力する"},
    [CTL_OPT_AS] = {"as", 0, "SUBSCRIBER", "who confirms", "確認する受信者"},
    [CTL_OPT_RESPONSE] = {"response", 0, "ANSWER",
        "NOT_AFFECTED, AFFECTED, MITIGATED or INVESTIGATING (default: receipt "
        "alone)",
        "NOT_AFFECTED (該当なし)、AFFECTED (該当あり)、MITIGATED (対処済)、"
        "INVESTIGATING (確認中)。既定は受領のみ"},
    [CTL_OPT_RELAYED] = {"relayed", 0, "N/M",
        "a CEPTOAR: passed on to N of its M members",
        "セプター: 構成員 M のうち N に転送済み"},
    [CTL_OPT_TOKEN] = {"token", 0, "LINK|-",
        "confirm with this link or token at the dispatcher's listener instead "
        "of on the bus; - reads it from stdin",
        "バスではなく、このリンクまたはトークンで確認する。- は標準入力から"},
    [CTL_OPT_BUDGET] = {"budget", 0, "SPAN",
        "overdue after it: 90s, 5m (default: 60s for an outcome, 2m for a "
        "plan, 1h for a delivery)",
        "これを過ぎたら期限切れ 90s、5m (既定: 決定 60s、計画 2m、配信 1h)"},
    [CTL_OPT_REPLAY] = {"replay", 0, "ID",
        "append again what has not gone on of this notice or issue",
        "この通知または号の、先に進んでいないものをやり直す"},
    [CTL_OPT_CONSENT] = {"consent", 0, "WHO", "who consented for the source",
        "連絡元で同意した者"},
    [CTL_OPT_REFUSE] = {"refuse", 0, NULL, "it is never sent", "発信しない"},
};

#define SEND (CTL_BIT(CTL_OPT_KEY) | CTL_BIT(CTL_OPT_WAIT))
#define NOTICE (SEND | CTL_BIT(CTL_OPT_DRY_RUN) | CTL_BIT(CTL_OPT_PREVIEW))
#define SOME (CTL_BIT(CTL_OPT_SINCE) | CTL_BIT(CTL_OPT_LIMIT))

static const struct ctl_command commands[] = {
    {"issue", "[FILE]", 0, 1, NOTICE | CTL_BIT(CTL_OPT_TEMPLATE), ctl_cmd_issue,
        "issue a notice: JSON from FILE, stdin or your editor",
        "通知を発信する (ファイル、標準入力、エディタの JSON)"},
    {"preview", "FILE", 1, 1, CTL_BIT(CTL_OPT_KEY), ctl_cmd_preview,
        "who would get a notice, how, when and by which rule; sends nothing",
        "通知が誰に、どの手段で、いつ、どの規則で届くかを示す (何も送らない)"},
    {"revise", "ID [FILE]", 1, 2,
        NOTICE | CTL_BIT(CTL_OPT_FOLLOW_UP) | CTL_BIT(CTL_OPT_CORRECT) |
            CTL_BIT(CTL_OPT_FINAL) | CTL_BIT(CTL_OPT_REASON),
        ctl_cmd_revise,
        "follow up or correct a thread: what FILE says replaces what was said",
        "続報または訂正を出す (FILE にある項目を置き換える)"},
    {"retract", "ID", 1, 1, NOTICE | CTL_BIT(CTL_OPT_REASON), ctl_cmd_retract,
        "withdraw a thread from everyone it reached",
        "取り消す (届いた全員に知らせる)"},
    {"report", "[FILE]", 0, 1, NOTICE | CTL_BIT(CTL_OPT_TEMPLATE),
        ctl_cmd_report, "report from a sector: held until its source consents",
        "情報連絡をする (連絡元の同意まで保留される)"},
    {"approve", "ID", 1, 1,
        SEND | CTL_BIT(CTL_OPT_CONSENT) | CTL_BIT(CTL_OPT_REFUSE),
        ctl_cmd_approve,
        "release a notice that is held, or with --refuse never send it",
        "保留中の通知を発信する (--refuse なら発信しない)"},
    {"resend", "FILE", 1, 1, CTL_BIT(CTL_OPT_WAIT), ctl_cmd_resend,
        "send a submission kept after an error again: same id, same bytes",
        "失敗時に残した発信を同じ ID のまま再送する"},
    {"posture", "[SECTOR|'*' LEVEL]", 0, 2,
        SEND | CTL_BIT(CTL_OPT_UNTIL) | CTL_BIT(CTL_OPT_REASON),
        ctl_cmd_posture, "list postures, or set NORMAL, HEIGHTENED or INCIDENT",
        "警戒の段階を表示、または設定する (NORMAL、HEIGHTENED、INCIDENT)"},
    {"subscribe", "FILE", 1, 1, SEND | CTL_BIT(CTL_OPT_NEW_SECRET),
        ctl_cmd_subscribe, "store a subscription: JSON from FILE (- is stdin)",
        "受信者を登録する"},
    {"bounce", "[FILE]", 0, 1, CTL_BIT(CTL_OPT_DIR), ctl_cmd_bounce,
        "put mails that came back on record (RFC 3464; - is stdin)",
        "戻ってきたメール (RFC 3464) を不達として記録する"},
    {"contacts import", "FILE", 1, 1, NOTICE | CTL_BIT(CTL_OPT_VERIFIED),
        ctl_cmd_contacts_import,
        "store the subscriptions of a table (CSV): all rows, or none if one "
        "is wrong",
        "表 (CSV) の受信者を登録する (一行でも誤りがあれば何も登録しない)"},
    {"contacts export", "", 0, 0, CTL_BIT(CTL_OPT_CEPTOAR),
        ctl_cmd_contacts_export,
        "all subscriptions as a table (CSV), with their addresses",
        "登録を宛先とともに表 (CSV) として出力する"},
    {"contacts stale", "", 0, 0, CTL_BIT(CTL_OPT_CEPTOAR),
        ctl_cmd_contacts_stale,
        "whose contact is out of date, since when, on which channel",
        "古くなった連絡先を、いつから、どの手段かとともに表示"},
    {"list", "", 0, 0, SOME | CTL_BIT(CTL_OPT_ATTENTION), ctl_cmd_list,
        "notices and what was decided", "通知と決定の一覧"},
    {"show", "ID", 1, 1, 0, ctl_cmd_show, "one thread, newest revision first",
        "一連の通知を新しい順に表示"},
    {"trace", "ID", 1, 1, 0, ctl_cmd_trace,
        "every step of one command, with times and the deciding rule",
        "一件の経過を、時刻と決め手の規則とともに表示"},
    {"reach", "ID", 1, 1, CTL_BIT(CTL_OPT_CEPTOAR) | CTL_BIT(CTL_OPT_WATCH),
        ctl_cmd_reach,
        "whom a notice or an issue has reached, per stage and sector, and how "
        "soon",
        "通知または号が、段階と分野ごとに誰にどれだけの時間で届いたか"},
    {"deliveries", "ID", 1, 1,
        CTL_BIT(CTL_OPT_FAILED) | CTL_BIT(CTL_OPT_STATE) |
            CTL_BIT(CTL_OPT_CEPTOAR) | CTL_BIT(CTL_OPT_ADDRESSES) |
            CTL_BIT(CTL_OPT_RESEND) | CTL_BIT(CTL_OPT_YES) |
            CTL_BIT(CTL_OPT_DRY_RUN),
        ctl_cmd_deliveries,
        "every delivery of a notice or an issue, and the failed ones again",
        "通知または号の配信を一件ずつ表示し、不達のものを再送する"},
    {"ack", "[ID]", 0, 1,
        CTL_BIT(CTL_OPT_AS) | CTL_BIT(CTL_OPT_RESPONSE) |
            CTL_BIT(CTL_OPT_RELAYED) | CTL_BIT(CTL_OPT_TOKEN),
        ctl_cmd_ack,
        "confirm receipt of a notice for a recipient, with its answer",
        "受信者に代わって通知の受領を確認し、回答を記録する"},
    {"link", "SUBSCRIBER", 1, 1, CTL_BIT(CTL_OPT_UNTIL), ctl_cmd_link,
        "the link with which a CEPTOAR that reads topics confirms receipt",
        "トピックを読むセプターが受領を確認するためのリンクを作る"},
    {"explain", "RULE|ID", 1, 1, 0, ctl_cmd_explain,
        "the rule behind a decision, with the lines of the paper behind it",
        "決定の規則と、そのもとになった資料の記述を表示"},
    {"consume", "", 0, 0,
        CTL_BIT(CTL_OPT_SECTOR) | CTL_BIT(CTL_OPT_LABEL) |
            CTL_BIT(CTL_OPT_CEPTOAR) | CTL_BIT(CTL_OPT_SINCE) |
            CTL_BIT(CTL_OPT_FROM_START) | CTL_BIT(CTL_OPT_FOLLOW),
        ctl_cmd_consume,
        "read a sector's alerts as its CEPTOAR does, signatures verified",
        "セプターとして分野の通知を読む (署名を検証)"},
    {"newsletter cutoff", "LIST", 1, 1, SEND, ctl_cmd_newsletter_cutoff,
        "close a newsletter list now, between two of its windows",
        "ニュースレターを定例の間に今締め切り、発行する"},
    {"newsletter preview", "[LIST]", 0, 1, CTL_BIT(CTL_OPT_SECTOR),
        ctl_cmd_newsletter_preview,
        "what the next issues of a list, or a sector, would have; sends "
        "nothing",
        "次の号に載るものを示す (一覧または分野。何も送らない)"},
    {"newsletter show", "[ISSUE]", 0, 1,
        CTL_BIT(CTL_OPT_SECTOR) | CTL_BIT(CTL_OPT_LABEL) |
            CTL_BIT(CTL_OPT_NUMBER),
        ctl_cmd_newsletter_show,
        "an issue as its CEPTOAR reads it, signatures verified",
        "ニュースレターの号をセプターとして読む (署名を検証)"},
    {"audit", "", 0, 0,
        CTL_BIT(CTL_OPT_SINCE) | CTL_BIT(CTL_OPT_BUDGET) |
            CTL_BIT(CTL_OPT_REPLAY) | CTL_BIT(CTL_OPT_DRY_RUN),
        ctl_cmd_audit,
        "what has not gone on in time, from the journal to the last receipt; "
        "exit code 1 if anything",
        "受付から最後の受領まで、期限内に進んでいないもの (あれば終了コード "
        "1)"},
    {"rejected", "", 0, 0, SOME, ctl_cmd_rejected,
        "records that could not be used, and why",
        "使えなかった記録とその理由"},
    {"topics apply", "", 0, 0,
        CTL_BIT(CTL_OPT_REPLICAS) | CTL_BIT(CTL_OPT_ACLS), ctl_cmd_topics_apply,
        "create what is missing and set all settings, from the table",
        "表のとおりにトピックを作り、設定する"},
    {"topics diff", "", 0, 0, CTL_BIT(CTL_OPT_REPLICAS) | CTL_BIT(CTL_OPT_ACLS),
        ctl_cmd_topics_diff, "what apply would change; exit code 1 if anything",
        "apply が変えるものを表示する (あれば終了コード 1)"},
    {"drill start", "", 0, 0,
        CTL_BIT(CTL_OPT_STATE_DIR) | CTL_BIT(CTL_OPT_CONF_DIR) |
            CTL_BIT(CTL_OPT_REPLICAS) | CTL_BIT(CTL_OPT_ACLS),
        ctl_cmd_drill_start,
        "start the services of a drill, on topics of its own; stays",
        "訓練のサービスを、訓練用のトピックで動かし続ける"},
    {"drill end", "", 0, 0,
        CTL_BIT(CTL_OPT_STATE_DIR) | CTL_BIT(CTL_OPT_KEY) |
            CTL_BIT(CTL_OPT_WAIT),
        ctl_cmd_drill_end,
        "tell everyone it reached that the drill is over, then stop it",
        "届いた全員に訓練の終了を知らせてから止める"},
    {"drill report", "EXERCISE-ID", 1, 1,
        CTL_BIT(CTL_OPT_CSV) | CTL_BIT(CTL_OPT_CEPTOAR), ctl_cmd_drill_report,
        "whom an exercise reached, when, who confirmed and with which answer",
        "訓練の通知が誰にいつ届き、誰が確認し、どう答えたか"},
    {"key new", "", 0, 0,
        CTL_BIT(CTL_OPT_OUT) | CTL_BIT(CTL_OPT_PRINCIPAL) |
            CTL_BIT(CTL_OPT_ROLES) | CTL_BIT(CTL_OPT_MODES),
        ctl_cmd_key_new, "make a signing key and print its row for keys.conf",
        "署名鍵を作り、keys.conf に書く行を出力する"},
    {"embedded", "", 0, 0,
        CTL_BIT(CTL_OPT_STATE_DIR) | CTL_BIT(CTL_OPT_CONF_DIR) |
            CTL_BIT(CTL_OPT_BUS_ONLY),
        ctl_cmd_embedded,
        "a bus in memory on loopback with the services beside it",
        "メモリ上のバスと各サービスを手元で動かす"},
};

static const struct {
	int code;
	const char *en, *ja;
} exits[] = {
    {CTL_DONE, "done and confirmed", "完了し、確認された"},
    {CTL_FAILED, "failed", "失敗"},
    {CTL_USAGE, "wrong usage or configuration", "使い方または設定の誤り"},
    {CTL_UNKNOWN, "outcome unknown: safe to send again with the same id",
        "結果不明 (同じ ID で再送してよい)"},
    {CTL_REFUSED, "refused; the message names field and rule",
        "拒否された (項目と規則を示す)"},
    {CTL_NOT_FOUND, "not found", "見つからない"},
};

const struct ctl_option *
ctl_option_of(enum ctl_opt opt)
{
	return &options[opt];
}

const struct ctl_command *
ctl_commands(size_t *n)
{
	*n = sizeof(commands) / sizeof(commands[0]);
	return commands;
}

bool
ctl_opt_is_common(enum ctl_opt opt)
{
	return opt <= CTL_OPT_HELP;
}

static bool
is_ja(const char *lang)
{
	return strcmp(lang, "ja") == 0;
}

static void
print_option(FILE *out, enum ctl_opt opt, const char *lang)
{
	const struct ctl_option *row = &options[opt];
	char left[64];
	int n = 0;

	if (row->letter != 0)
		n = snprintf(left, sizeof(left), "-%c, ", row->letter);
	(void)snprintf(left + n, sizeof(left) - (size_t)n, "--%s%s%s",
	    row->name, row->value == NULL ? "" : " ",
	    row->value == NULL ? "" : row->value);
	(void)fprintf(
	    out, "  %-28s %s\n", left, is_ja(lang) ? row->ja : row->en);
}

static void
usage_of(FILE *out, const struct ctl_command *command, const char *lang)
{
	(void)fprintf(out, "noroshictl %s [options]%s%s\n  %s\n", command->name,
	    command->args[0] == '\0' ? "" : " ", command->args,
	    is_ja(lang) ? command->ja : command->en);
	if (command->options != 0)
		(void)fputc('\n', out);
	for (int opt = 0; opt < CTL_OPT_COUNT; opt++)
		if ((command->options & CTL_BIT(opt)) != 0)
			print_option(out, (enum ctl_opt)opt, lang);
}

void
ctl_usage(FILE *out, const struct ctl_command *command, const char *lang)
{
	const char *sep = "";

	if (command != NULL) {
		usage_of(out, command, lang);
		return;
	}
	(void)fputs("noroshictl [options] COMMAND\n\n", out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		(void)fprintf(out, "  %-18s %s\n", commands[i].name,
		    is_ja(lang) ? commands[i].ja : commands[i].en);
	(void)fputc('\n', out);
	for (int opt = 0; opt <= CTL_OPT_HELP; opt++)
		print_option(out, (enum ctl_opt)opt, lang);
	(void)fputs(is_ja(lang) ? "\n終了コード: " : "\nexit codes: ", out);
	for (size_t i = 0; i < sizeof(exits) / sizeof(exits[0]); i++) {
		(void)fprintf(out, "%s%d %s", sep, exits[i].code,
		    is_ja(lang) ? exits[i].ja : exits[i].en);
		sep = is_ja(lang) ? "、" : "; ";
	}
	(void)fputc('\n', out);
}

/* scdoc reads *, _ and \ as formatting. */
static void
man_text(FILE *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (strchr("*_\\", *p) != NULL)
			(void)fputc('\\', out);
		(void)fputc(*p, out);
	}
}

static void
man_option(FILE *out, const struct ctl_option *row)
{
	(void)fputc('*', out);
	if (row->letter != 0)
		(void)fprintf(out, "-%c*, *", row->letter);
	(void)fprintf(out, "--%s*", row->name);
	if (row->value != NULL)
		(void)fprintf(out, " _%s_", row->value);
	(void)fputs("\n\t", out);
	man_text(out, row->en);
	(void)fputs("\n\n", out);
}

void
ctl_print_man(FILE *out)
{
	(void)fputs("# COMMANDS\n\n", out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct ctl_command *c = &commands[i];
		(void)fprintf(out, "*%s* ", c->name);
		man_text(out, c->args);
		(void)fprintf(out, "\n\t%s.", c->en);
		for (int opt = 0; opt < CTL_OPT_COUNT; opt++)
			if ((c->options & CTL_BIT(opt)) != 0)
				(void)fprintf(
				    out, " *--%s*", options[opt].name);
		(void)fputs("\n\n", out);
	}
	(void)fputs("# OPTIONS\n\n", out);
	for (int opt = 0; opt < CTL_OPT_COUNT; opt++)
		man_option(out, &options[opt]);
	(void)fputs("# EXIT STATUS\n\n", out);
	for (size_t i = 0; i < sizeof(exits) / sizeof(exits[0]); i++)
		(void)fprintf(
		    out, "*%d*\n\t%s\n\n", exits[i].code, exits[i].en);
}
