/* SPDX-License-Identifier: Apache-2.0 */
/* How long there is to confirm an alert, and how long others wait for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "noroshi/core/ack_time.h"

#define NOW INT64_C(1767225600000)
#define HOUR INT64_C(3600000)

static const struct nrs_ack_times times = {.immediate_ms = HOUR,
    .priority_ms = 4 * HOUR,
    .routine_ms = 24 * HOUR,
    .report_after = 150,
    .give_up_ms = 72 * HOUR};

static int64_t
time_of(const struct nrs_content *content, enum nrs_posture posture)
{
	const struct nrs_classification copy = {.posture = posture};
	const struct nrs_ack_alert alert = {
	    .content = content, .copies = &copy, .n_copies = 1, .sent_at = NOW};

	return nrs_ack_time(&times, &alert);
}

static void
urgency_and_an_incident_say_how_long(void **state)
{
	static const struct {
		enum nrs_urgency urgency;
		int64_t usual, incident;
	} rows[] = {
	    {NRS_URGENCY_ROUTINE, 24 * HOUR, 4 * HOUR},
	    {NRS_URGENCY_PRIORITY, 4 * HOUR, HOUR},
	    {NRS_URGENCY_IMMEDIATE, HOUR, HOUR},
	    {(enum nrs_urgency)77, HOUR, HOUR}, /* unknown: the safest */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct nrs_content content = {.urgency = rows[i].urgency};

		assert_int_equal(
		    time_of(&content, NRS_POSTURE_NORMAL), rows[i].usual);
		assert_int_equal(
		    time_of(&content, NRS_POSTURE_INCIDENT), rows[i].incident);
	}
}

static void
the_issuer_may_say_until_when(void **state)
{
	struct nrs_content content = {.urgency = NRS_URGENCY_IMMEDIATE};

	(void)state;
	content.ack_deadline = NOW + 10 * HOUR;
	assert_int_equal(time_of(&content, 0), 10 * HOUR);
	content.ack_deadline = NOW - 1; /* nobody could keep it */
	assert_int_equal(time_of(&content, 0), HOUR);
	content.ack_deadline = NOW + 9999 * HOUR;
	assert_int_equal(time_of(&content, 0), 30 * 24 * HOUR);
}

static void
silence_is_on_record_while_the_alert_is_valid(void **state)
{
	struct nrs_content content = {
	    .urgency = NRS_URGENCY_PRIORITY, .valid_until = NOW + 3 * HOUR};

	(void)state;
	assert_int_equal(time_of(&content, 0), 2 * HOUR);
	content.kind = NRS_KIND_RETRACTION;
	assert_int_equal(time_of(&content, 0), 4 * HOUR);
}

static void
it_is_tried_while_it_is_valid_and_its_withdrawal_longer(void **state)
{
	struct nrs_content content = {.valid_until = NOW + HOUR};

	(void)state;
	assert_int_equal(
	    nrs_ack_give_up_at(&content, NOW, 72 * HOUR), NOW + HOUR);
	content.kind = NRS_KIND_RETRACTION;
	assert_int_equal(
	    nrs_ack_give_up_at(&content, NOW, 72 * HOUR), NOW + 72 * HOUR);
	content = (struct nrs_content){.kind = NRS_KIND_INITIAL};
	assert_int_equal(
	    nrs_ack_give_up_at(&content, NOW, 72 * HOUR), NOW + 72 * HOUR);
}

static void
who_waits_is_told_before_it_expires(void **state)
{
	(void)state;
	assert_int_equal(
	    nrs_ack_wait_until(NOW + HOUR, NOW, NOW + 4 * HOUR), NOW + HOUR);
	assert_int_equal(
	    nrs_ack_wait_until(NOW + 4 * HOUR, NOW, NOW + 4 * HOUR),
	    NOW + 2 * HOUR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(urgency_and_an_incident_say_how_long),
	    cmocka_unit_test(the_issuer_may_say_until_when),
	    cmocka_unit_test(silence_is_on_record_while_the_alert_is_valid),
	    cmocka_unit_test(
	        it_is_tried_while_it_is_valid_and_its_withdrawal_longer),
	    cmocka_unit_test(who_waits_is_told_before_it_expires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
