#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The system tests: real programs on a real broker, one broker for all of them.
# Called by tests/run.sh with BUILD; T= picks one. Each test_*.sh has a prefix
# and a folder of its own. Ends with a line "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${BUILD:?}" "${T:=}"

export KAFKA_DIR=$PWD/$BUILD/system/kafka
logs=$BUILD/logs/system
mkdir -p "$logs" "$BUILD/system"

stop_kafka() { deploy/kafka/kafka.sh stop --wipe --dir "$KAFKA_DIR"; }
trap stop_kafka EXIT
trap 'exit 130' INT TERM
stop_kafka 2>/dev/null
deploy/kafka/kafka.sh start --dir "$KAFKA_DIR" >/dev/null || {
	echo "0 passed, 1 failed"
	exit 1
}

passed=0 failed=0
for script in tests/system/test_${T:-*}.sh; do
	name=$(basename "$script" .sh)
	name=${name#test_}
	began=$SECONDS
	timeout -k 20 "${SYSTEM_TIMEOUT:-900}" bash "$script" >"$logs/$name.log" 2>&1
	code=$?
	read -r p f < <(awk '/^[0-9]+ passed, [0-9]+ failed$/ { p = $1; f = $3 }
		END { print p + 0, f + 0 }' "$logs/$name.log")
	# A script that died before its last line failed once more.
	[ "$code" -eq 0 ] || [ "$f" -gt 0 ] || f=1
	passed=$((passed + p)) failed=$((failed + f))
	printf '  %-5s %-12s %-24s %3d passed %d s\n' \
		"$([ "$f" -eq 0 ] && echo ok || echo FAIL)" system "$name" "$p" \
		$((SECONDS - began))
	[ "$f" -eq 0 ] || {
		sed 's/^/        /' "$logs/$name.log" | tail -n 40
		echo "        log: $logs/$name.log"
		echo "        again: make test-system T=$name"
	}
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
