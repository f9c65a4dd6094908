#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A webhook that confirms the reminder has confirmed the alert: nobody goes on to
# its second contact.
. tests/system/lib.sh
mkdir -p "$BUILD/system"
printf '/late ok ack:AFFECTED\n' >"$BUILD/system/ack_reminder.script"
system_begin "$BUILD/system/ack_reminder.script"
free_port ACK_PORT
(umask 077 && printf 'secrets = ( "%s" );\n' "$(openssl rand -base64 32)" \
	>"$STACK/ack-secrets.conf")
cat >>"$STACK/dispatcher.conf" <<END
ack: { listen = "127.0.0.1:$ACK_PORT"; url = "http://127.0.0.1:$ACK_PORT";
  secrets = "ack-secrets.conf"; priority = 6000; immediate = 6000;
  remind_after = 50; escalate_after = 150; report_after = 200; };
END
stack_daemons || exit 1
hook="http://127.0.0.1:$(cat "$STACK/hook.port")"
second='.second_contact = {type: "MAIL", address: (.subscriber_id + "-second@demo.example")}'
subscriber late ".channels = [{type: \"WEBHOOK\", address: \"$hook/late\"}] | $second"
subscriber silent "$second"

id=$(issue "督促される通知")
states() { # how many have confirmed, and answered AFFECTED
	ctl --json reach "$id" | jq -r 'select(.stage == null) | "\(.acknowledged) \(.affected)"'
}
is_states() { [ "$(states)" = "$1" ]; }
posts() { jq -r 'select(.path == "/late" and .file != null) | .n' "$STACK/hook/index.jsonl" | wc -l; }
has_posts() { [ "$(posts)" = "$1" ]; }
check "the alert comes without a confirmation" wait_until 20 has_posts 1
check "and so does its reminder" wait_until 20 has_posts 2
check "whose answer confirms the alert" wait_until 20 is_states "1 1"
second_came() { mail_came "$id" "$1-second"; }
check "the other's second contact is told" wait_until 30 second_came silent
check "the confirmed one's is not" equal 0 "$(mails_of "$id" late-second)"
system_end
