/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/match.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define LIST(...)                                                              \
	.n = N(((const char *[]){__VA_ARGS__})), .items = {__VA_ARGS__}

struct list {
	size_t n;
	const char *items[4];
};

/* One row: a notice, a subscription, and the verdict that a person expects. */
struct row {
	const char *why;
	/* notice */
	enum nrs_tlp tlp;
	enum nrs_urgency urgency;
	enum nrs_item_type item_type;
	enum nrs_severity severity;
	struct list copy_sectors; /* "finance" or "finance/bank" */
	struct list recipients, excluded;
	const char *cpe;
	const char *title;
	/* subscription */
	struct list sectors, ceptoars;
	const char *organisation;
	enum nrs_tlp max_tlp;
	bool inactive, had_thread;
	struct nrs_filter filter;
	enum nrs_match want;
};

/* Defaults of a row: an AMBER PRIORITY notice to finance, and an operator of
 * finance who may see AMBER. */
#define AMBER_TO_FINANCE                                                       \
	.tlp = NRS_TLP_AMBER, .urgency = NRS_URGENCY_PRIORITY,                 \
	.item_type = NRS_ITEM_BC3, .copy_sectors = {LIST("finance")}
#define OPERATOR                                                               \
	.sectors = {LIST("finance")}, .organisation = "org-a",                 \
	.max_tlp = NRS_TLP_AMBER

static enum nrs_item_type only_c2[] = {NRS_ITEM_C2};
static enum nrs_item_type bc3_or_c2[] = {NRS_ITEM_C2, NRS_ITEM_BC3};
static enum nrs_matrix_column only_c[] = {NRS_COLUMN_C};
static enum nrs_matrix_column only_bc[] = {NRS_COLUMN_B_C};
static const char *apache_httpd[] = {"cpe:2.3:a:apache:http_server"};
static const char *word_vpn[] = {"vpn"};
static const char *word_jp[] = {"不審な", "メール"};

