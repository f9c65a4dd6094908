/* SPDX-License-Identifier: Apache-2.0 */
/* The real noroshictl against the door: what a script sees of it. */
/* long: one door, and every command in front of it. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/child.h" /* door_fixture starts programs with it */
#include "ctl/exit.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/door_fixture.h"
#include "support/peer.h"
#include "support/signed.h"

extern char **environ;

#define WORDS_MAX 24

struct ran {
	int code;
	char out[16384], err[4096];
};

static void
slurp(const char *path, char *to, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n = f == NULL ? 0 : fread(to, 1, size - 1, f);

	to[n] = '\0';
	if (f != NULL)
		(void)fclose(f);
}

/* Where standard output goes; the file that is read back, if not changed. */
static const char *sink;

/* noroshictl with words split at blanks and standard input from a file. */
static struct ran
run(const char *from, const char *line)
{
	static struct ran ran;
	static char words[1024], program[256], conf[128];
	char *argv[WORDS_MAX + 1] = {program, NULL}, *rest = NULL;
	posix_spawn_file_actions_t io;
	int argc = 1, status = -1;
	pid_t pid;

	(void)snprintf(program, sizeof(program), "%s/noroshictl",
	    getenv("BUILD") == NULL ? "build/gcc-release" : getenv("BUILD"));
	(void)snprintf(conf, sizeof(conf), "%s/ctl.conf", door_dir());
	(void)snprintf(words, sizeof(words), "-F %s %s", conf, line);
	for (char *at = strtok_r(words, " ", &rest);
	     at != NULL && argc < WORDS_MAX; at = strtok_r(NULL, " ", &rest))
		argv[argc++] = at;
	argv[argc] = NULL;
	(void)posix_spawn_file_actions_init(&io);
	(void)posix_spawn_file_actions_addopen(&io, 0, from, O_RDWR, 0);
	(void)posix_spawn_file_actions_addopen(&io, 1,
	    sink == NULL ? door_path("stdout") : sink,
	    O_WRONLY | O_CREAT | O_TRUNC, 0600);
	(void)posix_spawn_file_actions_addopen(
	    &io, 2, door_path("stderr"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(
	    posix_spawn(&pid, program, &io, NULL, argv, environ), 0);
	(void)posix_spawn_file_actions_destroy(&io);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	slurp(door_path("stdout"), ran.out, sizeof(ran.out));
	slurp(door_path("stderr"), ran.err, sizeof(ran.err));
	return ran;
}

static struct ran
ctl(const char *input, const char *line)
{
	door_write("stdin", input);
	return run(door_path("stdin"), line);
}

/* The same on a terminal, with the shell commands as editor: $1 is the file. */
static struct ran
ctl_edit(const char *commands, const char *line)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char script[512];
	struct ran ran;

	assert_true(terminal >= 0);
	assert_int_equal(grantpt(terminal), 0);
	assert_int_equal(unlockpt(terminal), 0);
	(void)snprintf(script, sizeof(script), "#!/bin/sh\n%s\n", commands);
	door_write("editor", script);
	assert_int_equal(chmod(door_path("editor"), 0700), 0);
	assert_int_equal(setenv("EDITOR", door_path("editor"), 1), 0);
	assert_int_equal(setenv("TMPDIR", door_dir(), 1), 0);
	(void)unsetenv("VISUAL");
	ran = run(ptsname(terminal), line);
	(void)close(terminal);
	return ran;
}

/* Its path ends the last line. */
static void
remove_kept_text(struct ran *ran)
{
	static const char before[] = "your text is in ";
	char *path = strstr(ran->err, before);

	assert_non_null(path);
	path += strlen(before);
	path[strcspn(path, "\n")] = '\0';
	assert_int_equal(unlink(path), 0);
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no %s in %s", part, text);
}

#define GOOD                                                                   \
	"{\"stream\":\"NISC_PROVISION\",\"source_row\":\"NISC_CI_GROUP\","     \
	"\"item_type\":\"C3\",\"urgency\":\"PRIORITY\",\"tlp\":\"GREEN\","     \
	"\"sectors\":[\"power\"],\"title\":\"題名\",\"summary\":\"概要\"," \
	"\"countermeasures\":[{\"text\":\"対処\"}]}"

/* ---- facts -----------------------------------------------------------------
 */

static void
issuing_prints_the_outcome(void **state)
{
	struct ran ran = ctl(GOOD, "--json issue");

	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.out, "\"verdict\":\"RELEASED\"");
	ran = ctl(GOOD, "--lang en issue -");
	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.out, "outcome:    released");
	ran = ctl(GOOD, "-q issue");
	assert_int_equal(strlen(ran.out), 37);
}

static void
a_refusal_names_field_and_rule_and_exits_4(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
	    {"{\"title\":\"a\\nb\"}", "noroshictl: "},
	    {"{\"titel\":\"a\"}", "titel: unknown-key: "},
	    {"{\"urgency\":\"SOON\"}", "urgency: "},
	    {"{", "json: "},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ran ran = ctl(cases[i].text, "issue -");
		assert_int_equal(ran.code, CTL_REFUSED);
		assert_has(ran.err, cases[i].says);
		assert_string_equal(ran.out, "");
	}
}

