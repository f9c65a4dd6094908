#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What failed is sent again on one word of a person, to those alone whom it had
# not reached; who asked stays on record, and a second word does nothing.
. tests/system/lib.sh
SCRIPT=$(mktemp)
printf '%s 550\n' shut@demo.example moved@demo.example still@demo.example >"$SCRIPT"
echo '/closed 400' >>"$SCRIPT"
system_begin "$SCRIPT"
stack_daemons || exit 1
for who in well shut moved still; do subscriber "$who"; done
subscriber closed '.channels = [{type: "WEBHOOK", address:
	"http://127.0.0.1:'"$(cat "$STACK/hook.port")"'/closed",
	secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwZGVzaw=="]}]'

arrived() { # ADDRESS: how many mails of the notice
	mails_of "$id" "$1"
}
hooks_of() {
	jq -r 'select(.file != null) | .n' "$STACK/hook/index.jsonl" 2>/dev/null | wc -l
}
tries() { # RECIPIENT: of a mail, stored or not
	jq -r "select(.rcpt_to[0] == \"$1@demo.example\") | .n" \
		"$STACK/mail/index.jsonl" | wc -l
}
failed() { ctl --json deliveries "$id" --failed | jq -r .subscriber_id | sort | xargs; }
again() { ctl --json deliveries "$id" --failed --resend "$@" </dev/null; }
failed_are() { [ "$(failed)" = "$1" ]; }
asked() { records audit '%k %s\n' | tr -d '\0' | grep -ac 'deliveries\.resend'; }
nothing_missing() { ctl -q audit --budget 1s >/dev/null; }

id=$(issue "届かない宛先")
wait_until 30 failed_are "closed moved shut still"
check "who refused has failed" equal "closed moved shut still" "$(failed)"
check "who did not has it" equal 1 "$(arrived well)"

# ---- nobody said yes -----------------------------------------------------------
before=$(count delivery.alert)
again >/dev/null 2>&1
check "nothing is sent when nobody can be asked" equal "2 $before" \
	"$? $(count delivery.alert)"
check "a dry run names the four" equal "closed moved shut still" \
	"$(again --dry-run | jq -r 'select(.change == "resend") | .subscriber_id' |
		sort | xargs)"
check "and writes nothing" equal "$before 0" "$(count delivery.alert) $(asked)"

# ---- mended, but for one --------------------------------------------------------
echo 'still@demo.example 550' >"$SCRIPT"
kill -HUP "${PROC[mail-sink]}" "${PROC[hook-sink]}"
subscriber moved '.channels[0].address = "new-place@demo.example"'
again --yes >"$STACK/again"
check "the re-send succeeds" equal "0 4" "$? $(wc -l <"$STACK/again")"
for who in shut new-place; do wait_until 20 mail_came "$id" "$who"; done
wait_until 20 failed_are still
check "only those whom it still does not reach have failed" equal still "$(failed)"
check "the mended have it, once, at the address of today" equal "1 1 0 1" \
	"$(arrived shut) $(arrived new-place) $(arrived moved) $(hooks_of)"
check "who had it is not sent it again" equal "1 1" \
	"$(arrived well) $(tries well)"
check "it is another mail" equal 2 "$(ctl --json deliveries "$id" |
	jq -r 'select(.subscriber_id == "shut") | .occasion' | sort -u | wc -l)"
check "reach counts each recipient once" equal "5 4 1" \
	"$(ctl --json reach "$id" | jq -r 'select(.stage == null and .sector == null) |
		"\(.addressed) \(.delivered) \(.failed)"')"
check "who asked is on record" equal 1 "$(asked)"
check "by name" contains "$(id -un)" "$(records audit '%k %s\n' | tr -d '\0')"
wait_until 20 nothing_missing
check "nothing is missing for the auditor" nothing_missing

# ---- once more -----------------------------------------------------------------
: >"$SCRIPT"
kill -HUP "${PROC[mail-sink]}"
again --yes >"$STACK/again"
check "the second word is for the last one" equal "still" \
	"$(jq -r .subscriber_id "$STACK/again" | xargs)"
wait_until 20 mail_came "$id" still
before=$(count delivery.alert)
again --yes >/dev/null
check "the third has nothing to do" equal "0 $before 2" \
	"$? $(count delivery.alert) $(asked)"

# ---- and after a death -----------------------------------------------------------
proc_stop dispatcher-1 KILL
daemon_start dispatcher 2
daemon_ready dispatcher 2
later=$(issue "その後")
for who in well shut new-place still; do wait_until 30 mail_came "$later" "$who"; done
check "after kill -9 nobody gets it again" equal "1 1 1 1" \
	"$(arrived well) $(arrived shut) $(arrived new-place) $(arrived still)"
check "and the record of who asked stays" equal 2 "$(asked)"
wait_until 20 nothing_missing
check "nothing is missing then either" nothing_missing
rm -f "$SCRIPT"
system_end