static const struct row rows[] = {
    {"same sector", AMBER_TO_FINANCE, OPERATOR, .want = NRS_MATCH_YES},
    {"other sector", AMBER_TO_FINANCE, .sectors = {LIST("energy")},
        .organisation = "org-a", .max_tlp = NRS_TLP_AMBER,
        .want = NRS_MATCH_NOT_ADDRESSED},
    {"a code is not a prefix", AMBER_TO_FINANCE, .sectors = {LIST("finance2")},
        .organisation = "org-a", .max_tlp = NRS_TLP_AMBER,
        .want = NRS_MATCH_NOT_ADDRESSED},
    {"no sectors at all means nobody", AMBER_TO_FINANCE,
        .organisation = "org-a", .max_tlp = NRS_TLP_RED,
        .want = NRS_MATCH_NOT_ADDRESSED},
    {"no copies means nobody", .tlp = NRS_TLP_CLEAR, OPERATOR,
        .want = NRS_MATCH_NOT_ADDRESSED},
    {"no copies means nobody, though named", .tlp = NRS_TLP_CLEAR,
        .recipients = {LIST("org-a")}, OPERATOR,
        .want = NRS_MATCH_NOT_ADDRESSED},
    {"second of two sectors", .tlp = NRS_TLP_AMBER,
        .copy_sectors = {LIST("energy", "finance")}, OPERATOR,
        .want = NRS_MATCH_YES},
    {"inactive", AMBER_TO_FINANCE, OPERATOR, .inactive = true,
        .want = NRS_MATCH_INACTIVE},
    /* CEPTOARs narrow */
    {"member of the CEPTOAR", .tlp = NRS_TLP_AMBER,
        .copy_sectors = {LIST("finance/bank")}, OPERATOR,
        .ceptoars = {LIST("securities", "bank")}, .want = NRS_MATCH_YES},
    {"member of another CEPTOAR", .tlp = NRS_TLP_AMBER,
        .copy_sectors = {LIST("finance/bank")}, OPERATOR,
        .ceptoars = {LIST("securities")}, .want = NRS_MATCH_NOT_ADDRESSED},
    {"member of none", .tlp = NRS_TLP_AMBER,
        .copy_sectors = {LIST("finance/bank")}, OPERATOR,
        .want = NRS_MATCH_NOT_ADDRESSED},
    {"narrowed in one sector, whole other one", .tlp = NRS_TLP_AMBER,
        .copy_sectors = {LIST("finance/bank", "energy")},
        .sectors = {LIST("energy")}, .organisation = "org-a",
        .max_tlp = NRS_TLP_AMBER, .want = NRS_MATCH_YES},
    {"membership does not replace the sector", .tlp = NRS_TLP_AMBER,
        .copy_sectors = {LIST("finance/bank")}, .sectors = {LIST("energy")},
        .ceptoars = {LIST("bank")}, .organisation = "org-a",
        .max_tlp = NRS_TLP_AMBER, .want = NRS_MATCH_NOT_ADDRESSED},
    /* named recipients are exclusive */
    {"named", AMBER_TO_FINANCE, .recipients = {LIST("org-b", "org-a")},
        OPERATOR, .want = NRS_MATCH_YES},
    {"another one is named", AMBER_TO_FINANCE, .recipients = {LIST("org-b")},
        OPERATOR, .want = NRS_MATCH_NOT_ADDRESSED},
    {"an empty organisation is nobody's name", AMBER_TO_FINANCE,
        .recipients = {LIST("")}, .sectors = {LIST("finance")},
        .organisation = "", .max_tlp = NRS_TLP_RED,
        .want = NRS_MATCH_NOT_ADDRESSED},
    {"excluded", AMBER_TO_FINANCE, .excluded = {LIST("org-z", "org-a")},
        OPERATOR, .want = NRS_MATCH_EXCLUDED},
    {"excluded wins over named", AMBER_TO_FINANCE,
        .recipients = {LIST("org-a")}, .excluded = {LIST("org-a")}, OPERATOR,
        .want = NRS_MATCH_EXCLUDED},
    {"another one is excluded", AMBER_TO_FINANCE, .excluded = {LIST("org-ab")},
        OPERATOR, .want = NRS_MATCH_YES},
    /* clearance */
    {"AMBER+STRICT above an AMBER clearance", .tlp = NRS_TLP_AMBER_STRICT,
        .copy_sectors = {LIST("finance")}, OPERATOR,
        .want = NRS_MATCH_NOT_CLEARED},
    {"GREEN below an AMBER clearance", .tlp = NRS_TLP_GREEN,
        .copy_sectors = {LIST("finance")}, OPERATOR, .want = NRS_MATCH_YES},
    {"an unknown clearance is the public's", .tlp = NRS_TLP_GREEN,
        .copy_sectors = {LIST("finance")}, .sectors = {LIST("finance")},
        .organisation = "org-a", .want = NRS_MATCH_NOT_CLEARED},
    {"RED without names is for nobody", .tlp = NRS_TLP_RED,
        .copy_sectors = {LIST("finance")}, .sectors = {LIST("finance")},
        .organisation = "org-a", .max_tlp = NRS_TLP_RED,
        .want = NRS_MATCH_NOT_ADDRESSED},
    {"an unknown label is RED", .tlp = (enum nrs_tlp)9,
        .copy_sectors = {LIST("finance")}, .sectors = {LIST("finance")},
        .organisation = "org-a", .max_tlp = NRS_TLP_RED,
        .want = NRS_MATCH_NOT_ADDRESSED},
    {"RED to one who is named and cleared", .tlp = NRS_TLP_RED,
        .copy_sectors = {LIST("finance")}, .recipients = {LIST("org-a")},
        .sectors = {LIST("energy")}, .organisation = "org-a",
        .max_tlp = NRS_TLP_RED, .want = NRS_MATCH_YES},
    {"RED to one who is named and not cleared", .tlp = NRS_TLP_RED,
        .copy_sectors = {LIST("finance")}, .recipients = {LIST("org-a")},
        OPERATOR, .want = NRS_MATCH_NOT_CLEARED},
    {"clearance comes before the filter", .tlp = NRS_TLP_AMBER_STRICT,
        .copy_sectors = {LIST("finance")}, OPERATOR,
        .filter = {.item_types = only_c2, .n_item_types = 1},
        .want = NRS_MATCH_NOT_CLEARED},
    /* filters */
    {"item type not wanted", AMBER_TO_FINANCE, OPERATOR,
        .filter = {.item_types = only_c2, .n_item_types = 1},
        .want = NRS_MATCH_FILTERED},
    {"item type wanted", AMBER_TO_FINANCE, OPERATOR,
        .filter = {.item_types = bc3_or_c2, .n_item_types = 2},
        .want = NRS_MATCH_YES},
    {"column not wanted", AMBER_TO_FINANCE, OPERATOR,
        .filter = {.columns = only_c, .n_columns = 1},
        .want = NRS_MATCH_FILTERED},
    {"column wanted", AMBER_TO_FINANCE, OPERATOR,
        .filter = {.columns = only_bc, .n_columns = 1}, .want = NRS_MATCH_YES},
    {"below the urgency asked for", .tlp = NRS_TLP_AMBER,
        .urgency = NRS_URGENCY_ROUTINE, .copy_sectors = {LIST("finance")},
        OPERATOR, .filter = {.min_urgency = NRS_URGENCY_PRIORITY},
        .want = NRS_MATCH_FILTERED},
    {"at the urgency asked for", AMBER_TO_FINANCE, OPERATOR,
        .filter = {.min_urgency = NRS_URGENCY_PRIORITY}, .want = NRS_MATCH_YES},
    {"below the severity asked for", AMBER_TO_FINANCE,
        .severity = NRS_SEVERITY_1_LOW, OPERATOR,
        .filter = {.min_severity = NRS_SEVERITY_3_HIGH},
        .want = NRS_MATCH_FILTERED},
    {"severity not evaluated passes", AMBER_TO_FINANCE, OPERATOR,
        .filter = {.min_severity = NRS_SEVERITY_3_HIGH}, .want = NRS_MATCH_YES},
    {"product of the asset list", AMBER_TO_FINANCE,
        .cpe = "cpe:2.3:a:Apache:HTTP_server:2.4.1:*:*", OPERATOR,
        .filter = {.cpe_prefixes = apache_httpd, .n_cpe_prefixes = 1},
        .want = NRS_MATCH_YES},
    {"another product", AMBER_TO_FINANCE,
        .cpe = "cpe:2.3:a:apache:tomcat:9.0:*", OPERATOR,
        .filter = {.cpe_prefixes = apache_httpd, .n_cpe_prefixes = 1},
        .want = NRS_MATCH_FILTERED},
    {"the whole vendor", AMBER_TO_FINANCE, .cpe = "cpe:2.3:a:apache:*",
        OPERATOR, .filter = {.cpe_prefixes = apache_httpd, .n_cpe_prefixes = 1},
        .want = NRS_MATCH_YES},
    {"no product named", AMBER_TO_FINANCE, OPERATOR,
        .filter = {.cpe_prefixes = apache_httpd, .n_cpe_prefixes = 1},
        .want = NRS_MATCH_YES},
    {"word, any case", AMBER_TO_FINANCE, .title = "Exploited VPN gateways",
        OPERATOR, .filter = {.keywords = word_vpn, .n_keywords = 1},
        .want = NRS_MATCH_YES},
    {"one of two Japanese words", AMBER_TO_FINANCE, .title = "不審な通信の急増",
        OPERATOR, .filter = {.keywords = word_jp, .n_keywords = 2},
        .want = NRS_MATCH_YES},
    {"word absent", AMBER_TO_FINANCE, .title = "停電の見込み", OPERATOR,
        .filter = {.keywords = word_vpn, .n_keywords = 1},
        .want = NRS_MATCH_FILTERED},
    {"all parts of a filter must agree", AMBER_TO_FINANCE, .title = "VPN",
        OPERATOR,
        .filter = {.keywords = word_vpn,
            .n_keywords = 1,
            .columns = only_c,
            .n_columns = 1},
        .want = NRS_MATCH_FILTERED},
    /* what a filter may not hide */
    {"IMMEDIATE passes every filter", .tlp = NRS_TLP_AMBER,
        .urgency = NRS_URGENCY_IMMEDIATE, .copy_sectors = {LIST("finance")},
        OPERATOR,
        .filter = {.item_types = only_c2,
            .n_item_types = 1,
            .min_severity = NRS_SEVERITY_4_CRISIS,
            .keywords = word_vpn,
            .n_keywords = 1},
        .want = NRS_MATCH_YES},
    {"a revision of what was already sent passes", AMBER_TO_FINANCE, OPERATOR,
        .had_thread = true,
        .filter = {.item_types = only_c2, .n_item_types = 1},
        .want = NRS_MATCH_YES},
    {"but not to someone who may no longer see it", .tlp = NRS_TLP_AMBER_STRICT,
        .copy_sectors = {LIST("finance")}, OPERATOR, .had_thread = true,
        .want = NRS_MATCH_NOT_CLEARED},
    {"nor an IMMEDIATE one", .tlp = NRS_TLP_AMBER_STRICT,
        .urgency = NRS_URGENCY_IMMEDIATE, .copy_sectors = {LIST("finance")},
        OPERATOR, .want = NRS_MATCH_NOT_CLEARED},
};

