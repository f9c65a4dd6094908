/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_NEWS_LIST_H
#define NOROSHI_CORE_NEWS_LIST_H
/*
 * news_list: which newsletter a sector reads and when it closes, from
 * config/newsletters.conf. Read-only after load: any thread. io/table.h loads
 * it.
 */
#include <stddef.h>
#include <stdint.h>

enum nrs_weekday {
	NRS_MONDAY = 0,
	NRS_TUESDAY,
	NRS_WEDNESDAY,
	NRS_THURSDAY,
	NRS_FRIDAY,
	NRS_SATURDAY,
	NRS_SUNDAY,
};
#define NRS_WEEKDAY_BIT(day) (1U << (day))

struct nrs_zone;
struct nrs_news_list {
	const char *id; /* "weekly" */
	/* Codes, or "*" alone: every sector that no other list names. */
	const char **sectors;
	size_t n_sectors;
	unsigned weekdays; /* NRS_WEEKDAY_BIT of each day it closes */
	int at_minutes;    /* after local midnight */
	const char *zone;  /* "Asia/Tokyo" */
	const struct nrs_zone *clock; /* on its wall: core/news_window.h */
	int *holidays;                /* days since 1970-01-01, ascending */
	size_t n_holidays;
};

struct nrs_news_lists {
	const struct nrs_news_list *lists;
	size_t n;
	const char *version; /* hash of its values */
};

/* By id, and by one of its sectors. NULL when absent: a sector without a list
 * gets no newsletter. */
const struct nrs_news_list *nrs_news_list_find(
    const struct nrs_news_lists *lists, const char *id);
const struct nrs_news_list *nrs_news_list_of(
    const struct nrs_news_lists *lists, const char *sector);
#endif
