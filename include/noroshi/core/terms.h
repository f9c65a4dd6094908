/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_TERMS_H
#define NOROSHI_CORE_TERMS_H
/*
 * terms: every closed list of words, as numbers. The names, with their Japanese
 * and English labels, are in core/label.h; the wire numbers are these numbers.
 *
 * long: one list of words, in the order of the schema, reads better whole.
 */

enum nrs_mode {
	NRS_MODE_UNSPECIFIED = 0,
	NRS_MODE_ACTUAL = 1,   /* 本番 */
	NRS_MODE_EXERCISE = 2, /* 訓練 */
	NRS_MODE_TEST = 3,     /* 試験 */
};

enum nrs_msg_kind {
	NRS_KIND_UNSPECIFIED = 0,
	NRS_KIND_INITIAL = 1,    /* 第1報 */
	NRS_KIND_FOLLOW_UP = 2,  /* 続報 */
	NRS_KIND_CORRECTION = 3, /* 訂正 */
	NRS_KIND_RETRACTION = 4, /* 取消 */
};

enum nrs_stream {
	NRS_STREAM_UNSPECIFIED = 0,
	NRS_STREAM_SECTOR_REPORT = 1, /* 各分野からの情報連絡 */
	NRS_STREAM_AGENCY_PROVISION = 2, /* 関係省庁・関係機関からの情報提供 */
	NRS_STREAM_NISC_PROVISION = 3, /* NISCからの情報提供 */
};

/* The seven source rows of the matrix. No routing rule depends on the row. */
enum nrs_source_row {
	NRS_SOURCE_UNSPECIFIED = 0,
	NRS_SOURCE_GOVERNMENT = 1,
	NRS_SOURCE_NISC_OTHER = 2,
	NRS_SOURCE_PUBLIC_INFO = 3,
	NRS_SOURCE_NISC_CI_GROUP = 4,
	NRS_SOURCE_RELATED_AGENCY = 5,
	NRS_SOURCE_SECTOR_MEMBER = 6,
	NRS_SOURCE_OTHER_VENDOR = 7,
};

/* The 18 headings (◎) of the matrix. */
enum nrs_item_type {
	NRS_ITEM_UNSPECIFIED = 0,
	NRS_ITEM_A1 = 1,   /* IT障害事例 */
	NRS_ITEM_A2 = 2,   /* ヒヤリハット事例 */
	NRS_ITEM_BA1 = 3,  /* 海外動向 */
	NRS_ITEM_BA2 = 4,  /* 関係各種規程類 */
	NRS_ITEM_BA3 = 5,  /* 制度変更等の情報 */
	NRS_ITEM_BA4 = 6,  /* 社会・技術動向 */
	NRS_ITEM_BA5 = 7,  /* 参考文献、会合の案内 */
	NRS_ITEM_BA6 = 8,  /* 統計情報の提供 */
	NRS_ITEM_BB1 = 9,  /* 脅威の動向 */
	NRS_ITEM_BB2 = 10, /* 演習、訓練等から得られた課題等 */
	NRS_ITEM_BB3 = 11, /* 情報セキュリティ対策情報 */
	NRS_ITEM_BC1 = 12, /* 国事等 (ソーシャルイベント) */
	NRS_ITEM_BC2 = 13, /* 個別の脆弱性に対する情報 */
	NRS_ITEM_BC3 = 14, /* 予兆についての情報 */
	NRS_ITEM_BC4 = 15, /* 重要インフラへのサイバー攻撃等の速報 */
	NRS_ITEM_C1 = 16, /* 緊急事態(大規模サイバー攻撃等)時の広報等 */
	NRS_ITEM_C2 = 17, /* 災害情報 */
	NRS_ITEM_C3 = 18, /* 個別の脅威(攻撃)についての情報 */
};

enum nrs_urgency {
	NRS_URGENCY_UNSPECIFIED = 0,
	NRS_URGENCY_ROUTINE = 1,   /* 通常 */
	NRS_URGENCY_PRIORITY = 2,  /* 優先 */
	NRS_URGENCY_IMMEDIATE = 3, /* 緊急 */
};

/* TLP 2.0 (FIRST). The lower the number, the fewer may know. */
enum nrs_tlp {
	NRS_TLP_UNSPECIFIED = 0,
	NRS_TLP_RED = 1,
	NRS_TLP_AMBER_STRICT = 2,
	NRS_TLP_AMBER = 3,
	NRS_TLP_GREEN = 4,
	NRS_TLP_CLEAR = 5,
};

enum nrs_threat_category {
	NRS_THREAT_UNSPECIFIED = 0,
	NRS_THREAT_INTENTIONAL = 1,      /* 意図的要因 */
	NRS_THREAT_UNINTENTIONAL = 2,    /* 非意図的要因 */
	NRS_THREAT_DISASTER_DISEASE = 3, /* 災害・疾病 */
	NRS_THREAT_SPILLOVER = 4,        /* 他分野からの波及 */
	NRS_THREAT_OTHER = 5,            /* その他 */
};

