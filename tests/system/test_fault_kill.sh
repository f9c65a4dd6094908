#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# F3, F4: kill -9 of the dispatcher at each step of a delivery, D1 to D13 of the
# fault matrix. F11, F12: a process that sleeps while another takes its place.
. tests/system/lib.sh
DAEMONS=$BUILD/failpoints
mkdir -p "$BUILD/system"
cat >"$BUILD/system/kill.script" <<'END'
d7@*      rcpt:hang ok
d8@*      command:hang ok
d10@*     slow:3000 ok
END
system_begin "$PWD/$BUILD/system/kill.script"
daemon_start producer 1
daemon_start classifier 1
daemon_ready producer 1 && daemon_ready classifier 1 || exit 1

# What is installed has no failpoints; what is tested here has.
points() { # FOLDER: the programs in which a name or a call is found
	local program
	for program in noroshi-producer noroshi-classifier noroshi-dispatcher; do
		{ nm "$1/$program" && strings "$1/$program"; } | grep -qi \
			'nrs_failpoint\|noroshi_failpoint\|pipe\.committed' && echo -n "$program "
	done
}
check "the ordinary programs have no failpoints" equal "" "$(points "$BUILD")"
check "those of the tests have" equal \
	"noroshi-producer noroshi-classifier noroshi-dispatcher " "$(points "$DAEMONS")"

untried() { # points where no test dies, nor the chaos run
	local name
	grep -rhoP 'NRS_FAILPOINT\("\K[^"]+' services | sort -u | while read -r name; do
		grep -qF "\"$name\"" tests/system/chaos_plan.py ||
			grep -qF "$name" tests/system/test_*.sh || echo "$name"
	done
}
check "something dies at each of the points" equal "" "$(untried)"

