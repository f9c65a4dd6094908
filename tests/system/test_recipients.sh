#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Once to a member of two sectors; no recipient learns of another; RED and
# narrowed notices touch no topic that a sector's CEPTOARs read.
. tests/system/lib.sh
system_begin
stack_daemons || exit 1
subscriber both '.sectors = ["power", "telecom"] | .ceptoars = ["power", "telecom"]'
subscriber power-only '.name = "Power Only KK"'
subscriber telecom-only '.sectors = ["telecom"] | .ceptoars = ["telecom"]'
subscriber green '.max_tlp = "GREEN"'
subscriber named '.max_tlp = "RED"'
everybody="both power-only telecom-only green named"

two=$(issue "二分野への通知" '.sectors = ["power", "telecom"]')
red=$(issue "名指しの通知" '.tlp = "RED" | .sectors = [] | .recipients = ["named"]')
narrow=$(issue "電力セプターだけ" '.ceptoars = ["power"]')
not=$(issue "一社を除く" '.excluded_recipients = ["power-only"]')
for id in "$two" "$narrow" "$not"; do
	wait_until 20 mail_came "$id" both
	wait_until 20 mail_came "$id" named
done
wait_until 20 mail_came "$red" named
# A last one to all: what was to come before it has come.
last=$(issue "最後" '.sectors = ["power", "telecom"] | .tlp = "CLEAR"')
for who in $everybody; do wait_until 20 mail_came "$last" "$who"; done

check "a notice to two sectors reaches an operator of both once" \
	equal 1 "$(mails_of "$two" both)"
check "it reaches those of one sector too" \
	equal "1 1" "$(mails_of "$two" power-only) $(mails_of "$two" telecom-only)"
check "AMBER does not reach a subscriber cleared to GREEN" \
	equal 0 "$(mails_of "$two" green)"
check "RED reaches the named recipient" equal 1 "$(mails_of "$red" named)"
check "RED reaches nobody else" equal 1 \
	"$(mails "select(.headers[\"x-noroshi-id\"] == \"$red\") | .n" | wc -l)"
check "an excluded recipient gets nothing" equal 0 "$(mails_of "$not" power-only)"
check "every mail has one recipient" equal 1 \
	"$(mails '.rcpt_to | length' | sort -u)"

# No mail holds another's address, id or name, also not encoded. (What is encoded
# is looked at as what it says: base64 may spell a short name by chance.)
plain() { /usr/bin/python3 -c '
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"),
                                   policy=email.policy.default)
for part in m.walk():
    print(*part.items())
    if not part.is_multipart():
        said = part.get_content()
        print(said if isinstance(said, str) else said.decode())' "$1"; }
leaks() {
	local file to who
	while read -r file to; do
		for who in $everybody; do
			[ "$who@demo.example" != "$to" ] || continue
			plain "$STACK/mail/$file" | grep -F "$who" && echo "$file: $who"
		done
	done < <(mails '"\(.file) \(.rcpt_to[0])"')
}
check "no mail names another recipient" equal "" "$(leaks)"
check "Message-IDs differ" equal "" \
	"$(mails '.headers["message-id"]' | sort | uniq -d)"

# What CEPTOARs can read: no addressing, no RED, nothing that is narrowed.
sector_topics=$(topics | grep '^alert\.' | grep -v '^alert\.ceptoar\.')
in_sectors() { for t in $sector_topics web; do records "$t" '%k %s\n'; done; }
check "RED is in no sector's topic" equal 0 "$(in_sectors | grep -c -a "$red")"
check "a narrowed notice is in no sector's topic" \
	equal 0 "$(in_sectors | grep -c -a "$narrow")"
check "a notice that excludes anyone is in no sector's topic" \
	equal 0 "$(in_sectors | grep -c -a "$not")"
check "the narrowed one is in its CEPTOAR's topic" \
	equal 1 "$(records alert.ceptoar.power '%k\n' | grep -c "$narrow")"
check "no sector's topic names a recipient" \
	equal 0 "$(in_sectors | grep -c -a -e power-only -e telecom-only)"
check "the notice to two sectors is once in each" equal "1 1" \
	"$(records alert.power.amber | grep -c "$two") $(records alert.telecom.amber | grep -c "$two")"
system_end
