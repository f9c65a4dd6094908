/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/metrics.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/mem.h"

enum kind {
	COUNTER,
	GAUGE,
	HISTOGRAM,
};

static const char *const kind_names[] = {"counter", "gauge", "histogram"};

/* Upper bounds, in microseconds and as Prometheus writes them. */
static const struct {
	int64_t us;
	const char *le;
} bounds[] = {
    {1000, "0.001"},
    {2000, "0.002"},
    {5000, "0.005"},
    {10000, "0.01"},
    {20000, "0.02"},
    {50000, "0.05"},
    {100000, "0.1"},
    {200000, "0.2"},
    {500000, "0.5"},
    {1000000, "1"},
    {2000000, "2"},
    {5000000, "5"},
    {10000000, "10"},
    {30000000, "30"},
    {60000000, "60"},
};
#define N_BOUNDS (sizeof(bounds) / sizeof(bounds[0]))

struct nrs_metric {
	struct nrs_metric *next; /* of the same family */
	char *labels;            /* "" for none */
	_Atomic int64_t value;   /* of a histogram: the sum in microseconds */
	/* Observations up to each bound and not the one before; the last has
	 * what is above all. Only histograms use them. */
	_Atomic int64_t buckets[N_BOUNDS + 1];
	enum kind kind;
};

struct family {
	struct family *next;
	char *name, *help;
	enum kind kind;
	struct nrs_metric *first, **last;
};

struct nrs_metrics {
	pthread_mutex_t lock; /* of the lists, not of values */
	struct family *first, **last;
};

struct nrs_metrics *
nrs_metrics_new(void)
{
	struct nrs_metrics *metrics = nrs_calloc(1, sizeof(*metrics));

	pthread_mutex_init(&metrics->lock, NULL);
	metrics->last = &metrics->first;
	return metrics;
}

static void
free_family(struct family *family)
{
	struct nrs_metric *metric, *next;

	for (metric = family->first; metric != NULL; metric = next) {
		next = metric->next;
		free(metric->labels);
		free(metric);
	}
	free(family->name);
	free(family->help);
	free(family);
}

void
nrs_metrics_free(struct nrs_metrics *metrics)
{
	struct family *family, *next;

	if (metrics == NULL)
		return;
	for (family = metrics->first; family != NULL; family = next) {
		next = family->next;
		free_family(family);
	}
	pthread_mutex_destroy(&metrics->lock);
	free(metrics);
}

