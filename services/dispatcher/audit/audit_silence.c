/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has not answered at all: one mail to the desk, and one to each CEPTOAR
 * that was asked to confirm the same notice itself, may still see its label,
 * and has a mailbox in the sector table, of its own members.
 */
#include <string.h>

#include "dispatcher/audit/audit.h"
#include "dispatcher/subs.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/core/sector.h"
#include "noroshi/core/silence.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

struct teller {
	struct auditor *a;
	const struct nrs_match_set *subs;
	struct nrs_ceptoar *ceptoars; /* with a mailbox */
	size_t n_ceptoars;
	const struct nrs_audit_silence *silence;
};

/* The table may be read anew meanwhile. */
static void
copy_ceptoars(struct teller *t)
{
	struct dispatcher *d = t->a->d;
	struct nrs_arena *arena = t->a->arena;
	const struct nrs_sector_table *table;
	const struct nrs_ceptoar *from;
	size_t i;

	(void)pthread_mutex_lock(&d->lock);
	table = d->policy->sectors;
	t->ceptoars =
	    nrs_arena_array(arena, table->n_ceptoars + 1, sizeof(*t->ceptoars));
	for (i = 0; i < table->n_ceptoars; i++) {
		from = &table->ceptoars[i];
		if (from->mail == NULL)
			continue;
		t->ceptoars[t->n_ceptoars++] = (struct nrs_ceptoar){
		    .id = nrs_arena_strdup(arena, from->id),
		    .ja = nrs_arena_strdup(arena, from->ja),
		    .en = nrs_arena_strdup(arena, from->en),
		    .mail = nrs_arena_strdup(arena, from->mail)};
	}
	(void)pthread_mutex_unlock(&d->lock);
}

/* ---- who is told of whom ---- */

static bool
is_of(const struct nrs_subscription *sub, const char *ceptoar)
{
	size_t i;

	for (i = 0; i < sub->n_ceptoars; i++)
		if (strcmp(sub->ceptoars[i], ceptoar) == 0)
			return true;
	return false;
}

/* The CEPTOAR's own subscription, if it got the notice and may see it; NULL:
 * it need not know that there is one. */
static const struct nrs_subscription *
reader_of(const struct teller *t, const struct nrs_ceptoar *ceptoar)
{
	const struct nrs_subscription *sub;
	size_t i;

	for (i = 0; i < t->silence->n_ceptoars; i++) {
		sub = nrs_match_set_find(t->subs, t->silence->ceptoars[i]);
		if (sub != NULL && !sub->inactive && is_of(sub, ceptoar->id) &&
		    nrs_match_cleared(sub->max_tlp, t->silence->tlp))
			return sub;
	}
	return NULL;
}

static const char *
ceptoars_of(struct nrs_arena *arena, const struct nrs_subscription *sub)
{
	const char *out = "";
	size_t i;

	for (i = 0; i < sub->n_ceptoars; i++)
		out = nrs_arena_printf(
		    arena, "%s%s%s", out, i == 0 ? "" : ", ", sub->ceptoars[i]);
	return out;
}

/* Of this CEPTOAR; NULL: all. */
static const struct nrs_silent *
members(const struct teller *t, const struct nrs_ceptoar *ceptoar, size_t *n)
{
	const struct nrs_audit_silence *silence = t->silence;
	struct nrs_arena *arena = t->a->arena;
	struct nrs_silent *out =
	    nrs_arena_array(arena, silence->n_silent + 1, sizeof(*out));
	const struct nrs_subscription *sub;
	size_t i;

	*n = 0;
	for (i = 0; i < silence->n_silent; i++) {
		sub = nrs_match_set_find(t->subs, silence->silent[i]);
		if (ceptoar != NULL &&
		    (sub == NULL || !is_of(sub, ceptoar->id)))
			continue;
		out[(*n)++] = (struct nrs_silent){.id = silence->silent[i],
		    .name = sub == NULL ? "" : sub->name,
		    .ceptoars = ceptoar != NULL || sub == NULL
		                    ? ""
		                    : ceptoars_of(arena, sub)};
	}
	return out;
}

/* ---- mails ---- */

static struct nrs_silence_letter
letter_of(const struct teller *t, const char *lang)
{
	return (struct nrs_silence_letter){
	    .notice_id = t->silence->notice_id,
	    .revision = t->silence->revision,
	    .accepted_at = t->silence->accepted_at,
	    .mode = (enum nrs_mode)(t->a->conf->common.mode + 1),
	    .lang = lang,
	};
}

