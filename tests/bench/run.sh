#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make bench`: measure on a real broker. Prints `<name> <value> <unit>` lines
# and leaves them, with tabs, in build/bench.tsv. T=latency|idle|throughput|state
# |fanout|webhooks|backlog picks one part; ROUNDS, COMMANDS, ALERTS and WAITING may be set.
#
# Ratios compare programs that ran one after another on the same broker: only
# they mean something on another machine.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${BUILD:?}" "${T:=}" "${ROUNDS:=3}" "${COMMANDS:=150000}" "${ALERTS:=300}"
: "${WAITING:=10000}"
# shellcheck source=tests/support/stack.sh
. tests/support/stack.sh

dir=$PWD/$BUILD/bench
peer=build/peers/kafka-streams
table=build/bench.tsv
export CONF_DIR=config
# shellcheck source=tests/bench/fanout.sh
. tests/bench/fanout.sh

die() {
	echo "bench: $*" >&2
	exit 1
}

clean() {
	trap '' INT TERM
	proc_stop_all
	deploy/kafka/kafka.sh stop --wipe --dir "$dir/kafka"
}

figure() { # NAME VALUE UNIT
	printf '%s %s %s\n' "$1" "$2" "$3"
	printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$table"
}
take() { while read -r name value unit; do figure "$name" "$value" "$unit"; done; }
# The median of the ratios of two files, line by line: what ran side by side.
median_ratio() {
	paste "$1" "$2" | awk '{ printf "%.2f\n", $1 / $2 }' | median
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
value_of() { awk -v n="$1" '$1 == n { print $2 }' "$table"; }

stack() { # NAME PREFIX: a folder and topics of its own
	PREFIX=$2
	stack_init "$dir/$1"
	stack_sinks || die "the sinks did not start"
	stack_conf
	stack_topics || die "no topics"
}
# Topics of the same settings for a peer, under a prefix of its own.
topics_for() { ctl -X "bus.prefix=$1" topics apply >/dev/null || die "no topics"; }

# ---- commands per second, journal to outputs -----------------------------------
build_peer() {
	[ -f "$peer/peer.jar" ] &&
		[ -z "$(find tests/bench/peers/kafka-streams proto -newer "$peer/peer.jar" \
			-type f)" ] && return
	mvn -q -B -f tests/bench/peers/kafka-streams/pom.xml package \
		>"$dir/maven.log" 2>&1 || die "the peer did not build: $dir/maven.log"
}

load() { # PREFIX COUNT [WAITING]
	"$BUILD/tests/system/load" "$SERVERS" "$1" "$STACK/key/desk.pem" \
		config/sectors.conf "$2" "${3:-0}" || die "no journal"
}

# rate NAME GROUP TOPIC COUNT: let NAME, just started, work; print its speed.
rate() {
	"$BUILD/tests/bench/bench_rate" "$SERVERS" "$2" "$3" "$4" || {
		tail -n 5 "$STACK/log/$1.log" >&2
		die "$1 did not get through"
	}
	proc_stop "$1"
}

one_round() { # N: appends to $dir/<who>.rates
	local in="b$1." signed="s$1." raw="r$1." streams="k$1."
	stack "round-$1" "$in"
	topics_for "$signed"
	topics_for "$raw"
	topics_for "$streams"
	load "$in" "$COMMANDS"
	daemon_start classifier bench -X verify=false
	rate classifier-bench "${in}classifier" "${in}journal" "$COMMANDS" \
		>>"$dir/classifier.rates"
	proc_start passthrough "$BUILD/tests/bench/bench_passthrough" \
		"$SERVERS" "$in" "$raw" "$COMMANDS"
	rate passthrough "${raw}passthrough" "${in}journal" "$COMMANDS" \
		>>"$dir/passthrough.rates"
	proc_start streams java -Xmx512m -cp "$peer/peer.jar:$peer/lib/*" \
		noroshi.peer.Classifier "$SERVERS" "$in" "$streams" \
		"${streams}classifier" "$STACK/streams"
	rate streams "${streams}classifier" "${in}journal" "$COMMANDS" \
		>>"$dir/streams.rates"
	load "$signed" $((COMMANDS / 2))
	daemon_start classifier signed -X "bus.prefix=$signed"
	rate classifier-signed "${signed}classifier" "${signed}journal" \
		$((COMMANDS / 2)) >>"$dir/signed.rates"
	proc_stop_all
}

# A broker is slow until its JVM has compiled what it does most. Once is enough
# for all parts.
WARM=
warm_up() {
	[ -z "$WARM" ] || return 0
	WARM=yes
	stack warm-up w.
	load w. "$COMMANDS"
	daemon_start classifier warm -X verify=false
	rate classifier-warm w.classifier w.journal "$COMMANDS" >/dev/null
	proc_stop_all
}

throughput() {
	local n
	build_peer
	warm_up
	rm -f "$dir"/*.rates
	for ((n = 1; n <= ROUNDS; n++)); do one_round "$n"; done
	figure classifier_per_s "$(median <"$dir/classifier.rates")" commands/s
	figure passthrough_per_s "$(median <"$dir/passthrough.rates")" commands/s
	figure kafka_streams_per_s "$(median <"$dir/streams.rates")" commands/s
	figure classifier_signed_per_s "$(median <"$dir/signed.rates")" commands/s
	figure classifier_vs_passthrough \
		"$(median_ratio "$dir/classifier.rates" "$dir/passthrough.rates")" ratio
	figure classifier_vs_kafka_streams \
		"$(median_ratio "$dir/classifier.rates" "$dir/streams.rates")" ratio
}

# ---- with much in the classifier's state -----------------------------------------
# decide N WAITING FILE: 100,000 commands after WAITING that wait. The clock of
# bench_rate runs from 10 % on: those that wait have been decided by then.
decide() {
	local n=$((100000 + WAITING))
	stack "state-$1-$2" "d$1-$2."
	load "$PREFIX" "$n" "$2"
	daemon_start classifier "$2" -X verify=false
	rate "classifier-$2" "${PREFIX}classifier" "${PREFIX}journal" "$n" >>"$3"
	proc_stop_all
}

# A machine that grows slower or faster meanwhile must not speak for one of the
# two: they take turns in being first.
both() { # N
	if (($1 % 2 == 1)); then
		decide "$1" 0 "$dir/none.rates"
		decide "$1" "$WAITING" "$dir/waiting.rates"
	else
		decide "$1" "$WAITING" "$dir/waiting.rates"
		decide "$1" 0 "$dir/none.rates"
	fi
}

ready() { curl -s "http://127.0.0.1:${ADMIN[classifier-$1]}/readyz"; }
is_standby() { ready "$1" | grep -q standby; }
is_active() { is_ready "${ADMIN[classifier-$1]}" && ! is_standby "$1"; }

# A standby goes on after kill -9: the session must end, and the state of
# 100,000 outcomes be rebuilt.
take_over() { # N: prints seconds
	local began
	stack "takeover-$1" "t$1."
	load "$PREFIX" 100000 "$WAITING"
	daemon_start classifier first -X verify=false
	"$BUILD/tests/bench/bench_rate" "$SERVERS" "${PREFIX}classifier" \
		"${PREFIX}journal" 100000 >/dev/null || die "nothing was decided"
	daemon_start classifier second -X verify=false
	wait_until 60 is_standby second || die "no standby"
	proc_stop classifier-first KILL 2>/dev/null
	began=$(date +%s%N)
	wait_until 60 is_active second || die "no takeover"
	awk -v ns=$(($(date +%s%N) - began)) 'BEGIN { printf "%.1f\n", ns / 1e9 }'
	proc_stop_all
}

state() {
	local n
	[ "$WAITING" -lt 11000 ] || die "WAITING must stay below 10 % of all"
	warm_up
	rm -f "$dir"/*.rates
	for ((n = 1; n <= ROUNDS; n++)); do both "$n"; done
	for ((n = 1; n <= ROUNDS; n++)); do take_over "$n" >>"$dir/takeover.s"; done
	figure decide_per_s "$(median <"$dir/none.rates")" commands/s
	figure decide_with_10k_waiting_per_s \
		"$(median <"$dir/waiting.rates")" commands/s
	figure decide_ratio_with_10k_waiting \
		"$(median_ratio "$dir/waiting.rates" "$dir/none.rates")" ratio
	figure takeover_s "$(median <"$dir/takeover.s")" s
}

# ---- one alert every 200 ms, and the raw hops in between -----------------------
arrived() { [ "$(grep -c '"size"' "$STACK/mail/index.jsonl")" -ge $((ALERTS + 10)) ]; }

latency() {
	stack latency lat.
	topics_for hop.
	stack_daemons || die "a daemon did not start"
	jq -n '{subscriber_id: "bench", kind: "OPERATOR", organisation: "bench",
		name: "bench", sectors: ["power"], ceptoars: ["power"], lang: "ja",
		max_tlp: "AMBER", channels: [{type: "MAIL",
		address: "bench@demo.example"}]}' | ctl -q subscribe - >/dev/null
	grep -e '^sectors' -e '"power"; *since' -e '^);' config/sectors.conf |
		sed 's/},/}/' | sed -n '1,3p' >"$STACK/one.conf"
	echo 'ceptoars = ();' >>"$STACK/one.conf"
	mkdir -p "$STACK/files"
	"$BUILD/tests/system/load" --files "$STACK/files" "$STACK/key/desk.pem" \
		"$STACK/one.conf" $((ALERTS + 10)) || die "no notices"
	proc_start post /usr/bin/python3 tests/support/post.py \
		"http://127.0.0.1:$API_PORT" "$STACK/files" 5 "$STACK/answers"
	"$BUILD/tests/bench/bench_two_hops" "$SERVERS" hop. "$ALERTS" \
		>"$dir/hops.figures" 2>"$STACK/log/two_hops.log" || die "two hops: $STACK/log"
	wait_until 60 proc_gone post
	wait_until 30 arrived
	/usr/bin/python3 tests/bench/figures.py latency "$STACK/answers" \
		"$STACK/mail/index.jsonl" >"$dir/latency.figures" || die "alerts are missing"
	take <"$dir/hops.figures"
	take <"$dir/latency.figures"
	figure alert_latency_vs_two_hops_p50 \
		"$(ratio "$(value_of alert_latency_p50)" "$(value_of two_hops_p50)")" ratio
	figure alert_latency_vs_two_hops_p99 \
		"$(ratio "$(value_of alert_latency_p99)" "$(value_of two_hops_p99)")" ratio
	proc_stop_all
}

# ---- three daemons that have nothing to do --------------------------------------
idle() {
	stack idle idle.
	stack_daemons || die "a daemon did not start"
	sleep 15 # what they still do after the start is over
	/usr/bin/python3 tests/bench/figures.py idle 30 "${PROC[producer-1]}" \
		"${PROC[classifier-1]}" "${PROC[dispatcher-1]}" >"$dir/idle.figures"
	take <"$dir/idle.figures"
	proc_stop_all
}

rm -rf "$dir"
mkdir -p "$dir"
trap clean EXIT
trap 'exit 130' INT TERM
: >"$table"
SERVERS=$(deploy/kafka/kafka.sh start --dir "$dir/kafka" | tail -n 1)
[ -n "$SERVERS" ] || die "no Kafka"
for part in ${T:-latency idle throughput state fanout webhooks backlog}; do
	case $part in
	latency | idle | throughput | state | fanout | webhooks | backlog) "$part" ;;
	*) die "T is a part of the benchmark (see the top of tests/bench/run.sh), not $part" ;;
	esac
done
