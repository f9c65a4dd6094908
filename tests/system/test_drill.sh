#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A drill runs the real path beside the real thing, and shares nothing with it
# but the subscriptions that it reads; its end is told to everyone it reached.
. tests/system/lib.sh
system_begin
stack_daemons || exit 1
subscriber reader
subscriber english '.lang = "en"'
subscriber named '.sectors = ["finance"] | .ceptoars = ["bank"] | .max_tlp = "RED"'
subscriber aside '.sectors = ["finance"] | .ceptoars = ["bank"]'
subscriber hook ".channels = [{type: \"WEBHOOK\",
	address: \"http://127.0.0.1:$(cat "$STACK/hook.port")/ok\"}]"

stack_drill_conf drill-2027

# All that the real thing has: every topic's length, its view, its counters.
real() {
	for t in $(topics | grep -v '^drill\.' | sort); do echo "$t $(written "$t")"; done
	curl -s "http://127.0.0.1:${ADMIN[dispatcher-1]}/metrics" |
		grep '^noroshi_deliveries_planned_total'
	ctl --json list
	ctl --json posture
}
drills() { for t in $(topics | grep '^drill\.' | sort); do echo "$t $(written "$t")"; done; }

ctl drill start --state-dir "$STACK/x" >/dev/null 2>&1
check "a configuration for the real thing starts no drill" equal 2 $?
own=$(issue "本番")
settled() { # CTL NOTICE N: that many deliveries have ended
	"$1" --json trace "$2" 2>/dev/null | grep -c '"state":"DELIVERED"' | grep -qx "$3"
}
wait_until 30 settled ctl "$own" 3
before=$(real)
drill_start
wait_until 60 drill_door
check "the drill's door opens" drill_door
drill_door || system_end
drill drill start --state-dir "$STACK/drill/state" >/dev/null 2>&1
check "a second drill is not started beside it" equal 1 $?

# ---- during the drill ----------------------------------------------------------
ex=$(notice "訓練の通知" | drill --json issue - | jq -r .submission_id)
red=$(notice "名指し" '.tlp = "RED" | .sectors = [] | .recipients = ["named"]' |
	drill --json issue - | jq -r .submission_id)
drill -q posture power INCIDENT --until 1h --reason "訓練" >/dev/null
wait_until 30 mail_came "$ex" reader
wait_until 30 mail_came "$ex" english
wait_until 30 mail_came "$red" named
check "the drill reaches whoever the real thing would reach" \
	equal "1 1 1 0" "$(mails_of "$ex" reader) $(mails_of "$ex" english) \
$(mails_of "$red" named) $(mails_of "$ex" aside)"
header() { mails "select(.headers[\"x-noroshi-id\"] == \"$1\" and
	.rcpt_to[0] == \"$2@demo.example\") | .headers[\"$3\"]"; }
check "its subject says 訓練" contains "【訓練】" "$(header "$ex" reader subject)"
check "its subject says EXERCISE in English" contains "EXERCISE" \
	"$(header "$ex" english subject)"
check "a header says so to machines" equal EXERCISE "$(header "$ex" reader x-noroshi-mode)"
file=$(mails "select(.headers[\"x-noroshi-id\"] == \"$ex\" and
	.rcpt_to[0] == \"reader@demo.example\") | .file")
part() { /usr/bin/python3 -c '
import email, email.policy, re, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"),
                                   policy=email.policy.default)
text = m.get_body((sys.argv[2],)).get_content()
text = re.sub("(?s)<(style|title)>.*?</\\1>|<[^>]*>", "", text)
print(text.split("\n\n")[0] if sys.argv[2] == "plain" else text.strip()[:60])
' "$STACK/mail/$file" "$1"; }
check "so does the first line of its text" contains 訓練 "$(part plain)"
check "and the first words of its HTML" contains 訓練 \
	"$(part html)"
hook_of() { grep -l "$1" "$STACK"/hook/*.body; }
wait_until 20 hook_of "$ex" >/dev/null
check "the webhook's JSON says EXERCISE, and so does its subject" equal \
	"EXERCISE EXERCISE true" "$(jq -r '"\(.alert.mode) \(.content.mode) " +
		"\(.subject | contains("訓練"))"' "$(hook_of "$ex")")"
check "nothing of the drill is in the real thing" equal "$before" "$(real)"

wait_until 30 settled drill "$ex" 3
wait_until 30 settled drill "$red" 1
before=$(drills)
again=$(issue "本番のまま")
wait_until 20 mail_came "$again" reader
check "nothing of the real thing is in the drill" equal "$before" "$(drills)"
check "and no real mail says 訓練" equal 0 \
	"$(header "$again" reader subject | grep -c 訓練)"
check "a real thread cannot be followed up in the drill" equal 5 \
	"$(notice "続報" | drill revise "$own" - >/dev/null 2>&1; echo $?)"
check "nor a drill's thread for real" equal 5 \
	"$(notice "続報" | ctl revise "$ex" - >/dev/null 2>&1; echo $?)"
check "the drill's key signs nothing real" equal 4 \
	"$(notice "偽" | ctl issue --key "$STACK/key/drill.pem" - >/dev/null 2>&1; echo $?)"
check "nor a real key anything of the drill" equal 4 \
	"$(notice "偽" | drill issue --key "$STACK/key/desk.pem" - >/dev/null 2>&1; echo $?)"
check "subscriptions are not changed in a drill" contains drill-subscription \
	"$(jq -n '{subscriber_id: "x", kind: "OPERATOR", organisation: "x", name: "x",
		sectors: ["power"], max_tlp: "AMBER", lang: "ja",
		channels: [{type: "MAIL", address: "x@demo.example"}]}' |
		drill subscribe - 2>&1)"
groups() { deploy/kafka/kafka.sh tool \
	org.apache.kafka.tools.consumer.group.ConsumerGroupCommand --list \
	--bootstrap-server "$SERVERS" | grep -F "$PREFIX" | sed "s/^$PREFIX//" | sort; }
groups >"$STACK/groups"
check "the drill's groups are its own, one for each real one" equal \
	"$(grep -v '^drill\.' "$STACK/groups")" \
	"$(sed -n 's/^drill\.//p' "$STACK/groups")"

# ---- its end -------------------------------------------------------------------
drill_end >"$STACK/log/end.log" 2>&1
check "the drill ends well" equal 0 $?
check "its door is closed" equal 1 "$(drill_door && echo 0 || echo 1)"
check "its supervisor has ended" proc_gone drill
stand_downs() { mails "select((.headers.subject | contains(\"$2\")) and
	.rcpt_to[0] == \"$1@demo.example\") | .headers[\"x-noroshi-mode\"]"; }
check "everyone it reached has been told, as a drill, in the reader's language" \
	equal "EXERCISE EXERCISE EXERCISE" "$(stand_downs reader 訓練終了) \
$(stand_downs english "End of the exercise") $(stand_downs named 訓練終了)"
check "nobody else has" equal "" "$(stand_downs aside 訓練)"
sent=$(mails .n | wc -l)
drill_end >/dev/null 2>&1
check "ending it again tells nobody twice" equal "0 $sent" "$? $(mails .n | wc -l)"
last=$(issue "本番は続く")
wait_until 20 mail_came "$last" reader
check "the real thing goes on" mail_came "$last" reader
system_end
