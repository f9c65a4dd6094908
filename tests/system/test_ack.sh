#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From the link in a mail to the receipt on the bus, by a person, a mail
# scanner, a machine, a webhook's answer and the desk; also across a kill -9.
. tests/system/lib.sh
mkdir -p "$BUILD/system"
printf '/sure ack:MITIGATED\n/loud ok\n' >"$BUILD/system/ack.script"
system_begin "$BUILD/system/ack.script"
free_port ACK_PORT
(umask 077 && printf 'secrets = ( "%s" );\n' "$(openssl rand -base64 32)" \
	>"$STACK/ack-secrets.conf")
cat >>"$STACK/dispatcher.conf" <<END
ack: { listen = "127.0.0.1:$ACK_PORT"; url = "http://127.0.0.1:$ACK_PORT";
  secrets = "ack-secrets.conf"; };
END
stack_daemons || exit 1
hook="http://127.0.0.1:$(cat "$STACK/hook.port")"
subscriber reader
subscriber english '.lang = "en"'
subscriber cep '.kind = "CEPTOAR" | .channels += [{type: "TOPIC"}]'
subscriber sure ".channels = [{type: \"WEBHOOK\", address: \"$hook/sure\"}]"
subscriber loud ".channels = [{type: \"WEBHOOK\", address: \"$hook/loud\"}]"

id=$(issue "受領を求める通知")
states() { # SUBSCRIBER: of the notice's deliveries, the highest of each
	ctl --json trace "$id" | jq -r --arg who "$1" 'select(.step == "delivery"
		and .subscriber_id == $who) | .state' | sort | xargs
}
is_state() { equal "$2" "$(states "$1")" >/dev/null; }
text_of() { # SUBSCRIBER PART: the decoded part of its mail
	/usr/bin/python3 -c '
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"),
                                   policy=email.policy.default)
print(m.get_body((sys.argv[2],)).get_content())' \
		"$STACK/mail/$(mails "select(.rcpt_to[0] == \"$1@demo.example\") | .file" | head -n 1)" "$2"
}
link_of() { text_of "$1" plain | grep -o 'http://[^ ]*/ack/[A-Za-z0-9_-]*' | head -n 1; }
for who in reader english cep; do wait_until 20 mail_came "$id" "$who"; done
for who in reader english; do wait_until 20 is_state "$who" DELIVERED; done

link=$(link_of reader)
check "a mail has a personal link" contains "http://127.0.0.1:$ACK_PORT/ack/" "$link"
check "the same one in its HTML" contains "href=\"$link\"" "$(text_of reader html)"
check "each recipient's is another" test "$link" != "$(link_of english)"
page=$(curl -sf "$link")
check "the page shows the notice" contains "受領を求める通知" "$page"
check "with its label and id" contains "TLP:AMBER" "$page"
check "in the recipient's language" contains "Confirm receipt" "$(curl -sf "$(link_of english)")"
for _ in 1 2 3; do curl -sf -o /dev/null "$link"; curl -sfI -o /dev/null "$link"; done
check "whoever only looks confirms nothing" is_state reader DELIVERED

answer=$(curl -sf --data-urlencode response= "$link")
check "one step confirms" contains "受領確認を記録しました" "$answer"
check "the receipt is on the bus when it is said" is_state reader ACKNOWLEDGED
curl -sf -o /dev/null -d response=NOT_AFFECTED "$link"
check "an answer is more than receipt" is_state reader RESPONDED
curl -sf -o /dev/null -d response= "$link"
check "and is not taken back by it" is_state reader RESPONDED
# Its last letter has two bits of the MAC: another of the four that base64 may
# have there, so that nothing but the MAC is wrong.
forged=${link%?}$(tr AQgw QgwA <<<"${link: -1}")
code=$(curl -s -o /dev/null -w '%{http_code}' -d response=AFFECTED "$forged")
check "a forged link is refused" equal "404 other" \
	"$code $([ "$forged" = "$link" ] || echo other)"
check "by the words for any other" equal "$(curl -s "http://127.0.0.1:$ACK_PORT/ack/x")" \
	"$(curl -s "$forged")"
check "and confirms nothing" is_state english DELIVERED

