#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The README's three quick starts for a CEPTOAR, as they are written there: kcat,
# noroshictl consume and the Python client see the same notices; those that
# verify show nothing that nobody signed.
. tests/system/lib.sh
system_begin
stack_daemons || exit 1
deploy/clients/python/setup.sh >"$STACK/log/setup.log" 2>&1 || {
	cat "$STACK/log/setup.log" >&2
	exit 1
}

# The line of the quick start that holds $1, for our bus instead of the example.
# shellcheck disable=SC2016 # a fence of Markdown, no command
quick_start() {
	sed -n "/^## A CEPTOAR's quick start/,/^## An operator/p" README.md |
		sed -n '/^```sh/,/^```/p' | grep -F -- "$1" |
		sed "s|kafka.example:9092|$SERVERS|; s|noroshi\.alert|${PREFIX}alert|
			s|-k keys.conf|-k $STACK/keys.conf --prefix $PREFIX|
			s| *#.*||"
}
export PATH=$PWD/$BUILD:$PATH NOROSHICTL_CONF=$STACK/ctl.conf
kcat_sees() { eval "$(quick_start kcat)"; }
ctl_sees() { eval "$(quick_start 'consume --sector finance --since') --json"; }
python_sees() { eval "$(quick_start noroshi_consume) --json"; }

first=$(issue "第一" '.sectors = ["finance", "power"]')
follow=$(notice "続き" '.sectors = ["finance", "power"]' |
	ctl --json revise "$first" - | jq -r .submission_id)
green=$(issue "緑" '.sectors = ["finance"] | .tlp = "GREEN"')
raised=$(notice "琥珀になる" '.sectors = ["finance"]' |
	ctl --json revise --correct --reason "区分" "$green" - | jq -r .submission_id)
retracted=$(ctl --json retract --reason "誤報" "$first" | jq -r .submission_id)
has_all() { [ "$(count alert.finance.amber)" -ge 4 ]; }
wait_until 20 has_all

amber=$(kcat_sees | grep -o 'ce_id=[^,]*' | sort)
check "kcat sees what is in the topic, by its headers" equal \
	"$(printf 'ce_id=%s\n' "$first" "$follow" "$raised" "$retracted" | sort)" "$amber"
ctl_sees >"$STACK/ctl.json"
check "noroshictl consume ends well" equal 0 $?
python_sees >"$STACK/python.json"
check "the Python client ends well" equal 0 $?
check "they see the same texts, signed by the same" equal \
	"$(jq -r 'select(.content) | "\(.content.notice_id) \(.content.title) \(.signed_by)"' \
		"$STACK/ctl.json" | sort -u)" \
	"$(jq -r 'select(.stub | not) | "\(.notice_id) \(.content.title) \(.signed_by)"' \
		"$STACK/python.json" | sort)"
check "Python shows every notice once" equal 5 \
	"$(jq -r .notice_id "$STACK/python.json" | sort -u | wc -l)"
check "and not its stub beside it" equal 5 "$(wc -l <"$STACK/python.json")"
check "a thread comes in the order of its revisions" equal \
	"$first $follow $retracted" "$(jq -r --arg t "$first" \
		'select(.thread_id == $t) | .notice_id' "$STACK/python.json" | xargs)"
check "two sectors' notice is shown once" equal 1 \
	"$(eval "$(quick_start noroshi_consume) --sector power --json" |
		grep -c "\"notice_id\": \"$first\"")"
check "who may read GREEN only sees that it changed" equal "false true" \
	"$(eval "$(quick_start noroshi_consume) --label green --json" |
		jq -r .stub | xargs)"
text=$(eval "$(quick_start noroshi_consume)")
check "as text, a retraction says so" contains "【取消】第3報" "$text"

# The same record again, and one whose bytes were changed under its signature.
topic=${PREFIX}alert.finance.amber
kcat -b "$SERVERS" -C -e -q -c 1 -o beginning -t "$topic" -D '' -f %s >"$STACK/record"
sed 's/第一/偽物/g' "$STACK/record" >"$STACK/forged"
check "a record can be written as somebody else would" test -s "$STACK/forged"
kcat -b "$SERVERS" -P -t "$topic" -k "$first" "$STACK/record" "$STACK/forged"
python_sees >"$STACK/python2.json" 2>"$STACK/python.err"
check "what nobody signed makes the Python client fail" equal 1 $?
check "it says why" contains "no key of the keyring" "$(cat "$STACK/python.err")"
check "and shows what it showed before" equal "$(jq .notice_id "$STACK/python.json")" \
	"$(jq .notice_id "$STACK/python2.json")"
check "nothing forged is shown" equal 0 "$(grep -c 偽物 "$STACK/python2.json")"

# One of a version that knows more kinds and labels than we do.
build/clients/python/bin/python -B - "$STACK/record" "$STACK/key/desk.pem" \
	>"$STACK/newer" <<'END'
import sys
from cryptography.hazmat.primitives import serialization
sys.path.insert(0, "deploy/clients/python")
import noroshi_consume as reader
alert = reader.alert_pb2.Alert.FromString(open(sys.argv[1], "rb").read())
said = reader.notice_pb2.Content.FromString(alert.payload)
said.notice_id = said.thread_id = alert.submission_id = "newer"
said.kind = said.tlp = 99
alert.payload = said.SerializeToString()
key = serialization.load_pem_private_key(open(sys.argv[2], "rb").read(), None)
alert.signatures[0].signature = key.sign(reader.statement(alert))
sys.stdout.buffer.write(alert.SerializeToString())
END
kcat -b "$SERVERS" -P -t "$topic" -k newer "$STACK/newer"
check "a kind that is newer than the Python client is shown by its number" equal 99 \
	"$(python_sees 2>/dev/null | jq -r 'select(.notice_id == "newer") | .kind')"
check "also as text" contains "[TLP:99]" "$(eval "$(quick_start noroshi_consume)" 2>/dev/null)"
ctl_sees >"$STACK/ctl2.json"
check "noroshictl consume fails, too" equal 1 $?
check "and shows nothing forged" equal 0 "$(grep -c 偽物 "$STACK/ctl2.json")"
system_end
