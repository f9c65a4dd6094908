# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A chaos run in parts, for chaos.sh and the tests around it: source it, then
#   chaos_begin                two instances of each service, all recipients
#   chaos_flow                 start what flows
#   chaos_faults [SERVICE]     N faults; with SERVICE, kills of its processes
#   chaos_stop                 stop the flow
#   chaos_rest                 and close the newsletters
#   chaos_judged               what is judged is written to $STACK/verdict
# N, SEED and BROKERS may be set before. What happens is chaos_plan.py's.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh
: "${N:=20}" "${SEED:=$(date +%s)}" "${BROKERS:=1}"
# A run of the system tests has one broker for all.
[ "$BROKERS" -eq 1 ] || unset KAFKA_DIR
# Programs with failpoints, unless other folders are named.
: "${DAEMONS:=$BUILD/failpoints}" "${DISPATCHERS:=$DAEMONS}"
services="producer classifier dispatcher"
sectors=(telecom finance power medical)

# ---- who gets what --------------------------------------------------------------
# How the sinks treat whom: mails by address, webhooks by path.
chaos_script() {
	cat <<'END'
slow-*      slow:400
later-*     cycle 451 ok ok
silent-*    cycle ok store-then-drop ok ok
deaf-*      cycle ok drop ok ok
mute-*      cycle ok ok hang ok ok ok ok ok
full-*      data:552
gone-*      550
/hslow-*    slow:400
/hlater-*   cycle ok 503 ok ok
/hbusy-*    cycle ok 429/1 ok ok ok
/hsilent-*  cycle ok store-then-drop ok ok
/hdeaf-*    cycle ok drop ok ok
/hmute-*    cycle ok ok hang ok ok ok ok ok
/hbad-*     400
/hgone-*    410
END
}
ceptoar() { [ "$1" = finance ] && echo bank || echo "$1"; }

recipients() { # and what the judges know of them
	local who i one two fate channel address
	for who in plain slow later silent deaf mute full gone \
		hplain hslow hlater hbusy hsilent hdeaf hmute hbad hgone; do
		fate=ok
		case $who in full | gone | hbad | hgone) fate=fails ;; esac
		for i in 0 2; do
			one=${sectors[i]} two=${sectors[i + 1]}
			channel="" address=$who-$i@demo.example
			case $who in h*)
				address=$who-$i@hook
				channel="| .channels = [{type: \"WEBHOOK\", address:
					\"http://127.0.0.1:$(cat "$STACK/hook.port")/$who-$i\"}]"
				;;
			esac
			subscriber "$who-$i" ".sectors = [\"$one\", \"$two\"] | .ceptoars =
				[\"$(ceptoar "$one")\", \"$(ceptoar "$two")\"] $channel"
			echo "$address $one,$two AMBER $fate" >>"$STACK/audience"
		done
	done
	# Cleared for none of the notices but those of newsletters.
	subscriber public '.max_tlp = "CLEAR" | .sectors = ["power", "telecom"]'
	echo "public@demo.example power,telecom CLEAR ok" >>"$STACK/audience"
}

# ---- processes ------------------------------------------------------------------
declare -A API=()
DISPATCHER=(-X connect_timeout=2000 -X smtp.timeout=2000 -X webhook.timeout=2000
	-X retry.min=300 -X retry.max=3000)

