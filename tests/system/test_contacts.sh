#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A table of contacts, from the file to the first notice: a dry run shows and
# stores nothing; then whoever is new is asked by mail, and gets no notice before
# the link was opened and confirmed.
. tests/system/lib.sh
ACKS=1
system_begin
stack_daemons || exit 1
subscriber vouched

# As a spreadsheet saves it: a mark in front, CRLF, a comma and a line break in
# cells. The domain of "umlaut" is written in its own script.
table() { # MORE_ROWS
	printf '\xef\xbb\xbfsubscriber_id,kind,organisation,name,sectors,ceptoars,max_tlp,lang,mail\r\n'
	printf 'plain,OPERATOR,alpha,"担当一, 本社",power,power,AMBER,ja,plain@demo.example\r\n'
	printf 'english,OPERATOR,beta,Duty Officer,power,power,AMBER,en,"english@demo.example\nsecond@demo.example"\r\n'
	printf 'umlaut,OPERATOR,gamma,担当三,power,power,AMBER,ja,umlaut@例え.example\r\n'
	printf '%s' "$@"
}
import() { # [ARG...]: of the table in $STACK/contacts.csv
	ctl --json contacts import "$@" "$STACK/contacts.csv" 2>"$STACK/err"
}
changes() { jq -r '"\(.subscriber_id) \(.change) \(.new_addresses)"' | xargs; }
mails_to() { mails "select(.rcpt_to[0] == \"$1\") | .file" | wc -l; }
asked_by_mail() { [ "$(mails_to "$1")" = 1 ]; }
text_of() { # ADDRESS: of its first mail
	/usr/bin/python3 -c '
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"),
                                   policy=email.policy.default)
print(m["subject"], m.get_body(("plain",)).get_content())' \
		"$STACK/mail/$(mails "select(.rcpt_to[0] == \"$1\") | .file" | head -n 1)"
}
link_of() { text_of "$1" | grep -o 'http://[^ ]*/verify/[A-Za-z0-9_-]*'; }
http() { curl -s -o "$STACK/page" -w '%{http_code}' "$@"; }
came() { # NOTICE ADDRESS: how many
	mails "select(.headers[\"x-noroshi-id\"] == \"$1\" and
		.rcpt_to[0] == \"$2\") | .n" | wc -l
}
has_come() { [ "$(came "$@")" -ge 1 ]; }
NEW=(plain@demo.example english@demo.example second@demo.example
	umlaut@xn--r8jz45g.example)

# ---- the table -----------------------------------------------------------------
before=$(count subscription)
table $'wrong,OPERATOR,delta,名,nowhere,,GREEN,ja,wrong@demo.example\r\n' \
	>"$STACK/contacts.csv"
import >/dev/null
check "a table with a wrong row is refused" equal 4 $?
check "with its line and column" contains "line 6, column 5 (sectors)" \
	"$(cat "$STACK/err")"
table >"$STACK/contacts.csv"
check "a dry run shows who is new" equal \
	"plain new 1 english new 2 umlaut new 1" "$(import --dry-run | changes)"
check "neither has stored anything" equal "$before" "$(count subscription)"
check "an import does as the dry run showed" equal \
	"plain new 1 english new 2 umlaut new 1" "$(import | changes)"
check "in as many records" equal $((before + 3)) "$(count subscription)"
check "the same table again changes nothing" equal "" "$(import | changes)"
check "nor does what is exported" equal "" "$(ctl contacts export \
	>"$STACK/contacts.csv" && import | changes)"

# ---- before the link --------------------------------------------------------------
for who in "${NEW[@]}"; do wait_until 20 asked_by_mail "$who"; done
check "each new mailbox has one mail" equal "1 1 1 1" \
	"$(for who in "${NEW[@]}"; do mails_to "$who"; done | xargs)"
check "in its reader's language" contains "Please confirm" "$(text_of english@demo.example)"
check "with a link" contains "/verify/" "$(link_of plain@demo.example)"
check "who was registered before is not asked" equal 0 \
	"$(mails_to vouched@demo.example)"
first=$(issue "確認の前")
wait_until 20 mail_came "$first" vouched
check "before it is confirmed nobody new gets a notice" equal "1 0 0 0 0" \
	"$(came "$first" vouched@demo.example) $(for who in "${NEW[@]}"; do
		came "$first" "$who"
	done | xargs)"

# ---- the link ----------------------------------------------------------------------
link=$(link_of plain@demo.example)
check "the page is shown" equal 200 "$(http "$link")"
check "and has a form without script" equal "yes no" \
	"$(grep -qi '<form[^>]*method="\?post' "$STACK/page" && echo yes || echo no) $(
		grep -qi '<script' "$STACK/page" && echo yes || echo no)"
check "to look is not to confirm" equal 0 "$(count verification)"
check "a link that was changed proves nothing" equal "404 0" \
	"$(http -d '' "${link%?????}AAAAA") $(count verification)"
check "what the form posts is accepted" equal 200 "$(http -d '' "$link")"
check "and on record" equal 1 "$(count verification)"
check "twice is once" equal 200 "$(http -d '' "$link")"
check "an address in another script too" equal 200 \
	"$(http -d '' "$(link_of umlaut@xn--r8jz45g.example)")"

# ---- after it ----------------------------------------------------------------------
second=$(issue "確認の後")
for who in plain@demo.example umlaut@xn--r8jz45g.example; do
	wait_until 20 has_come "$second" "$who"
done
check "then the notice comes, once" equal "1 1" \
	"$(came "$second" plain@demo.example) $(came "$second" umlaut@xn--r8jz45g.example)"
check "who has not confirmed still gets none" equal "0 0" \
	"$(came "$second" english@demo.example) $(came "$second" second@demo.example)"
check "what went before is not sent after" equal 0 \
	"$(came "$first" plain@demo.example)"

# ---- a row changes -------------------------------------------------------------------
printf 'subscriber_id,mail\nplain,other@demo.example\n' >"$STACK/contacts.csv"
check "a new address of who was proven" equal "plain changed 1" \
	"$(import | changes)"
wait_until 20 asked_by_mail other@demo.example
third=$(issue "変更の後")
wait_until 20 has_come "$third" umlaut@xn--r8jz45g.example
check "is asked, and unused until then" equal "1 0 0" \
	"$(mails_to other@demo.example) $(came "$third" other@demo.example) $(
		came "$third" plain@demo.example)"
printf 'subscriber_id,mail\nplain,other@demo.example\n' >"$STACK/contacts.csv"
import --verified | changes >"$STACK/vouched"
check "unless somebody vouches for the table" equal "plain changed 0" \
	"$(cat "$STACK/vouched")"
fourth=$(issue "保証の後")
wait_until 20 has_come "$fourth" other@demo.example
check "then it is used at once" equal 1 "$(came "$fourth" other@demo.example)"
system_end
