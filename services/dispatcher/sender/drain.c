/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/sender/outbox.h"
#include "dispatcher/sender/ready.h"

#include "noroshi/base/clock.h"

#define DRAIN_MS 5000 /* for what is under way when a partition goes */

void
sender_serve(struct sender *s, int timeout_ms, const int *fds, size_t n_fds)
{
	sender_outbox_push(s);
	nrs_transfer_allow_until(s->transfer, nrs_group_lease_end(s->group));
	nrs_transfer_poll(
	    s->transfer, sender_outbox_wait(s, timeout_ms), fds, n_fds);
	nrs_producer_poll(s->producer, 0);
	sender_start_ready(s);
	nrs_service_alive(s->ctx, s->lane);
}

/* What is under way ends better here than as somebody else's repeat: who comes
 * next reads the receipts only once. All the partitions that go together have
 * the time once. */
void
sender_drain(struct sender *s, const struct dispatcher_part *part)
{
	if (s->draining.ns == 0)
		s->draining = nrs_mono_now();
	while ((part->n_moving > 0 || part->n_words > 0 ||
	           part->letters != NULL || part->n_posted > 0) &&
	       nrs_mono_since_ms(s->draining) < DRAIN_MS)
		sender_serve(s, 10, NULL, 0);
}
