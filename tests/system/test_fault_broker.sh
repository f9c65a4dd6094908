#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# F5: the broker dies (kill -9) while notices flow, and comes back after a while.
# F6: it hangs for longer than a transaction may last. F8's lost answers come with
# both. Downtimes are scaled: 1 s and 8 s, a hang of 6 s over a timeout of 2 s.
. tests/system/lib.sh
system_begin
daemon_start producer 1 -X api.append_timeout=1500
daemon_start classifier 1 -X bus.transaction_timeout_ms=2000
daemon_start dispatcher 1 -X bus.transaction_timeout_ms=2000 -X retry.min=300
for service in producer classifier dispatcher; do daemon_ready $service 1 || exit 1; done
subscriber reader

node() { deploy/kafka/kafka.sh "$1" 1 --dir "$KAFKA_DIR" "${@:2}" >/dev/null; }
# stream FOLDER N: post N signed notices beside, each until it is accepted.
stream() {
	mkdir -p "$STACK/$1"
	: >"$STACK/$1.answers"
	"$BUILD/tests/system/load" --files "$STACK/$1" "$STACK/key/desk.pem" \
		"$STACK/sectors.conf" "$2"
	proc_start "post-$1" /usr/bin/python3 tests/support/post.py \
		"http://127.0.0.1:$API_PORT" "$STACK/$1" 20 "$STACK/$1.answers"
}
some_came() { [ "$(wc -l <"$STACK/$1.answers")" -ge "$2" ]; }
all_decided() { [ "$(records outcome | sort -u | wc -l)" -eq "$1" ]; }
due() { records alert.power.amber '%h\n' | sed 's/.*ce_id=\([^,]*\).*/\1/' | sort -u; }
reached() { mails '.headers["x-noroshi-id"]' | sort -u; }
everybody_has_all() { [ "$(due)" = "$(reached)" ]; }
told() { grep -c event=may_repeat "$STACK/log/dispatcher-1.log"; }

judged() { # FAULT N: after N notices in all
	local began=$SECONDS
	wait_until 60 all_decided "$2"
	wait_until 60 everybody_has_all
	# What was appended twice, its first answer lost, has a second: DUPLICATE.
	check "$1: every accepted notice has an outcome" equal "$2" \
		"$(records outcome | sort -u | wc -l)"
	check "$1: each is on its topic once" equal "" \
		"$(records alert.power.amber '%h\n' | sed 's/.*ce_id=\([^,]*\).*/\1/' |
			sort | uniq -d)"
	check "$1: each has arrived ($((SECONDS - began)) s after the last answer)" \
		everybody_has_all
	check "$1: what came twice was announced" test \
		$(($(mails .n | wc -l) - $(reached | wc -l))) -le "$(told)"
}
f5_killed_and_back_after() { # SECONDS*10
	stream "f5-$1" 60
	wait_until 20 some_came "f5-$1" 15
	node kill
	wait_for_nothing "$1"
	node start
	wait_until 60 some_came "f5-$1" 60
}
wait_for_nothing() { # a while without a broker
	local over=$((SECONDS + $1))
	never() { [ "$SECONDS" -ge "$over" ]; }
	wait_until 60 never
}
f5_killed_and_back_after 1
judged "F5: dead for 1 s" 60
f5_killed_and_back_after 8
judged "F5: dead for 8 s" 120

f6_a_hang_beyond_the_transaction_timeout() { # NAME N
	stream "$1" 60
	wait_until 20 some_came "$1" 15
	node kill --signal STOP
	wait_for_nothing 6
	node kill --signal CONT
	wait_until 60 some_came "$1" 60
	judged "F6: hung for 6 s, $1" "$2"
	for service in producer classifier dispatcher; do
		check "F6: $service outlives it" proc_runs $service-1
	done
}
# More than once: each is another chance to lose a session at the wrong moment.
f6_a_hang_beyond_the_transaction_timeout once 180
f6_a_hang_beyond_the_transaction_timeout again 240
f6_a_hang_beyond_the_transaction_timeout thrice 300
system_end
