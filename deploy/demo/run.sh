#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Play the week of config/demo and compare what arrived where with what the
# tables there say. Called by `make demo` with BUILD, BUS (embedded or kafka) and
# CORPUS set; DIR is where it all lies (BUILD/demo). Exit 0 only if everything arrived where it should and nowhere else.
# Stops all it started.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
: "${BUILD:?}" "${BUS:=embedded}" "${CORPUS:=}"
# shellcheck source=tests/support/stack.sh
. tests/support/stack.sh

dir=${DIR:-$BUILD/demo}
day=config/demo
kafka=

die() {
	echo "demo: $*" >&2
	[ -z "$STACK" ] || echo "demo: logs are in $STACK/log" >&2
	exit 1
}

stop_everything() {
	trap '' INT TERM
	proc_stop_all
	[ -z "$kafka" ] || deploy/kafka/kafka.sh stop --wipe --dir "$kafka"
}

start_bus() {
	case $BUS in
	embedded)
		# It answers a fetch when its time is up, not when something comes.
		BUS_EXTRA='"fetch.wait.max.ms=50"'
		proc_start bus "$BUILD/noroshictl" -X "sectors=$STACK/sectors.conf" \
			-X "bus.prefix=$PREFIX" embedded --bus-only --state-dir "$STACK/bus"
		wait_until 60 test -s "$STACK/bus/servers" || die "no embedded bus"
		SERVERS=$(cat "$STACK/bus/servers")
		;;
	kafka)
		kafka=$STACK/kafka
		SERVERS=$(deploy/kafka/kafka.sh start --dir "$kafka" | tail -n 1) ||
			die "no Kafka"
		;;
	*) die "BUS is embedded or kafka, not $BUS" ;;
	esac
}

# Which notice a step made, by its name; and the last step of a thread, by the
# name of its first.
declare -A ISSUED=() LAST=()

