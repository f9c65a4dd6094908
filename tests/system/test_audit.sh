#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a classifier, a planner or a sender loses is found, told to the duty
# officer, made good by a replay, and then no longer missing; heartbeats arrive.
. tests/system/lib.sh
SCRIPT=$(mktemp)
echo 'lost@demo.example 451' >"$SCRIPT"
system_begin "$SCRIPT"

AUDIT=(-X audit.every=200 -X audit.outcome_budget=5000 -X audit.plan_budget=5000
	-X audit.delivery_budget=8000 -X retry.min=200 -X retry.max=1000
	-X duty.address=duty@demo.example -X heartbeat.mail=canary@demo.example
	-X heartbeat.every=6000)
dispatcher() {
	daemon_start dispatcher "$1" "${AUDIT[@]}"
	daemon_ready dispatcher "$1"
}
daemon_start producer 1
daemon_start classifier 1
daemon_ready producer 1 || exit 1
daemon_ready classifier 1 || exit 1
dispatcher 1 || exit 1

gaps() { # STAGE: as the metric has it
	curl -sf "http://127.0.0.1:${ADMIN[$DISPATCHER]}/metrics" |
		sed -n "s/^noroshi_audit_gaps{stage=\"$1\"} //p"
}
gap_is() { [ "$(gaps "$1")" = "$2" ]; }
logged() { grep -q "event=$1 .*$2" "$STACK/log/$DISPATCHER.log"; }
duty_mails() { # ID: how many
	mails "select(.rcpt_to[0] == \"duty@demo.example\" and
		.headers[\"x-noroshi-id\"] == \"duty.$1\") | .n" | wc -l
}
told() { [ "$(duty_mails "$1")" -ge 1 ]; }
about_gaps() { # mails on what is missing; a posture to review is another matter
	mails 'select(.rcpt_to[0] == "duty@demo.example") |
		.headers["x-noroshi-id"]' | grep -c -e '^duty\.gap' -e '^duty\.silent'
}
listed() { # STAGE ID: noroshictl finds it, and says so by its exit code
	local out
	out=$(ctl --json audit --budget 2s)
	[ $? -eq 1 ] && jq -e -s "any(.stage == \"$1\" and
		.notice_id == \"$2\")" <<<"$out" >/dev/null
}
nothing_missing() { ctl -q audit --budget 2s >/dev/null; }
beats() { mails 'select(.rcpt_to[0] == "canary@demo.example") | .n' | wc -l; }
some_beats() { [ "$(beats)" -ge 2 ]; }
DISPATCHER=dispatcher-1

# ---- nothing is missing --------------------------------------------------------
subscriber one
subscriber lost '.sectors = ["telecom"] | .ceptoars = ["telecom"]'
first=$(issue "届く")
unaddressed=$(issue "誰も登録していない分野" '.sectors = ["finance"]')
wait_until 20 mail_came "$first" one
wait_until 40 some_beats
check "heartbeats arrive at the canary" some_beats
settled() { logged audit_begun '' && gap_is plan 0 && gap_is outcome 0; }
wait_until 20 settled
wait_until 20 nothing_missing
check "a notice that arrived and one for nobody are no gaps" nothing_missing
check "that it is for nobody is on record" equal 1 \
	"$(records delivery.alert | grep -c "^$unaddressed\$")"
check "nor for the auditor" equal "0 0 0 0 0" \
	"$(gaps outcome) $(gaps dispatch) $(gaps plan) $(gaps delivery) $(gaps heartbeat)"
check "the duty officer was told of no gap" equal 0 "$(about_gaps)"
reviewed() { mails 'select(.rcpt_to[0] == "duty@demo.example") |
	.headers["x-noroshi-id"]' | grep -q "^duty\.review\.power\.$first\$"; }
wait_until 20 reviewed
check "but of a posture to review" reviewed

# ---- a classifier that has stopped ---------------------------------------------
proc_stop classifier-1 KILL
waiting=$(notice "決定を待つ" | ctl --json issue --wait 0 - | jq -r .submission_id)
wait_until 20 gap_is outcome 1
check "a command without an outcome is a gap" gap_is outcome 1
check "it is logged" logged audit_gap "$waiting"
wait_until 20 told "gap.outcome.$waiting"
check "and mailed to the duty officer" told "gap.outcome.$waiting"
check "noroshictl audit finds it" listed outcome "$waiting"
ctl -q audit --budget 2s --replay "$waiting" >/dev/null
check "it cannot be replayed, and that is said" equal 1 $?
daemon_start classifier 1
wait_until 30 gap_is outcome 0
check "the gap closes with the outcome" gap_is outcome 0
check "which is logged" logged audit_closed "$waiting"
wait_until 20 mail_came "$waiting" one

# ---- a planner that passes one over --------------------------------------------
proc_stop dispatcher-1
unplanned=$(issue "計画されない")
unplanned_red=$(issue "名指し" '.tlp = "RED" | .sectors = [] | .recipients = ["nobody-there"]')
"$BUILD/tests/system/pass_over" "$SERVERS" "$PREFIX" planner-alert \
	dispatch.alert 1
check "the planner's position was moved" equal 0 $?
DISPATCHER=dispatcher-2
dispatcher 2
wait_until 20 gap_is plan 2
check "notices that are not planned are gaps" gap_is plan 2
wait_until 20 told "gap.plan.$unplanned"
check "each is mailed to the duty officer once" equal "1 1" \
	"$(duty_mails "gap.plan.$unplanned") $(duty_mails "gap.plan.$unplanned_red")"
check "a mail says nothing of the content" equal 0 \
	"$(grep -l "$(printf '計画されない' | base64)" "$STACK"/mail/*.eml 2>/dev/null | wc -l)"
check "noroshictl audit finds it" listed plan "$unplanned"
check "nobody has got it" equal 0 "$(mails_of "$unplanned" one)"
before=$(count dispatch.alert)
ctl -q audit --budget 2s --replay "$unplanned" --dry-run >/dev/null
check "a dry run writes nothing" equal "$before" "$(count dispatch.alert)"
ctl -q audit --budget 2s --replay "$unplanned" >/dev/null
check "a replay succeeds" equal 0 $?
wait_until 20 mail_came "$unplanned" one
check "and the notice arrives" equal 1 "$(mails_of "$unplanned" one)"
ctl -q audit --budget 2s --replay "$unplanned_red" >/dev/null
wait_until 20 gap_is plan 0
check "the gaps close" gap_is plan 0
check "it is on record who did it" contains "audit.replay" \
	"$(records audit '%k %s\n' | tr -d '\0' | tr '\n' ' ')"
before=$(count dispatch.alert)
ctl -q audit --budget 2s --replay "$unplanned" >/dev/null
check "a second replay does nothing" equal "$before" "$(count dispatch.alert)"

# ---- a sender that passes one over ---------------------------------------------
tried() { mails_tried | grep -q .; }
mails_tried() {
	jq -r 'select(.file == null and .rcpt_to[0] == "lost@demo.example") | .n' \
		"$STACK/mail/index.jsonl"
}
undelivered=$(issue "届かない" '.sectors = ["telecom"]')
wait_until 20 tried
proc_stop dispatcher-2
"$BUILD/tests/system/pass_over" "$SERVERS" "$PREFIX" sender-alert \
	delivery.alert 12
check "the senders' positions were moved" equal 0 $?
: >"$SCRIPT"
kill -HUP "${PROC[mail-sink]}"
DISPATCHER=dispatcher-3
dispatcher 3
wait_until 30 gap_is delivery 1
check "a delivery that nobody tries is a gap" gap_is delivery 1
wait_until 20 told "gap.delivery.$undelivered"
check "it is mailed to the duty officer" told "gap.delivery.$undelivered"
check "noroshictl audit finds it" listed delivery "$undelivered"
check "nobody has got it" equal 0 "$(mails_of "$undelivered" lost)"
ctl -q audit --budget 2s --replay "$undelivered" >/dev/null
wait_until 20 mail_came "$undelivered" lost
check "a replay sends it, once" equal 1 "$(mails_of "$undelivered" lost)"
wait_until 20 gap_is delivery 0
check "and the gap closes" gap_is delivery 0

# ---- the auditor itself --------------------------------------------------------
told_before=$(about_gaps)
proc_stop dispatcher-3 KILL
DISPATCHER=dispatcher-4
dispatcher 4
wait_until 20 settled
had_a_turn() { [ "$(beats)" -gt "$beats_before" ]; }
beats_before=$(($(beats) + 1))
wait_until 40 had_a_turn
check "another auditor tells nothing twice" equal "$told_before" "$(about_gaps)"
check "and finds nothing" nothing_missing
check "alerts are counted without our own mails" equal "0" \
	"$(curl -sf "http://127.0.0.1:${ADMIN[$DISPATCHER]}/metrics" |
		sed -n 's/^noroshi_deliveries_total{lane="alert",state="DELIVERED"} //p')"

# ---- a canary that hears nothing -----------------------------------------------
echo 'canary@demo.example 550' >"$SCRIPT"
kill -HUP "${PROC[mail-sink]}"
wait_until 60 gap_is heartbeat 1
check "heartbeats that do not arrive are an alarm" gap_is heartbeat 1
silent() { mails 'select(.rcpt_to[0] == "duty@demo.example") |
	.headers["x-noroshi-id"]' | grep -q '^duty\.silent\.MAIL\.'; }
wait_until 20 silent
check "the duty officer is told" silent
: >"$SCRIPT"
kill -HUP "${PROC[mail-sink]}"
wait_until 40 gap_is heartbeat 0
check "until they do again" gap_is heartbeat 0
rm -f "$SCRIPT"
system_end
