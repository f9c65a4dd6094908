#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A key that is no desk's reports, and decides nothing for others; what it
# reports is held until a desk releases it with its source's consent, or refuses.
. tests/system/lib.sh
system_begin
"$BUILD/noroshictl" -q key new --out "$STACK/key/other.pem" --principal other \
	--roles issuer >"$STACK/other.row"
sed -i "/^);/e echo ,; cat $STACK/other.row" "$STACK/keys.conf"
stack_daemons || exit 1
subscriber reader

other=(--key "$STACK/key/other.pem")
as_other() { # COMMAND...: exit status and rule
	ctl "$@" "${other[@]}" >/dev/null 2>"$STACK/err"
	echo "$? $(grep -o ': role:' "$STACK/err")"
}
report() { # TITLE: its id
	notice "$1" '.stream = "SECTOR_REPORT"' |
		ctl --json report "${other[@]}" - | jq -r .submission_id
}
attention() { ctl --json list --attention | jq -r 'select(.attention == "HELD") | .submission_id'; }

# ---- what another's key may not do --------------------------------------------
before=$(count subscription)
check "it subscribes nobody" equal "4 : role:" "$(jq -n '{subscriber_id: "other",
	kind: "OPERATOR", organisation: "x", name: "x", sectors: ["power"],
	max_tlp: "RED", lang: "ja", channels: [{type: "MAIL",
	address: "other@demo.example"}]}' | as_other subscribe -)"
check "nor changes who is" equal "$before" "$(count subscription)"
check "it sets no posture" equal "4 : role:" "$(as_other posture power NORMAL --reason 検証)"
check "it does not speak for NISC" equal "4 : role:" "$(notice "偽" | as_other issue -)"

# ---- what waits for a desk ------------------------------------------------------
held=$(report "連絡")
check "what it reports is held" equal HELD "$(outcome "$held" .verdict)"
check "and listed for the duty officer" equal "$held" "$(attention)"
check "it does not release it itself" equal "4 : role:" \
	"$(as_other approve "$held" --consent "自分")"
ctl approve "$held" >/dev/null 2>"$STACK/err"
check "nor does a desk without its source's consent" equal 4 $?
check "which is said" contains "source_consent: required" "$(cat "$STACK/err")"
check "nobody has it" equal 0 "$(mails_of "$held" reader)"
check "with it a desk does" equal RELEASED "$(ctl --json approve "$held" \
	--consent "電力セプター 連絡窓口" | jq -r .verdict)"
wait_until 20 mail_came "$held" reader
check "and it arrives" mail_came "$held" reader

refused=$(report "出さない連絡")
check "a desk may refuse" equal APPLIED \
	"$(ctl --json approve "$refused" --refuse | jq -r .verdict)"
ctl approve "$refused" --consent "連絡元" >/dev/null 2>"$STACK/err"
check "which is the end of it" equal 4 $?
check "since it is not held any more" contains approval-unknown "$(cat "$STACK/err")"
check "nothing waits" equal "" "$(attention)"
last=$(issue "最後")
ctl approve "$last" >/dev/null 2>"$STACK/err"
check "what was never held is not approved" equal 4 $?
ctl approve no-such-id >/dev/null 2>&1
check "nor what does not exist" equal 5 $?
wait_until 20 mail_came "$last" reader
check "what was refused was not sent" equal 0 "$(mails_of "$refused" reader)"
system_end
