/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_METRICS_H
#define NOROSHI_BASE_METRICS_H
/*
 * metrics: counters, gauges and histograms in Prometheus text 0.0.4.
 *
 * Register and print from any thread, change from any without a lock.
 * Names end in _total, _seconds or _bytes and begin with noroshi_; no
 * subscriber or notice id ever becomes a label.
 */
#include <stddef.h>
#include <stdint.h>

#include "noroshi/base/buf.h"

struct nrs_metrics;
struct nrs_metric; /* one time series; lives as long as its registry */

struct nrs_metrics *nrs_metrics_new(void);
void nrs_metrics_free(struct nrs_metrics *metrics);
/* labels is NULL or `topic="journal",rc="ok"`. The same name may be registered
 * with several label sets; the same pair again returns the same series. */
struct nrs_metric *nrs_metrics_counter(struct nrs_metrics *metrics,
    const char *name, const char *labels, const char *help);
struct nrs_metric *nrs_metrics_gauge(struct nrs_metrics *metrics,
    const char *name, const char *labels, const char *help);
/* Buckets from 1 ms to 60 s; observed in microseconds, printed in seconds. */
struct nrs_metric *nrs_metrics_histogram(struct nrs_metrics *metrics,
    const char *name, const char *labels, const char *help);
/* All accept a NULL metric and then do nothing, so that tests need no registry.
 */
void nrs_metric_add(struct nrs_metric *metric, int64_t n);
void nrs_metric_set(struct nrs_metric *metric, int64_t value);
void nrs_metric_observe_us(struct nrs_metric *metric, int64_t us);
int64_t nrs_metric_value(const struct nrs_metric *metric);
/* Append the exposition. */
void nrs_metrics_print(struct nrs_metrics *metrics, struct nrs_buf *out);
#endif