static void
a_rejected_command_exits_4_with_its_outcome(void **state)
{
	struct ran ran = ctl("{\"title\":\"reject\","
	                     "\"stream\":\"NISC_PROVISION\","
	                     "\"source_row\":\"NISC_CI_GROUP\","
	                     "\"item_type\":\"A1\",\"urgency\":\"ROUTINE\","
	                     "\"tlp\":\"GREEN\",\"sectors\":[\"power\"],"
	                     "\"summary\":\"概要\"}",
	    "--json issue");

	assert_int_equal(ran.code, CTL_REFUSED);
	assert_has(ran.out, "\"verdict\":\"REJECTED\"");
	assert_has(ran.err, "revision: revision-gap");
}

static void
wrong_use_exits_2_and_what_is_missing_5(void **state)
{
	assert_int_equal(ctl("", "isue").code, CTL_USAGE);
	assert_int_equal(ctl("", "-X no.such=1 list").code, CTL_USAGE);
	assert_int_equal(ctl("", "consume").code, CTL_USAGE);
	assert_int_equal(ctl("", "show nothing").code, CTL_NOT_FOUND);
	assert_int_equal(ctl("", "trace nothing").code, CTL_NOT_FOUND);
	assert_int_equal(
	    ctl("", "retract nothing --reason x").code, CTL_NOT_FOUND);
	assert_int_equal(ctl("", "issue /no/such/file").code, CTL_FAILED);
}

static void
issue_in(char id[37])
{
	struct ran ran = ctl(GOOD, "-q issue");

	assert_int_equal(ran.code, CTL_DONE);
	(void)snprintf(id, 37, "%.36s", ran.out);
}

static void
a_list_shows_titles_to_people(void **state)
{
	char id[37];
	const char *row;
	struct ran ran;

	issue_in(id);
	ran = ctl("", "--lang en list --limit 3");
	assert_int_equal(ran.code, CTL_DONE);
	row = strstr(ran.out, id);
	assert_non_null(row);
	assert_has(row, "題名\n");
	ran = ctl("", "--json list --limit 3");
	assert_has(ran.out, id);
	assert_null(strstr(ran.out, "題名"));
}

/* What is taken out in the editor is gone: a deadline, say, or a recipient. */
static void
a_thread_revised_in_the_editor_says_what_stands_there(void **state)
{
	char id[37], line[128];
	struct ran ran;

	issue_in(id);
	(void)snprintf(line, sizeof(line), "--dry-run revise %s", id);
	ran = ctl_edit("sed -i -e '/\"countermeasures\"/,/\\]/d' "
	               "-e 's/概要/変更/' \"$1\"",
	    line);
	assert_int_equal(ran.code, CTL_REFUSED);
	assert_has(ran.err, "countermeasures: countermeasure: ");
	assert_has(ran.err, "your text is in ");
	remove_kept_text(&ran);
	ran = ctl_edit("sed -i -e '/\"countermeasures\"/,/\\]/d' "
	               "-e 's/概要/変更/' "
	               "-e '1a \"no_countermeasure\": true,' \"$1\"",
	    line);
	assert_string_equal(ran.err, "");
	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.out, "\"summary\": \"変更\"");
	assert_null(strstr(ran.out, "対処"));
}

static void
an_editor_left_without_a_change_sends_nothing(void **state)
{
	char id[37], line[128];
	int before;
	struct ran ran;

	issue_in(id);
	before = bus_fixture_count(NRS_TOPIC_JOURNAL);
	(void)snprintf(line, sizeof(line), "revise %s", id);
	ran = ctl_edit("echo >> \"$1\"", line);
	assert_int_equal(ran.code, CTL_FAILED);
	assert_has(ran.err, "nothing was changed: nothing was sent");
	ran = ctl_edit("exit 1", line);
	assert_int_equal(ran.code, CTL_FAILED);
	assert_has(ran.err, "did not end well");
	remove_kept_text(&ran);
	assert_int_equal(bus_fixture_count(NRS_TOPIC_JOURNAL), before);
}

static void
a_configuration_that_cannot_work_exits_2_and_says_why(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
	    {"-X no.such=1 list", "\"no.such\""},
	    {"-X enable.auto.commit=true list", "enable.auto.commit"},
	    {"-X keys=/no/keys.conf consume --sector power",
	        "/no/keys.conf: No such file"},
	    {"-X producer=desk list", "producer: \"desk\": does not begin"},
	    {"--key /no/such.pem issue", "/no/such.pem: No such file"},
	    {"-X key= issue", "no key to sign with"},
	    {"posture power INCIDENT", "--reason TEXT and --until TIME"},
	    {"posture power NORMAL", "--reason TEXT\n"},
	    {"key new --out @ --principal x --modes REAL",
	        "\"REAL\" is not ACTUAL, EXERCISE or TEST"},
	    {"key new --out @ --principal x --roles=", "--roles names none"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ran ran = ctl(GOOD, cases[i].line);
		assert_int_equal(ran.code, CTL_USAGE);
		assert_has(ran.err, cases[i].says);
		assert_string_equal(ran.out, "");
	}
	assert_int_equal(
	    ctl("", "-X fetch.wait.max.ms=33 list").code, CTL_DONE);
}

