#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A mail that comes back becomes a receipt: found by its envelope's address or
# by its Message-ID, from a pipe or a Maildir; twice is once; what is no report,
# or about no mail of ours, changes nothing.
. tests/system/lib.sh
system_begin
sed -i 's/^smtp: {/smtp: { verp = "bounce@noroshi.example";/' "$STACK/dispatcher.conf"
stack_daemons || exit 1
subscriber one
subscriber two

states() { # NOTICE SUBSCRIBER: what trace shows of its mail
	ctl --json trace "$1" | jq -r --arg who "$2" \
		'select(.subscriber_id == $who and .channel == "MAIL") | "\(.state) \(.detail)"'
}
is_delivered() { contains DELIVERED "$(states "$@")" >/dev/null; }
mail_file() { # NOTICE SUBSCRIBER
	echo "$STACK/mail/$(mails "select(.headers[\"x-noroshi-id\"] == \"$1\" and
		.rcpt_to[0] == \"$2@demo.example\") | .file")"
}
envelope() { # NOTICE SUBSCRIBER
	mails "select(.headers[\"x-noroshi-id\"] == \"$1\" and
		.rcpt_to[0] == \"$2@demo.example\") | .mail_from"
}
# report TO ACTION STATUS ORIGINAL: what a relay sends back
report() {
	cat <<END
From: MAILER-DAEMON@mx.example
To: $1
Subject: Returned
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; boundary="b"; report-type=delivery-status

--b

sorry
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; x@y.example
Action: $2
Status: $3
Diagnostic-Code: smtp; $3 said so

--b
Content-Type: text/rfc822-headers

$([ "$4" = - ] || sed '/^\r$/,$d' "$4" | tr -d '\r')

--b--
END
}
settled() { jq -r .outcome; }
receipts() { count receipt.alert; }

first=$(issue "一通目")
second=$(issue "二通目")
for who in one two; do
	wait_until 20 is_delivered "$first" $who
	wait_until 20 is_delivered "$second" $who
done
from=$(envelope "$first" one)
check "each mail's envelope says where its bounce belongs" contains "bounce+a-" "$from"
check "no two of them are the same" equal 4 \
	"$(mails .mail_from | sort -u | wc -l)"

# ---- by the envelope ---------------------------------------------------------
report "$from" delayed 4.4.1 - >"$STACK/delayed"
check "a delay ends nothing" equal passing \
	"$(ctl --json bounce "$STACK/delayed" | settled)"
report "$from" failed 5.1.1 - >"$STACK/failed"
check "a failure is recorded" equal failed \
	"$(ctl --json bounce - <"$STACK/failed" | settled)"
check "the mail is called undelivered, and why" contains \
	"FAILED bounced: 5.1.1 smtp; 5.1.1 said so" "$(states "$first" one)"
check "the other recipient's is not" contains DELIVERED "$(states "$first" two)"
n=$(receipts)
check "the same bounce again is known" equal known \
	"$(ctl --json bounce <"$STACK/failed" | settled)"
check "and written once" equal "$n" "$(receipts)"

# ---- by the Message-ID -------------------------------------------------------
report postmaster@noroshi.example failed 5.7.1 "$(mail_file "$first" two)" >"$STACK/by-id"
check "without the envelope the Message-ID does" equal failed \
	"$(ctl --json bounce "$STACK/by-id" | settled)"
check "and says what the relay said" contains "FAILED bounced: 5.7.1" \
	"$(states "$first" two)"

# ---- from a Maildir ----------------------------------------------------------
box=$STACK/box
mkdir -p "$box"/{new,cur,tmp}
report "$(envelope "$second" one)" failed 5.2.1 - >"$box/new/1"
echo "I am away until Monday." >"$box/new/2"
report "bounce+a-0-99999999-000102030405060708090a0b@noroshi.example" failed 5.1.1 - >"$box/new/3"
sed "s/+a-\([0-9]*\)-\([0-9]*\)-../+a-\1-\2-zz/" "$box/new/1" >"$box/new/4"
head -c 300000 /dev/urandom >"$box/new/5"
ln -s /etc/passwd "$box/new/6"
mkdir "$box/new/7"
all=$(ctl --json bounce --dir "$box")
check "a Maildir is gone through" equal 0 $?
check "each mail is what it is" equal "failed no-report unknown unknown no-report" \
	"$(settled <<<"$all" | xargs)"
check "what is settled moves to cur" equal 5 "$(find "$box/cur" -type f | wc -l)"
check "what is no file stays where it is" equal 2 "$(find "$box/new" -mindepth 1 | wc -l)"
check "its delivery is undelivered" contains "FAILED bounced: 5.2.1" "$(states "$second" one)"
check "again there is nothing to do" equal "" "$(ctl --json bounce --dir "$box")"
system_end
