#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# F37: a posture that flaps while a newsletter closes. F38: a process that is down
# over two windows. F42: a retraction before, during and after delivery. F43: ten
# urgent notices behind a backlog. Kills around a cut-off are test_newsletter.sh.
. tests/system/lib.sh
mkdir -p "$BUILD/system"
printf 'slow-* slow:300\nbusy@* slow:2000 ok\n' >"$BUILD/system/flow.script"
system_begin "$PWD/$BUILD/system/flow.script"
stack_daemons || exit 1
reader() { # ID SECTOR CEPTOAR CLEARANCE
	subscriber "$1" ".sectors = [\"$2\"] | .ceptoars = [\"$3\"] | .max_tlp = \"$4\""
	echo "$1@demo.example $2 $4" >>"$STACK/audience"
}
reader bank finance bank AMBER
reader green finance bank GREEN

# ---- newsletters -------------------------------------------------------------------
number=0
news() { # N: of finance, not waited for
	local i
	for ((i = 0; i < $1; i++)); do
		number=$((number + 1))
		title=N$(printf %04d $number)X
		id=$(notice "$title" '.sectors = ["finance"] | .urgency = "ROUTINE" |
			.tlp = "GREEN" | .item_type = "BC3"' |
			ctl --json issue --wait 0 - | jq -r .submission_id)
		echo "$id finance GREEN $title BC3" >>"$STACK/sent"
	done
}
flip() { ctl -q posture --wait 0 ${2:+--until 1h} --reason 検証 finance "$1" >/dev/null; }
cut_off() { # ID: posted, not waited for
	"$BUILD/tests/system/seal" "$STACK/key/desk.pem" --cut-off weekly "$1" >"$STACK/cut.pb"
	curl -s -o /dev/null -H 'Content-Type: application/protobuf' \
		--data-binary "@$STACK/cut.pb" \
		"http://127.0.0.1:$API_PORT/v1/submissions?wait=0"
}
applied() { [ "$(outcome "$1" .verdict)" = APPLIED ]; }
judged() {
	local topic id
	mkdir -p "$STACK/topic"
	for topic in $(topics | grep -E '^(alert|newsletter)\.finance\.'); do
		raw "$topic" >"$STACK/topic/$topic"
	done
	raw dispatch.newsletter >"$STACK/topic/dispatch.newsletter"
	while read -r id _; do
		outcome "$id" '[.submission_id, .verdict,
			([.copies[0].routes[]?] | join(","))] | join(" ")'
	done <"$STACK/sent" >"$STACK/answers"
	/usr/bin/python3 tests/system/newsletter_judge.py "$STACK" >"$STACK/verdict"
}
f37_each_notice_goes_one_way_while_the_posture_flaps() {
	local round began=$SECONDS
	for ((round = 0; round < 15; round++)); do
		flip HEIGHTENED until
		news 1
		[ $((round % 5)) -ne 4 ] || cut_off "desk-window-$round"
		flip NORMAL
		news 1
	done
	echo "     30 changes of posture in $((SECONDS - began)) s"
	cut_off desk-window-last
	wait_until 30 applied desk-window-last
	wait_until 30 judged
	cat "$STACK/verdict"
	check "F37: each is in one issue or went in real time, never both or neither" judged
}
f38_who_was_down_over_two_windows_closes_both() {
	proc_stop classifier-1 KILL
	news 2
	cut_off desk-window-missed-1
	news 2
	cut_off desk-window-missed-2
	daemon_start classifier 1
	wait_until 30 applied desk-window-missed-2
	check "F38: the first window is closed" applied desk-window-missed-1
	wait_until 30 judged
	check "F38: nothing stands in two of them, nothing is missing" judged
	issues() { outcome "$1" '[.issues[]? | select(.sector == "finance")] | length'; }
	check "F38: each has its issue" equal "1 1" \
		"$(issues desk-window-missed-1) $(issues desk-window-missed-2)"
}
f37_each_notice_goes_one_way_while_the_posture_flaps
f38_who_was_down_over_two_windows_closes_both