static void
put(const char *topic, int partition, struct nrs_bytes value)
{
	struct nrs_bus_conf conf = bus_fixture_conf("put");
	struct nrs_outgoing out = {
	    .topic = topic, .partition = partition, .value = value};
	struct nrs_producer *producer;

	assert_int_equal(
	    nrs_producer_open(&conf, &topic, 1, &producer, NULL), NRS_OK);
	assert_int_equal(
	    nrs_producer_send_wait(producer, &out, 10000, NULL, NULL), NRS_OK);
	nrs_producer_close(producer);
}

static const char *const subscribers[] = {"op-alpha", "op-beta"};

static void
put_batch(struct nrs_arena *arena, const char *id)
{
	static struct nrs_channel mail = {
	    .type = NRS_CHANNEL_MAIL, .address = "secret@example.jp"};
	static struct nrs_delivery deliveries[2];
	struct nrs_delivery_batch batch = {.notice_id = id,
	    .thread_id = id,
	    .planned_at = SIGNED_AT,
	    .deliveries = deliveries,
	    .n_deliveries = 2};

	for (size_t i = 0; i < 2; i++)
		deliveries[i] = (struct nrs_delivery){
		    .key = bus_fixture_bytes(subscribers[i]),
		    .subscriber_id = subscribers[i],
		    .channel = &mail};
	put(NRS_TOPIC_DELIVERY_ALERT, 3,
	    nrs_wire_encode(arena, NRS_TYPE_DELIVERY_BATCH, &batch));
}

static void
put_receipt(
    struct nrs_arena *arena, const char *id, enum nrs_delivery_state state)
{
	const struct nrs_receipt receipt = {.notice_id = id,
	    .key = bus_fixture_bytes(subscribers[0]),
	    .subscriber_id = subscribers[0],
	    .channel = NRS_CHANNEL_MAIL,
	    .state = state,
	    .attempt = 2,
	    .detail = "250 queued",
	    .at = SIGNED_AT + 5};

	put(NRS_TOPIC_RECEIPT_ALERT, 3,
	    nrs_wire_encode(arena, NRS_TYPE_RECEIPT, &receipt));
}

static void
a_trace_goes_down_to_each_delivery_and_tells_no_address(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	char id[64], line[128];
	struct ran ran = ctl(GOOD, "-q issue");

	(void)snprintf(id, sizeof(id), "%.36s", ran.out);
	bus_fixture_topic(NRS_TOPIC_DELIVERY_ALERT, 12);
	bus_fixture_topic(NRS_TOPIC_RECEIPT_ALERT, 12);
	put_batch(arena, id);
	put_receipt(arena, id, NRS_STATE_DELIVERED);
	put_receipt(arena, id, NRS_STATE_INTENT); /* a late one */
	(void)snprintf(line, sizeof(line), "--json trace %s", id);
	ran = ctl("", line);
	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.out,
	    "\"topic\":\"receipt.alert\",\"offset\":0,\"subscriber_id\":"
	    "\"op-alpha\",\"channel\":\"MAIL\",\"state\":\"DELIVERED\","
	    "\"attempt\":2,\"detail\":\"250 queued\"");
	assert_has(ran.out,
	    "\"subscriber_id\":\"op-beta\",\"channel\":\"MAIL\","
	    "\"state\":\"PLANNED\"");
	assert_has(ran.out, "\"step\":\"DELIVERED\",\"detail\":\"1 of 2\"");
	assert_null(strstr(ran.out, "secret@"));
	(void)snprintf(line, sizeof(line), "--lang en trace %s", id);
	ran = ctl("", line);
	assert_has(ran.out, "op-alpha MAIL: DELIVERED: 250 queued\n");
	nrs_arena_free(arena);
}

static void
a_trace_shows_when_it_was_accepted_and_decided(void **state)
{
	struct ran ran = ctl(GOOD, "-q issue");
	char line[128];

	(void)snprintf(line, sizeof(line), "--json trace %.36s", ran.out);
	ran = ctl("", line);
	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.out, "\"step\":\"accepted\",\"topic\":\"journal\"");
	assert_has(ran.out, "\"step\":\"decided\",\"topic\":\"outcome\"");
}

/* Held, then approved: what was decided about it stands in the outcome of the
 * approval. */
static void
a_trace_of_what_was_approved_shows_the_release_and_its_cell(void **state)
{
	static enum nrs_route routes[] = {NRS_ROUTE_REALTIME};
	static const char *topics[] = {"alert.power.amber"};
	static const char *stubs[] = {"alert.power.green"};
	struct nrs_classification copy = {.sector = "power",
	    .routes = routes,
	    .n_routes = 1,
	    .column = NRS_COLUMN_C,
	    .posture = NRS_POSTURE_INCIDENT,
	    .route_rule = "cell:C/INCIDENT/PRIORITY"};
	const struct nrs_outcome outcome = {.submission_id = "approval-1",
	    .about_id = "held-1",
	    .type = NRS_SUBMISSION_APPROVAL,
	    .mode = NRS_MODE_ACTUAL,
	    .verdict = NRS_VERDICT_RELEASED,
	    .copies = &copy,
	    .n_copies = 1,
	    .topics = topics,
	    .n_topics = 1,
	    .stub_topics = stubs,
	    .n_stub_topics = 1};
	struct nrs_arena *arena = nrs_arena_new();
	struct ran ran;

	put(NRS_TOPIC_OUTCOME, 0,
	    nrs_wire_encode(arena, NRS_TYPE_OUTCOME, &outcome));
	ran = ctl("", "--json trace held-1");
	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.out, "\"step\":\"approval\"");
	assert_has(ran.out, "RELEASED; approval approval-1");
	assert_has(ran.out, "\"rule\":\"cell:C/INCIDENT/PRIORITY\"");
	assert_has(ran.out, "\"source\":\"(イ) 要警戒時・障害発生時 ");
	assert_has(
	    ran.out, "\"step\":\"written\",\"topic\":\"alert.power.amber\"");
	assert_has(
	    ran.out, "\"step\":\"stub\",\"topic\":\"alert.power.green\"");
	nrs_arena_free(arena);
}

