#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A new contact gets nothing but one mail with a link, until the link has been
# opened and confirmed; what is registered about it is never touched.
. tests/system/lib.sh
system_begin
free_port ACK_PORT
(umask 077 && printf 'secrets = ( "%s" );\n' "$(openssl rand -base64 32)" \
	>"$STACK/ack-secrets.conf")
cat >>"$STACK/dispatcher.conf" <<END
ack: { listen = "127.0.0.1:$ACK_PORT"; url = "http://127.0.0.1:$ACK_PORT";
  secrets = "ack-secrets.conf"; };
END
stack_daemons || exit 1
subscriber old
subscriber new '.channels[0].unverified = true'
subscriber half '.channels += [{type: "MAIL", address: "half2@demo.example", unverified: true}]'

mails_to() { mails "select(.rcpt_to[0] == \"$1@demo.example\") | .file" | wc -l; }
has_mails() { [ "$(mails_to "$1")" = "$2" ]; }
link_of() { # ADDRESS: of its first mail
	/usr/bin/python3 -c '
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"),
                                   policy=email.policy.default)
print(m.get_body(("plain",)).get_content())' \
		"$STACK/mail/$(mails "select(.rcpt_to[0] == \"$1@demo.example\") | .file" | head -n 1)" |
		grep -o 'http://[^ ]*/verify/[A-Za-z0-9_-]*'
}
check "a new contact is asked by mail" wait_until 20 has_mails new 1
check "so is a second address of an old one" wait_until 20 has_mails half2 1
check "who is registered as before is not" equal 0 "$(mails_to old)"

first=$(issue "確認の前")
for who in old half; do wait_until 20 mail_came "$first" "$who"; done
check "nothing goes to an address that is not confirmed" equal "1 1" \
	"$(mails_to new) $(mails_to half2)"
check "preview says so" equal "half old" "$(notice "試し" | ctl --json preview - |
	jq -r 'select(.step == "recipient") | .subscriber_id' | sort | xargs)"
link=$(link_of new)
curl -sf -o /dev/null "$link" && curl -sfI -o /dev/null "$link"
check "whoever only looks confirms nothing" equal 0 "$(count verification)"
curl -sf -o /dev/null -d '' "$link"
check "one step does" equal 1 "$(count verification)"

second=$(issue "確認の後")
for who in old half; do wait_until 20 mail_came "$second" "$who"; done
check "then it is sent what comes" wait_until 20 mail_came "$second" new
check "another of the same subscriber still is not" equal 1 "$(mails_to half2)"
check "what is registered was not touched" equal 3 "$(count subscription)"
subscriber new '.channels[0].unverified = true | .name = "改名"'
third=$(issue "改名の後")
check "who registers again stays confirmed" wait_until 20 mail_came "$third" new
check "and is not asked again" equal 3 "$(mails_to new)"

# Nothing is kept beside the topics.
proc_stop dispatcher-1 KILL
daemon_start dispatcher 2
daemon_ready dispatcher 2
fourth=$(issue "再起動の後")
check "after kill -9 it is still confirmed" wait_until 30 mail_came "$fourth" new
check "and nobody is asked twice" equal 1 "$(mails_to half2)"
system_end