struct built {
	struct nrs_content content;
	struct nrs_addressing addressing;
	struct nrs_classification copies[4];
	struct nrs_vulnerability vuln;
	const char *cpe;
	char codes[4][32];
	struct nrs_match_notice notice;
	struct nrs_subscription sub;
	struct nrs_filter filter;
	struct list recipients, excluded, sectors, ceptoars;
};

static void
build_notice(const struct row *row, struct built *b)
{
	size_t i, cut;

	b->cpe = row->cpe;
	b->vuln = (struct nrs_vulnerability){
	    .cve = "", .jvndb_id = "", .cpe = &b->cpe, .n_cpe = 1};
	b->content = (struct nrs_content){.tlp = row->tlp,
	    .urgency = row->urgency,
	    .item_type = row->item_type,
	    .severity = row->severity,
	    .title = row->title == NULL ? "" : row->title,
	    .summary = "",
	    .impact = "",
	    .nisc_comment = "",
	    .vulns = &b->vuln,
	    .n_vulns = row->cpe == NULL ? 0 : 1};
	b->recipients = row->recipients;
	b->excluded = row->excluded;
	b->addressing =
	    (struct nrs_addressing){.recipients = b->recipients.items,
	        .n_recipients = b->recipients.n,
	        .excluded_recipients = b->excluded.items,
	        .n_excluded_recipients = b->excluded.n};
	for (i = 0; i < row->copy_sectors.n; i++) {
		cut = strcspn(row->copy_sectors.items[i], "/");
		(void)snprintf(b->codes[i], sizeof(b->codes[i]), "%.*s",
		    (int)cut, row->copy_sectors.items[i]);
		b->copies[i] =
		    (struct nrs_classification){.sector = b->codes[i],
		        .column = NRS_COLUMN_B_C,
		        .ceptoar = row->copy_sectors.items[i][cut] == '\0'
		                       ? ""
		                       : row->copy_sectors.items[i] + cut + 1};
	}
	b->notice = (struct nrs_match_notice){.content = &b->content,
	    .addressing = &b->addressing,
	    .copies = b->copies,
	    .n_copies = row->copy_sectors.n};
}