/* The 13 causes of the seed's second table, in its order. */
enum nrs_cause_class {
	NRS_CAUSE_UNSPECIFIED = 0,
	NRS_CAUSE_UNAUTHORISED_ACCESS_DOS = 1,
	NRS_CAUSE_VIRUS_INFECTION = 2,
	NRS_CAUSE_OTHER_INTENTIONAL = 3,
	NRS_CAUSE_SOFTWARE_FAULT = 4,
	NRS_CAUSE_HARDWARE_FAULT = 5,
	NRS_CAUSE_MANAGEMENT_HUMAN = 6,
	NRS_CAUSE_OTHER_UNINTENTIONAL = 7,
	NRS_CAUSE_DISASTER_DISEASE = 8,
	NRS_CAUSE_SPILLOVER_TELECOM = 9,
	NRS_CAUSE_SPILLOVER_POWER = 10,
	NRS_CAUSE_SPILLOVER_WATER = 11,
	NRS_CAUSE_SPILLOVER_OTHER = 12,
	NRS_CAUSE_OTHER = 13,
};

/* 事象の類型 of the 4th and 5th action plans. */
enum nrs_event_type {
	NRS_EVENT_UNSPECIFIED = 0,
	NRS_EVENT_PRECURSOR_NEAR_MISS = 1,
	NRS_EVENT_CONFIDENTIALITY = 2,
	NRS_EVENT_INTEGRITY = 3,
	NRS_EVENT_AVAILABILITY = 4,
	NRS_EVENT_MALWARE = 5,
	NRS_EVENT_CODE_EXECUTION = 6,
	NRS_EVENT_INTRUSION = 7,
	NRS_EVENT_OTHER = 8,
};

enum nrs_tri {
	NRS_TRI_UNKNOWN = 0,
	NRS_TRI_NOT_REACHED = 1,
	NRS_TRI_REACHED = 2, /* 検証レベルに達したIT障害 */
};

/* 深刻度評価基準 (2018-07-25): used after the event, so it never routes alone.
 */
enum nrs_severity {
	NRS_SEVERITY_NOT_EVALUATED = 0,
	NRS_SEVERITY_0_NONE = 1,
	NRS_SEVERITY_1_LOW = 2,
	NRS_SEVERITY_2_MEDIUM = 3,
	NRS_SEVERITY_3_HIGH = 4,
	NRS_SEVERITY_4_CRISIS = 5,
};

enum nrs_arrangement_action {
	NRS_ARRANGEMENT_UNSPECIFIED = 0,
	NRS_ARRANGEMENT_ESTABLISH = 1, /* 設置 */
	NRS_ARRANGEMENT_CHANGE = 2,    /* 変更 */
	NRS_ARRANGEMENT_CLOSE = 3,     /* 閉鎖 */
};

enum nrs_arrangement_policy {
	NRS_POLICY_UNSPECIFIED = 0, /* read as ADD */
	NRS_POLICY_ADD = 1,
	NRS_POLICY_REPLACE = 2,
};

enum nrs_submission_type {
	NRS_SUBMISSION_UNSPECIFIED = 0,
	NRS_SUBMISSION_NOTICE = 1, /* payload: Content, with addressing */
	NRS_SUBMISSION_POSTURE_CHANGE = 2, /* payload: PostureChange */
	NRS_SUBMISSION_APPROVAL = 3,       /* payload: Approval */
	NRS_SUBMISSION_CUT_OFF =
	    4, /* payload: CutOff, by the producer or a desk */
	NRS_SUBMISSION_DEADLINE =
	    5, /* payload: Deadline, posted by the producer */
	NRS_SUBMISSION_SUBSCRIPTION =
	    6, /* payload: Subscription; topic subscription */
};

enum nrs_posture {
	NRS_POSTURE_UNSPECIFIED = 0,
	NRS_POSTURE_NORMAL = 1,     /* 平時 */
	NRS_POSTURE_HEIGHTENED = 2, /* 要警戒時 */
	NRS_POSTURE_INCIDENT = 3,   /* 障害発生時 */
};

enum nrs_matrix_column {
	NRS_COLUMN_UNSPECIFIED = 0,
	NRS_COLUMN_A = 1, /* 再発防止の観点で有益な情報 */
	NRS_COLUMN_B_A = 2, /* 各種規程、制度、環境変化等に関する情報 */
	NRS_COLUMN_B_B = 3, /* 個別の事例等に関する情報 */
	NRS_COLUMN_B_C = 4, /* 予兆・警報に関する情報 */
	NRS_COLUMN_C = 5, /* 障害の拡大防止・復旧のため必要となる情報 */
};

enum nrs_route {
	NRS_ROUTE_UNSPECIFIED = 0,
	NRS_ROUTE_REALTIME = 1,   /* 実施細目に基づく情報提供 */
	NRS_ROUTE_NEWSLETTER = 2, /* ニュースレター */
	NRS_ROUTE_WEB = 3,        /* Webサイト */
	NRS_ROUTE_OVERRIDE = 4,   /* 緊急時連絡体制 */
};