# A revision in the same second cancels what was not sent yet, as it should. People
# take longer: until everybody has what it revises.
has_arrived() { # NAME
	local id=${ISSUED[$1]} wanted got
	wanted=$(awk -F'\t' -v name="$1" '$1 == name && $3 != "-" { n = split($3, _, " ") }
		END { print n + 0 }' "$day/expected.tsv")
	got=$(($(grep -c "\"x-noroshi-id\": \"$id\"" "$STACK/mail/index.jsonl") +
		$(grep -l "$id" "$STACK"/hook/*.body | wc -l)))
	[ "$got" -ge "$wanted" ]
}
revises() { # NAME, and the first step of its thread
	wait_until 60 has_arrived "${LAST[$2]:-$2}" || die "$1: $2 does not arrive"
	LAST[$2]=$1
}

# send NAME COMMAND ARG: prints the outcome as one line of JSON.
send() {
	local name=$1 command=$2 arg=$3 file=$STACK/notices/$1.json who answer
	[ ! -e "$day/notices/$name.json" ] ||
		resolve_times <"$day/notices/$name.json" >"$file"
	case $command in
	issue | report) ctl --json "$command" "$file" ;;
	follow-up) ctl --json revise "${ISSUED[$arg]}" "$file" ;;
	correct)
		ctl --json revise --correct --reason '範囲の誤りを訂正する。' \
			"${ISSUED[$arg]}" "$file"
		;;
	retract)
		ctl --json retract --reason '攻撃は収まり、範囲は無効になった。' \
			"${ISSUED[$arg]}"
		;;
	posture)
		# shellcheck disable=SC2086 # two words: sector and level
		if [ "${arg#* }" = NORMAL ]; then
			ctl --json posture $arg --reason '収束した。'
		else
			ctl --json posture $arg --until 2h --reason '多発している。'
		fi
		;;
	newsletter) ctl --json newsletter cutoff "$arg" ;;
	confirm) # the step that issued it, mailbox, answer
		read -r arg who answer <<<"$arg"
		deploy/demo/confirm.py "$STACK/mail" "${ISSUED[$arg]}" "$who" \
			"$answer" 60 && echo '{"verdict": "CONFIRMED"}'
		;;
	drill-issue)
		wait_until 120 drill_door || die "the drill does not start"
		drill --json issue "$file"
		;;
	drill-end) drill_end --json ;;
	*) die "day.tsv: what is '$command'?" ;;
	esac
}

# note NAME OUTCOME: a line for check_day.py.
note() {
	jq -r --arg name "$1" '[$name, (.submission_id // "-"),
		(.verdict // "REFUSED"),
		(first((.copies // [])[].route_rule) // .rule // "-"),
		(.accepted_at // "-"), (.cut_off.window_id // "-")] | @tsv' \
		<<<"${2:-{\}}" >>"$STACK/played.tsv"
}

# play NAME COMMAND ARG: one step.
play() {
	local answer code
	if [ "$2" = drill-start ]; then # stays, and says nothing until its end
		drill_start
		note "$1" '{"verdict": "-"}'
		return
	fi
	case $2 in follow-up | correct | retract) revises "$1" "$3" ;; esac
	answer=$(send "$@" 2>"$STACK/log/step-$1.log")
	code=$?
	case $code in
	0 | 4) ;;
	*) cat "$STACK/log/step-$1.log" >&2 && die "$1: noroshictl ended with $code" ;;
	esac
	ISSUED[$1]=$(jq -r '.submission_id // empty' <<<"$answer")
	note "$1" "$answer"
}

play_day() {
	local name command arg
	while IFS=$'\t' read -r name command arg; do
		[[ -n $name && $name != \#* ]] || continue
		play "$name" "$command" "$arg"
	done <"$day/day.tsv"
}

decided() { # NAME: keep its outcome, once there is one
	curl -sf -o "$STACK/outcome.json" \
		"http://127.0.0.1:$API_PORT/v1/outcomes/${ISSUED[$1]}"
}

# A hundred, one after the other and without waiting for each decision, as they
# were published.
play_corpus() {
	local name
	local -a names=()
	[ -n "$CORPUS" ] || return 0
	for name in "$STACK"/notices/csaf-*.json; do
		name=$(basename "$name" .json)
		names+=("$name")
		ISSUED[$name]=$(ctl --json issue --wait 0 "$STACK/notices/$name.json" |
			jq -r .submission_id)
	done
	for name in "${names[@]}"; do
		wait_until 60 decided "$name" || die "$name: no outcome"
		note "$name" "$(cat "$STACK/outcome.json")"
	done
}

# Who has it and who has confirmed, as the desk sees it in the end.
check_reach() { # NAME
	ctl --json reach "${ISSUED[$1]}" >"$STACK/reach.jsonl" 2>"$STACK/log/reach.log" &&
		deploy/demo/check_reach.py "$day/reach.tsv" "$1" \
			<"$STACK/reach.jsonl" >"$STACK/reach.txt"
}
show_reach() { # NAME
	local code
	wait_until 60 check_reach "$1"
	code=$?
	printf '\nreach of %s\n' "$1"
	ctl --lang en reach "${ISSUED[$1]}" 2>/dev/null
	cat "$STACK/reach.txt"
	return $code
}

prepare_corpus() {
	mkdir -p "$STACK/notices"
	[ -n "$CORPUS" ] || return 0
	/usr/bin/python3 deploy/demo/csaf_to_notice.py "$CORPUS" \
		"$STACK/notices" 100 || die "no notices from $CORPUS"
}

rm -rf "$dir"
trap stop_everything EXIT
trap 'exit 130' INT TERM
started=$(date +%s)
NEWSLETTERS=$day/newsletters.conf
ACKS=yes
stack_init "$dir"
sed -i "s/@DAY@/$(LC_ALL=C TZ=JST-9 date -d yesterday +%^a)/" "$STACK/newsletters.conf"
prepare_corpus
stack_sinks "$day/sinks" || die "the sinks did not start"
start_bus
stack_conf
stack_drill_conf demo-drill
: >"$STACK/played.tsv"
[ "$BUS" = embedded ] || stack_topics || die "no topics"
stack_daemons || die "a daemon did not start"
stack_subscribe "$day"/subscriptions/*.json || die "a subscription was refused"
play_day
play_corpus
/usr/bin/python3 -B deploy/demo/check_day.py "$day" "$STACK" 60
result=$?
show_reach intrusion || result=1
echo
echo "bus: $BUS; $(($(date +%s) - started)) s in all"
echo "mails: $STACK/mail/*.eml; webhook bodies: $STACK/hook/*.body"
[ ! -s "$STACK/newsletter.html" ] || echo "a newsletter to open: $STACK/newsletter.html"
[ "$result" -eq 0 ] && echo "demo: everything arrived where it should, and nowhere else"
exit "$result"
