#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make chaos`: two instances of each service on real Kafka, notices, revisions
# and posture changes flowing, and N faults at random: kill -9, SIGSTOP for
# longer than a session, the broker killed. Then chaos_judge.py, which shares no
# code with noroshi, says what was lost, repeated, out of order or leaked.
# SEED repeats a run's choices; N=20 by default. Exit 0 only if the judge found
# nothing but repeats that were announced.
. tests/system/lib.sh
: "${N:=20}" "${SEED:=$(date +%s)}"
echo "chaos: N=$N SEED=$SEED"

# How the sink treats whom; it forgets on SIGHUP whom it has treated.
mkdir -p "$BUILD/system"
script=$PWD/$BUILD/system/chaos.script
cat >"$script" <<'END'
slow-*    slow:400
later-*   451 ok
silent-*  store-then-drop ok
deaf-*    drop ok
END
system_begin "$script"
# Every choice, from here on, is the seed's; ports and prefixes were not.
RANDOM=$((SEED % 32768))

declare -A API=([1]=$API_PORT [2]=$(free_port))

start() { # SERVICE N: in a folder of its own, which dies with it
	local home=$STACK/home/$1-$2 extra=()
	rm -rf "$home" && mkdir -p "$home"
	[ "$1" != producer ] || extra=(-X "api.listen=127.0.0.1:${API[$2]}")
	HOME=$home TMPDIR=$home daemon_start "$1" "$2" "${extra[@]}"
}
services="producer classifier dispatcher"
for service in $services; do start "$service" 1 && start "$service" 2; done
for service in $services; do
	daemon_ready "$service" 1 && daemon_ready "$service" 2 || exit 1
done

sectors=(telecom finance power medical)
ceptoar() { [ "$1" = finance ] && echo bank || echo "$1"; }
for who in two slow later silent deaf; do
	for i in 0 1 2 3; do
		subscriber "$who-$i" ".sectors = [\"${sectors[i]}\",
			\"${sectors[(i + 1) % 4]}\"] | .ceptoars =
			[\"$(ceptoar "${sectors[i]}")\",
			\"$(ceptoar "${sectors[(i + 1) % 4]}")\"]"
		echo "$who-$i@demo.example ${sectors[i]},${sectors[(i + 1) % 4]}"
	done
done >"$STACK/audience"
subscriber green '.max_tlp = "GREEN" | .sectors = ["power", "telecom"]'

# ---- what flows ----------------------------------------------------------------
# say COMMAND...: repeat, at the other door, until it is answered for good; the
# outcome as a line of sent.jsonl with the sector it was for. Prints the id.
say() { # SECTOR COMMAND...
	local sector=$1 answer code kept turn=1 outbox=$STACK/outbox/$BASHPID
	shift
	mkdir -p "$outbox"
	door() { echo "http://127.0.0.1:${API[$turn]}"; }
	answer=$(ctl --json -X "outbox=$outbox" -X "producer=$(door)" "$@" 2>/dev/null)
	code=$?
	while [ $code -eq 1 ] || [ $code -eq 3 ]; do
		kept=$(find "$outbox" -type f | head -n 1)
		[ -n "$kept" ] || break # refused connections before it was signed
		turn=$((3 - turn))
		sleep 0.2
		answer=$(ctl --json -X "producer=$(door)" resend "$kept" 2>/dev/null)
		code=$?
	done
	rm -rf "$outbox"
	# 3 with an answer: accepted, and not decided while we waited.
	[ $code -ne 3 ] || answer=$(decided_at_last "$(jq -r .submission_id <<<"$answer")")
	[ "$(jq -r .verdict <<<"$answer")" = RELEASED ] || return 1
	jq -c --arg sector "$sector" '{id: .submission_id, thread: .thread_id,
		revision, kind, verdict, sector: $sector}' <<<"$answer" >>"$STACK/sent.jsonl"
	jq -r .submission_id <<<"$answer"
}

decided_at_last() { # ID: its outcome, whenever it is there
	[ -n "$1" ] && [ "$1" != null ] || return
	asked() { curl -sf "http://127.0.0.1:${API[1]}/v1/outcomes/$1" ||
		curl -sf "http://127.0.0.1:${API[2]}/v1/outcomes/$1"; }
	wait_until 60 asked "$1"
}

traffic() { # runs beside, until the file `stop` is there
	local id sector i n=0
	local -a ids=()
	declare -A of=()
	RANDOM=$((SEED % 32768 + 1))
	while [ ! -e "$STACK/stop" ]; do
		sector=${sectors[RANDOM % 4]} i=$((RANDOM % 10)) n=$((n + 1))
		if [ ${#ids[@]} -lt 5 ] || [ $i -lt 6 ]; then
			notice "通知 $n" ".sectors = [\"$sector\"]" >"$STACK/n.json"
			id=$(say "$sector" issue "$STACK/n.json") && ids+=("$id") && of[$id]=$sector
			continue
		fi
		id=${ids[RANDOM % ${#ids[@]}]} sector=${of[$id]}
		echo '{"summary": "続き。"}' >"$STACK/r.json"
		case $i in
		6 | 7) say "$sector" revise "$id" "$STACK/r.json" ;;
		8) say "$sector" revise --correct --reason 誤り "$id" "$STACK/r.json" ;;
		9) ctl -q posture --until 1h --reason 検証 "$sector" HEIGHTENED ;;
		esac >/dev/null 2>&1
	done
}

# ---- what goes wrong ------------------------------------------------------------
broker_hit() {
	deploy/kafka/kafka.sh kill 1 --dir "$KAFKA_DIR"
	sleep $((RANDOM % 3)).5
	deploy/kafka/kafka.sh start 1 --dir "$KAFKA_DIR" >/dev/null
}
hit() { # one fault
	local service name n=$((RANDOM % 2 + 1)) kind=$((RANDOM % 10))
	service=$(cut -d ' ' -f $((RANDOM % 3 + 1)) <<<"$services")
	name=$service-$n
	[ $((RANDOM % 4)) -ne 0 ] || kill -HUP "${PROC[mail-sink]}"
	if [ $kind -eq 0 ]; then
		echo "hit broker"
		broker_hit
	elif [ $kind -le 2 ]; then
		echo "stop $name"
		kill -STOP "${PROC[$name]}"
		sleep $((RANDOM % 5)).5
		kill -CONT "${PROC[$name]}"
	else
		echo "kill $name"
		proc_stop "$name" KILL 2>/dev/null
		sleep 0.$((RANDOM % 10))
		start "$service" "$n"
	fi
	# A process that ended by itself (fenced, say) is what a supervisor restarts.
	for service in $services; do
		for n in 1 2; do
			proc_runs "$service-$n" || { echo "again $service-$n" && start "$service" "$n"; }
		done
	done
	sleep $((RANDOM % 4)).$((RANDOM % 10))
}

: >"$STACK/sent.jsonl"
traffic 2>"$STACK/log/traffic.log" &
flow=$!
for ((fault = 0; fault < N; fault++)); do hit; done >"$STACK/log/faults.log" 2>&1
touch "$STACK/stop"
wait "$flow"
for service in $services; do
	daemon_ready "$service" 1 60 && daemon_ready "$service" 2 60
done

judge() {
	for sector in "${sectors[@]}"; do
		records "alert.$sector.amber" '%h\n' >"$STACK/alert.$sector"
	done
	records outcome >"$STACK/outcome"
	/usr/bin/python3 tests/system/chaos_judge.py "$STACK"
}
calm() { judge >"$STACK/verdict"; }
wait_until 90 calm
cat "$STACK/verdict"
check "the judge finds nothing but announced repeats" calm
system_end
