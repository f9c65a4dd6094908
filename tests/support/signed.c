/* SPDX-License-Identifier: Apache-2.0 */
#include "support/signed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "noroshi/core/statement.h"
#include "noroshi/io/wire.h"

static void *
keep(struct nrs_arena *arena, const void *value, size_t size)
{
	void *out = nrs_arena_alloc(arena, size);

	memcpy(out, value, size);
	return out;
}
#define KEEP(arena, value) keep(arena, &(value), sizeof(value))

/* What only a long notice has. */
static void
add_lists(struct nrs_arena *arena, struct nrs_content *content)
{
	const struct nrs_section sections[] = {
	    {"脆弱性情報", "遠隔の第三者が認証なしで任意のコードを実行できる。"
	                   "影響を受ける版は 1.0 から 1.9 まで。"},
	    {"対策", "版 2.0 への更新。更新できない場合は管理画面への"
	             "到達を閉域に限る。"},
	};
	const struct nrs_countermeasure countermeasures[] = {
	    {"版 2.0 への更新", SIGNED_AT + 86400000},
	    {"管理画面への到達を閉域に限る", 0},
	};
	const char *cpe[] = {"cpe:/a:example:gateway"};
	struct nrs_vulnerability vuln = {.cve = "CVE-2026-00001",
	    .jvndb_id = "",
	    .n_cpe = 1,
	    .cvss_vector = "",
	    .cvss_score_x10 = 98};

	vuln.cpe = KEEP(arena, cpe);
	content->sections = KEEP(arena, sections);
	content->n_sections = 2;
	content->countermeasures = KEEP(arena, countermeasures);
	content->n_countermeasures = 2;
	content->vulns = KEEP(arena, vuln);
	content->n_vulns = 1;
}

struct nrs_content *
signed_content(struct nrs_arena *arena)
{
	struct nrs_content content = {
	    .notice_id = "0190f5a0-7c00-7000-8000-000000000001",
	    .thread_id = "0190f5a0-7c00-7000-8000-000000000001",
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .revision_reason = "",
	    .mode = NRS_MODE_ACTUAL,
	    .exercise_id = "",
	    .stream = NRS_STREAM_NISC_PROVISION,
	    .source_row = NRS_SOURCE_GOVERNMENT,
	    .item_type = NRS_ITEM_BC2,
	    .urgency = NRS_URGENCY_PRIORITY,
	    .taxonomy_version = "PLAN2",
	    .tlp = NRS_TLP_AMBER,
	    .lang = "ja",
	    .title = "通信機器の脆弱性について",
	    .summary = "広く使われている通信機器に、遠隔から悪用できる"
	               "脆弱性が公表された。悪用の報告はまだない。",
	    .nisc_comment = "早めの更新を勧める。",
	    .impact = "",
	    .issued_at = SIGNED_AT,
	    .valid_until = SIGNED_AT + 7 * 86400000LL,
	    .schema_version = 1,
	    .originator_text = "",
	    .tlp_widened_by = "",
	};

	add_lists(arena, &content);
	return KEEP(arena, content);
}

struct nrs_addressing *
signed_addressing(struct nrs_arena *arena)
{
	const char *sectors[] = {"finance", "power"};
	struct nrs_addressing addressing = {
	    .originator = "nisc",
	    .n_sectors = 2,
	    .salt = {(const uint8_t *)"0123456789abcdef", 16},
	};

	addressing.sectors = KEEP(arena, sectors);
	return KEEP(arena, addressing);
}

const struct nrs_sector_table *
signed_sectors(void)
{
	static const struct nrs_sector sectors[] = {
	    {"finance", "金融", "finance", 2007},
	    {"power", "電力", "electric power", 2007},
	    {"water", "水道", "water supply", 2007},
	};
	static const struct nrs_ceptoar ceptoars[] = {
	    {"bank", "finance", "銀行等", "banks", true},
	    {"securities", "finance", "証券", "securities", true},
	    {"power", "power", "電力", "electric power", true},
	    {"water", "water", "水道", "water supply", true},
	};
	static const struct nrs_sector_table table = {
	    sectors, 3, ceptoars, 4, "test"};

	return &table;
}