/* Once: the same id is the same mail. */
static enum nrs_rc
post(const struct teller *t, const struct dispatcher_own_mail *about,
    const struct nrs_silence_letter *letter, struct nrs_err *err)
{
	struct auditor *a = t->a;
	struct dispatcher_own_mail mail = *about;
	struct nrs_rendered said;

	if (nrs_audit_was_told(
	        a->audit, dispatcher_own_id(a->arena, mail.purpose, mail.id)))
		return NRS_OK;
	mail.said = &said;
	mail.give_up_at = nrs_wall_ms() + DAY_MS;
	nrs_silence_render(a->arena, letter, &said);
	nrs_log(NRS_LOG_WARN, "silence_told", NRS_S("mail", mail.id),
	    NRS_I("recipients", letter->n));
	return auditor_post(
	    a, &mail, dispatcher_duty_partition(a->n_alert_parts), err);
}

static enum nrs_rc
tell_desk(const struct teller *t, struct nrs_err *err)
{
	struct auditor *a = t->a;
	struct dispatcher_own_mail mail = dispatcher_duty_mail(a->d,
	    nrs_arena_printf(a->arena, "silence.%s", t->silence->name),
	    t->silence->ended_at, NULL);
	struct nrs_silence_letter letter = letter_of(t, mail.lang);

	if (a->conf->duty.address.n == 0)
		return NRS_OK;
	letter.n_asked = t->silence->n_asked;
	letter.silent = members(t, NULL, &letter.n);
	return post(t, &mail, &letter, err);
}

static enum nrs_rc
tell_ceptoar(const struct teller *t, const struct nrs_ceptoar *ceptoar,
    struct nrs_err *err)
{
	struct auditor *a = t->a;
	const struct nrs_subscription *reader = reader_of(t, ceptoar);
	const char *to = ceptoar->mail;
	const struct nrs_conf_list address = {&to, 1};
	struct dispatcher_own_mail mail = dispatcher_duty_mail(a->d,
	    nrs_arena_printf(
	        a->arena, "silence.%s.%s", ceptoar->id, t->silence->name),
	    t->silence->ended_at, NULL);
	struct nrs_silence_letter letter;

	if (reader == NULL)
		return NRS_OK;
	mail.lang = reader->lang;
	mail.addresses = &address;
	letter = letter_of(t, reader->lang);
	letter.ceptoar =
	    strcmp(reader->lang, "en") == 0 ? ceptoar->en : ceptoar->ja;
	letter.silent = members(t, ceptoar, &letter.n);
	return letter.n == 0 ? NRS_OK : post(t, &mail, &letter, err);
}

static enum nrs_rc
tell_one(const struct teller *t, struct nrs_err *err)
{
	enum nrs_rc rc = tell_desk(t, err);
	size_t i;

	for (i = 0; i < t->n_ceptoars && rc == NRS_OK; i++)
		rc = tell_ceptoar(t, &t->ceptoars[i], err);
	if (rc == NRS_OK)
		nrs_audit_silence_end(t->a->audit, t->silence->name);
	return rc;
}

enum nrs_rc
auditor_tell_silences(struct auditor *a, struct nrs_err *err)
{
	struct teller t = {.a = a};
	struct dispatcher_subs *subs = NULL;
	const struct nrs_audit_silence *all;
	enum nrs_rc rc;
	size_t i, n = nrs_audit_silences(a->audit, a->arena, &all);

	if (n == 0)
		return NRS_OK;
	/* The rest of it, or that it was told, may be on the bus. */
	rc = auditor_read_all(a, err);
	if (rc == NRS_OK)
		rc = dispatcher_subs_open(&a->conf->common.bus, &subs, err);
	if (rc == NRS_OK)
		rc = dispatcher_subs_refresh(
		    subs, (int)a->conf->answer_timeout_ms, err);
	nrs_arena_reset(a->arena);
	if (rc == NRS_OK) {
		t.subs = dispatcher_subs_set(subs);
		copy_ceptoars(&t);
		n = nrs_audit_silences(a->audit, a->arena, &all);
	}
	for (i = 0; i < n && rc == NRS_OK; i++) {
		t.silence = &all[i];
		rc = tell_one(&t, err);
	}
	dispatcher_subs_close(subs);
	return rc;
}
