/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_NEWS_WINDOW_H
#define NOROSHI_CORE_NEWS_WINDOW_H
/*
 * news_window: when a newsletter list closes: one moment per local day at most,
 * also on days of 23 and 25 hours. A window is known by that moment in UTC, so
 * that a list whose days change never names two windows alike. Pure.
 */
#include <stdint.h>

#include "noroshi/base/mem.h"
#include "noroshi/base/zone.h"
#include "noroshi/core/news_list.h"

/* The first one after ms. */
int64_t nrs_news_window_after(const struct nrs_news_list *list, int64_t ms);
/* The last one at or before ms; 0: there was none for a year. */
int64_t nrs_news_window_before(const struct nrs_news_list *list, int64_t ms);
/* "weekly:2026-11-27T06:00:00Z" */
const char *nrs_news_window_id(
    struct nrs_arena *arena, const char *list, int64_t due_ms);
#endif