wait_until 20 is_state sure RESPONDED
check "a webhook confirms by its answer" is_state sure RESPONDED
check "one that does not say so has it, and no more" is_state loud DELIVERED
url=$(jq -r "select(.path == \"/loud\" and .file != null) | .file" "$STACK/hook/index.jsonl" |
	head -n 1 | sed "s|^|$STACK/hook/|" | xargs jq -r .ack_url)
said=$(curl -sf -H 'Content-Type: application/json' \
	-d '{"response": "INVESTIGATING"}' "$url")
check "a machine confirms with one call" equal "RESPONDED INVESTIGATING" \
	"$(jq -r '"\(.state) \(.response)"' <<<"$said")"
check "for its delivery" is_state loud RESPONDED

ctl ack "$id" --as nobody >/dev/null 2>&1
check "the desk cannot confirm for who was not addressed" equal 4 $?
ctl ack "$id" --as cep --response AFFECTED --relayed 3/5 >/dev/null
check "the desk confirms for a CEPTOAR, on each of its channels" \
	equal "RESPONDED RESPONDED" "$(states cep)"
check "and reach counts what it passed on" equal "3 5" \
	"$(ctl --json reach "$id" | jq -r 'select(.stage == "CEPTOAR" and .sector == null) |
		"\(.relayed) \(.relayed_of)"')"
ctl ack --token "$(link_of english)" --response MITIGATED >/dev/null
check "noroshictl confirms with a recipient's link" is_state english RESPONDED
ctl_link() { ctl -X "ack=http://127.0.0.1:$ACK_PORT" -X "ack_secrets=$STACK/ack-secrets.conf" "$@"; }
standing=$(ctl_link --json link cep | jq -r .url)
check "a reader of topics reports with its standing link" equal RESPONDED "$(
	curl -sf -H 'Content-Type: application/json' "$standing" \
		-d "{\"notice_id\": \"$id\", \"response\": \"MITIGATED\", \"relayed\": 5, \"relayed_of\": 5}" |
		jq -r .state)"
check "which reach shows" equal "5 5" "$(ctl --json reach "$id" |
	jq -r 'select(.stage == "CEPTOAR" and .sector == null) | "\(.relayed) \(.relayed_of)"')"
ctl ack nothing --token "$standing" >/dev/null 2>&1
check "and cannot confirm what it was not sent" equal 4 $?
check "all have confirmed" equal "5 5" "$(ctl --json reach "$id" |
	jq -r 'select(.stage == null) | "\(.addressed) \(.acknowledged)"')"

# Nothing is kept beside the topics: a killed listener serves the old links, and
# senders that read the receipts send nothing again.
before=$(mails .n | wc -l)
proc_stop dispatcher-1 KILL
# It reads its secrets again, as whoever it runs as.
daemon_start dispatcher 2 -X user=
daemon_ready dispatcher 2
check "after kill -9 an old link still works" contains "受領を求める通知" "$(curl -sf "$link")"
curl -sf -o /dev/null -d response=AFFECTED "$link"
last=$(issue "あとの通知")
for who in reader english cep; do wait_until 30 mail_came "$last" "$who"; done
check "and what was confirmed is not sent again" equal $((before + 3)) "$(mails .n | wc -l)"

# A new secret makes new links; the old ones are accepted until it is taken out.
rotate() { # SECRET...
	(
		printf 'secrets = ('
		printf ' "%s"' "$1"
		[ $# -lt 2 ] || printf ', "%s"' "${@:2}"
		printf ' );\n'
	) >"$STACK/ack-secrets.conf"
	kill -HUP "${PROC[dispatcher-2]}"
}
old=$(grep -o '"[^"]*"' "$STACK/ack-secrets.conf" | tr -d '"')
new=$(openssl rand -base64 32)
reloads() { [ "$(grep -c event=reloaded "$STACK/log/dispatcher-2.log")" = "$1" ]; }
status() { curl -s -o /dev/null -w '%{http_code}' "$link"; }
is_status() { [ "$(status)" = "$1" ]; }
rotate "$new" "$old"
wait_until 10 reloads 1
check "an old link survives a rotation" equal 200 "$(status)"
rotate "$new"
check "until its secret is taken out" wait_until 10 is_status 404
check "no log holds a token" equal "" "$(grep -l "${link##*/}" "$STACK"/log/*)"
system_end
