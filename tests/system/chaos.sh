#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make chaos`: two instances of each service on real Kafka; notices, revisions,
# retractions, posture changes and newsletters flowing to mailboxes and webhooks
# of all kinds; and N faults: kill -9 at random and at named points, SIGSTOP for
# longer than a session, brokers killed and stopped. Then two judges, which share
# no code with noroshi, say what was lost, repeated, out of order or leaked.
# SEED repeats a run, BROKERS=3 makes a cluster of one. Exit 0 only if the judges
# found nothing but repeats that were announced.
. tests/system/chaos_lib.sh
chaos_begin
began=$SECONDS
chaos_flow
chaos_faults
took=$((SECONDS - began))
chaos_rest

calm() { wait_until 120 chaos_judged && wait_until 30 news_judged; }
calm
cat "$STACK/verdict"
sed 's/^/newsletters: /' "$STACK/verdict.news"
echo "killed at points: $(grep -c '^died' "$STACK/log/faults.log")"
sed -n 's/^died [a-z]*-[12] //p' "$STACK/log/faults.log" | sort | uniq -c
echo "aborted by librdkafka's issue 4312: $(grep -c '^librdkafka' "$STACK/log/faults.log")"
echo "$N faults in $took s"
check "the $N faults are those of the seed" equal \
	"$(/usr/bin/python3 tests/system/chaos_plan.py faults "$SEED" "$N" "$BROKERS")" \
	"$(sed -n 's/^fault //p' "$STACK/log/faults.log")"
check "another seed has others" test "$(sed -n 's/^fault //p' "$STACK/log/faults.log")" \
	!= "$(/usr/bin/python3 tests/system/chaos_plan.py faults "$SEED-2" "$N" "$BROKERS")"
check "no process crashed" test ! -e "$STACK/crashed"
check "every command was decided" test ! -s "$STACK/undecided"
check "the judge finds nothing but announced repeats" \
	chaos_judged
check "nor anything wrong with the newsletters" news_judged
# Our own auditor's check, after the judges that share no code with it.
nothing_missing() { ctl -q audit --budget 20s >"$STACK/gaps"; }
check "and noroshictl audit nothing that has not gone on" \
	wait_until 60 nothing_missing
[ "$FAILED" -eq 0 ] || echo "again: make chaos N=$N SEED=$SEED BROKERS=$BROKERS"
system_end