static void
put_outcome(struct nrs_arena *arena, const struct nrs_outcome *outcome)
{
	put(NRS_TOPIC_OUTCOME, 0,
	    nrs_wire_encode(arena, NRS_TYPE_OUTCOME, outcome));
}

/* Held twice and one released; an item of C in two calm sectors, one of which
 * was looked at since; postures that end soon, and late. */
static void
put_what_waits(struct nrs_arena *arena)
{
	static struct nrs_held_change held[] = {
	    {.submission_id = "wait-1", .needs = "source-consent"},
	    {.submission_id = "wait-2", .needs = "source-consent"}};
	static struct nrs_held_change released[] = {
	    {.remove = true, .submission_id = "wait-2", .why = "released"}};
	static struct nrs_classification copies[] = {
	    {.sector = "power", .posture_review = true},
	    {.sector = "finance", .posture_review = true}};
	const int64_t now = nrs_wall_ms();
	struct nrs_posture_set sets[] = {
	    {"finance", NRS_POSTURE_HEIGHTENED, now + 3600000, 0},
	    {"telecom", NRS_POSTURE_HEIGHTENED, now + 900000000, 1}};

	put_outcome(arena, &(struct nrs_outcome){.submission_id = "a-1",
	                       .held = held,
	                       .n_held = 2,
	                       .copies = copies,
	                       .n_copies = 2});
	put_outcome(arena, &(struct nrs_outcome){.submission_id = "a-2",
	                       .held = released,
	                       .n_held = 1,
	                       .postures = sets,
	                       .n_postures = 2});
}

static void
attention_shows_what_waits_for_a_person_and_nothing_else(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct ran ran;

	(void)state;
	put_what_waits(arena);
	ran = ctl("", "--json list --attention");
	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.out,
	    "{\"attention\":\"HELD\",\"submission_id\":\"wait-1\","
	    "\"detail\":\"source-consent\"}");
	assert_null(strstr(ran.out, "wait-2"));
	assert_has(ran.out,
	    "{\"attention\":\"POSTURE_REVIEW\",\"submission_id\":\"a-1\","
	    "\"sector\":\"power\"}");
	assert_has(ran.out,
	    "{\"attention\":\"POSTURE_ENDS\",\"submission_id\":\"a-2\","
	    "\"sector\":\"finance\",");
	assert_null(strstr(ran.out, "telecom"));
	assert_null(strstr(ran.out, "\"POSTURE_REVIEW\",\"submission_id\":"
	                            "\"a-1\",\"sector\":\"finance\""));
	nrs_arena_free(arena);
}

/* One that ends late is shown once the classifier has reminded of it; one that
 * is NORMAL has no review any more. */
static void
attention_follows_reminders_and_postures(void **state)
{
	const char *reminder = NRS_ATTENTION_POSTURE "telecom";
	struct nrs_posture_set normal = {.scope = "*"};
	struct nrs_arena *arena = nrs_arena_new();
	struct ran ran;

	(void)state;
	put_what_waits(arena);
	put_outcome(arena, &(struct nrs_outcome){.submission_id = "deadline:1",
	                       .attention = &reminder,
	                       .n_attention = 1});
	ran = ctl("", "--json list --attention");
	assert_has(ran.out,
	    "{\"attention\":\"POSTURE_ENDS\",\"submission_id\":\"a-2\","
	    "\"sector\":\"telecom\",");
	put_outcome(arena,
	    &(struct nrs_outcome){
	        .submission_id = "a-3", .postures = &normal, .n_postures = 1});
	ran = ctl("", "--json list --attention");
	assert_null(strstr(ran.out, "POSTURE_REVIEW"));
	nrs_arena_free(arena);
}

static void
an_explanation_quotes_the_paper_and_names_the_table_it_read(void **state)
{
	static enum nrs_route routes[] = {NRS_ROUTE_NEWSLETTER};
	static const char *rules[] = {"cell:B_C/NORMAL/ROUTINE", "override:3"};
	struct nrs_classification copy = {.sector = "power",
	    .routes = routes,
	    .n_routes = 1,
	    .route_rule = rules[0],
	    .rules = rules,
	    .n_rules = 2};
	struct nrs_versions versions = {.rules = "older"};
	const struct nrs_outcome outcome = {.submission_id = "explained-1",
	    .mode = NRS_MODE_ACTUAL,
	    .verdict = NRS_VERDICT_WAITING,
	    .copies = &copy,
	    .n_copies = 1,
	    .versions = &versions};
	struct nrs_arena *arena = nrs_arena_new();
	struct ran ran;

	put(NRS_TOPIC_OUTCOME, 0,
	    nrs_wire_encode(arena, NRS_TYPE_OUTCOME, &outcome));
	ran = ctl("", "--lang en explain explained-1");
	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.out, "(ア) 平時(要警戒時・障害発生時以外のタイミング)");
	assert_has(ran.out, "i: it follows from the adopted reading");
	assert_has(ran.out, "The TLP gate");
	assert_has(ran.err, "by another version of the rules");
	ran = ctl("", "--json explain c/incident/routine");
	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.out, "\"routes\":[\"REALTIME\"],\"mark\":\"s\"");
	assert_int_equal(ctl("", "explain nothing").code, CTL_NOT_FOUND);
	nrs_arena_free(arena);
}

