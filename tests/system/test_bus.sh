#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The bus itself on a real broker, below the services: topics and settings,
# isolation, fencing, takeover after kill -9 and SIGSTOP, offsets and metadata.
set -u
: "${BUILD:?}"

if [ -z "${KAFKA_DIR:-}" ]; then
	KAFKA_DIR=$PWD/$BUILD/system/kafka-bus
	trap 'deploy/kafka/kafka.sh stop --wipe --dir "$KAFKA_DIR"' EXIT
	deploy/kafka/kafka.sh start --dir "$KAFKA_DIR" >/dev/null || exit 1
fi
servers=$(cat "$KAFKA_DIR/servers")
passed=0 failed=0
for program in bus_admin bus_takeover; do
	out=$("$BUILD/tests/system/$program" "$servers" 2>&1)
	code=$?
	echo "$out"
	ok=$(grep -c '^\[       OK \]' <<<"$out")
	all=$(sed -n 's/.*Running \([0-9]*\) test.*/\1/p' <<<"$out")
	passed=$((passed + ok)) failed=$((failed + ${all:-1} - ok))
	[ "$code" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
done
echo "$passed passed, $failed failed"
exit $((failed > 0))