static bool
is_name(const char *s, size_t len)
{
	static const char first[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	size_t i;

	if (len == 0 || s[0] == '\0' || strchr(first, s[0]) == NULL)
		return false;
	for (i = 1; i < len; i++)
		if (strchr(first, s[i]) == NULL &&
		    strchr("0123456789", s[i]) == NULL)
			return false;
	return true;
}

/* name="value",... with \\, \" and \n as the only escapes. */
static bool
are_labels(const char *s)
{
	size_t len;

	for (;;) {
		len = strcspn(s, "=");
		if (!is_name(s, len) || s[len] != '=' || s[len + 1] != '"')
			return false;
		for (s += len + 2; *s != '"'; s++) {
			if (*s == '\0' || *s == '\n')
				return false;
			if (*s == '\\' && strchr("\\\"n", *++s) == NULL)
				return false;
			if (*s == '\0')
				return false;
		}
		if (*++s == '\0')
			return true;
		if (*s++ != ',')
			return false;
	}
}

static struct family *
family_of(struct nrs_metrics *metrics, enum kind kind, const char *name,
    const char *help)
{
	struct family *family;

	for (family = metrics->first; family != NULL; family = family->next)
		if (strcmp(family->name, name) == 0)
			break;
	if (family == NULL) {
		family = nrs_calloc(1, sizeof(*family));
		family->name = nrs_strdup(name);
		family->help = nrs_strdup(help);
		family->kind = kind;
		family->last = &family->first;
		*metrics->last = family;
		metrics->last = &family->next;
	}
	/* Names and labels are ours: a wrong one would spoil the whole page,
	 * and every start of the program shows it. */
	if (family->kind != kind || !is_name(name, strlen(name)))
		abort();
	return family;
}

static struct nrs_metric *
add_locked(
    struct nrs_metrics *metrics, enum kind kind, const char *const text[3])
{
	struct family *family = family_of(metrics, kind, text[0], text[2]);
	const char *labels = text[1] == NULL ? "" : text[1];
	struct nrs_metric *metric;

	for (metric = family->first; metric != NULL; metric = metric->next)
		if (strcmp(metric->labels, labels) == 0)
			return metric;
	if (labels[0] != '\0' && !are_labels(labels))
		abort();
	metric = nrs_calloc(1, sizeof(*metric));
	metric->labels = nrs_strdup(labels);
	metric->kind = kind;
	*family->last = metric;
	family->last = &metric->next;
	return metric;
}

static struct nrs_metric *
add(struct nrs_metrics *metrics, enum kind kind, const char *const text[3])
{
	struct nrs_metric *metric;

	pthread_mutex_lock(&metrics->lock);
	metric = add_locked(metrics, kind, text);
	pthread_mutex_unlock(&metrics->lock);
	return metric;
}

struct nrs_metric *
nrs_metrics_counter(struct nrs_metrics *metrics, const char *name,
    const char *labels, const char *help)
{
	const char *const text[3] = {name, labels, help};

	return add(metrics, COUNTER, text);
}

struct nrs_metric *
nrs_metrics_gauge(struct nrs_metrics *metrics, const char *name,
    const char *labels, const char *help)
{
	const char *const text[3] = {name, labels, help};

	return add(metrics, GAUGE, text);
}

struct nrs_metric *
nrs_metrics_histogram(struct nrs_metrics *metrics, const char *name,
    const char *labels, const char *help)
{
	const char *const text[3] = {name, labels, help};

	return add(metrics, HISTOGRAM, text);
}

void
nrs_metric_add(struct nrs_metric *metric, int64_t n)
{
	if (metric != NULL)
		atomic_fetch_add_explicit(
		    &metric->value, n, memory_order_relaxed);
}

void
nrs_metric_set(struct nrs_metric *metric, int64_t value)
{
	if (metric != NULL)
		atomic_store_explicit(
		    &metric->value, value, memory_order_relaxed);
}

void
nrs_metric_observe_us(struct nrs_metric *metric, int64_t us)
{
	size_t i = 0;

	if (metric == NULL)
		return;
	while (i < N_BOUNDS && us > bounds[i].us)
		i++;
	nrs_metric_add(metric, us);
	atomic_fetch_add_explicit(&metric->buckets[i], 1, memory_order_relaxed);
}

static int64_t
bucket(const struct nrs_metric *metric, size_t i)
{
	return atomic_load_explicit(&metric->buckets[i], memory_order_relaxed);
}

int64_t
nrs_metric_value(const struct nrs_metric *metric)
{
	int64_t count = 0;
	size_t i;

	if (metric == NULL)
		return 0;
	if (metric->kind != HISTOGRAM)
		return atomic_load_explicit(
		    &metric->value, memory_order_relaxed);
	for (i = 0; i <= N_BOUNDS; i++)
		count += bucket(metric, i);
	return count;
}

static void
print_labels(struct nrs_buf *out, const char *labels, const char *le)
{
	if (labels[0] == '\0' && le == NULL)
		return;
	nrs_buf_printf(out, "{%s", labels);
	if (le != NULL)
		nrs_buf_printf(
		    out, "%sle=\"%s\"", labels[0] == '\0' ? "" : ",", le);
	nrs_buf_addc(out, '}');
}

/* Buckets are read while others add: count is their own sum, so that +Inf and
 * _count always agree. */
static void
print_histogram(
    struct nrs_buf *out, const char *name, const struct nrs_metric *metric)
{
	int64_t sum =
	    atomic_load_explicit(&metric->value, memory_order_relaxed);
	int64_t count = 0;
	size_t i;

	for (i = 0; i <= N_BOUNDS; i++) {
		count += bucket(metric, i);
		nrs_buf_printf(out, "%s_bucket", name);
		print_labels(
		    out, metric->labels, i < N_BOUNDS ? bounds[i].le : "+Inf");
		nrs_buf_printf(out, " %" PRId64 "\n", count);
	}
	nrs_buf_printf(out, "%s_sum", name);
	print_labels(out, metric->labels, NULL);
	nrs_buf_printf(out, " %.6f\n%s_count", (double)sum / 1e6, name);
	print_labels(out, metric->labels, NULL);
	nrs_buf_printf(out, " %" PRId64 "\n", count);
}

static void
print_help(struct nrs_buf *out, const struct family *family)
{
	const char *s;

	nrs_buf_printf(out, "# HELP %s ", family->name);
	for (s = family->help; *s != '\0'; s++)
		if (*s == '\\')
			nrs_buf_adds(out, "\\\\");
		else if (*s == '\n')
			nrs_buf_adds(out, "\\n");
		else
			nrs_buf_addc(out, *s);
	nrs_buf_printf(
	    out, "\n# TYPE %s %s\n", family->name, kind_names[family->kind]);
}

static void
print_metric(struct nrs_buf *out, const struct family *family,
    const struct nrs_metric *metric)
{
	if (family->kind == HISTOGRAM) {
		print_histogram(out, family->name, metric);
		return;
	}
	nrs_buf_adds(out, family->name);
	print_labels(out, metric->labels, NULL);
	nrs_buf_printf(out, " %" PRId64 "\n", nrs_metric_value(metric));
}

void
nrs_metrics_print(struct nrs_metrics *metrics, struct nrs_buf *out)
{
	const struct nrs_metric *metric;
	const struct family *family;

	pthread_mutex_lock(&metrics->lock);
	for (family = metrics->first; family != NULL; family = family->next) {
		print_help(out, family);
		for (metric = family->first; metric != NULL;
		     metric = metric->next)
			print_metric(out, family, metric);
	}
	pthread_mutex_unlock(&metrics->lock);
}
