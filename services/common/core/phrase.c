/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/phrase.h"

/* clang-format off */
static const char *const phrases[NRS_PHRASE_COUNT][2] = {
    [NRS_PHRASE_DRILL_1] = {"【訓練】これは訓練です。実際の事象ではありません。",
	"[EXERCISE] This is an exercise. The events described are not real."},
    [NRS_PHRASE_DRILL_2] = {"訓練番号: ", "Exercise: "},
    [NRS_PHRASE_TEST_1] = {"【試験】これは配信の試験です。実際の事象ではありません。",
	"[TEST] This is a test of the service. The events described are not real."},
    [NRS_PHRASE_RETRACTED] = {"■■■ 取消 ■■■ この情報は取り消されました。",
	"*** RETRACTED *** This notice has been withdrawn."},
    [NRS_PHRASE_CORRECTED] = {"■■ 訂正 ■■ 先にお送りした情報に誤りがありましたので、訂正します。",
	"** CORRECTION ** An earlier report of this notice contained an error."},
    [NRS_PHRASE_VOIDED] = {"無効となる情報: ", "No longer valid: "},
    [NRS_PHRASE_REASON] = {"理由: ", "Reason: "},
    [NRS_PHRASE_CORRECTS] = {"前報からの変更点: ", "What changed: "},
    [NRS_PHRASE_UNDO] = {"お願い: 取り消された情報に基づく対処は見合わせ、実施済みのもの"
		"は要否を確認してください。転送先にも取消をお伝えください。",
	"What to do: take no further action on the withdrawn notice, review "
	"what was already done, and tell everyone you passed it on to."},
    [NRS_PHRASE_WITHDRAWN_TEXT] = {"以下は取り消された情報の内容です。対処の根拠にしないでください。",
	"What follows is the text that was withdrawn. Do not act on it."},
    [NRS_PHRASE_MEASURES] = {"対策", "Countermeasures"},
    [NRS_PHRASE_MEASURES_WITHDRAWN] = {"取り消された対策", "Countermeasures, withdrawn"},
    [NRS_PHRASE_FIRST_DEADLINE] = {"最初の期限: ", "first deadline: "},
    [NRS_PHRASE_DEADLINE] = {"期限: ", "by "},
    [NRS_PHRASE_NO_MEASURE_KNOWN] = {"現時点で判明している対策はありません。",
	"No countermeasure is known at this time."},
    [NRS_PHRASE_CHANGES] = {"前報からの変更点", "What changed"},
    [NRS_PHRASE_SUMMARY] = {"概要", "Summary"},
    [NRS_PHRASE_IMPACT] = {"影響", "Impact"},
    [NRS_PHRASE_COMMENT] = {"見解・コメント", "Assessment"},
    [NRS_PHRASE_VULNS] = {"脆弱性", "Vulnerabilities"},
    [NRS_PHRASE_REFERENCES] = {"参考", "References"},
    [NRS_PHRASE_ATTACHMENTS] = {"添付 (所在とSHA-256)", "Attachments (where, SHA-256)"},
    [NRS_PHRASE_ARRANGEMENT] = {"連絡体制", "Contact arrangement"},
    [NRS_PHRASE_ARRANGEMENT_ID] = {"体制番号", "Arrangement"},
    [NRS_PHRASE_HEADQUARTERS] = {"対策室", "Headquarters"},
    [NRS_PHRASE_FROM_UNTIL] = {"期間", "In force"},
    [NRS_PHRASE_POLICY_REPLACE] = {"通常の連絡に代えて、この体制で連絡します。",
	"This arrangement replaces the everyday one."},
    [NRS_PHRASE_POLICY_ADD] = {"通常の連絡に加えて、この体制でも連絡します。",
	"This arrangement is in addition to the everyday one."},
    [NRS_PHRASE_ABOUT] = {"この情報について", "About this notice"},
    [NRS_PHRASE_NOTICE_ID] = {"識別番号", "Notice id"},
    [NRS_PHRASE_THREAD_ID] = {"事案番号", "Thread id"},
    [NRS_PHRASE_SUPERSEDES] = {"置き換える情報", "Supersedes"},
    [NRS_PHRASE_ISSUED] = {"発出", "Issued"},
    [NRS_PHRASE_VALID_UNTIL] = {"有効期限", "Valid until"},
    [NRS_PHRASE_OCCURRED] = {"発生", "Occurred"},
    [NRS_PHRASE_DETECTED] = {"判明", "Detected"},
    [NRS_PHRASE_ORIGINATOR] = {"情報元", "Originator"},
    [NRS_PHRASE_SENDER] = {"発信", "Sent by"},
    [NRS_PHRASE_DESK] = {"問い合わせ", "Questions to"},
    [NRS_PHRASE_HANDLING] = {"取扱い", "Handling"},
    [NRS_PHRASE_SIGNED] = {"署名鍵", "Signing key"},
    [NRS_PHRASE_HASH] = {"内容のSHA-256", "SHA-256 of the signed content"},
    [NRS_PHRASE_VERIFY] = {"真偽の確認: 識別番号を、所属のセプターか、あらかじめご存じの発信元の"
		  "窓口に照会してください。署名は noroshictl show 識別番号 で検"
		  "証できます。このメールへの返信では確認できません。",
	"To verify: quote the notice id to your CEPTOAR or to the sender's "
	"desk, by a contact that you already had, or check the signature with "
	"`noroshictl show ID`. Do not rely on a reply to this mail."},
    [NRS_PHRASE_STUB_RETRACTED] = {"■■■ 取消 ■■■ 以前お送りした情報は取り消されました。",
	"*** RETRACTED *** A notice that was sent to you has been withdrawn."},
    [NRS_PHRASE_STUB_CHANGED] = {"■■ 変更 ■■ 以前お送りした情報は変更されました。",
	"** CHANGED ** A notice that was sent to you has been changed."},
    [NRS_PHRASE_STUB_WHY] = {"共有範囲の変更により、内容はお送りできません。必要な場合は"
		    "所属のセプターか発信元の窓口にお問い合わせください。",
	"Its TLP label no longer allows us to send you the text. If you need "
	"it, ask your CEPTOAR or the sender's desk."},
    [NRS_PHRASE_STUB_RETRACTED_SUBJECT] = {"以前お送りした情報の取消",
	"Withdrawal of a notice sent to you"},
    [NRS_PHRASE_STUB_CHANGED_SUBJECT] = {"以前お送りした情報の変更",
	"Change of a notice sent to you"},
    [NRS_PHRASE_ACK_DEADLINE] = {"受領確認の期限", "Confirm receipt by"},
    [NRS_PHRASE_CONTACT_SUBJECT] = {"【確認のお願い】情報の配信先としての登録",
	"[Please confirm] This address was registered for alerts"},
    [NRS_PHRASE_CONTACT_ASK] = {"このメールアドレスが、重要インフラに関する情報の配信先として登録されまし"
		       "た。配信を始めるには、次のリンクを開いて確認してください。",
	"This address was registered to be sent information on critical "
	"infrastructure. To start, open this link and confirm."},
    [NRS_PHRASE_CONTACT_ELSE] = {"心当たりがなければ、何もしないでください。確認があるまで、何も送られませ"
			"ん。",
	"If you know nothing of it, do nothing: nothing is sent before you "
	"confirm."},
    [NRS_PHRASE_ACK_ASK] = {"■ 受領の確認をお願いします。次のリンクを開き、回答を選んでください。"
		   "リンクは宛先専用です。転送しないでください。",
	"■ Please confirm receipt: open this link and choose an answer. The "
	"link is yours alone: do not pass it on."},
    [NRS_PHRASE_CUT] = {"本文が長いため、以下を省略しました。全文は noroshictl show で確認するか、"
	       "所属のセプターにお問い合わせください。",
	"The rest was left out for its length. For the whole text use "
	"`noroshictl show` or ask your CEPTOAR."},
    [NRS_PHRASE_GONE_SUBJECT] = {"Webhook への送信を停止しました (410 Gone)",
	"Your webhook gets nothing more (410 Gone)"},
    [NRS_PHRASE_GONE] = {"登録された Webhook が 410 (Gone) と応答したため、送信を停止しました。"
	     "通知は、登録された他の手段でお届けします。",
	"A webhook of your subscription answered 410 (Gone): nothing more is "
	"sent to it. Notices go on by your other channels."},
    [NRS_PHRASE_GONE_WHERE] = {"宛先: ", "Endpoint: "},
    [NRS_PHRASE_GONE_AGAIN] = {"送信を再開するには、所属のセプターか発信元の窓口に、登録し直すようお申し出"
		   "ください。お心当たりがない場合も、ご連絡ください。",
	"To have it used again, ask your CEPTOAR or the sender's desk to store "
	"your subscription anew. Please also tell them if you did not mean "
	"this."},
    [NRS_PHRASE_UNCONFIRMED_MARK] = {"【未確認】", "[UNCONFIRMED]"},
    [NRS_PHRASE_REMINDER] = {"■■ 未確認 ■■ 次の情報の受領確認をまだいただいていません。",
	"** UNCONFIRMED ** We have not yet had your confirmation of this notice."},
    [NRS_PHRASE_ESCALATION] = {"■■ 未確認 ■■ 第一連絡先から受領確認がないため、第二連絡先である"
		      "あなたにお送りします。",
	"** UNCONFIRMED ** The first contact has not confirmed this notice; it is "
	"sent to you as the second contact."},
    [NRS_PHRASE_SENT_AT] = {"送信: ", "Sent: "},
    [NRS_PHRASE_HOW_TO_CONFIRM] = {"確認の方法: この情報に付された確認用のリンクを開くか、noroshictl ack "
			  "識別番号 を実行するか、所属のセプターにお伝えください。確認されるまで、"
			  "定められた連絡先へ順にお知らせします。",
	"How to confirm: open the link that came with this notice, run "
	"`noroshictl ack ID`, or tell your CEPTOAR. Until then, the next "
	"contacts are told in turn."},
    [NRS_PHRASE_NEWS] = {"ニュースレター", "Newsletter"},
    [NRS_PHRASE_NEWS_TITLE] = {"重要インフラ ニュースレター",
	"Critical infrastructure newsletter"},
    [NRS_PHRASE_NEWS_PERIOD] = {"対象期間", "Period"},
    [NRS_PHRASE_NEWS_LATE] = {"この号は、予定の時刻より遅れて発行されました。",
	"This issue went out later than scheduled."},
    [NRS_PHRASE_NEWS_LATE_MARK] = {"【遅延】", "[LATE]"},
    [NRS_PHRASE_NEWS_LABEL] = {"この版の取扱い",
	"Handling of this edition"},
    [NRS_PHRASE_NEWS_CONTENTS] = {"目次", "Contents"},
    [NRS_PHRASE_NEWS_FIRST_STEP] = {"まず行うこと", "What to do first"},
    [NRS_PHRASE_NEWS_CORRECTED] = {"以前の号でお伝えした内容を訂正します。",
	"This corrects what an earlier issue said."},
    [NRS_PHRASE_NEWS_SENT] = {"この期間に即時に発信した情報です。本文は、そのときのメールをご覧ください。",
	"Sent at once during this period; see the mails of that time for the text."},
    [NRS_PHRASE_NEWS_NO_TITLE] = {"(件名はお伝えできません)", "(the title may not be shown)"},
    [NRS_PHRASE_NEWS_STOP] = {"配信の停止や変更は、所属のセプターか発信元の窓口にお申し出ください。"
		     "緊急の情報の配信は、これとは別に続きます。",
	"To stop or change this newsletter, ask your CEPTOAR or the sender's "
	"desk. Alerts go on regardless."},
    [NRS_PHRASE_NEWS_VERIFY] = {"各項目は個別に署名されています。真偽は noroshictl show 識別番号 "
		       "で確認できます。このメールへの返信では確認できません。",
	"Each item is signed by itself: check it with `noroshictl show ID`. "
	"Do not rely on a reply to this mail."},
    [NRS_PHRASE_ORIGINAL] = {"原文", "original"},
    [NRS_PHRASE_TRANSLATION] = {"訳", "translation"},
    [NRS_PHRASE_ORIGINAL_BELOW] = {"日本語の原文は下にあります。",
	"The English original is below."},
    [NRS_PHRASE_TRANSLATION_BELOW] = {"日本語訳は下にあります。",
	"An English translation is below."},
};
/* clang-format on */

/* TLP 2.0 (FIRST): labels are never translated, what they mean may be. */
static const char *const handling[][2] = {
    [NRS_TLP_RED] = {"宛先の個人限り。転送・共有不可",
        "for the eyes of individual recipients only, no further disclosure"},
    [NRS_TLP_AMBER_STRICT] = {"所属組織内の、知る必要のある者限り",
        "on a need-to-know basis within the recipient's organisation only"},
    [NRS_TLP_AMBER] = {"所属組織とその顧客のうち、知る必要のある者限り",
        "on a need-to-know basis within the organisation and its clients"},
    [NRS_TLP_GREEN] = {"関係者間限り。公開不可",
        "within the community, not through public channels"},
    [NRS_TLP_CLEAR] = {"共有の制限なし", "no limit on disclosure"},
};

const char *
nrs_phrase(enum nrs_phrase phrase, bool english)
{
	return phrases[phrase][english];
}

const char *
nrs_phrase_handling(enum nrs_tlp tlp, bool english)
{
	if (tlp < NRS_TLP_RED || tlp > NRS_TLP_CLEAR)
		tlp = NRS_TLP_RED;
	return handling[tlp][english];
}