/* Nobody is there: the signed bytes are kept, and sent later they are the same
 * submission. */
static void
what_could_not_be_sent_is_kept_and_sent_again(void **state)
{
	struct ran ran = ctl(GOOD, "-X producer=http://127.0.0.1:1 issue -");
	char file[512], line[600], *end;
	const char *at;

	assert_int_equal(ran.code, CTL_FAILED);
	at = strstr(ran.err, "resend ");
	assert_non_null(at);
	(void)snprintf(file, sizeof(file), "%s", at + strlen("resend "));
	end = strchr(file, '\n');
	assert_non_null(end);
	*end = '\0';
	assert_int_equal(access(file, R_OK), 0);
	(void)snprintf(line, sizeof(line), "--json resend %s", file);
	ran = ctl("", line);
	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.out, "RELEASED");
	assert_int_equal(access(file, F_OK), -1);
}

/* The producer has it, and nobody has decided in time. */
static void
what_is_not_decided_in_time_exits_3(void **state)
{
	struct ran ran = ctl("{\"title\":\"undecided\","
	                     "\"stream\":\"NISC_PROVISION\","
	                     "\"source_row\":\"NISC_CI_GROUP\","
	                     "\"item_type\":\"A1\",\"urgency\":\"ROUTINE\","
	                     "\"tlp\":\"GREEN\",\"sectors\":[\"power\"],"
	                     "\"summary\":\"概要\"}",
	    "issue --wait 100 -");

	assert_int_equal(ran.code, CTL_UNKNOWN);
	assert_has(ran.err, "accepted, but not decided within 100 ms");
	assert_has(ran.err, "noroshictl trace ");
}

/* The request went out and no answer came back: it may have been accepted. The
 * same bytes under the same id are kept for sending again. */
static void
an_answer_that_never_came_exits_3_and_may_be_sent_again(void **state)
{
	const struct peer_script script = {.http = PEER_DROP};
	struct peer *peer = peer_http(&script);
	char line[600], *id;
	struct ran ran;

	(void)snprintf(line, sizeof(line),
	    "-X producer=http://127.0.0.1:%d issue -", peer_port(peer));
	ran = ctl(GOOD, line);
	peer_close(peer);
	assert_int_equal(ran.code, CTL_UNKNOWN);
	assert_string_equal(ran.out, "");
	id = strstr(ran.err, "resend ");
	assert_non_null(id);
	id[strcspn(id, "\n")] = '\0';
	(void)snprintf(line, sizeof(line), "--json %s", id);
	id = strrchr(id, '/') + 1;
	id[strcspn(id, ".")] = '\0';
	id = strdup(id);
	ran = ctl("", line);
	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.out, id); /* the same submission */
	free(id);
}

/* ---- reading ---------------------------------------------------------------
 */

static struct nrs_alert *
alert_of(struct nrs_arena *arena, const struct nrs_submission *s)
{
	uint8_t *addressing = nrs_arena_alloc(arena, NRS_SHA256_SIZE);
	struct nrs_alert *alert = nrs_arena_alloc(arena, sizeof(*alert));

	*alert = (struct nrs_alert){.payload = s->payload,
	    .addressing_sha256 = {addressing, NRS_SHA256_SIZE},
	    .signatures = s->signatures,
	    .n_signatures = s->n_signatures,
	    .accepted_at = SIGNED_AT,
	    .submission_id = s->submission_id,
	    .mode = s->mode};
	nrs_sha256(s->addressing, addressing);
	return alert;
}

static void
put_alert(struct nrs_arena *arena, const struct nrs_submission *s)
{
	put("alert.power.green", 0,
	    nrs_wire_encode(arena, NRS_TYPE_ALERT, alert_of(arena, s)));
}

static void
only_what_a_known_key_signed_is_shown(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_content *content = signed_content(arena);
	struct nrs_submission *good =
	    signed_notice(arena, door_key(), content, signed_addressing(arena));
	struct nrs_submission bad = *good;
	struct ran ran;

	bus_fixture_topic("alert.power.green", 1);
	put_alert(arena, good);
	ran = ctl("", "consume --sector power --label GREEN");
	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.out, content->title);
	assert_has(ran.out, "desk-1");
	content->title = "forged";
	bad.payload = nrs_wire_encode(arena, NRS_TYPE_CONTENT, content);
	put_alert(arena, &bad);
	ran = ctl("", "--json consume --sector power --label GREEN");
	assert_int_equal(ran.code, CTL_FAILED);
	assert_has(ran.out, "\"rule\":\"signature\"");
	assert_null(strstr(ran.out, "forged"));
	nrs_arena_free(arena);
}

