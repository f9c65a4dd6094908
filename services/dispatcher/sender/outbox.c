/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/sender/outbox.h"

#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"

/* Less than the five requests that an idempotent producer may have in flight.
 */
#define BUSY_MAX 4
/* From one bunch of a partition to the next: the bus is asked less often, and
 * an intent is ahead of its mail by more than that (ready.c). */
#define PAUSE_MS 5
#define SLOW_MS 1000 /* a bus that is well answers in milliseconds */

static void
enqueue(struct sender *s, struct dispatcher_part *part)
{
	part->out_next = NULL;
	if (s->out_last == NULL)
		s->out_first = part;
	else
		s->out_last->out_next = part;
	s->out_last = part;
}

void
sender_outbox_add(struct sender *s, struct sender_letter *letter)
{
	struct dispatcher_part *part = letter->part;

	letter->next = NULL;
	if (part->letters_last != NULL) {
		part->letters_last->next = letter;
	} else {
		part->letters = letter;
		/* One that is on its way comes back for the rest. */
		if (part->n_posted == 0)
			enqueue(s, part);
	}
	part->letters_last = letter;
}

static void
hand_over(struct sender *s, struct sender_letter *letter)
{
	struct nrs_err err = {0};

	letter->part->n_posted++;
	if (nrs_producer_send(s->producer, &letter->out, &err) == NRS_OK)
		return;
	nrs_log(NRS_LOG_WARN, "record_not_sent",
	    NRS_S("topic", letter->out.topic), NRS_S("why", err.text));
	letter->out.acked(letter, NRS_RETRY, letter->out.partition, -1);
}

/* Its letters may end, and more be added, while they are handed over. */
static void
hand_over_all(struct sender *s, struct dispatcher_part *part)
{
	struct sender_letter *letter = part->letters, *next;

	part->letters = part->letters_last = NULL;
	s->n_busy++;
	part->posted_at = nrs_mono_now();
	part->n_posted++; /* held: it is not through before its last one */
	for (; letter != NULL; letter = next) {
		next = letter->next;
		hand_over(s, letter);
	}
	sender_outbox_answered(s, part);
}

void
sender_outbox_answered(struct sender *s, struct dispatcher_part *part)
{
	if (--part->n_posted > 0)
		return;
	if (part->slow)
		s->n_slow--;
	else
		s->n_busy--;
	part->slow = false;
	if (part->letters != NULL)
		enqueue(s, part);
}

/* Nothing of theirs comes before they are answered, so there is one bunch of
 * each in librdkafka, and it goes to a broker that nobody else waits for. */
static void
pass_over_slow(struct sender *s)
{
	struct dispatcher_part *part;
	int i;

	for (i = 0; s->n_busy > 0 && i < s->n_parts; i++) {
		part = &s->parts[i];
		if (part->n_posted == 0 || part->slow ||
		    nrs_mono_since_ms(part->posted_at) < SLOW_MS)
			continue;
		part->slow = true;
		s->n_busy--;
		s->n_slow++;
		nrs_log(NRS_LOG_WARN, "receipts_not_taken",
		    NRS_S("topic", s->traffic->receipt),
		    NRS_I("partition", part->number));
	}
}

static struct dispatcher_part *
dequeue(struct sender *s)
{
	struct dispatcher_part *part = s->out_first;

	s->out_first = part->out_next;
	if (s->out_first == NULL)
		s->out_last = NULL;
	return part;
}

/* Each that waits is looked at once. */
static void
push(struct sender *s, int64_t pause_ms)
{
	const struct dispatcher_part *last = s->out_last;
	struct dispatcher_part *part = NULL;

	pass_over_slow(s);
	while (s->n_busy < BUSY_MAX && s->out_first != NULL && part != last) {
		part = dequeue(s);
		if (nrs_mono_since_ms(part->posted_at) < pause_ms)
			enqueue(s, part);
		else
			hand_over_all(s, part);
	}
}

void
sender_outbox_push(struct sender *s)
{
	push(s, PAUSE_MS);
}

int
sender_outbox_wait(const struct sender *s, int timeout_ms)
{
	const bool waits = s->out_first != NULL && s->n_busy < BUSY_MAX;

	return waits && timeout_ms > PAUSE_MS ? PAUSE_MS : timeout_ms;
}

static bool
is_empty(const struct sender *s)
{
	return s->out_first == NULL && s->n_busy + s->n_slow == 0;
}

enum nrs_rc
sender_outbox_flush(struct sender *s, int timeout_ms, struct nrs_err *err)
{
	const struct nrs_mono since = nrs_mono_now();
	int64_t left = timeout_ms;
	enum nrs_rc rc = NRS_OK;

	do {
		push(s, 0);
		rc = nrs_producer_flush(s->producer, (int)left, err);
		left = timeout_ms - nrs_mono_since_ms(since);
	} while (!is_empty(s) && left > 0);
	return rc;
}

void
sender_outbox_drop(struct sender *s)
{
	struct sender_letter *letter, *next;
	int i;

	for (i = 0; i < s->n_parts; i++) {
		letter = s->parts[i].letters;
		s->parts[i].letters = s->parts[i].letters_last = NULL;
		for (; letter != NULL; letter = next) {
			next = letter->next;
			s->parts[i].n_posted++;
			s->n_busy++;
			letter->out.acked(letter, NRS_RETRY, i, -1);
		}
	}
}
