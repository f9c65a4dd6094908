/* SPDX-License-Identifier: Apache-2.0 */
/* Mails that wait for a connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"
#include "support/sending.h"

#define MAIL SENDING_MAIL

static void
start_mail(struct sending *w, struct sent *sent, struct nrs_mono start_by)
{
	struct nrs_transfer_job job =
	    sending_job(NRS_CHANNEL_MAIL, "a@x.example", MAIL, sent);
	struct nrs_err err = {0};

	job.start_by = start_by;
	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
}

/* As many as may be under way, and as many that wait for one of them. */
static void
no_more_than_the_limit_at_a_time(void **state)
{
	struct sending *w = *state;
	const size_t room = (size_t)(2 * w->conf.max_mail);
	struct sent waiting[9];
	struct nrs_transfer_job job;
	struct nrs_err err = {0};
	size_t i;

	assert_true(room < 9);
	for (i = 0; i < room; i++)
		start_mail(w, &waiting[i], (struct nrs_mono){0});
	assert_int_equal(nrs_transfer_room(w->transfer, NRS_CHANNEL_MAIL), 0);
	job = sending_job(NRS_CHANNEL_MAIL, "a@x.example", MAIL, &waiting[8]);
	assert_int_equal(
	    nrs_transfer_start(w->transfer, &job, &err), NRS_RETRY);
	for (i = 0; i < room; i++)
		sending_wait(w, &waiting[i]);
	assert_int_equal(
	    nrs_transfer_room(w->transfer, NRS_CHANNEL_MAIL), room);
	assert_true(peer_count(w->mail, "EHLO") <= (int)w->conf.max_mail);
}

/* What its owner looked at may have changed while it waited. */
static void
a_mail_that_waited_for_too_long_is_handed_back(void **state)
{
	struct sending *w = *state;
	const size_t busy = (size_t)w->conf.max_mail;
	struct sent waiting[9];
	size_t i;

	assert_true(busy < 8);
	for (i = 0; i < busy; i++)
		start_mail(w, &waiting[i], (struct nrs_mono){0});
	start_mail(w, &waiting[busy], nrs_mono_now());
	start_mail(w, &waiting[busy + 1], (struct nrs_mono){INT64_MAX});
	for (i = 0; i < busy + 2; i++)
		sending_wait(w, &waiting[i]);
	assert_int_equal(waiting[busy].result.class, NRS_TRANSFER_UNTRIED);
	assert_int_equal(
	    waiting[busy + 1].result.class, NRS_TRANSFER_DELIVERED);
	assert_int_equal(peer_count(w->mail, "MAIL FROM"), busy + 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, sending_open, sending_close)
	const struct CMUnitTest tests[] = {
	    CASE(no_more_than_the_limit_at_a_time),
	    CASE(a_mail_that_waited_for_too_long_is_handed_back),
	};

	return cmocka_run_group_tests_name("transfer_ahead", tests, NULL, NULL);
}
