#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What preview says is what then happens, and preview itself does nothing.
. tests/system/lib.sh
system_begin
stack_daemons || exit 1
subscriber both '.sectors = ["power", "finance"] | .ceptoars = ["power", "bank"]'
subscriber english '.lang = "en" | .sectors = ["finance"] | .ceptoars = ["bank"]'
subscriber green '.max_tlp = "GREEN"'
subscriber picky '.filter = {min_urgency: "IMMEDIATE"}'
subscriber gone
subscriber gone '.inactive = true'
subscriber quiet '.digest_off = true'
everybody="both english green picky gone quiet"

preview() { notice "$@" | ctl --json preview - 2>"$STACK/err"; }
recipients() { jq -r 'select(.step == "recipient") | .subscriber_id' | sort | xargs; }
got() { # NOTICE: who has a mail of it
	for who in $everybody; do
		! mail_came "$1" "$who" || echo "$who"
	done | sort | xargs
}
unusual() { jq -r 'select(.step == "unusual") | .unusual // "all"' | xargs; }

notices() { ctl --json list | jq -r 'select(.type == "NOTICE") | .submission_id' | wc -l; }
check "who never issued is told so" equal all "$(preview "最初" | unusual)"
check "nothing was issued" equal 0 "$(notices)"

one=(".sectors = [\"power\", \"finance\"]" '.item_type = "C3"')
said=$(preview "二分野" "${one[0]} | ${one[1]}")
id=$(issue "二分野" "${one[0]} | ${one[1]}")
wanted=$(recipients <<<"$said")
all_came() { [ "$(got "$id" | wc -w)" -ge "$(wc -w <<<"$wanted")" ]; }
wait_until 20 all_came
# A last one that everybody gets: what was to come before it has come.
last=$(issue "最後" '.sectors = ["power", "finance"] | .tlp = "CLEAR" | .urgency = "IMMEDIATE"')
for who in both english green picky quiet; do wait_until 20 mail_came "$last" "$who"; done
check "those it names get it, and nobody else" equal "$wanted" "$(got "$id")"
check "there were some" equal "both english quiet" "$wanted"
decided() { jq -c '{verdict, topics, copies: [.copies[] | {sector, routes, route_rule}]}'; }
check "verdict, topics, routes and rules are those it said" equal \
	"$(jq -c 'select(.step == "outcome") | .outcome' <<<"$said" | decided)" \
	"$(outcome "$id" | decided)"
check "who is meant but not cleared, or filters, is counted" equal "1 1" \
	"$(jq -r 'select(.step == "reach") | "\(.not_cleared) \(.filtered)"' <<<"$said")"
check "it shows the subject that they read" equal \
	"$(mails "select(.headers[\"x-noroshi-id\"] == \"$id\" and
		.rcpt_to[0] == \"english@demo.example\") | .headers.subject")" \
	"$(jq -r 'select(.step == "text" and .lang == "en") | .subject' <<<"$said")"

waits=$(preview "待つ" '.item_type = "A1" | .urgency = "ROUTINE"')
check "what waits is for the newsletter" equal "newsletter" \
	"$(jq -r 'select(.step == "recipient") | .when' <<<"$waits" | sort -u)"
check "and not for who wants none" equal both "$(recipients <<<"$waits")"
check "a posture is followed" equal "REALTIME" "$(
	ctl -q posture power HEIGHTENED --until 1h --reason 試験 >/dev/null
	preview "警戒" '.item_type = "BC3" | .urgency = "ROUTINE"' |
		jq -r 'select(.step == "outcome") | .outcome.copies[0].routes[0]')"

check "what was used before is not unusual" equal "" "$(preview "いつも" | unusual)"
check "a sector or a label never used is pointed out" equal "telecom TLP:AMBER+STRICT" \
	"$(preview "違う" '.sectors = ["power", "telecom"] | .tlp = "AMBER_STRICT"' | unusual)"
ctl key new --out "$STACK/key/second.pem" --principal desk-2 >"$STACK/second.row"
sed -i "/^);/e echo ,; cat $STACK/second.row" "$STACK/keys.conf"
check "what another principal used counts for that one" equal all \
	"$(notice "別の人" | ctl --json preview --key "$STACK/key/second.pem" - | unusual)"
preview "" >/dev/null
check "what the door would refuse is refused" equal 4 $?
check "by field and rule" contains "title: required" "$(cat "$STACK/err")"
check "nothing but what was issued is there" equal 2 "$(notices)"
id=$(issue "待機" '.sectors = ["finance"] | .item_type = "BC3" | .urgency = "ROUTINE"')
ctl -q posture finance HEIGHTENED --until 1h --reason 試験 >/dev/null
promoted() { ctl --json trace "$id" | jq -r 'select(.rule == "promoted") | .step' | xargs; }
was_promoted() { [ -n "$(promoted)" ]; }
wait_until 20 was_promoted
check "a trace shows that what waited was promoted" equal "routed waited" "$(promoted)"

