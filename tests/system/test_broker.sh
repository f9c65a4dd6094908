#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The broker stops and starts: nothing accepted is lost, what was not accepted
# is answered with 503, and the same id works again.
. tests/system/lib.sh
system_begin
daemon_start producer 1 -X api.append_timeout=1500
daemon_start classifier 1
daemon_start dispatcher 1
for service in producer classifier dispatcher; do
	daemon_ready "$service" 1 || exit 1
done
subscriber reader
before=$(issue "停止の前")
wait_until 20 mail_came "$before" reader

mkdir -p "$STACK/files"
"$BUILD/tests/system/load" --files "$STACK/files" "$STACK/key/desk.pem" \
	"$STACK/sectors.conf" 3
post() { # FILE: status and body
	curl -s -m 20 -w '\n%{http_code}' -H 'Content-Type: application/protobuf' \
		--data-binary "@$STACK/files/$1" \
		"http://127.0.0.1:$API_PORT/v1/submissions?wait=5000"
}
broker_stop
answer=$(post 000000.pb)
check "while the bus is down the answer is 503" equal 503 "$(tail -n 1 <<<"$answer")"
check "it says why" contains '"rule"' "$answer"
notice "停止の間" | ctl --json issue - >"$STACK/during.json" 2>"$STACK/during.err"
code=$?
check "noroshictl says that the outcome is unknown or that it failed" \
	test "$code" -eq 3 -o "$code" -eq 1
kept=$(find "$STACK/outbox" -type f | head -n 1)
check "noroshictl keeps the signed notice" test -n "$kept"
for service in producer classifier dispatcher; do
	check "$service outlives the broker" proc_runs "$service-1"
done

broker_start
for service in producer classifier dispatcher; do
	daemon_ready "$service" 1 60
	check "$service is ready again" is_ready "${ADMIN[$service-1]}"
done
answer=$(post 000000.pb)
check "the retry with the same id and bytes is accepted" \
	equal 200 "$(tail -n 1 <<<"$answer")"
again=$(post 000000.pb)
check "and once more it gets the first outcome" \
	equal "$(head -n 1 <<<"$answer" | jq -S .)" "$(head -n 1 <<<"$again" | jq -S .)"
if [ -n "$kept" ]; then
	id=$(ctl --json resend "$kept" | jq -r .submission_id)
	wait_until 30 mail_came "$id" reader
	check "the kept notice is sent again and arrives" mail_came "$id" reader
fi
after=$(issue "再開の後")
wait_until 30 mail_came "$after" reader
check "a notice after the restart arrives" mail_came "$after" reader
check "the notice before it did not arrive twice" \
	equal 1 "$(mails_of "$before" reader)"
check "each decided command has one outcome" equal "" \
	"$(records outcome | sort | uniq -d)"
system_end