enum nrs_news_section {
	NRS_NEWS_UNSPECIFIED = 0,
	NRS_NEWS_WARNINGS = 1,    /* 注意喚起・予兆 */
	NRS_NEWS_THREATS = 2,     /* 脅威の動向・対策情報 */
	NRS_NEWS_CASES = 3,       /* 事例と教訓 */
	NRS_NEWS_ABROAD = 4,      /* 海外動向 */
	NRS_NEWS_RULES = 5,       /* 制度・規程・社会技術動向 */
	NRS_NEWS_MEETINGS = 6,    /* 会合・参考文献 */
	NRS_NEWS_STATISTICS = 7,  /* 統計 */
	NRS_NEWS_CORRECTIONS = 8, /* 訂正・取消 */
	NRS_NEWS_SENT = 9,        /* 発信一覧 */
};

enum nrs_verdict {
	NRS_VERDICT_UNSPECIFIED = 0,
	NRS_VERDICT_RELEASED = 1, /* at least one sector in real time */
	NRS_VERDICT_WAITING = 2,  /* for a newsletter, everywhere */
	NRS_VERDICT_HELD = 3, /* for the source's consent or a second person */
	NRS_VERDICT_EXPIRED = 4,
	NRS_VERDICT_REJECTED = 5,
	NRS_VERDICT_APPLIED = 6, /* a posture change, a cut-off, a deadline */
	NRS_VERDICT_DUPLICATE =
	    7, /* the same id and bytes again: see first_offset */
};

enum nrs_subscriber_kind {
	NRS_SUBSCRIBER_UNSPECIFIED = 0,
	NRS_SUBSCRIBER_MINISTRY = 1, /* 所管省庁 */
	NRS_SUBSCRIBER_CEPTOAR = 2,  /* セプター */
	NRS_SUBSCRIBER_OPERATOR = 3, /* 事業者 */
};

enum nrs_channel_type {
	NRS_CHANNEL_UNSPECIFIED = 0,
	NRS_CHANNEL_MAIL = 1,
	NRS_CHANNEL_WEBHOOK = 2,
	NRS_CHANNEL_TOPIC =
	    3, /* reads the sector's topics: delivered when written */
};

enum nrs_delivery_purpose {
	NRS_PURPOSE_UNSPECIFIED = 0,
	NRS_PURPOSE_ALERT = 1,
	NRS_PURPOSE_NEWSLETTER = 2,
	NRS_PURPOSE_REMINDER = 3,
	NRS_PURPOSE_ESCALATION = 4,
	NRS_PURPOSE_STUB = 5,
	NRS_PURPOSE_DUTY = 6, /* to the duty officer, of the service itself */
	NRS_PURPOSE_HEARTBEAT =
	    7, /* to a canary: proves the way, says nothing */
};

/* Where a recipient's own text goes between two frozen parts. */
enum nrs_slot {
	NRS_SLOT_UNSPECIFIED = 0,
	NRS_SLOT_NONE = 1,    /* the end */
	NRS_SLOT_ADDRESS = 2, /* the mailbox, in To: */
	NRS_SLOT_MESSAGE_ID =
	    3, /* local part of the Message-ID: the delivery key */
	NRS_SLOT_GREETING = 4, /* base64 lines of the recipient's greeting */
	NRS_SLOT_ACK_LINK = 5, /* base64 lines of the acknowledgement link */
	NRS_SLOT_GREETING_HTML = 6, /* the greeting as a paragraph of HTML */
	NRS_SLOT_ACK_LINK_HTML = 7, /* the link as a paragraph of HTML */
	NRS_SLOT_ACK_TOKEN = 8,     /* the token as it is */
	NRS_SLOT_ACK_LINK_JSON = 9, /* the link as a member of an object */
};

enum nrs_delivery_state {
	NRS_STATE_UNSPECIFIED = 0,
	NRS_STATE_INTENT = 1,       /* 送信着手 */
	NRS_STATE_DEFERRED = 2,     /* 再送待ち */
	NRS_STATE_DELIVERED = 3,    /* 到達 */
	NRS_STATE_FAILED = 4,       /* 不達 */
	NRS_STATE_EXPIRED = 5,      /* 期限切れ */
	NRS_STATE_CANCELLED = 6,    /* 取りやめ */
	NRS_STATE_ACKNOWLEDGED = 7, /* 受領確認 */
	NRS_STATE_RESPONDED = 8,    /* 対応回答 */
};

enum nrs_failure_reason {
	NRS_FAILURE_UNSPECIFIED = 0,
	NRS_FAILURE_CONTACT_STALE = 1, /* 連絡先変更 */
	NRS_FAILURE_UNREACHABLE = 2,
	NRS_FAILURE_REJECTED = 3,
	NRS_FAILURE_TIMEOUT = 4,
};

enum nrs_response {
	NRS_RESPONSE_UNSPECIFIED = 0,
	NRS_RESPONSE_NOT_AFFECTED = 1,  /* 該当なし */
	NRS_RESPONSE_AFFECTED = 2,      /* 該当あり */
	NRS_RESPONSE_MITIGATED = 3,     /* 対処済 */
	NRS_RESPONSE_INVESTIGATING = 4, /* 確認中 */
};

#endif