struct nrs_keyring *
signed_keyring(const struct nrs_key *key, const char *more)
{
	char file[] = "/tmp/noroshi-ring-XXXXXX";
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_bytes public = {nrs_key_public(key), NRS_PUBLIC_KEY_SIZE};
	struct nrs_keyring *ring = NULL;
	struct nrs_err err = {0};
	int fd = mkstemp(file);

	if (fd < 0 ||
	    dprintf(fd,
	        "keys = ({ id = \"%s\"; public = \"%s\"; "
	        "principal = \"desk-1\"; modes = [\"ACTUAL\"]; %s });\n",
	        nrs_key_id(key), nrs_base64(arena, public), more) < 0 ||
	    close(fd) != 0 || nrs_keyring_load(file, &ring, &err) != NRS_OK) {
		(void)fprintf(stderr, "%s: %s\n", file, err.text);
		abort();
	}
	(void)unlink(file);
	nrs_arena_free(arena);
	return ring;
}

struct nrs_signature *
signed_part(struct nrs_arena *arena, const struct nrs_key *key,
    const struct nrs_submission *submission)
{
	uint8_t payload[NRS_SHA256_SIZE], addressing[NRS_SHA256_SIZE];
	uint8_t bytes[NRS_SIGNATURE_SIZE];
	const struct nrs_statement statement = {.type = submission->type,
	    .mode = submission->mode,
	    .submission_id = submission->submission_id,
	    .payload_sha256 = payload,
	    .addressing_sha256 = addressing};
	struct nrs_signature *out = nrs_arena_alloc(arena, sizeof(*out));
	char text[NRS_STATEMENT_MAX];

	nrs_sha256(submission->payload, payload);
	nrs_sha256(submission->addressing, addressing);
	if (nrs_key_sign(key, nrs_statement_text(&statement, text), bytes,
	        NULL) != NRS_OK)
		abort();
	out->key_id = nrs_arena_strdup(arena, nrs_key_id(key));
	out->signature = nrs_arena_bytes(arena, bytes, sizeof(bytes));
	return out;
}

void
signed_sign(struct nrs_arena *arena, const struct nrs_key *key,
    struct nrs_submission *submission)
{
	submission->signatures = signed_part(arena, key, submission);
	submission->n_signatures = 1;
}

struct nrs_submission *
signed_notice(struct nrs_arena *arena, const struct nrs_key *key,
    const struct nrs_content *content, const struct nrs_addressing *addressing)
{
	struct nrs_submission submission = {
	    .submission_id = content->notice_id,
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = content->mode,
	    .payload = nrs_wire_encode(arena, NRS_TYPE_CONTENT, content),
	    .addressing =
	        nrs_wire_encode(arena, NRS_TYPE_ADDRESSING, addressing),
	};

	signed_sign(arena, key, &submission);
	return KEEP(arena, submission);
}

struct nrs_alert *
signed_alert(struct nrs_arena *arena, const struct nrs_submission *submission)
{
	uint8_t *addressing = nrs_arena_alloc(arena, NRS_SHA256_SIZE);
	struct nrs_alert *alert = nrs_arena_alloc(arena, sizeof(*alert));

	*alert = (struct nrs_alert){.payload = submission->payload,
	    .addressing_sha256 = {addressing, NRS_SHA256_SIZE},
	    .signatures = submission->signatures,
	    .n_signatures = submission->n_signatures,
	    .accepted_at = SIGNED_AT,
	    .submission_id = submission->submission_id,
	    .mode = submission->mode};
	nrs_sha256(submission->addressing, addressing);
	return alert;
}
