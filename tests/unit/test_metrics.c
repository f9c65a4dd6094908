/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/metrics.h"

static void
assert_page(struct nrs_metrics *metrics, const char *expected)
{
	struct nrs_buf page = {0};

	nrs_metrics_print(metrics, &page);
	assert_string_equal(nrs_buf_str(&page), expected);
	nrs_buf_fini(&page);
}

static void
the_page_groups_series_by_name_in_order_of_registration(void **state)
{
	struct nrs_metrics *metrics = nrs_metrics_new();
	struct nrs_metric *ok = nrs_metrics_counter(
	    metrics, "noroshi_sent_total", "rc=\"ok\"", "Sent.");
	struct nrs_metric *up =
	    nrs_metrics_gauge(metrics, "noroshi_up", NULL, "A\\b\nc.");
	struct nrs_metric *bad = nrs_metrics_counter(
	    metrics, "noroshi_sent_total", "rc=\"bad\",a=\"\\\"\\\\\\n\"", "");

	nrs_metric_add(ok, 2);
	nrs_metric_add(ok, 1);
	nrs_metric_set(up, -7);
	nrs_metric_add(bad, 1);
	assert_page(metrics,
	    "# HELP noroshi_sent_total Sent.\n"
	    "# TYPE noroshi_sent_total counter\n"
	    "noroshi_sent_total{rc=\"ok\"} 3\n"
	    "noroshi_sent_total{rc=\"bad\",a=\"\\\"\\\\\\n\"} 1\n"
	    "# HELP noroshi_up A\\\\b\\nc.\n"
	    "# TYPE noroshi_up gauge\n"
	    "noroshi_up -7\n");
	nrs_metrics_free(metrics);
	nrs_metrics_free(NULL);
}

static void
the_same_pair_is_the_same_series(void **state)
{
	struct nrs_metrics *metrics = nrs_metrics_new();
	struct nrs_metric *a =
	    nrs_metrics_gauge(metrics, "noroshi_a", "l=\"1\"", "A.");

	assert_ptr_equal(
	    nrs_metrics_gauge(metrics, "noroshi_a", "l=\"1\"", "B."), a);
	assert_ptr_not_equal(
	    nrs_metrics_gauge(metrics, "noroshi_a", NULL, "A."), a);
	nrs_metrics_free(metrics);
}

static void
histogram_buckets_are_cumulative_and_in_seconds(void **state)
{
	struct nrs_metrics *metrics = nrs_metrics_new();
	struct nrs_metric *h = nrs_metrics_histogram(
	    metrics, "noroshi_wait_seconds", "topic=\"t\"", "Wait.");
	struct nrs_buf page = {0};

	nrs_metric_observe_us(h, 0);
	nrs_metric_observe_us(h, 1000);
	nrs_metric_observe_us(h, 1001);
	nrs_metric_observe_us(h, 60000001);
	assert_int_equal(nrs_metric_value(h), 4);
	nrs_metrics_print(metrics, &page);
	assert_non_null(strstr(nrs_buf_str(&page),
	    "noroshi_wait_seconds_bucket{topic=\"t\",le=\"0.001\"} 2\n"
	    "noroshi_wait_seconds_bucket{topic=\"t\",le=\"0.002\"} 3\n"));
	assert_non_null(strstr(nrs_buf_str(&page),
	    "noroshi_wait_seconds_bucket{topic=\"t\",le=\"60\"} 3\n"
	    "noroshi_wait_seconds_bucket{topic=\"t\",le=\"+Inf\"} 4\n"
	    "noroshi_wait_seconds_sum{topic=\"t\"} 60.002002\n"
	    "noroshi_wait_seconds_count{topic=\"t\"} 4\n"));
	nrs_buf_fini(&page);
	nrs_metrics_free(metrics);
}

static void
a_null_metric_is_ignored(void **state)
{
	nrs_metric_add(NULL, 1);
	nrs_metric_set(NULL, 1);
	nrs_metric_observe_us(NULL, 1);
	assert_int_equal(nrs_metric_value(NULL), 0);
}

static void *
count(void *metric)
{
	int i;

	for (i = 0; i < 10000; i++)
		nrs_metric_add(metric, 1);
	return NULL;
}

static void
threads_lose_no_count(void **state)
{
	struct nrs_metrics *metrics = nrs_metrics_new();
	struct nrs_metric *metric =
	    nrs_metrics_counter(metrics, "noroshi_n_total", NULL, "N.");
	pthread_t threads[4];
	size_t i;

	for (i = 0; i < 4; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, count, metric), 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(nrs_metric_value(metric), 40000);
	nrs_metrics_free(metrics);
}

static void *
register_many(void *arg)
{
	struct nrs_metrics *metrics = arg;
	struct nrs_buf page = {0};
	char name[32];
	int i;

	for (i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "noroshi_n%d_total", i);
		nrs_metric_add(
		    nrs_metrics_counter(metrics, name, NULL, "N."), 1);
		nrs_metrics_print(metrics, &page);
		nrs_buf_reset(&page);
	}
	nrs_buf_fini(&page);
	return NULL;
}

/* Lanes register while others do, and while the page is read. */
static void
threads_may_register_at_once(void **state)
{
	struct nrs_metrics *metrics = nrs_metrics_new();
	pthread_t threads[4];
	char name[32];
	int i;

	for (i = 0; i < 4; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, register_many, metrics),
		    0);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "noroshi_n%d_total", i);
		assert_int_equal(nrs_metric_value(nrs_metrics_counter(
		                     metrics, name, NULL, "N.")),
		    4);
	}
	nrs_metrics_free(metrics);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        the_page_groups_series_by_name_in_order_of_registration),
	    cmocka_unit_test(the_same_pair_is_the_same_series),
	    cmocka_unit_test(histogram_buckets_are_cumulative_and_in_seconds),
	    cmocka_unit_test(a_null_metric_is_ignored),
	    cmocka_unit_test(threads_lose_no_count),
	    cmocka_unit_test(threads_may_register_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