dispatcher() { # INSTANCE [POINT]
	NOROSHI_FAILPOINT=${2:-} daemon_start dispatcher "$1" -X retry.min=300 \
		-X retry.max=1000 -X smtp.timeout=5000
}
announced() { # NOTICE: how often a repeat of it was, before it was sent
	cat "$STACK"/log/dispatcher-*.log | grep -c "event=may_repeat.*alert=\"\?$1"
}
one_message() { # NOTICE ADDRESS: the same Message-ID and the same bytes
	local file
	[ "$(mails "select(.headers[\"x-noroshi-id\"] == \"$1\") |
		.headers[\"message-id\"]" | sort -u | wc -l)" -eq 1 ] || return
	for file in $(mails "select(.headers[\"x-noroshi-id\"] == \"$1\") | .file"); do
		sha256sum <"$STACK/mail/$file"
	done | sort -u | wc -l | grep -qx 1
}
reader=reader
subscriber reader

# killed POINT: a dispatcher that dies there gets a notice, and a successor.
killed() {
	proc_stop dispatcher-1 KILL 2>/dev/null
	dispatcher 1 "$1:1"
	daemon_ready dispatcher 1 || return
	ID=$(issue "$1")
	wait_until 20 proc_gone dispatcher-1 || return
	recovered
}
recovered() {
	dispatcher 1
	wait_until 20 ended "$ID" "$reader" DELIVERED
}

f3() { # POINT WHAT
	check "F3: killed $2: died there, and another went on" killed "$1"
	check "F3: killed $2: on record as delivered" ended "$ID" reader DELIVERED
	check "F3: killed $2: arrives once" equal 1 "$(mails_of "$ID" reader)"
}
f3 planner.read "when a notice is read (D1)"
f3 planner.written "in the transaction of a plan (D2)"
f3 pipe.position-sent "before its commit (D2)"
f3 pipe.committed "after its commit (D3)"
f3 sender.intent-sent "while an intent is on its way (D4)"
f3 sender.intent-acked "with an intent on record (D4)"
f3 transfer.connected "when the relay has greeted it (D5)"
f3 transfer.mail-said "when it has said MAIL (D6)"
f3 transfer.body-read "before the final dot (D9)"
f3 sender.end-acked "with the end on record (D13)"
# One that starts would die of the mark that the last one did not live to store.
settled() {
	daemon_ready dispatcher 1 && ID=$(issue "settled") &&
		wait_until 20 ended "$ID" reader DELIVERED
	proc_stop dispatcher-1
}
settled
f3 sender.before-commit "before the mark is stored (D13)"
settled
f3 sender.committed "while the mark is on its way (D13)"

f4() { # POINT WHAT WANTED
	check "F4: killed $2: died there, and another went on" killed "$1"
	check "F4: killed $2: $3" equal "$3" "$(mails_of "$ID" reader)"
	check "F4: killed $2: the same bytes under the same Message-ID" \
		one_message "$ID" reader
	check "F4: killed $2: announced before it went again" equal 1 "$(announced "$ID")"
}
f4 transfer.answered "when the relay has answered (D11)" 2
f4 sender.transferred "before the end is written (D11)" 2

# What came to an end may be on record or not, for all that anybody knows.
killed sender.end-sent
check "F4: killed while the end is on its way (D12): twice at most, and announced" \
	test "$(mails_of "$ID" reader)" -eq $((1 + $(announced "$ID")))
check "F4: killed there: the same bytes" one_message "$ID" reader

# ---- while the relay has it --------------------------------------------------------
noted() { # ADDRESS ACTION
	jq -e "select(.rcpt_to[0] == \"$1@demo.example\" and .action == \"$2\")" \
		"$STACK/mail/index.jsonl" >/dev/null
}
in_hand() { # RECIPIENT ACTION WANTED WHAT: killed while the sink does that
	reader=$1
	subscriber "$1" '.sectors = ["finance"] | .ceptoars = ["bank"]'
	ID=$(issue "$1" '.sectors = ["finance"]')
	wait_until 20 noted "$1" "$2"
	proc_stop dispatcher-1 KILL 2>/dev/null
	recovered
	check "$4: $3" equal "$3" "$(mails_of "$ID" "$1")"
	check "$4: the same bytes" one_message "$ID"
	subscriber "$1" '.sectors = ["medical"] | .ceptoars = ["medical"]'
}
in_hand d7 rcpt:hang 1 "F3: killed before RCPT is answered (D7)"
in_hand d8 command:hang 1 "F3: killed before DATA is answered (D8)"
in_hand d10 slow:3000 2 "F4: killed after the final dot (D10)"
reader=reader

# ---- who sleeps ------------------------------------------------------------------------
stopped() { grep -q '^State:.*stopped' "/proc/${PROC[$1]}/status"; }
lost_all() { grep -q 'event=partition_lost' "$STACK/log/dispatcher-1.log"; }
sleeps() { # POINT: dispatcher-1 stops there, dispatcher-2 takes over, 1 wakes up
	proc_stop dispatcher-1 KILL 2>/dev/null
	proc_stop dispatcher-2 KILL 2>/dev/null
	rm -f "$STACK/log/dispatcher-1.log"
	dispatcher 1 "$1:1:stop"
	daemon_ready dispatcher 1 || return
	ID=$(issue "$1")
	wait_until 20 stopped dispatcher-1 || return
	dispatcher 2
	wait_until 30 ended "$ID" reader DELIVERED || return
	kill -CONT "${PROC[dispatcher-1]}"
	wait_until 20 lost_all
}
f12_a_sender_that_slept_starts_nothing_more() {
	sleeps sender.intent-acked
	check "F12: it slept with an intent, another sent, it woke: once" \
		equal 1 "$(mails_of "$ID" reader)"
	check "F12: it knows that its partitions are gone" lost_all
}
f12_a_sender_that_slept_once_connected_sends_nothing() {
	sleeps transfer.connected
	check "F12: it slept once connected, another sent, it woke: once" \
		equal 1 "$(mails_of "$ID" reader)"
}
f12_a_transfer_that_slept_is_one_announced_repeat() {
	sleeps transfer.body-read
	check "F12: it slept before the dot: at most one repeat, announced" \
		test "$(mails_of "$ID" reader)" -le $((1 + $(announced "$ID")))
	check "F12: and with the same bytes" one_message "$ID" reader
}
f11_of_two_classifiers_one_decides() {
	proc_stop classifier-1 KILL 2>/dev/null
	NOROSHI_FAILPOINT=classifier.decided:1:stop daemon_start classifier 1
	daemon_ready classifier 1
	notice "F11" | ctl --json issue --wait 0 - >"$STACK/f11"
	ID=$(jq -r .submission_id "$STACK/f11")
	wait_until 20 stopped classifier-1
	daemon_start classifier 2
	wait_until 30 has_outcome "$ID"
	kill -CONT "${PROC[classifier-1]}"
	fenced() { grep -q 'event=\(standby\|pipe-retry\)' "$STACK/log/classifier-1.log"; }
	wait_until 20 fenced
	check "F11: the one that woke up is out of it" fenced
	check "F11: one outcome" equal 1 "$(records outcome | grep -cx "$ID")"
	check "F11: once on its topic" equal 1 \
		"$(records alert.power.amber '%h\n' | grep -c "ce_id=$ID")"
}
f12_a_sender_that_slept_starts_nothing_more
f12_a_sender_that_slept_once_connected_sends_nothing
f12_a_transfer_that_slept_is_one_announced_repeat
f11_of_two_classifiers_one_decides
system_end