/* One record of an edition of power's first issue; item NULL: the closing one.
 */
static void
put_part(struct nrs_arena *arena, const char *topic, enum nrs_tlp label,
    struct nrs_newsletter_item *item, uint32_t total)
{
	const struct nrs_newsletter part = {
	    .issue_id = "weekly:2026-11-27T06:00:00Z:power:1",
	    .sector = "power",
	    .label = label,
	    .number = 1,
	    .from = SIGNED_AT,
	    .to = SIGNED_AT + 3600000,
	    .item = item,
	    .closing = item == NULL,
	    .total = total,
	    .mode = NRS_MODE_ACTUAL};

	put(topic, 0, nrs_wire_encode(arena, NRS_TYPE_NEWSLETTER, &part));
}

static struct nrs_newsletter_item *
newsletter_item(struct nrs_arena *arena, uint32_t number)
{
	struct nrs_newsletter_item *item =
	    nrs_arena_alloc(arena, sizeof(*item));

	*item = (struct nrs_newsletter_item){.section = NRS_NEWS_SENT,
	    .number = number,
	    .title = "前に送ったもの",
	    .notice_id = "sent-1",
	    .thread_id = "sent-1",
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .tlp = NRS_TLP_GREEN,
	    .at = SIGNED_AT};
	return item;
}

/* The same item under a signature. */
static struct nrs_newsletter_item *
signed_item(struct nrs_arena *arena, const struct nrs_submission *s,
    const struct nrs_content *content)
{
	struct nrs_newsletter_item *item = newsletter_item(arena, 1);

	item->alert = alert_of(arena, s);
	item->section = NRS_NEWS_WARNINGS;
	item->title = "";
	item->notice_id = item->thread_id = content->notice_id;
	item->tlp = content->tlp;
	return item;
}

#define ISSUE "newsletter show weekly:2026-11-27T06:00:00Z:power:1"
#define SHOW "newsletter show --sector power"

static void
an_issue_is_shown_as_the_highest_edition_there_is(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_content *content = signed_content(arena);
	struct nrs_submission *good =
	    signed_notice(arena, door_key(), content, signed_addressing(arena));
	struct ran ran;

	assert_int_equal(ctl("", SHOW).code, CTL_NOT_FOUND);
	bus_fixture_topic("newsletter.power.amber", 1);
	bus_fixture_topic("newsletter.power.green", 1);
	put_part(arena, "newsletter.power.amber", NRS_TLP_AMBER,
	    signed_item(arena, good, content), 0);
	put_part(arena, "newsletter.power.amber", NRS_TLP_AMBER,
	    newsletter_item(arena, 2), 0);
	put_part(arena, "newsletter.power.amber", NRS_TLP_AMBER, NULL, 2);
	put_part(arena, "newsletter.power.green", NRS_TLP_GREEN,
	    newsletter_item(arena, 1), 0);
	put_part(arena, "newsletter.power.green", NRS_TLP_GREEN, NULL, 1);
	ran = ctl("", "--lang en " ISSUE);
	assert_string_equal(ran.err, "");
	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.out, "topic:   newsletter.power.amber\n");
	assert_has(ran.out, content->title);
	assert_has(ran.out, "前に送ったもの");
	ran = ctl("", "--json " SHOW " --number 1 --label GREEN");
	assert_int_equal(ran.code, CTL_DONE);
	assert_string_equal(ran.out,
	    "{\"step\":\"issue\","
	    "\"issue_id\":\"weekly:2026-11-27T06:00:00Z:power:1\","
	    "\"sector\":\"power\",\"number\":1,"
	    "\"from\":\"2026-11-24T00:34:56.000Z\","
	    "\"to\":\"2026-11-24T01:34:56.000Z\","
	    "\"topic\":\"newsletter.power.green\",\"count\":1}\n"
	    "{\"step\":\"item\",\"section\":\"SENT\",\"tlp\":\"GREEN\","
	    "\"notice_id\":\"sent-1\",\"thread_id\":\"sent-1\","
	    "\"revision\":1,\"kind\":\"INITIAL\","
	    "\"at\":\"2026-11-24T00:34:56.000Z\","
	    "\"title\":\"前に送ったもの\"}\n");
	nrs_arena_free(arena);
}

static void
what_nobody_signed_is_missing_from_an_issue_and_exits_1(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_content *content = signed_content(arena);
	struct nrs_submission *bad =
	    signed_notice(arena, door_key(), content, signed_addressing(arena));
	struct ran ran;

	content->title = "forged";
	bad->payload = nrs_wire_encode(arena, NRS_TYPE_CONTENT, content);
	bus_fixture_topic("newsletter.power.clear", 1);
	put_part(arena, "newsletter.power.clear", NRS_TLP_CLEAR,
	    signed_item(arena, bad, content), 0);
	put_part(arena, "newsletter.power.clear", NRS_TLP_CLEAR, NULL, 2);
	ran = ctl("", "--json " SHOW " --label CLEAR");
	assert_int_equal(ran.code, CTL_FAILED);
	assert_has(ran.err, "0190f5a0-7c00-7000-8000-000000000001: not shown: "
	                    "signature: ");
	assert_has(ran.err, ": not complete: 1 of 2 items\n");
	assert_null(strstr(ran.out, "forged"));
	nrs_arena_free(arena);
}

