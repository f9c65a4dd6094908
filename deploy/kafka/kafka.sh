#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A real Kafka on loopback for development, tests and one-node use. README.md
# beside this file says what each setting is for.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
root=$(cd "$here/../.." && pwd) || exit 1
lib=${NOROSHI_KAFKA_LIB:-$root/build/kafka/lib}
heap=${NOROSHI_KAFKA_HEAP:-400m}

usage() {
	cat <<'END'
usage: kafka.sh fetch
       kafka.sh start [--brokers 1|3] [--dir D] [--port P]   all brokers
       kafka.sh start N [--dir D]       one broker again, with its data
       kafka.sh kill N [--signal S] [--dir D]   KILL (default), STOP, CONT
       kafka.sh stop [--wipe] [--dir D]
       kafka.sh status [--dir D]
       kafka.sh tool CLASS [ARG...]     e.g. org.apache.kafka.tools.TopicCommand
D is build/kafka/run unless given; D/servers holds the bootstrap servers.
END
}

die() {
	echo "kafka.sh: $*" >&2
	exit 1
}

java_run() {
	java -cp "$lib/*" "-Dlog4j2.configurationFile=$here/log4j2.xml" "$@"
}

tool() {
	java_run -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
		-Dnoroshi.kafka.log=warn "$@"
}

fetch() {
	local stamp=$lib/.complete log
	! cmp -s "$stamp" "$here/pom.xml" || return 0
	command -v mvn >/dev/null || die "mvn is missing: run 'make deps'"
	mkdir -p "$lib"
	rm -f "$lib"/*.jar
	log=$lib/../fetch.log
	# What an earlier fetch left in Maven's own store needs no network.
	local copy=(mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies
		-DincludeScope=runtime "-DoutputDirectory=$lib")
	"${copy[@]}" -o >"$log" 2>&1 || "${copy[@]}" >"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		die "Maven could not fetch Kafka"
	}
	cp "$here/pom.xml" "$stamp"
}

# ---- one broker --------------------------------------------------------------
conf_of() { echo "$dir/node-$1.properties"; }
log_of() { echo "$dir/node-$1.log"; }
nodes() { find "$dir" -maxdepth 1 -name 'node-*.properties' 2>/dev/null |
	sed 's/.*node-\([0-9]*\).*/\1/' | sort; }

# Print the pid of node $1 if it runs. A pid alone proves nothing after a
# reboot: the command line must name this node's own file.
pid_of() {
	local pid
	pid=$(awk -v n="$1" '$1 == n { print $2 }' "$dir/pids" 2>/dev/null)
	[ -n "$pid" ] || return 1
	{ tr "\0" "\n" <"/proc/$pid/cmdline"; } 2>/dev/null |
		grep -qxF "$(conf_of "$1")" || return 1
	echo "$pid"
}

remember() {
	{ grep -v "^$1 " "$dir/pids" 2>/dev/null; echo "$1 $2"; } >"$dir/pids.new"
	mv "$dir/pids.new" "$dir/pids"
}

launch() {
	local n=$1
	! pid_of "$n" >/dev/null || return 0
	: >"$(log_of "$n")"
	# setsid: an interrupt at the caller's terminal is not the broker's.
	(
		cd "$dir" || exit 1
		exec setsid java -cp "$lib/*" "-Xmx$heap" -Xms128m -XX:+UseG1GC \
			-XX:MaxGCPauseMillis=20 \
			"-Dlog4j2.configurationFile=$here/log4j2.xml" \
			kafka.Kafka "$(conf_of "$n")" >>"$(log_of "$n")" 2>&1 </dev/null
	) &
	remember "$n" $!
}

# Wait for "Kafka Server started" of node $1: no longer than 60 s.
await() {
	local n=$1 pid end=$((SECONDS + 60))
	pid=$(awk -v n="$n" '$1 == n { print $2 }' "$dir/pids")
	until grep -q 'Kafka Server started' "$(log_of "$n")"; do
		if ! kill -0 "$pid" 2>/dev/null || [ "$SECONDS" -ge "$end" ]; then
			tail -n 20 "$(log_of "$n")" >&2
			die "broker $n did not start; its log: $(log_of "$n")"
		fi
		sleep 0.1
	done
}

# ---- a cluster ---------------------------------------------------------------
is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# $1 free ports, below the range from which the kernel picks outgoing ones.
free_ports() {
	local want=$1 port found=" "
	while [ "$want" -gt 0 ]; do
		port=$((20000 + (RANDOM << 15 | RANDOM) % 12000))
		if [[ $found == *" $port "* ]] || ! is_free "$port"; then continue; fi
		found="$found$port "
		want=$((want - 1))
	done
	echo "$found"
}

write_conf() { # n brokers port controller_port voters
	local copies=1 in_sync=1 session=3000
	[ "$2" -eq 1 ] || { copies=3; in_sync=2; session=6000; }
	cat >"$(conf_of "$1")" <<END
process.roles=broker,controller
node.id=$1
controller.quorum.voters=$5
listeners=PLAINTEXT://127.0.0.1:$3,CONTROLLER://127.0.0.1:$4
advertised.listeners=PLAINTEXT://127.0.0.1:$3
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=$dir/data-$1
auto.create.topics.enable=false
num.partitions=1
default.replication.factor=$copies
min.insync.replicas=$in_sync
offsets.topic.num.partitions=$internal_partitions
offsets.topic.replication.factor=$copies
transaction.state.log.num.partitions=$internal_partitions
transaction.state.log.replication.factor=$copies
transaction.state.log.min.isr=$in_sync
share.coordinator.state.topic.replication.factor=$copies
share.coordinator.state.topic.min.isr=$in_sync
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=$session
broker.heartbeat.interval.ms=500
controlled.shutdown.enable=true
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
END
}

internal_partitions=4

format() { # brokers port
	local brokers=$1 port=$2 n id voters="" servers=""
	local -a ports
	read -ra ports <<<"$(free_ports $((2 * brokers)))"
	[ -z "$port" ] || for ((n = 0; n < brokers; n++)); do
		is_free $((port + n)) || die "port $((port + n)) is taken"
		ports[n]=$((port + n))
	done
	for ((n = 1; n <= brokers; n++)); do
		voters="$voters${voters:+,}$n@127.0.0.1:${ports[brokers + n - 1]}"
		servers="$servers${servers:+,}127.0.0.1:${ports[n - 1]}"
	done
	id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c1-22)
	for ((n = 1; n <= brokers; n++)); do
		write_conf "$n" "$brokers" "${ports[n - 1]}" \
			"${ports[brokers + n - 1]}" "$voters"
		tool kafka.tools.StorageTool format "--cluster-id=$id" \
			--config "$(conf_of "$n")" >"$dir/format-$n.log" 2>&1 || {
			cat "$dir/format-$n.log" >&2
			die "format failed"
		}
	done
	echo "$servers" >"$dir/servers"
}