static void
build(const struct row *row, struct built *b)
{
	memset(b, 0, sizeof(*b));
	build_notice(row, b);
	b->filter = row->filter;
	b->sectors = row->sectors;
	b->ceptoars = row->ceptoars;
	b->sub = (struct nrs_subscription){.subscriber_id = "s1",
	    .organisation = row->organisation,
	    .sectors = b->sectors.items,
	    .n_sectors = b->sectors.n,
	    .ceptoars = b->ceptoars.items,
	    .n_ceptoars = b->ceptoars.n,
	    .max_tlp = row->max_tlp,
	    .inactive = row->inactive,
	    .filter = &b->filter};
}

static void
each_row_has_the_verdict_a_person_expects(void **state)
{
	struct built b;
	enum nrs_match got;
	size_t i;

	(void)state;
	for (i = 0; i < N(rows); i++) {
		build(&rows[i], &b);
		got = nrs_match_one(&b.notice, &b.sub, rows[i].had_thread);
		if (got != rows[i].want)
			fail_msg("%s: got %d, want %d", rows[i].why, (int)got,
			    (int)rows[i].want);
	}
}

static void
a_keyword_is_looked_for_in_each_language(void **state)
{
	struct nrs_translation other = {.title = "Scans of VPN gateways",
	    .summary = "",
	    .impact = "",
	    .nisc_comment = ""};
	const struct row row = {"", AMBER_TO_FINANCE, .title = "不審な通信",
	    OPERATOR, .filter = {.keywords = word_vpn, .n_keywords = 1}};
	struct built b;

	(void)state;
	build(&row, &b);
	assert_int_equal(
	    nrs_match_one(&b.notice, &b.sub, false), NRS_MATCH_FILTERED);
	b.content.translations = &other;
	b.content.n_translations = 1;
	assert_int_equal(
	    nrs_match_one(&b.notice, &b.sub, false), NRS_MATCH_YES);
}

struct seen {
	size_t n;
	enum nrs_match last;
};

static void
see(void *ctx, const struct nrs_subscription *sub, enum nrs_match verdict)
{
	struct seen *seen = ctx;

	(void)sub;
	seen->n++;
	seen->last = verdict;
}