start() { # SERVICE N [POINT]: in a folder of its own, which dies with it
	local home=$STACK/home/$1-$2 point=${3:--} extra=()
	rm -rf "$home" && mkdir -p "$home"
	[ "$1" != producer ] || extra=(-X "api.listen=127.0.0.1:${API[$2]}")
	[ "$1" != dispatcher ] || {
		extra=("${DISPATCHER[@]}")
		local DAEMONS=$DISPATCHERS
	}
	NOROSHI_FAILPOINT=${point#-} HOME=$home TMPDIR=$home \
		daemon_start "$1" "$2" "${extra[@]}"
}
all_ready() { # [SECONDS]
	local service n
	for service in $services; do
		for n in 1 2; do daemon_ready "$service" "$n" "${1:-30}" || return 1; done
	done
}

chaos_begin() {
	echo "chaos: N=$N SEED=$SEED BROKERS=$BROKERS"
	local service n
	mkdir -p "$BUILD/system"
	chaos_script >"$BUILD/system/chaos.script"
	system_begin "$PWD/$BUILD/system/chaos.script"
	API=([1]=$API_PORT)
	free_port "API[2]"
	for service in $services; do
		for n in 1 2; do start "$service" "$n"; done
	done
	all_ready || exit 1
	: >"$STACK/sent" && : >"$STACK/sent.jsonl" && : >"$STACK/undecided"
	recipients
}

# ---- what flows -----------------------------------------------------------------
door() { echo "http://127.0.0.1:${API[$1]}"; }
outcome_of() { # ID: from whichever door answers
	curl -sf "$(door 1)/v1/outcomes/$1" || curl -sf "$(door 2)/v1/outcomes/$1"
}

# said COMMAND...: repeat, at the other door, until it is answered for good; the
# outcome in ANSWER. Fails when it was refused.
said() {
	local code kept turn=1 outbox=$STACK/outbox/$BASHPID id
	mkdir -p "$outbox"
	ANSWER=$(ctl --json -X "outbox=$outbox" -X "producer=$(door $turn)" "$@" \
		2>>"$STACK/log/ctl.log")
	code=$?
	while [ $code -eq 1 ] || [ $code -eq 3 ]; do
		kept=$(find "$outbox" -type f | head -n 1)
		[ -n "$kept" ] || break
		turn=$((3 - turn))
		sleep 0.2
		ANSWER=$(ctl --json -X "producer=$(door $turn)" resend "$kept" \
			2>>"$STACK/log/ctl.log")
		code=$?
	done
	rm -rf "$outbox"
	[ $code -eq 3 ] || return $code
	# Accepted, and not decided while we waited.
	id=$(jq -r .submission_id <<<"$ANSWER")
	ANSWER=$(wait_until 60 outcome_of "$id") && return
	echo "$id" >>"$STACK/undecided"
	return 1
}

release() { # SECTOR COMMAND...: as a line of sent.jsonl; the id in ID
	local sector=$1
	shift
	said "$@" || return
	[ "$(jq -r .verdict <<<"$ANSWER")" = RELEASED ] || return 1
	jq -c --arg sector "$sector" '{id: .submission_id, thread: .thread_id,
		revision, kind, verdict, sector: $sector}' <<<"$ANSWER" >>"$STACK/sent.jsonl"
	ID=$(jq -r .submission_id <<<"$ANSWER")
}

news() { # STREAM SECTOR LABEL TYPE
	local title
	NEWS=$((NEWS + 1))
	title=N$1$(printf %03d "$NEWS")X
	shift
	notice "$title" ".sectors = [\"$1\"] | .urgency = \"ROUTINE\" | .tlp = \"$2\" |
		.item_type = \"$3\"" >"$FILES/n.json"
	said issue "$FILES/n.json" || return
	echo "$(jq -r .submission_id <<<"$ANSWER") $1 $2 $title $3" >>"$STACK/sent"
}

cut_off() { # ID: until it is decided
	local sealed=$STACK/$1.pb
	"$BUILD/tests/system/seal" "$STACK/key/desk.pem" --cut-off weekly "$1" \
		>"$sealed"
	closed() {
		local turn
		for turn in 1 2; do
			curl -s -m 10 -o /dev/null -H 'Content-Type: application/protobuf' \
				--data-binary "@$sealed" "$(door "$turn")/v1/submissions"
			[ "$(outcome_of "$1" | jq -r .verdict)" != APPLIED ] || return 0
		done
		return 1
	}
	wait_until 60 closed "$1"
}

thread() { # NUMBER: one of those that go on, in ID and SECTOR
	ID=${ids[$1 % ${#ids[@]}]} SECTOR=${of[$ID]}
}

happen() { # WHAT WITH...: a line of the plan
	case $1 in
	notice)
		notice "通知 $((++n))" ".sectors = [\"$2\"]" >"$FILES/n.json"
		release "$2" issue "$FILES/n.json" && ids+=("$ID") && of[$ID]=$2
		;;
	revise) thread "$2" && release "$SECTOR" revise "$ID" "$FILES/r.json" ;;
	correct)
		thread "$2" && release "$SECTOR" revise --correct --reason 誤り "$ID" \
			"$FILES/r.json"
		;;
	retract)
		thread "$2" && release "$SECTOR" retract --reason 誤報 "$ID" &&
			unset "ids[$2 % ${#ids[@]}]" && ids=("${ids[@]}")
		;;
	news) news "$STREAM" "$2" "$3" "$4" ;;
	posture)
		local until=(--until 1h)
		[ "$3" = HEIGHTENED ] || until=()
		said posture "${until[@]}" --reason 検証 "$2" "$3"
		;;
	cutoff) cut_off "desk-window-$STREAM-$((++CUTS))" ;;
	esac
}