# ---- what comes after a notice
whom() { jq -r --arg p "$1" 'select(.step == "recipient" and .purpose == $p) | .subscriber_id' | sort | xargs; }
id=$(issue "訂正前" '.item_type = "C3" | .tlp = "GREEN"')
for who in both green quiet; do wait_until 20 mail_came "$id" "$who"; done
subscriber green '.max_tlp = "CLEAR"' # cleared for less since
subscriber gone '.inactive = true'
said=$(ctl --json retract "$id" --reason 誤報 --preview)
check "a retraction would reach whom the thread has reached" equal "both quiet" "$(whom ALERT <<<"$said")"
check "and the stub who may no longer see it" equal green "$(whom STUB <<<"$said")"
said=$(echo '{"tlp": "AMBER", "title": "訂正後"}' |
	ctl --json revise "$id" --correct --reason 訂正 --preview -)
check "a correction with a raised label gives the topic that had it the stub" equal \
	"alert.power.green" "$(jq -r 'select(.step == "outcome") | .outcome.stub_topics[]' <<<"$said")"
check "it shows the stub's own text" equal 1 "$(jq -r 'select(.step == "stub") | .lang' <<<"$said" | wc -l)"
check "a preview has written nothing" equal 1 \
	"$(ctl --json trace "$id" | jq -r 'select(.step == "decided") | .submission_id' | sort -u | wc -l)"
wanted=$(jq -r 'select(.step == "recipient") | .subscriber_id' <<<"$said" | sort -u | xargs)
second=$(echo '{"tlp": "AMBER", "title": "訂正後"}' |
	ctl --json revise "$id" --correct --reason 訂正 - | jq -r .submission_id)
for who in $wanted; do wait_until 20 mail_came "$second" "$who"; done
last=$(issue "最後二" '.sectors = ["power", "finance"] | .tlp = "CLEAR" | .urgency = "IMMEDIATE"')
for who in both english green picky quiet; do wait_until 20 mail_came "$last" "$who"; done
check "it goes to those it named, and nobody else" equal "$wanted" "$(got "$second")"

# ---- where a contact arrangement replaces the usual way
hq=$(issue "対策室" '.item_type = "C1" | .no_countermeasure = true |
	del(.countermeasures) | .contact_change = {action: "ESTABLISH",
	arrangement_id: "hq", hq_name: "対策室", sectors: ["power"],
	policy: "REPLACE", effective_until: "'"$(date -u -d '+1 hour' +%FT%TZ)"'",
	contacts: [{role: "連絡", channel: "mail", address: "hq@demo.example"}]}')
for who in both quiet; do wait_until 20 mail_came "$hq" "$who"; done
by=$(date -u -d '+2 hours' +%FT%TZ)
said=$(preview "窓口" ".ack_deadline = \"$by\"")
check "the contact of an arrangement is named, and gets it now" equal "対策室 連絡 now" \
	"$(jq -r 'select(.subscriber_id == "@hq") | "\(.name) \(.when)"' <<<"$said")"
check "the usual recipients wait for it" equal "both hq unconfirmed quiet hq unconfirmed" \
	"$(jq -r 'select(.unless) | "\(.subscriber_id) \(.unless) \(.when)"' <<<"$said" | sort | xargs)"
check "until the time to confirm it is over" equal "hq 連絡 2 $by" "$(jq -r \
	'select(.step == "arrangement") | "\(.arrangement_id) \(.contacts[0]) \(.waiting) \(.until)"' \
	<<<"$said" | sed 's/\.000Z/Z/')"
id=$(issue "窓口" ".ack_deadline = \"$by\"")
wait_until 20 mail_came "$id" hq
check "so it goes: the contact first" mail_came "$id" hq
check "and the others wait" equal "waiting=2" \
	"$(grep -h "event=planned alert=$id " "$STACK"/log/dispatcher-*.log | grep -o 'waiting=[0-9]*')"
check "a person reads who is told first" contains "対策室" "$(notice "窓口" | ctl --lang ja preview -)"

# ---- the same over HTTP
notice "電文" "${one[0]} | ${one[1]}" >"$STACK/notice.json"
ctl -X producer=http://127.0.0.1:1 issue - <"$STACK/notice.json" 2>"$STACK/err"
kept=$(sed -n 's/.* resend //p' "$STACK/err")
answer=$(curl -s -H 'Content-Type: application/json' --data-binary "@$kept" \
	"http://127.0.0.1:$API_PORT/v1/preview")
check "the API names whom noroshictl names" equal \
	"$(ctl --json preview - <"$STACK/notice.json" | recipients)" \
	"$(jq -r '.recipients[].subscriber_id' <<<"$answer" | sort | xargs)"
check "and the contacts of the arrangement" equal "hq 対策室 連絡 1" "$(jq -r '.arrangements[] |
	"\(.arrangement_id) \(.name) \(.contacts[0]) \(.waiting)"' <<<"$answer")"
check "with the same subject" equal \
	"$(ctl --json preview - <"$STACK/notice.json" | jq -r 'select(.step == "text" and .lang == "en") | .subject')" \
	"$(jq -r '.texts[] | select(.lang == "en") | .subject' <<<"$answer")"
system_end