# ---- retractions ---------------------------------------------------------------------
history() { # THREAD ADDRESS: the kinds that arrived, in order
	mails "select(.headers[\"x-noroshi-thread\"] == \"$1\" and
		.rcpt_to[0] == \"$2@demo.example\") | .headers[\"x-noroshi-kind\"]" |
		paste -sd ' '
}
f42_a_retraction_reaches_whom_the_notice_reached() {
	local i round ids=() bad=0 seen
	for i in 1 2 3; do
		subscriber "slow-$i" '.sectors = ["medical"] | .ceptoars = ["medical"]'
	done
	for ((round = 0; round < 16; round++)); do
		id=$(issue "誤報 $round" '.sectors = ["medical"]')
		sleep "0.$((round % 8))"
		ctl -q retract --reason 誤報 "$id" >/dev/null
		ids+=("$id")
	done
	gone() { ! ends "${ids[-1]}" | grep -E 'INTENT|DEFERRED'; }
	wait_until 60 gone
	settled() {
		for id in "${ids[@]}"; do
			for i in 1 2 3; do
				[[ $(history "$id" "slow-$i") =~ ^(.*RETRACTION)?$ ]] || return 1
			done
		done
	}
	wait_until 60 settled
	for id in "${ids[@]}"; do
		for i in 1 2 3; do
			seen=$(history "$id" "slow-$i")
			case $seen in
			"" | RETRACTION | *\ RETRACTION) ;;
			*) bad=$((bad + 1)) && echo "     $id slow-$i: $seen" ;;
			esac
		done
	done
	check "F42: nobody keeps a notice that was retracted, nor gets it after" equal 0 $bad
}
# Its mailbox takes two seconds for the first one, and the other waits for that.
f42_what_is_retracted_before_it_was_tried_is_not_sent() {
	local first second
	subscriber busy '.sectors = ["telecom"] | .ceptoars = ["telecom"]'
	first=$(issue "先の件" '.sectors = ["telecom"]')
	second=$(issue "誤報" '.sectors = ["telecom"]')
	ctl -q retract --reason 誤報 "$second" >/dev/null
	wait_until 20 ended "$first" busy DELIVERED
	wait_until 20 ended "$second" busy CANCELLED
	check "F42: retracted before it was tried: cancelled" ended "$second" busy CANCELLED
	check "F42: retracted before it was tried: nothing arrives" equal "" \
		"$(history "$second" busy)"
}
f42_a_retraction_reaches_whom_the_notice_reached
f42_what_is_retracted_before_it_was_tried_is_not_sent

# ---- a backlog --------------------------------------------------------------------------
f43_urgent_ones_behind_a_backlog() {
	local n=${BACKLOG:-400} ids=() id i began took rss
	for ((i = 0; i < 40; i++)); do
		sector=$(cut -d ' ' -f $((i % 4 + 1)) <<<"power telecom finance medical")
		subscriber "many-$i" ".sectors = [\"$sector\"] |
			.ceptoars = [\"${sector/finance/bank}\"]"
	done
	proc_stop dispatcher-1 KILL
	mkdir -p "$STACK/files"
	"$BUILD/tests/system/load" --files "$STACK/files" "$STACK/key/desk.pem" \
		"$STACK/sectors.conf" "$n"
	/usr/bin/python3 tests/support/post.py "http://127.0.0.1:$API_PORT" \
		"$STACK/files" 0 "$STACK/answers.load"
	for ((i = 0; i < 10; i++)); do ids+=("$(issue "緊急 $i")"); done
	daemon_start dispatcher 1
	began=$SECONDS
	urgent() { for id in "${ids[@]}"; do mail_came "$id" many-0 || return; done; }
	wait_until 60 urgent
	took=$((SECONDS - began))
	rss=$(awk '/VmHWM/ { print int($2 / 1024) }' "/proc/${PROC[dispatcher-1]}/status")
	check "F43: behind a backlog of $((n * 10)) ten more arrive within 60 s ($took s)" urgent
	check "F43: in bounded memory ($rss MiB)" test "$rss" -lt 512
}
f43_urgent_ones_behind_a_backlog
system_end