# With one broker nothing but its disk keeps what was acknowledged: the two
# internal topics are made here, flushed at every record, before a client's
# first use would make them with the broker's defaults. The obligation topics
# get the same from `noroshictl topics apply`.
create_internal() {
	local topic extra pids=()
	for topic in __consumer_offsets __transaction_state; do
		extra=(--config segment.bytes=104857600 --config cleanup.policy=compact)
		[ "$topic" = __consumer_offsets ] ||
			extra+=(--config unclean.leader.election.enable=false)
		tool org.apache.kafka.tools.TopicCommand --create --if-not-exists \
			--bootstrap-server "$(cat "$dir/servers")" --topic "$topic" \
			--partitions "$internal_partitions" --replication-factor 1 \
			--config flush.messages=1 --config compression.type=producer \
			"${extra[@]}" >"$dir/create$topic.log" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || {
			cat "$dir"/create__*.log >&2
			die "internal topics were not created"
		}
	done
}

start() {
	local n fresh=
	if [ -n "$node" ]; then
		[ -f "$(conf_of "$node")" ] || die "no broker $node in $dir"
		launch "$node"
		await "$node"
		return
	fi
	fetch
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	if [ ! -f "$dir/servers" ]; then
		format "$brokers" "$port"
		fresh=1
	fi
	for n in $(nodes); do launch "$n"; done
	for n in $(nodes); do await "$n"; done
	[ -z "$fresh" ] || [ "$brokers" -ne 1 ] || create_internal
	cat "$dir/servers"
}

# Stop what `pids` names and nothing else; KILL what is there after 20 s.
stop() {
	local n pid end
	for n in $(nodes); do
		pid=$(pid_of "$n") || continue
		kill -CONT "$pid" 2>/dev/null
		kill -TERM "$pid"
	done
	end=$((SECONDS + 20))
	for n in $(nodes); do
		while pid=$(pid_of "$n"); do
			[ "$SECONDS" -lt "$end" ] || kill -KILL "$pid"
			sleep 0.1
		done
	done
	rm -f "$dir/pids"
	[ -z "$wipe" ] || rm -rf "$dir"
}

signal_node() {
	local pid
	pid=$(pid_of "$node") || die "broker $node does not run"
	kill "-$signal" "$pid" || exit 1
	[ "$signal" = KILL ] || return 0
	while pid_of "$node" >/dev/null; do sleep 0.05; done
}

status() {
	local n pid rc=1
	for n in $(nodes); do
		if pid=$(pid_of "$n"); then
			echo "broker $n: pid $pid"
			rc=0
		else
			echo "broker $n: down"
		fi
	done
	[ ! -f "$dir/servers" ] || echo "servers: $(cat "$dir/servers")"
	return "$rc"
}

verb=${1:-}
[ $# -eq 0 ] || shift
if [ "$verb" = tool ]; then
	fetch
	tool "$@"
	exit
fi
brokers=1 dir=$root/build/kafka/run port="" node="" signal=KILL wipe=""
while [ $# -gt 0 ]; do
	case $1 in
	--brokers) brokers=${2:?}; shift ;;
	--dir) dir=${2:?}; shift ;;
	--port) port=${2:?}; shift ;;
	--signal) signal=${2#SIG}; shift ;;
	--wipe) wipe=1 ;;
	[1-9]) node=$1 ;;
	*) usage >&2; exit 2 ;;
	esac
	shift
done
[[ $brokers == [13] ]] || die "--brokers is 1 or 3"
[[ $dir == /* ]] || dir=$PWD/$dir

case $verb in
fetch) fetch ;;
start) start ;;
stop) stop ;;
kill) [ -n "$node" ] || { usage >&2; exit 2; }; signal_node ;;
status) status ;;
*) usage >&2; exit 2 ;;
esac
