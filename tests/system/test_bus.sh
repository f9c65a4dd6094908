#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The bus itself on a real broker, below the services: topics and settings,
# isolation, fencing, takeover after kill -9 and SIGSTOP, offsets and metadata;
# and permissions, on a broker of its own that has an authorizer.
set -u
: "${BUILD:?}"
kafka=deploy/kafka/kafka.sh
guarded=$PWD/$BUILD/system/kafka-bus-acl
passed=0 failed=0

clean() {
	$kafka stop --wipe --dir "$guarded"
	[ -z "${OWN_KAFKA:-}" ] || $kafka stop --wipe --dir "$KAFKA_DIR"
}
trap clean EXIT
trap 'exit 130' INT TERM

run() { # PROGRAM ARG...
	local out code ok all
	out=$("$BUILD/tests/system/$1" "${@:2}" 2>&1)
	code=$?
	echo "$out"
	ok=$(grep -c '^\[       OK \]' <<<"$out")
	all=$(sed -n 's/.*Running \([0-9]*\) test.*/\1/p' <<<"$out")
	passed=$((passed + ok)) failed=$((failed + ${all:-1} - ok))
	[ "$code" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
}

if [ -z "${KAFKA_DIR:-}" ]; then
	KAFKA_DIR=$PWD/$BUILD/system/kafka-bus OWN_KAFKA=1
	$kafka start --dir "$KAFKA_DIR" >/dev/null || exit 1
fi
run bus_admin "$(cat "$KAFKA_DIR/servers")"
run bus_takeover "$(cat "$KAFKA_DIR/servers")"

$kafka start --dir "$guarded" >/dev/null || exit 1
$kafka stop --dir "$guarded"
cat >>"$guarded/node-1.properties" <<'END'
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
END
$kafka start 1 --dir "$guarded" >/dev/null || exit 1
run bus_admin "$(cat "$guarded/servers")" authorizer

echo "$passed passed, $failed failed"
exit $((failed > 0))
