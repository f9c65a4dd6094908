#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Newsletters and promotion while classifiers and dispatchers are killed -9 and
# lose their disk around every cut-off and every rise of a posture: each notice
# that waited is in one issue or was promoted. Judged by newsletter_judge.py
# from topics, mails and answers alone. SEED repeats a run's choices.
. tests/system/lib.sh
: "${SEED:=$(date +%s)}" "${ROUNDS:=4}"
echo "newsletter: ROUNDS=$ROUNDS SEED=$SEED"
system_begin
RANDOM=$((SEED % 32768))

sectors=(power finance)
services="classifier dispatcher"

instance() { # SERVICE N: in a folder of its own, which dies with it
	local home=$STACK/home/$1-$2
	rm -rf "$home" && mkdir -p "$home"
	HOME=$home TMPDIR=$home daemon_start "$1" "$2"
}
daemon_start producer 1
for n in 1 2; do instance classifier $n && instance dispatcher $n; done
daemon_ready producer 1 || exit 1
for n in 1 2; do
	daemon_ready classifier $n && daemon_ready dispatcher $n || exit 1
done

# Who may see what, written by hand: address, sectors, clearance.
reader() { # ID SECTORS CEPTOARS CLEARANCE
	subscriber "$1" ".sectors = (\"$2\" / \",\") | .ceptoars = (\"$3\" / \",\") |
		.max_tlp = \"$4\""
	echo "$1@demo.example $2 $4" >>"$STACK/audience"
}
reader strict power,finance power,bank AMBER_STRICT
reader amber power power AMBER
reader green finance,power bank,power GREEN
reader public finance bank CLEAR

# ---- what waits ----------------------------------------------------------------
# BC3 waits in 平時 and is due from 要警戒時 on; A1 always waits.
labels=(AMBER_STRICT AMBER GREEN CLEAR)
number=0
# wait_for_news SECTOR N: N notices, whoever is alive to decide them.
wait_for_news() {
	local i id label type
	for ((i = 0; i < $2; i++)); do
		number=$((number + 1)) label=${labels[RANDOM % 4]}
		type=BC3
		[ $((RANDOM % 3)) -ne 0 ] || type=A1
		id=$(issue "N$(printf %04d $number)X" ".sectors = [\"$1\"] |
			.urgency = \"ROUTINE\" | .tlp = \"$label\" | .item_type = \"$type\"" \
			2>>"$STACK/log/issue.log")
		echo "$id $1 $label N$(printf %04d $number)X $type" >>"$STACK/sent"
	done
}

# ---- what goes wrong -------------------------------------------------------------
active() { # SERVICE: the number of the one that works, if any
	local n
	for n in 1 2; do
		curl -sf "http://127.0.0.1:${ADMIN[$1-$n]}/readyz" 2>/dev/null |
			grep -qv standby && echo $n && return
	done
	echo $((RANDOM % 2 + 1))
}
strike() { # SERVICE: kill the active one, start it anew
	local n
	n=$(active "$1")
	proc_stop "$1-$n" KILL 2>/dev/null
	instance "$1" "$n"
	echo "killed $1-$n" >>"$STACK/log/strikes.log"
}
pause() { sleep 0.0$((RANDOM % 10)); }

# during COMMAND...: run it with kills before or while it is decided, a notice
# beside it, and kills when it just was: its outputs are on their way.
during() {
	"$@" >>"$STACK/log/events.log" 2>&1 &
	local event=$!
	pause
	strike classifier
	[ -z "$beside" ] || wait_for_news "$beside" 1
	strike dispatcher
	wait $event || { echo "not applied: $*" && echo x >>"$STACK/failed"; }
	strike dispatcher
	pause
	strike classifier
}

cut_off() { # ID: until it is decided
	"$BUILD/tests/system/seal" "$STACK/key/desk.pem" --cut-off weekly "$1" \
		>"$STACK/$1.pb"
	curl -s -o /dev/null -H 'Content-Type: application/protobuf' \
		--data-binary "@$STACK/$1.pb" "http://127.0.0.1:$API_PORT/v1/submissions"
	applied() { [ "$(outcome "$1" .verdict)" = APPLIED ]; }
	wait_until 30 applied "$1"
}
rise() { # SECTOR POSTURE: until it is decided
	local id
	id=$(ctl --json posture "$1" "$2" --until 1h --reason 検証 | jq -r .submission_id)
	applied() { [ "$(outcome "$1" .verdict)" = APPLIED ]; }
	wait_until 30 applied "$id"
}
fall() { ctl -q posture "$1" NORMAL --reason 検証 >/dev/null 2>&1; }

: >"$STACK/sent"
for ((round = 0; round < ROUNDS; round++)); do
	for sector in "${sectors[@]}"; do wait_for_news "$sector" 4; done
	sector=${sectors[RANDOM % 2]} beside=$sector
	if [ $((round % 2)) -eq 0 ]; then
		during cut_off "desk-window-$round"
	else
		during rise "$sector" HEIGHTENED
		fall "$sector"
	fi
done
for sector in "${sectors[@]}"; do wait_for_news "$sector" 1; done
beside= # what comes after the last cut-off would wait for another
during cut_off desk-window-last
for service in $services; do
	daemon_ready "$service" 1 60 && daemon_ready "$service" 2 60
done
check "every cut-off and posture was applied" test ! -e "$STACK/failed"

# ---- the judge -------------------------------------------------------------------
raw() { # TOPIC FILE: headers, length, bytes
	records "$1" '%h\n%S\n%s' >"$STACK/topic/$2"
}
judge() {
	local topic id
	mkdir -p "$STACK/topic"
	for topic in $(topics | grep -E '^(alert|newsletter)\.(power|finance)\.'); do
		raw "$topic" "$topic"
	done
	raw dispatch.newsletter dispatch.newsletter
	while read -r id _; do
		outcome "$id" '[.submission_id, .verdict,
			([.copies[0].routes[]?] | join(","))] | join(" ")'
	done <"$STACK/sent" >"$STACK/answers"
	/usr/bin/python3 tests/system/newsletter_judge.py "$STACK"
}
calm() { judge >"$STACK/verdict" 2>&1; }
wait_until 40 calm
cat "$STACK/verdict"
check "F38: what waited is in one issue or was promoted, and nobody saw too much" calm
system_end
