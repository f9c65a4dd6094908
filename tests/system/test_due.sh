#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Six recipients, three confirm: the others are reminded, then their second
# contacts get the alert, then their silence is on record; each dispatcher is
# killed -9 around one of these times and nothing is lost or said twice.
. tests/system/lib.sh
free_port ACK_PORT
system_begin

SECONDS_TO_ACK=20
echo "secrets = ( \"$(openssl rand -base64 32)\" );" >"$STACK/secrets.conf"
chmod 600 "$STACK/secrets.conf"
cat >>"$STACK/dispatcher.conf" <<END
ack: { url = "http://127.0.0.1:$ACK_PORT"; secrets = "secrets.conf";
  immediate = ${SECONDS_TO_ACK}000; priority = ${SECONDS_TO_ACK}000;
  remind_after = 50; escalate_after = 100; report_after = 125; };
END
sed -i 's/{ id = "power"; /&mail = "power-desk@demo.example"; /
	s/{ id = "bank"; /&mail = "bank-desk@demo.example"; /' "$STACK/sectors.conf"
cat >>"$STACK/dispatcher.conf" <<END
audit: { every = 200; outcome_budget = 2000; };
duty: { address = ( "duty@demo.example" ); lang = "en"; };
END
dispatcher() { # N: the first listens
	local listen=
	[ "$1" -eq 2 ] || listen=127.0.0.1:$ACK_PORT
	daemon_start dispatcher "$1" -X "ack.listen=$listen"
}
dispatcher 1
dispatcher 2
for service in producer classifier; do
	daemon_start $service 1
	daemon_ready $service 1 || exit 1
done
daemon_ready dispatcher 1 && daemon_ready dispatcher 2 || exit 1
for n in 1 2 3 4 5 6; do
	subscriber "op$n" '.second_contact = {type: "MAIL",
		address: (.subscriber_id + "-second@demo.example")}'
done
subscriber op6 '.ceptoars = ["bank"] | .second_contact = {type: "MAIL",
	address: "op6-second@demo.example"}'
subscriber cep '.kind = "CEPTOAR" | .channels = [{type: "TOPIC"}]'

# What a person does: opens the link of the mail and presses the button.
confirm() { # NOTICE WHO
	curl -sf -o /dev/null -d response= "$(ack_link "$1" "$2")" ||
		curl -sf -o /dev/null -X POST "$(ack_link "$1" "$2")"
}

id=$(issue "受領確認")
began=$SECONDS
for n in 1 2 3 4 5 6; do
	wait_until 20 mail_came "$id" "op$n"
done
confirmed=0
for n in 1 2 3; do
	! confirm "$id" "op$n" || confirmed=$((confirmed + 1))
done
check "three confirm by the link of their mail" equal 3 "$confirmed"

has_passed() { [ $((SECONDS - began)) -ge "$1" ]; }
wait_until 30 has_passed $((SECONDS_TO_ACK / 2 - 1))
proc_stop dispatcher-1 KILL
wait_until 30 has_passed $((SECONDS_TO_ACK / 2 + 1))
dispatcher 1
mails_are() { [ "$(mails_of "$id" "$2")" -ge "$1" ]; }
for n in 4 5 6; do
	wait_until 40 mails_are 2 "op$n"
	check "op$n is silent and reminded" mails_are 2 "op$n"
done
subjects=$(mails "select(.headers[\"x-noroshi-id\"] == \"$id\") |
	.headers.subject" | sort | uniq -c | sort -rn)
check "a reminder says what it is" contains "【未確認】" "$subjects"

proc_stop dispatcher-2 KILL
wait_until 30 has_passed $((SECONDS_TO_ACK + 1))
dispatcher 2
for n in 4 5 6; do
	wait_until 40 mail_came "$id" "op$n-second"
	check "the second contact of op$n gets it" mail_came "$id" "op$n-second"
done

# The record comes last: then all is over.
records_due() { # the states of what has ended in receipt.due, per subscriber
	raw receipt.due >"$STACK/receipts-due"
	/usr/bin/python3 tests/system/captured.py --ends "$STACK/receipts-due" "$id"
}
over() { [ "$(records_due | wc -l)" -ge 20 ]; }
wait_until 60 over
check "what each was due has one end" equal \
	"cep DELIVERED 2
op1 CANCELLED 3
op2 CANCELLED 3
op3 CANCELLED 3
op4 DELIVERED 3
op5 DELIVERED 3
op6 DELIVERED 3" "$(records_due | sort | uniq -c | awk '{ print $2, $3, $1 }')"
for n in 1 2 3; do
	check "op$n confirmed and hears nothing more" equal 1 "$(mails_of "$id" "op$n")"
	check "nor does the second contact" equal 0 "$(mails_of "$id" "op$n-second")"
done
# The desk hears of all, a CEPTOAR that got the alert of its own members.
silences() { # MAILBOX: names of those in each mail on the notice's silence
	/usr/bin/python3 - "$STACK/mail" "$1@demo.example" "$id" <<'END'
import email, email.policy, json, os, re, sys
folder, mailbox, notice = sys.argv[1:]
with open(os.path.join(folder, "index.jsonl")) as index:
    files = [mail["file"] for mail in map(json.loads, index)
             if mail["file"] and mail["rcpt_to"] == [mailbox]]
for name in files:
    with open(os.path.join(folder, name), "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.default)
    if re.match(r"duty\.silence\..*" + notice, mail["X-Noroshi-Id"]):
        text = mail.get_body(("plain",)).get_content()
        print(*re.findall(r"^ +- +(\S+)", text, re.M))
END
}
told() { silences "$1" | grep -q .; }
wait_until 30 told duty
wait_until 30 told power-desk
check "the desk is told who is silent" equal "cep op4 op5 op6" "$(silences duty)"
check "a CEPTOAR of its own members" equal "cep op4 op5" "$(silences power-desk)"
proc_stop dispatcher-1 KILL
proc_stop dispatcher-2 KILL
dispatcher 3
judged() { # another has read all of it again
	curl -sf "http://127.0.0.1:${ADMIN[dispatcher-3]}/metrics" |
		grep -q '^noroshi_audit_gaps{stage="plan"} 0'
}
began_again() { grep -q event=audit_begun "$STACK/log/dispatcher-3.log"; }
wait_until 40 began_again
began=$SECONDS
wait_until 30 has_passed 4
wait_until 30 judged
check "each once, also after a kill of all" equal "1 1" \
	"$(silences duty | wc -l) $(silences power-desk | wc -l)"
check "a CEPTOAR that did not get the alert hears nothing" equal 0 \
	"$(silences bank-desk | wc -l)"

all=$(mails "select(.headers[\"x-noroshi-id\"] == \"$id\") | .n" | wc -l)
distinct=$(mails "select(.headers[\"x-noroshi-id\"] == \"$id\") |
	.headers[\"message-id\"]" | sort -u | wc -l)
check "twelve different mails" equal 12 "$distinct"
announced=$(cat "$STACK"/log/dispatcher-*.log | grep -c may_repeat)
check "none is there twice that was not in flight ($((all - distinct)) repeats)" \
	test $((all - distinct)) -le "$announced"
system_end