static void
an_issue_that_is_not_there_exits_5_and_no_choice_of_one_2(void **state)
{
	assert_int_equal(ctl("", "newsletter show").code, CTL_USAGE);
	assert_int_equal(ctl("", ISSUE " --sector power").code, CTL_USAGE);
	assert_int_equal(ctl("", ISSUE " --number 1").code, CTL_USAGE);
	assert_int_equal(ctl("", SHOW " --number 0").code, CTL_USAGE);
	assert_int_equal(ctl("", SHOW " --label RED").code, CTL_USAGE);
	assert_int_equal(ctl("", SHOW " --number 2").code, CTL_NOT_FOUND);
	assert_int_equal(ctl("", ISSUE "1").code, CTL_NOT_FOUND);
	assert_int_equal(ctl("", "newsletter show x").code, CTL_NOT_FOUND);
}

/* ---- what waits ------------------------------------------------------------
 */

static struct nrs_waiting_change
waits(const char *id, const char *sector, int64_t offset)
{
	return (struct nrs_waiting_change){.notice_id = id,
	    .thread_id = id,
	    .revision = 1,
	    .journal_offset = offset,
	    .sector = sector,
	    .tlp = NRS_TLP_GREEN,
	    .column = NRS_COLUMN_A,
	    .urgency = NRS_URGENCY_ROUTINE,
	    .section = NRS_NEWS_CASES,
	    .rule = "cell:A/NORMAL/ROUTINE",
	    .at = SIGNED_AT,
	    .kind = NRS_KIND_INITIAL,
	    .item_type = NRS_ITEM_A1};
}

/* One of each sector that waits, and one that ended before; where they stand in
 * the journal. */
static int64_t
put_waiting(struct nrs_arena *arena)
{
	int64_t last;
	struct nrs_waiting_change waiting[3];
	char id[37];

	issue_in(id);
	last = bus_fixture_count(NRS_TOPIC_JOURNAL) - 1;
	waiting[0] = waits("power-1", "power", last);
	waiting[1] = waits("finance-1", "finance", last);
	waiting[2] = waits("over-1", "power", last);
	waiting[2].valid_until = SIGNED_AT + 1;
	put_outcome(arena, &(struct nrs_outcome){.journal_offset = last + 1,
	                       .submission_id = "w-1",
	                       .type = NRS_SUBMISSION_NOTICE,
	                       .mode = NRS_MODE_ACTUAL,
	                       .verdict = NRS_VERDICT_WAITING,
	                       .waiting = waiting,
	                       .n_waiting = 3});
	return last;
}

/* Friday 15:00 in Tokyo; the first day of all was a Thursday. */
static const char *
next_friday(char text[NRS_TIME_SIZE])
{
	const int64_t day = 86400000, first = day + day / 4;
	const int64_t weeks = (nrs_wall_ms() - first) / (7 * day) + 1;

	return nrs_time_utc(first + weeks * 7 * day, text);
}

static void
a_newsletter_preview_shows_what_the_next_issue_would_have(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	char line[400], wanted[700], due[NRS_TIME_SIZE];
	int64_t offset;
	int before;
	struct ran ran;

	door_write("news.conf",
	    "lists = ({ id = \"weekly\"; sectors = [\"*\"]; weekdays = "
	    "[\"FRI\"]; at = \"15:00\"; zone = \"Asia/Tokyo\"; });\n");
	offset = put_waiting(arena);
	before = bus_fixture_count(NRS_TOPIC_JOURNAL);
	(void)snprintf(line, sizeof(line),
	    "--json -X newsletters=%s newsletter preview --sector power",
	    door_path("news.conf"));
	ran = ctl("", line);
	assert_string_equal(ran.err, "");
	assert_int_equal(ran.code, CTL_DONE);
	(void)next_friday(due);
	(void)snprintf(wanted, sizeof(wanted),
	    "{\"step\":\"issue\",\"issue_id\":\"weekly:%.19sZ:power:1\","
	    "\"list\":\"weekly\",\"sector\":\"power\",\"number\":1,"
	    "\"from\":\"2026-11-24T00:34:56.000Z\",\"to\":\"%s\","
	    "\"count\":1}\n"
	    "{\"step\":\"item\",\"sector\":\"power\",\"section\":\"CASES\","
	    "\"tlp\":\"GREEN\",\"notice_id\":\"power-1\",\"revision\":1,"
	    "\"offset\":%lld,\"title\":\"題名\"}\n",
	    due, due, (long long)offset);
	assert_string_equal(ran.out, wanted);
	(void)snprintf(line, sizeof(line),
	    "--lang en -X newsletters=%s newsletter preview weekly",
	    door_path("news.conf"));
	ran = ctl("", line);
	assert_int_equal(ran.code, CTL_DONE);
	assert_string_equal(ran.err, "Nothing was sent.\n");
	assert_has(ran.out, "finance-1");
	assert_has(ran.out, "power-1");
	assert_null(strstr(ran.out, "over-1"));
	assert_int_equal(bus_fixture_count(NRS_TOPIC_JOURNAL), before);
	nrs_arena_free(arena);
}

