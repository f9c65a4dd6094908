/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed notices in numbers: COUNT first notices of threads, real time in
 * one sector each, the sectors of the table in turn. The first WAITING of them
 * wait for the newsletter instead.
 *
 *   load SERVERS PREFIX KEY SECTORS COUNT [WAITING]   into the journal
 *   load --files DIR KEY SECTORS COUNT [WAITING]      DIR/<n>.pb, to be posted
 *
 * Journal and files are what noroshictl would have made; only the producer's
 * door is passed by when they are appended.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/bus.h"
#include "noroshi/io/table.h"
#include "noroshi/io/wire.h"
#include "support/signed.h"

#define CHUNK 5000
#define FLUSH_MS 60000

struct loader {
	struct nrs_arena *arena; /* of one chunk */
	const struct nrs_sector_table *sectors;
	struct nrs_key *key;
	char run[32]; /* makes ids unlike those of any other run */
	unsigned waiting;
	const char *dir;
	struct nrs_producer *producer;
};

static void
must(enum nrs_rc rc, const struct nrs_err *err)
{
	if (rc == NRS_OK)
		return;
	(void)fprintf(stderr, "load: %s\n", err->text);
	exit(1);
}

static struct nrs_submission *
seal(struct loader *loader, const char *id, unsigned n)
{
	static const uint8_t salt[16] = {1};
	const struct nrs_sector_table *table = loader->sectors;
	const char *sector = table->sectors[n % table->n_sectors].code;
	const bool waits = n < loader->waiting;
	struct nrs_countermeasure measure = {
	    .text = "Take the affected servers off the network until the fixed "
	            "version is installed, and keep their logs."};
	struct nrs_section section = {.label = "攻撃手法",
	    .text = "The update channel of a widely used tool was taken over."};
	const struct nrs_content content = {
	    .notice_id = id,
	    .thread_id = id,
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .mode = NRS_MODE_ACTUAL,
	    .stream = NRS_STREAM_NISC_PROVISION,
	    .source_row = NRS_SOURCE_NISC_CI_GROUP,
	    .item_type = waits ? NRS_ITEM_A1 : NRS_ITEM_C3,
	    .urgency = waits ? NRS_URGENCY_ROUTINE : NRS_URGENCY_PRIORITY,
	    .tlp = NRS_TLP_AMBER,
	    .lang = "ja",
	    .title = nrs_arena_printf(loader->arena, "bench %08u", n),
	    .summary = "ベンチマークのための通知。複数の事業者で同じ手口が"
	               "確認された。",
	    .sections = &section,
	    .n_sections = 1,
	    .countermeasures = &measure,
	    .n_countermeasures = 1,
	    .issued_at = nrs_wall_ms(),
	    .schema_version = 1,
	};
	const struct nrs_addressing addressing = {.originator = "bench",
	    .sectors = &sector,
	    .n_sectors = 1,
	    .salt = {salt, sizeof(salt)}};

	return signed_notice(loader->arena, loader->key, &content, &addressing);
}

static struct nrs_bytes
submission_of(struct loader *loader, unsigned n, const char **id)
{
	struct nrs_submission *submission;

	*id = nrs_arena_printf(loader->arena, "bench-%s-%08u", loader->run, n);
	submission = seal(loader, *id, n);
	/* The door stamps what comes through it. */
	if (loader->dir == NULL)
		submission->accepted_at = nrs_wall_ms();
	return nrs_wire_encode(loader->arena, NRS_TYPE_SUBMISSION, submission);
}

static void
write_file(const struct loader *loader, unsigned n, struct nrs_bytes bytes)
{
	const char *path =
	    nrs_arena_printf(loader->arena, "%s/%06u.pb", loader->dir, n);
	FILE *file = fopen(path, "wb");

	if (file == NULL ||
	    fwrite(bytes.data, 1, bytes.len, file) != bytes.len ||
	    fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

static void
append(struct loader *loader, const char *id, struct nrs_bytes bytes)
{
	const struct nrs_outgoing out = {
	    .topic = NRS_TOPIC_JOURNAL,
	    .partition = 0,
	    .key = {(const uint8_t *)id, strlen(id)},
	    .value = bytes,
	};
	struct nrs_err err = {0};

	must(nrs_producer_send(loader->producer, &out, &err), &err);
}

static void
run(struct loader *loader, unsigned count)
{
	struct nrs_err err = {0};
	struct nrs_bytes bytes;
	const char *id;
	unsigned n;

	for (n = 0; n < count; n++) {
		bytes = submission_of(loader, n, &id);
		if (loader->dir != NULL)
			write_file(loader, n, bytes);
		else
			append(loader, id, bytes);
		if (n % CHUNK != CHUNK - 1 && n != count - 1)
			continue;
		if (loader->producer != NULL)
			must(nrs_producer_flush(
			         loader->producer, FLUSH_MS, &err),
			    &err);
		nrs_arena_reset(loader->arena);
	}
}

static void
open_bus(struct loader *loader, const char *servers, const char *prefix)
{
	static const char *const topics[] = {NRS_TOPIC_JOURNAL};
	const struct nrs_bus_conf conf = {.servers = servers,
	    .instance = "load",
	    .prefix = prefix,
	    .session_timeout_ms = 6000,
	    .transaction_timeout_ms = 10000};
	struct nrs_err err = {0};

	must(
	    nrs_producer_open(&conf, topics, 1, &loader->producer, &err), &err);
}

int
main(int argc, char **argv)
{
	struct nrs_arena *tables = nrs_arena_new();
	struct loader loader = {.arena = nrs_arena_new()};
	struct nrs_err err = {0};

	if (argc != 6 && argc != 7) {
		(void)fprintf(stderr, "usage: load SERVERS PREFIX KEY "
		                      "SECTORS COUNT [WAITING]\n");
		return 2;
	}
	(void)snprintf(loader.run, sizeof(loader.run), "%" PRIx64,
	    (uint64_t)nrs_wall_ms());
	must(nrs_key_read(argv[3], &loader.key, &err), &err);
	must(nrs_table_sectors(tables, argv[4], &loader.sectors, &err), &err);
	if (argc == 7)
		loader.waiting = (unsigned)strtoul(argv[6], NULL, 10);
	if (strcmp(argv[1], "--files") == 0)
		loader.dir = argv[2];
	else
		open_bus(&loader, argv[1], argv[2]);
	run(&loader, (unsigned)strtoul(argv[5], NULL, 10));
	if (loader.producer != NULL)
		nrs_producer_close(loader.producer);
	nrs_key_free(loader.key);
	nrs_arena_free(loader.arena);
	nrs_arena_free(tables);
	return 0;
}
