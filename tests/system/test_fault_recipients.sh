#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# F24 to F28, F30 to F32, F44: what relays and endpoints may do to a delivery, one
# recipient for each, all of one notice, and nobody waits for them. What happens
# at every stage of a connection is tests/integration/test_transfer.c.
. tests/system/lib.sh
mkdir -p "$BUILD/system"
script=$PWD/$BUILD/system/recipients.script
cat >"$script" <<'END'
f24-rcpt@*    451 451 ok
f24-data@*    command:451 ok
f24-dot@*     data:451 ok
f25-rcpt@*    550
f25-data@*    command:554
f25-dot@*     data:552
f26-rcpt@*    rcpt:hang ok
f26-data@*    command:hang ok
f26-dot@*     hang ok
f27-stored@*  store-then-drop ok
f27-gone@*    drop ok
f28-in@*      slow:1000 ok
f28-out@*     slow:8000 ok
/f30-500      500 ok
/f30-503      503/2 ok
/f30-429      429/2 ok
/f30-404      404 ok
/f30-410      410
/f30-400      400
/f31-hang     hang ok
/f31-stored   store-then-drop ok
/f44-dead-*   hang
END
system_begin "$script"
HOOK=http://127.0.0.1:$(cat "$STACK/hook.port")
daemon_start producer 1
daemon_start classifier 1
daemon_start dispatcher 1 -X connect_timeout=4000 -X smtp.timeout=4000 \
	-X webhook.timeout=4000 -X retry.min=300 -X retry.max=1000 \
	-X webhook.connections=8
for service in producer classifier dispatcher; do daemon_ready $service 1 || exit 1; done

