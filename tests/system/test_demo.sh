#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The demo plays its week, and its judge can fail: with another
# expectation, written by hand, it names what is wrong.
. tests/system/lib.sh
STACK=$PWD/$BUILD/system/demo
began=$SECONDS
DIR=$STACK BUS=embedded CORPUS="" deploy/demo/run.sh
check "everything arrives where it should, and nowhere else" equal 0 $?
# A minute on a quiet machine; four where others have much to do.
check "in little time" test $((SECONDS - began)) -lt 240

# wrong FILE SED: what the judge says when FILE has been changed.
wrong() {
	rm -rf "$STACK/config"
	cp -r config/demo "$STACK/config"
	sed -i "$2" "$STACK/config/$1"
	cmp -s "config/demo/$1" "$STACK/config/$1" && echo "nothing was changed"
	/usr/bin/python3 -B deploy/demo/check_day.py "$STACK/config" "$STACK" 0 |
		grep ^WRONG
}
check "a recipient too many is named" equal \
	"WRONG red: op-gamma-power:hook got what is not meant for it" \
	"$(wrong expected.tsv '/^red\t/s/ op-gamma-power:hook//')"
check "one too few is" equal "WRONG red: op-beta-securities:mail got nothing" \
	"$(wrong expected.tsv '/^red\t/s/$/ op-beta-securities:mail/')"
check "another outcome is" equal "WRONG expired: outcome EXPIRED, expected WAITING" \
	"$(wrong expected.tsv '/^expired\t/s/EXPIRED/WAITING/')"
check "a reminder that nobody expected is" contains \
	"got intrusion+unconfirmed, which nobody issued" \
	"$(wrong expected.tsv '/^intrusion+/d' | sed 's/[^ ]*+unconf/intrusion+unconf/')"
check "a title that an edition should not have is" contains \
	"finance no. 2 GREEN: english is not meant for op-beta-securities:mail" \
	"$(wrong newsletters.tsv '/\tGREEN\t/s/ english//')"
check "words that a subject lacks are" contains "drill-over: op-gamma-power:hook read" \
	"$(wrong subjects.tsv '/^drill-over/s/【訓練】/【試験】/')"
deploy/demo/check_reach.py <(sed 's/mitigated=1/mitigated=2/' config/demo/reach.tsv) \
	intrusion <"$STACK/reach.jsonl" >"$STACK/wrong"
check "a count of the reach that differs is" contains "WRONG reach of intrusion, all" \
	"$(cat "$STACK/wrong")"

# All of a drill is EXERCISE, and nothing else is.
sed -i 's/^drill-attack\t/attack-drill\t/' "$STACK/played.tsv"
check "a drill that came as no drill is" contains \
	"op-gamma-power:mail got it as EXERCISE, not as ACTUAL" \
	"$(wrong expected.tsv 's/^drill-attack\t/attack-drill\t/')"
echo "$PASSED passed, $FAILED failed"
[ "$FAILED" -gt 0 ] || rm -rf "$STACK"
exit $((FAILED > 0))