/* The scan is an optimisation: it must say what the plain function says. */
static void
the_scan_agrees_with_the_plain_function(void **state)
{
	struct nrs_match_set *set;
	struct seen seen;
	struct built b;
	enum nrs_match one;
	size_t i;

	(void)state;
	for (i = 0; i < N(rows); i++) {
		build(&rows[i], &b);
		set = nrs_match_set_new();
		nrs_match_set_put(set, &b.sub);
		seen = (struct seen){0};
		nrs_match_scan(set, &b.notice, see, &seen);
		one = nrs_match_one(&b.notice, &b.sub, false);
		if (seen.n != (one >= NRS_MATCH_NOT_CLEARED ? 1 : 0) ||
		    (seen.n == 1 && seen.last != one))
			fail_msg("%s: scan %zu/%d, one %d", rows[i].why, seen.n,
			    (int)seen.last, (int)one);
		nrs_match_set_free(set);
	}
}

static void
every_pair_of_clearance_and_label_is_decided(void **state)
{
	/* rows: clearance RED .. CLEAR; columns: label RED .. CLEAR */
	static const char want[5][6] = {
	    "yyyyy", "nyyyy", "nnyyy", "nnnyy", "nnnny"};
	int c, l;

	(void)state;
	for (c = 0; c < 5; c++)
		for (l = 0; l < 5; l++)
			assert_int_equal(
			    nrs_match_cleared(
			        (enum nrs_tlp)(c + 1), (enum nrs_tlp)(l + 1)),
			    want[c][l] == 'y');
}

static void
put_replaces_and_remove_forgets(void **state)
{
	struct nrs_match_set *set = nrs_match_set_new();
	struct nrs_subscription a = {.subscriber_id = "a"}, b = a, c = a;

	(void)state;
	b.subscriber_id = "b";
	c.updated_at = 7;
	nrs_match_set_put(set, &a);
	nrs_match_set_put(set, &b);
	nrs_match_set_put(set, &c);
	assert_int_equal(nrs_match_set_count(set), 2);
	assert_ptr_equal(nrs_match_set_find(set, "a"), &c);
	nrs_match_set_remove(set, "a");
	nrs_match_set_remove(set, "a");
	nrs_match_set_remove(set, "never");
	assert_int_equal(nrs_match_set_count(set), 1);
	assert_null(nrs_match_set_find(set, "a"));
	assert_ptr_equal(nrs_match_set_find(set, "b"), &b);
	assert_ptr_equal(nrs_match_set_at(set, 0), &b);
	nrs_match_set_remove(set, "b");
	assert_int_equal(nrs_match_set_count(set), 0);
	nrs_match_set_free(set);
}

/* More codes than bits: those that share one must still be told apart. */
static void
a_hundred_sectors_are_told_apart(void **state)
{
	static char codes[100][16];
	static const char *names[100];
	static struct nrs_subscription subs[100];
	static char ids[100][16];
	struct nrs_match_set *set = nrs_match_set_new();
	struct seen seen;
	struct built b;
	size_t i;

	(void)state;
	for (i = 0; i < 100; i++) {
		(void)snprintf(codes[i], sizeof(codes[i]), "s%zu", i);
		(void)snprintf(ids[i], sizeof(ids[i]), "id%zu", i);
		names[i] = codes[i];
		subs[i] = (struct nrs_subscription){.subscriber_id = ids[i],
		    .organisation = "o",
		    .sectors = &names[i],
		    .n_sectors = 1,
		    .max_tlp = NRS_TLP_RED};
		nrs_match_set_put(set, &subs[i]);
	}
	for (i = 0; i < 100; i++) {
		build(&rows[0], &b);
		b.copies[0].sector = codes[i];
		seen = (struct seen){0};
		nrs_match_scan(set, &b.notice, see, &seen);
		assert_int_equal(seen.n, 1);
	}
	build(&rows[0], &b);
	b.copies[0].sector = "nobody-subscribed";
	seen = (struct seen){0};
	nrs_match_scan(set, &b.notice, see, &seen);
	assert_int_equal(seen.n, 0);
	nrs_match_set_free(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_row_has_the_verdict_a_person_expects),
	    cmocka_unit_test(a_keyword_is_looked_for_in_each_language),
	    cmocka_unit_test(the_scan_agrees_with_the_plain_function),
	    cmocka_unit_test(every_pair_of_clearance_and_label_is_decided),
	    cmocka_unit_test(put_replaces_and_remove_forgets),
	    cmocka_unit_test(a_hundred_sectors_are_told_apart),
	};

	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
