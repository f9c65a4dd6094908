#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 20 times kill -9 of the active classifier or planner, in mid-batch and with
# its disk wiped, while the standby goes on: no notice is missing, none is twice
# on a sector topic, every recipient gets every notice.
. tests/system/lib.sh
system_begin
KILLS=${KILLS:-20} NOTICES=${NOTICES:-16000} PER_SECOND=${PER_SECOND:-40}

# Every instance runs in a folder of its own, which dies with it.
instance() { # SERVICE N
	local home=$STACK/home/$1-$2
	rm -rf "$home"
	mkdir -p "$home"
	HOME=$home TMPDIR=$home daemon_start "$1" "$2"
}
for n in 1 2; do
	instance classifier $n
	instance dispatcher $n
done
daemon_start producer 1
daemon_ready producer 1 || exit 1
for n in 1 2; do
	daemon_ready classifier $n || exit 1
	daemon_ready dispatcher $n || exit 1
done
subscriber one
subscriber two '.sectors = ["power", "telecom", "finance", "medical"] |
	.ceptoars = ["power", "telecom", "bank", "medical"]'

mkdir -p "$STACK/files"
"$BUILD/tests/system/load" --files "$STACK/files" "$STACK/key/desk.pem" \
	"$STACK/sectors.conf" "$NOTICES"
proc_start post /usr/bin/python3 tests/support/post.py \
	"http://127.0.0.1:$API_PORT" "$STACK/files" "$PER_SECOND" "$STACK/answers"

# The active one says so; a standby is ready with the reason "standby".
is_active() { # SERVICE N
	curl -sf "http://127.0.0.1:${ADMIN[$1-$2]}/readyz" >"$STACK/ready-$1-$2" &&
		! grep -q standby "$STACK/ready-$1-$2"
}
some_active() { # SERVICE: its number in ACTIVE
	ACTIVE=
	for n in 1 2; do
		! is_active "$1" "$n" || ACTIVE=$n
	done
	[ -n "$ACTIVE" ]
}
decided() { records outcome | wc -l; }
planned() { records dispatch.alert | wc -l; }
# What the active one writes, and that it does so.
declare -A PROGRESS=([classifier]=outcome [dispatcher]=delivery.alert)
goes_on() { [ "$(written "$1")" -gt "$2" ]; }
more_than() { [ "$("$1")" -gt "$2" ]; }

takeovers=0 slowest=0
for ((round = 0; round < KILLS; round++)); do
	service=classifier
	[ $((round % 2)) -eq 0 ] || service=dispatcher
	wait_until 40 some_active "$service" || break
	victim=$ACTIVE
	proc_stop "$service-$victim" KILL
	began=$(date +%s%N)
	other=$((3 - victim))
	wait_until 40 is_active "$service" "$other" || break
	took=$((($(date +%s%N) - began) / 1000000))
	[ "$took" -le "$slowest" ] || slowest=$took
	wait_until 40 goes_on "${PROGRESS[$service]}" \
		"$(written "${PROGRESS[$service]}")" || break
	takeovers=$((takeovers + 1))
	instance "$service" "$victim"
	daemon_ready "$service" "$victim" || break
done
check "$KILLS times the standby went on" equal "$KILLS" "$takeovers"
check "always within 10 s (slowest: $slowest ms)" test "$slowest" -lt 10000

check "notices were coming all the time" proc_runs post
proc_stop post
NOTICES=$(wc -l <"$STACK/answers")
accepted=$(jq -r 'select(.status == 200 or .status == 202) | .file' \
	"$STACK/answers" | wc -l)
check "every notice was accepted" equal "$NOTICES" "$accepted"
wait_until 60 more_than decided $((NOTICES - 1))
check "every accepted notice has one outcome" equal "$NOTICES $NOTICES" \
	"$(decided) $(records outcome | sort -u | wc -l)"
missing=0 twice=0 total=0
for topic in alert.power.amber alert.telecom.amber alert.finance.amber \
	alert.medical.amber; do
	records "$topic" >"$STACK/$topic"
	total=$((total + $(sort -u "$STACK/$topic" | wc -l)))
	twice=$((twice + $(sort "$STACK/$topic" | uniq -d | wc -l)))
done
missing=$((NOTICES - total))
check "no notice is missing on the sector topics" equal 0 "$missing"
check "none is twice on a sector topic" equal 0 "$twice"
check "each was dispatched once" equal "$NOTICES $NOTICES" \
	"$(planned) $(records dispatch.alert | sort -u | wc -l)"

due=$((NOTICES + $(sort -u "$STACK/alert.power.amber" | wc -l)))
reached() { mails '"\(.headers["x-noroshi-id"]) \(.rcpt_to[0])"' | sort -u | wc -l; }
wait_until 120 more_than reached $((due - 1))
check "every recipient got every notice" equal "$due" "$(reached)"
all=$(mails .n | wc -l)
echo "     mails: $all, of them repeats after a kill: $((all - due))"
check "a repeat has the Message-ID of the first" equal "$due" \
	"$(mails '.headers["message-id"]' | sort -u | wc -l)"
repeats_differ() {
	mails '"\(.headers["message-id"]) \(.file)"' | sort |
		while read -r id file; do
			sum=$(sha256sum <"$STACK/mail/$file")
			[ "$id" != "${last:-}" ] || [ "$sum" = "$last_sum" ] || echo "$file"
			last=$id last_sum=$sum
		done
}
check "and its bytes" equal "" "$(repeats_differ)"
system_end