hook() { subscriber "$1" ".channels = [{type: \"WEBHOOK\", address: \"${2:-$HOOK/$1}\"}]
	| ${3:-.}"; }
for who in $(sed -n 's/^\(f2[0-9a-z-]*\)@.*/\1/p' "$script") plain-1 plain-2 plain-3; do
	subscriber "$who"
done
for who in $(sed -n 's/^\/\(f3[0-9a-z-]*\) .*/\1/p' "$script") hook-1 hook-2; do
	hook "$who"
done
echo "/f32-redirect redirect:$HOOK/inside" >>"$script"
kill -HUP "${PROC[hook-sink]}"
hook f32-redirect
hook f32-metadata https://169.254.169.254/latest
hook f32-mapped 'https://[::ffff:10.0.0.1]/x'

id=$(issue "皆に")
began=$(date +%s%3N)
hook_lines() { # PATH JQ
	jq -r "select(.path == \"/$1\") | $2" "$STACK/hook/index.jsonl"
}
hooks_of() { hook_lines "$1" 'select(.file != null) | .n' | wc -l; }
others() {
	[ "$(mails 'select(.rcpt_to[0] | startswith("plain")) | .n' | wc -l)" -eq 3 ] &&
		[ "$(hooks_of hook-1)$(hooks_of hook-2)" = 11 ]
}
wait_until 20 others
took=$(($(date +%s%3N) - began))
check "F26: who hangs holds up no other ($took ms)" test "$took" -lt 3900
all_ended() {
	ends "$id" >"$STACK/ends"
	[ "$(wc -l <"$STACK/ends")" -ge 26 ] && ! grep -qE 'INTENT|DEFERRED' "$STACK/ends"
}
wait_until 60 all_ended
is() { grep -qx "$1 $2" "$STACK/ends" || { grep "^$1 " "$STACK/ends" && false; }; }

f24_a_4xx_is_tried_again_and_arrives_once() {
	local stage
	for stage in rcpt data dot; do
		check "F24: 451 at $stage: delivered when it heals" is f24-$stage DELIVERED
		check "F24: 451 at $stage: once" equal 1 "$(mails_of "$id" f24-$stage)"
	done
}
f25_a_5xx_ends_that_recipient_only() {
	local stage
	for stage in rcpt data dot; do
		check "F25: 5xx at $stage: failed" is f25-$stage FAILED
		check "F25: 5xx at $stage: said to the operator" grep -q \
			"event=failed.*subscriber=f25-$stage " "$STACK/log/dispatcher-1.log"
	done
	check "F25: the others have it" is plain-1 DELIVERED
}
f26_a_hang_ends_at_its_timeout_and_is_tried_again() {
	local stage
	for stage in rcpt data dot; do
		check "F26: hang at $stage: delivered at last" is f26-$stage DELIVERED
		check "F26: hang at $stage: once" equal 1 "$(mails_of "$id" f26-$stage)"
	done
}
announced() {
	grep -c "event=may_repeat.*subscriber=$1 " "$STACK/log/dispatcher-1.log"
}
same_mail() { # ADDRESS
	local file
	for file in $(mails "select(.rcpt_to[0] == \"$1@demo.example\") | .file"); do
		sha256sum <"$STACK/mail/$file"
	done | sort -u | wc -l | grep -qx 1
}
f27_a_lost_answer_is_one_announced_repeat_of_the_same_bytes() {
	check "F27: stored, no answer: twice" equal 2 "$(mails_of "$id" f27-stored)"
	check "F27: announced" equal 1 "$(announced f27-stored)"
	check "F27: the same bytes" same_mail f27-stored
	check "F27: not stored, no answer: once" equal 1 "$(mails_of "$id" f27-gone)"
	check "F27: webhook: twice under one id" equal 1 \
		"$(hook_lines f31-stored '.headers["webhook-id"]' | sort | uniq -c |
			awk '$1 == 2' | wc -l)"
}
f28_a_late_answer_counts_within_the_timeout_only() {
	check "F28: 250 within the timeout: once" equal 1 "$(mails_of "$id" f28-in)"
	check "F28: 250 after it: again, announced" equal "2 1" \
		"$(mails_of "$id" f28-out) $(announced f28-out)"
	check "F28: the same bytes" same_mail f28-out
}
waited() { # PATH: ms between the first two attempts
	hook_lines "$1" .at | awk 'NR == 1 { a = $1 } NR == 2 { printf "%d", $1 - a }'
}
f30_each_status_has_its_meaning() {
	local code
	for code in 500 503 429 404; do
		check "F30: $code: tried again, and delivered" is f30-$code DELIVERED
		check "F30: $code: under the same webhook-id" equal 1 \
			"$(hook_lines f30-$code '.headers["webhook-id"]' | sort -u | wc -l)"
	done
	for code in 503 429; do
		check "F30: $code: Retry-After is kept ($(waited f30-$code) ms)" \
			test "$(waited f30-$code)" -ge 1990
	done
	for code in 410 400; do
		check "F30: $code: ends it" is f30-$code FAILED
		check "F30: $code: one attempt" equal 1 "$(hook_lines f30-$code .n | wc -l)"
	done
}
f31_an_endpoint_that_hangs_is_cut_and_tried_again() {
	check "F31: hang: delivered at last" is f31-hang DELIVERED
	check "F31: hang: once" equal 1 "$(hooks_of f31-hang)"
}
f32_nothing_is_led_inside() {
	check "F32: a redirect ends it" is f32-redirect FAILED
	check "F32: and is not followed" equal "" "$(hook_lines inside .n)"
	check "F32: the metadata address gets no socket" is f32-metadata FAILED
	check "F32: nor does a mapped private one" is f32-mapped FAILED
}
f24_a_4xx_is_tried_again_and_arrives_once
f25_a_5xx_ends_that_recipient_only
f26_a_hang_ends_at_its_timeout_and_is_tried_again
f27_a_lost_answer_is_one_announced_repeat_of_the_same_bytes
f28_a_late_answer_counts_within_the_timeout_only
f30_each_status_has_its_meaning
f31_an_endpoint_that_hangs_is_cut_and_tried_again
f32_nothing_is_led_inside

# ---- many dead ones ---------------------------------------------------------------
f44_dead_endpoints_take_half_of_the_connections_at_most() {
	local i began took
	for ((i = 0; i < 20; i++)); do
		hook "f44-dead-$i" "" '.sectors = ["finance"] | .ceptoars = ["bank"]'
	done
	for ((i = 0; i < 10; i++)); do
		hook "f44-well-$i" "" '.sectors = ["finance"] | .ceptoars = ["bank"]'
	done
	ctl -q posture --until 1h --reason 検証 finance INCIDENT >/dev/null
	issue "一報" '.sectors = ["finance"]' >/dev/null
	all_tried() { [ "$(jq -r 'select(.path | startswith("/f44-dead")) | .path' \
		"$STACK/hook/index.jsonl" | sort -u | wc -l)" -eq 20 ]; }
	wait_until 90 all_tried
	id=$(issue "二報" '.sectors = ["finance"]')
	began=$(date +%s%3N)
	well() { [ "$(ends "$id" | grep -c '^f44-well-.* DELIVERED$')" -eq 10 ]; }
	wait_until 40 well
	took=$(($(date +%s%3N) - began))
	check "F44: 20 dead of 30 hold up none of the others ($took ms)" test "$took" -lt 10000
}
f44_dead_endpoints_take_half_of_the_connections_at_most
system_end