traffic() { # STREAM: runs beside, until the file `stop` is there
	local line n=0 ids=() STREAM=$1 NEWS=0 CUTS=0 FILES=$STACK/flow-$1
	declare -A of=()
	mkdir -p "$FILES"
	echo '{"summary": "続き。"}' >"$FILES/r.json"
	while [ ! -e "$STACK/stop" ] && read -ra line; do
		[ ${#ids[@]} -gt 3 ] || [[ ${line[0]} != re* && ${line[0]} != co* ]] ||
			continue
		happen "${line[@]::${#line[@]}-1}" || echo "refused: ${line[*]}"
		pause "${line[-1]}"
	done < <(/usr/bin/python3 tests/system/chaos_plan.py traffic "$SEED-$1" 100000)
}

chaos_flow() {
	local stream
	rm -f "$STACK/stop"
	FLOW=()
	for stream in 1 2; do
		traffic $stream >>"$STACK/log/traffic-$stream.log" 2>&1 &
		FLOW+=($!)
	done
}
chaos_stop() {
	touch "$STACK/stop"
	wait "${FLOW[@]}"
}

# ---- what goes wrong ------------------------------------------------------------
pause() { sleep "$(($1 / 1000)).$(printf %03d $(($1 % 1000)))"; } # MS

broker() { deploy/kafka/kafka.sh "$1" "$2" --dir "$KAFKA_DIR" "${@:3}" >/dev/null; }
# One broker at a time: the next goes when all have everything again.
in_sync() {
	kcat -b "$SERVERS" -L -J 2>/dev/null | jq -e --arg p "$PREFIX" --argjson n "$BROKERS" \
		'[.topics[] | select(.topic | startswith($p)) | .partitions[] |
			select((.isrs | length) < $n)] | length == 0' >/dev/null
}

# librdkafka before 2.3 aborts when a member that never led its group is fenced
# (its issue 4312): no bug of ours, and a supervisor restarts it like the others.
is_known() { # NAME
	tail -n 1 "$STACK/log/$1.log" |
		grep -q 'rd_kafka_sticky_assignor_state_destroy: Assertion' &&
		echo "librdkafka $1"
}
# A process that ended by itself is what a supervisor restarts; a crash is a fault.
revive() {
	local service n name code
	for service in $services; do
		for n in 1 2; do
			name=$service-$n
			! proc_runs "$name" || continue
			wait "${PROC[$name]}" 2>/dev/null
			code=$?
			case $code in
			137) echo "died $name $(sed -n 's/.*event=failpoint name=//p' \
				"$STACK/log/$name.log" | tail -n 1)" ;;
			*) echo "ended $name $code" ;;
			esac
			[ $code -le 128 ] || [ $code -eq 137 ] || is_known "$name" ||
				echo "$name $code" >>"$STACK/crashed"
			start "$service" "$n"
		done
	done
}

one_fault() { # WHAT WHOM MS POINT REST_MS SINKS
	[ "$6" != forget ] || kill -HUP "${PROC[mail-sink]}" "${PROC[hook-sink]}"
	case $1 in
	*-broker) wait_until 60 in_sync || echo "not in sync" ;;
	esac
	case $1 in
	kill-broker) broker kill "$2" && pause "$3" && broker start "$2" ;;
	stop-broker) broker kill "$2" --signal STOP && pause "$3" &&
		broker kill "$2" --signal CONT ;;
	stop)
		kill -STOP "${PROC[$2]}" && pause "$3" && kill -CONT "${PROC[$2]}"
		;;
	kill)
		proc_stop "$2" KILL 2>/dev/null
		pause "$3"
		start "${2%-*}" "${2#*-}" "$4"
		;;
	esac
	pause "$5"
	revive
}

chaos_faults() { # [SERVICE]
	local line
	while read -ra line <&7; do
		echo "fault ${line[*]}"
		one_fault "${line[@]}"
	done 7< <(/usr/bin/python3 tests/system/chaos_plan.py faults \
		"$SEED" "$N" "$BROKERS" "$@") >>"$STACK/log/faults.log" 2>&1
}

chaos_rest() {
	chaos_stop
	[ "$BROKERS" -eq 1 ] || wait_until 60 in_sync
	settled() { revive >>"$STACK/log/faults.log" && all_ready 10 2>/dev/null; }
	wait_until 60 settled || all_ready 1
	cut_off desk-window-last
}

# ---- the judges -----------------------------------------------------------------
chaos_judged() {
	local sector
	# Who is to die at a named point may come to it as late as now.
	revive >>"$STACK/log/faults.log"
	for sector in "${sectors[@]}"; do
		records "alert.$sector.amber" '%h\n' >"$STACK/alert.$sector"
	done
	records outcome >"$STACK/outcome"
	{ raw receipt.alert && raw receipt.newsletter; } >"$STACK/receipts"
	/usr/bin/python3 tests/system/chaos_judge.py "$STACK" >"$STACK/verdict" 2>&1
}

news_judged() {
	local topic id
	mkdir -p "$STACK/topic"
	for topic in $(topics | grep -E '^(alert|newsletter)\.[a-z]+\.(clear|green|amber)'); do
		raw "$topic" >"$STACK/topic/$topic"
	done
	raw dispatch.newsletter >"$STACK/topic/dispatch.newsletter"
	while read -r id _; do
		outcome_of "$id" | jq -r '[.submission_id, .verdict,
			([.copies[0].routes[]?] | join(","))] | join(" ")'
	done <"$STACK/sent" >"$STACK/answers"
	/usr/bin/python3 tests/system/newsletter_judge.py "$STACK" few \
		>"$STACK/verdict.news" 2>&1
}
