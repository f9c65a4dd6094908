#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Before a raised posture ends the duty officer is reminded, once, whoever is
# killed meanwhile.
. tests/system/lib.sh
system_begin
echo 'duty: { address = [ "duty@demo.example" ]; };' >>"$STACK/dispatcher.conf"
stack_daemons || exit 1

ahead() { date -u -d "@$(($(date +%s) + $1))" +%FT%TZ; } # SECONDS
said() { ctl --json list | jq -r 'select(.attention) | .attention[]' | xargs; }
was_said() { [ -n "$(said)" ]; }
subjects() { mails 'select(.rcpt_to[0] == "duty@demo.example") | .headers.subject'; }
was_mailed() { [ -n "$(subjects)" ]; }
ends() { ctl --json list --attention | jq -r 'select(.attention == "POSTURE_ENDS") | .sector'; }

# remind_hours is 24: these have ten seconds until then, and less than it.
until=$(ahead $((86400 + 10)))
ctl -q posture power HEIGHTENED --until "$until" --reason 試験 >/dev/null
check "the next deadline is the reminder" equal "$((86400 * 1000))" "$(
	ctl --json list | jq -r 'select(.postures) | [.postures[0].until, .next_deadline] |
		map(sub("\\.[0-9]+Z$"; "Z") | fromdate * 1000) | .[0] - .[1]')"
ctl -q posture finance HEIGHTENED --until 1h --reason 試験 >/dev/null
for service in classifier producer; do
	proc_stop "$service-1" KILL 2>/dev/null
	daemon_start "$service" 1
done
wait_until 60 was_said
check "it says so a day before" equal "posture-ending:power" "$(said)"
wait_until 30 was_mailed
check "the duty officer has a mail" contains "警戒の段階がまもなく終わります (power)" "$(subjects)"
check "and sees it in the list" contains power "$(ends)"
proc_stop classifier-1 KILL 2>/dev/null
daemon_start classifier 1
daemon_ready classifier 1 || exit 1
ctl -q posture power HEIGHTENED --until "$(ahead 200000)" --reason 延長 >/dev/null
check "a later end takes it off the list" equal finance "$(ends)"
check "it was said once" equal "posture-ending:power" "$(said)"
check "and mailed once" equal 1 "$(subjects | wc -l)"
system_end
