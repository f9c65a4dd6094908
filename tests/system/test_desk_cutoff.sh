#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A desk closes a newsletter by hand; nobody else does, and nothing else closes.
. tests/system/lib.sh
system_begin
"$BUILD/noroshictl" -q key new --out "$STACK/key/other.pem" --principal other \
	--roles reader >"$STACK/other.row"
sed -i "/^);/e echo ,; cat $STACK/other.row" "$STACK/keys.conf"
stack_daemons || exit 1
subscriber reader

cutoff() { ctl --json newsletter cutoff "$@" 2>"$STACK/err"; }
letters() { mails 'select(.headers["x-noroshi-kind"] == "NEWSLETTER") | .rcpt_to[0]'; }
letter_came() { [ -n "$(letters)" ]; }

waits=$(issue "待つ" '.item_type = "BA2" | .urgency = "ROUTINE" | .tlp = "CLEAR"')
check "what waits has not gone out" equal WAITING "$(outcome "$waits" .verdict)"
cutoff monthly >/dev/null
check "a list that is not configured is refused" equal 4 $?
check "by name" contains "list-unknown" "$(cat "$STACK/err")"
cutoff --key "$STACK/key/other.pem" weekly >/dev/null
check "another's key closes nothing" equal 4 $?
check "since it has not the role" contains "only a desk's key" "$(cat "$STACK/err")"
said=$(cutoff weekly)
check "a desk's key closes it" equal 0 $?
check "and is told so" equal "CUT_OFF APPLIED" "$(jq -r '"\(.type) \(.verdict)"' <<<"$said")"
wait_until 20 letter_came
check "its reader gets the issue" equal "reader@demo.example" "$(letters)"
check "one cut-off issued it" equal 1 \
	"$(outcome "$(jq -r .submission_id <<<"$said")" '.issues | length')"

# ---- what its readers may not see any more
text_of() { # SUBSCRIBER: of the last newsletter
	local file
	file=$(mails "select(.headers[\"x-noroshi-kind\"] == \"NEWSLETTER\" and
		.rcpt_to[0] == \"$1@demo.example\") | .file" | tail -n 1)
	/usr/bin/python3 -c 'import email, email.policy, sys
mail = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
print(mail.get_body(("plain",)).get_content())' "$STACK/mail/$file"
}
has_letters() { [ "$(letters | wc -l)" -ge "$1" ]; }
subscriber green '.max_tlp = "GREEN"'
first=$(issue "訂正前の題" '.item_type = "BA2" | .urgency = "ROUTINE" | .tlp = "GREEN"')
cutoff weekly >/dev/null
wait_until 20 has_letters 3
check "both read it in an issue" contains "訂正前の題" "$(text_of green)"
corrected=$(echo '{"tlp": "AMBER", "title": "訂正後の題"}' |
	ctl --json revise "$first" --correct --reason 訂正 - | jq -r .verdict)
check "its correction waits for the next one" equal WAITING "$corrected"
cutoff weekly >/dev/null
wait_until 20 has_letters 5
check "who may see it reads it" contains "訂正後の題" "$(text_of reader)"
check "who may not any more reads that it changed" contains \
	"以前お送りした情報の変更" "$(text_of green)"
check "by the id that it knows" contains "$first" "$(text_of green)"
check "and not how" equal "" "$(text_of green | grep -o '訂正後の題')"

# ---- who is cleared for less since, and a planner that remembers nothing
letters_to() { letters | grep -c "^$1@"; }
got_letters() { [ "$(letters_to "$1")" -ge "$2" ]; } # SUBSCRIBER AT-LEAST
subscriber lowered
second=$(issue "下げる前の題" '.item_type = "BA2" | .urgency = "ROUTINE" | .tlp = "AMBER"')
issue "公開の題" '.item_type = "BA2" | .urgency = "ROUTINE" | .tlp = "CLEAR"' >/dev/null
before=$(letters_to green)
cutoff weekly >/dev/null
wait_until 20 got_letters lowered 1
wait_until 20 got_letters green $((before + 1)) # of the same issue, without it
check "it is read by who is cleared" contains "下げる前の題" "$(text_of lowered)"
subscriber lowered '.max_tlp = "GREEN"'
proc_stop dispatcher-1 KILL
daemon_start dispatcher 1
daemon_ready dispatcher 1 || exit 1
echo '{"title": "下げた後の題"}' | ctl -q --json revise "$second" --correct --reason 訂正 - >/dev/null
before=$(letters_to green)
cutoff weekly >/dev/null
wait_until 20 got_letters lowered 2
check "who had it and is cleared for less now reads that it changed" contains \
	"以前お送りした情報の変更" "$(text_of lowered)"
check "by the id" contains "$second" "$(text_of lowered)"
check "under a label that they may have" equal "TLP:GREEN" "$(mails 'select(.rcpt_to[0] ==
	"lowered@demo.example" and .headers["x-noroshi-kind"] == "NEWSLETTER") |
	.headers["x-noroshi-tlp"]' | tail -n 1)"
check "and nothing of its text" equal "" "$(text_of lowered | grep -o '下げた後の題')"
check "who reads it still reads all of it" contains "下げた後の題" "$(text_of reader)"
ctl -q retract "$second" --reason 誤報 >/dev/null
cutoff weekly >/dev/null
wait_until 20 got_letters lowered 3
check "its retraction, too" contains "以前お送りした情報の取消" "$(text_of lowered)"
check "who never had it reads nothing of all this" equal "$before" "$(letters_to green)"
system_end
