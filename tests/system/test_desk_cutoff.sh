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
system_end
