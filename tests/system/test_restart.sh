#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A restart under changed rules and a revoked key changes nothing that was
# already decided; what comes after is decided anew.
. tests/system/lib.sh
system_begin
stack_daemons || exit 1
subscriber reader '.sectors = ["power", "finance"] | .ceptoars = ["power", "bank"]'

routine='.item_type = "BC3" | .urgency = "ROUTINE" | .sectors = ["finance"]'
declare -a ids=()
for n in 1 2 3; do
	ids+=("$(issue "即時 $n")" "$(issue "待ち $n" "$routine")")
done
for i in 0 2 4; do wait_until 20 mail_came "${ids[i]}" reader; done
snapshot() {
	for t in outcome alert.power.amber alert.finance.amber dispatch.alert; do
		records "$t" '%t %o %k %s\n'
	done | sha256sum
}
before=$(snapshot)
mails_before=$(mails .n | wc -l)

# Another key; the first is revoked. In calm times B-c no longer waits.
ctl key new --out "$STACK/key/second.pem" --principal desk-2 >"$STACK/second.row"
{
	echo 'keys = ('
	sed -n '/^ *{/,/}/p' "$STACK/keys.conf" | sed 's/}/revoked = true; }/'
	echo ','
	cat "$STACK/second.row"
	echo ');'
} >"$STACK/keys.new"
mv "$STACK/keys.new" "$STACK/keys.conf"
cell='column = "B_C"; posture = "NORMAL"; *urgency = "ROUTINE"'
sed -i "/$cell/s/routes = \[/routes = [\"REALTIME\", /" "$STACK/rules.conf"
for service in dispatcher classifier producer; do proc_stop "$service-1"; done
stack_daemons || exit 1

check "nothing decided before is written again" equal "$before" "$(snapshot)"
check "nothing is sent again" equal "$mails_before" "$(mails .n | wc -l)"
check "the old outcome is still the answer" equal WAITING \
	"$(outcome "${ids[1]}" .verdict)"
refused=$(notice "失効した鍵" | ctl issue - 2>&1)
check "the revoked key signs nothing any more" contains signature "$refused"

key=(--key "$STACK/key/second.pem")
follow=$(notice "続報" | ctl --json revise "${key[@]}" "${ids[0]}" - | jq -r .submission_id)
wait_until 20 mail_came "$follow" reader
check "a thread begun under the old key goes on" mail_came "$follow" reader
check "as its second revision" equal 2 "$(outcome "$follow" .revision)"
new=$(notice "新しい規則" "$routine" | ctl --json issue "${key[@]}" - | jq -r .submission_id)
wait_until 20 mail_came "$new" reader
check "a new notice is decided by the new rules" equal RELEASED \
	"$(outcome "$new" .verdict)"
ctl -q newsletter cutoff "${key[@]}" weekly >/dev/null
check "what waits under the revoked key is not in the newsletter" equal 3 \
	"$(grep -c event=waiting_item_unreadable "$STACK/log/classifier-1.log")"
check "the outcome names the version of its rules" test \
	"$(outcome "$new" .versions.rules)" != "$(outcome "${ids[0]}" .versions.rules)"
system_end
