#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whose clearance is lowered while a correction or a retraction waits for them
# gets the signed stub at the last step, by mail and by webhook; whoever is
# cleared gets the text; both deliveries have an end.
. tests/system/lib.sh
mkdir -p "$BUILD/system"
sinks=$(mktemp -p "$BUILD/system")
cat >"$sinks" <<END
lowered@demo.example ok 451 ok
/lowered ok 503/12 ok
END
system_begin "$sinks"
sed -i 's/^smtp:/retry: { min = 12000; };\nsmtp:/' "$STACK/dispatcher.conf"
stack_daemons || exit 1

lowered() { # TLP
	subscriber lowered ".max_tlp = \"$1\" | .channels += [{type: \"WEBHOOK\",
		address: \"http://127.0.0.1:$(cat "$STACK/hook.port")/lowered\"}]"
}
lowered AMBER
subscriber cleared
bodies() { # NOTICE JQ: of what the webhook stored
	local file
	jq -r 'select(.file != null) | .file' "$STACK/hook/index.jsonl" |
		while read -r file; do
			jq -r --arg id "$1" "select((.content // .stub).notice_id == \$id) | $2" \
				"$STACK/hook/$file"
		done
}
hook_came() { [ -n "$(bodies "$1" .type)" ]; }
is_deferred() {
	[ "$(ctl --json trace "$1" | jq -r 'select(.subscriber_id == "lowered") | .state' |
		grep -c DEFERRED)" -ge 2 ]
}
mail_of() { # NOTICE SUBSCRIBER: decoded
	/usr/bin/python3 -c '
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"),
                                   policy=email.policy.default)
print(m["Subject"])
for part in m.walk():
    if part.get_content_maintype() == "text":
        print(part.get_content())
    elif part.get_content_type() == "application/json":
        print(part.get_content().decode())' \
		"$STACK/mail/$(mails "select(.headers[\"x-noroshi-id\"] == \"$1\" and
			.rcpt_to[0] == \"$2@demo.example\") | .file")"
}
first=$(issue "秘密の件名")
wait_until 20 mail_came "$first" lowered
wait_until 20 hook_came "$first"
check "the first one is sent as it is" contains "秘密の件名" "$(mail_of "$first" lowered)"
second=$(notice "訂正後の秘密" | ctl --json revise --correct --reason "誤り" "$first" - |
	jq -r .submission_id)
wait_until 20 mail_came "$second" cleared
wait_until 20 is_deferred "$second"
check "the correction waits for the one, by both ways" is_deferred "$second"
lowered GREEN
wait_until 60 mail_came "$second" lowered
wait_until 60 hook_came "$second"
stub=$(mail_of "$second" lowered)
check "who was lowered since gets one mail" equal 1 "$(mails_of "$second" lowered)"
check "it says that something was changed" contains "以前お送りした情報の変更" "$stub"
check "it says so to machines" contains '"type":"noroshi.stub"' "$stub"
check "and nothing of what" equal "0 0" \
	"$(grep -c 秘密 <<<"$stub") $(grep -c AMBER <<<"$stub")"
check "the webhook gets the stub, too" equal "noroshi.alert true" \
	"$(bodies "$second" '"\(.type) \(.alert.stub)"')"
check "without the text" equal 0 "$(bodies "$second" . | grep -c 秘密)"
check "who is cleared got the text" contains "訂正後の秘密" "$(mail_of "$second" cleared)"
stubs() { # receipts of stubs that arrived
	[ "$(records receipt.alert '%s\n' | grep -c -a "sent the stub")" -ge 2 ]
}
wait_until 20 stubs
check "the texts have an end that says why" stubs
check "their ids are others" equal 2 "$(mails "select(.headers[\"x-noroshi-id\"] == \"$second\") |
	.headers[\"message-id\"]" | sort -u | wc -l)"
third=$(ctl --json retract --reason "誤報" "$first" | jq -r .submission_id)
wait_until 20 mail_came "$third" lowered
check "the retraction comes as a stub from the start" contains "noroshi.stub" \
	"$(mail_of "$third" lowered)"
rm -f "$sinks"
system_end