static void
a_newsletter_preview_of_no_list_exits_5_and_without_one_2(void **state)
{
	assert_int_equal(ctl("", "newsletter preview").code, CTL_USAGE);
	assert_int_equal(
	    ctl("", "newsletter preview x --sector power").code, CTL_USAGE);
	assert_int_equal(
	    ctl("", "newsletter preview weekly").code, CTL_NOT_FOUND);
	assert_int_equal(
	    ctl("", "newsletter preview --sector power").code, CTL_NOT_FOUND);
	assert_int_equal(
	    ctl("", "newsletter preview --sector nowhere").code, CTL_NOT_FOUND);
}

static void
output_that_nobody_took_is_no_success(void **state)
{
	static const char *const lines[] = {"list", "--json list", "-h",
	    "consume --sector power --from-start",
	    "consume --sector power --from-start --follow"};

	bus_fixture_topic("alert.power.green", 1);
	bus_fixture_put("alert.power.green", 0, "unreadable");
	sink = "/dev/full";
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct ran ran = ctl("", lines[i]);
		assert_int_equal(ran.code, CTL_FAILED);
		assert_has(ran.err, "stdout: ");
	}
	sink = NULL;
}

static void
a_new_key_is_never_written_over_another(void **state)
{
	char line[256], row[512];
	struct ran ran;

	(void)snprintf(line, sizeof(line),
	    "key new --out %s --principal desk-2 --roles desk,review",
	    door_path("new.pem"));
	ran = ctl("", line);
	assert_int_equal(ran.code, CTL_DONE);
	assert_has(ran.err, "between the ( ) of keys.conf");
	assert_has(ran.out, "principal = \"desk-2\"");
	assert_null(strstr(ran.out, "keys.conf")); /* it is pasted as it is */
	assert_has(ran.out, "roles = [\"desk\", \"review\"]");
	slurp(door_path("new.pem"), row, sizeof(row));
	assert_has(row, "PRIVATE KEY");
	assert_int_equal(ctl("", line).code, CTL_FAILED);
	(void)unlink(door_path("new.pem"));
}

static int
setup(void **state)
{
	char text[2048], here[512];
	struct nrs_bus_conf bus;

	if (door_fixture_start(state) != 0 ||
	    nrs_key_write(door_key(), door_path("desk.pem"), NULL) != NRS_OK)
		return -1;
	bus = bus_fixture_conf("ctl");
	(void)snprintf(text, sizeof(text),
	    "bus: { servers = \"%s\"; prefix = \"%s\"; };\n"
	    "producer = \"%s\"; key = \"desk.pem\"; keys = \"keys.conf\";\n"
	    "sectors = \"sectors.conf\"; outbox = \".\"; originator = "
	    "\"desk\"; rules = \"%s/config/rules.conf\";\n",
	    bus.servers, bus.prefix, door_url(), getcwd(here, sizeof(here)));
	door_write("ctl.conf", text);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(issuing_prints_the_outcome),
	    cmocka_unit_test(a_refusal_names_field_and_rule_and_exits_4),
	    cmocka_unit_test(a_rejected_command_exits_4_with_its_outcome),
	    cmocka_unit_test(wrong_use_exits_2_and_what_is_missing_5),
	    cmocka_unit_test(a_list_shows_titles_to_people),
	    cmocka_unit_test(
	        a_thread_revised_in_the_editor_says_what_stands_there),
	    cmocka_unit_test(an_editor_left_without_a_change_sends_nothing),
	    cmocka_unit_test(
	        a_configuration_that_cannot_work_exits_2_and_says_why),
	    cmocka_unit_test(
	        a_trace_goes_down_to_each_delivery_and_tells_no_address),
	    cmocka_unit_test(a_trace_shows_when_it_was_accepted_and_decided),
	    cmocka_unit_test(
	        a_trace_of_what_was_approved_shows_the_release_and_its_cell),
	    cmocka_unit_test(
	        attention_shows_what_waits_for_a_person_and_nothing_else),
	    cmocka_unit_test(attention_follows_reminders_and_postures),
	    cmocka_unit_test(
	        an_explanation_quotes_the_paper_and_names_the_table_it_read),
	    cmocka_unit_test(what_could_not_be_sent_is_kept_and_sent_again),
	    cmocka_unit_test(what_is_not_decided_in_time_exits_3),
	    cmocka_unit_test(
	        an_answer_that_never_came_exits_3_and_may_be_sent_again),
	    cmocka_unit_test(only_what_a_known_key_signed_is_shown),
	    cmocka_unit_test(an_issue_is_shown_as_the_highest_edition_there_is),
	    cmocka_unit_test(
	        what_nobody_signed_is_missing_from_an_issue_and_exits_1),
	    cmocka_unit_test(
	        an_issue_that_is_not_there_exits_5_and_no_choice_of_one_2),
	    cmocka_unit_test(
	        a_newsletter_preview_shows_what_the_next_issue_would_have),
	    cmocka_unit_test(
	        a_newsletter_preview_of_no_list_exits_5_and_without_one_2),
	    cmocka_unit_test(output_that_nobody_took_is_no_success),
	    cmocka_unit_test(a_new_key_is_never_written_over_another),
	};

	return cmocka_run_group_tests(tests, setup, door_fixture_stop);
}
