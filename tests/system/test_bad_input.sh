#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bad input, at each door, with the message that it gets: noroshictl, the HTTP
# API, and the configuration.
. tests/system/lib.sh
system_begin
daemon_start producer 1 -X api.remembered=1
for service in classifier dispatcher; do daemon_start $service 1; done
for service in producer classifier dispatcher; do daemon_ready $service 1 || exit 1; done

# refused FACT FIELD RULE COMMAND...: stderr names field and rule, exit code 4.
refused() {
	local fact=$1 field=$2 rule=$3 said code
	shift 3
	said=$("$@" 2>&1 >"$STACK/stdout")
	code=$?
	check "$fact: exit code 4" equal 4 "$code"
	check "$fact: names the field $field" contains "$field" "$said"
	check "$fact: names the rule $rule" contains "$rule" "$said"
}
send() { notice "${2:-題}" "$1" | ctl issue -; }
raw() { printf '%s' "$1" | ctl issue -; }
revise() { notice "続き" "$1" | ctl revise "${@:2}" -; }

# ---- noroshictl ----
refused "unknown enum" tlp enum send '.tlp = "PURPLE"'
refused "missing field" summary required send 'del(.summary)'
refused "misspelt field" titel unknown send '.titel = "x"'
refused "RED without recipients" recipients tlp-recipients send '.tlp = "RED"'
refused "CRLF in the title" title line send '.title = "a\r\nBcc: x@example.com"'
refused "NUL in the title" json nul send '.title = "a\u0000b"'
refused "CRLF in a URL" references url \
	send '.references = [{title: "x", url: "https://example.com/\r\nX: y"}]'
refused "unknown sector" sectors sector send '.sectors = ["atlantis"]'
refused "invalid UTF-8" json utf raw "$(notice x | sed "s/概要/$(printf '\xff\xfe')/")"
bad_subscriber() { subscriber bad "$1"; }
refused "CRLF in a recipient" channels mailbox bad_subscriber \
	'.channels[0].address = "a@demo.example\r\nRCPT TO:<b@demo.example>"'
refused "CRLF in a webhook" channels url bad_subscriber \
	'.channels = [{type: "WEBHOOK", address: "https://x.example/\r\na"}]'

big=$STACK/big.json
notice "大きい" | jq '.summary = ("あ" * 700000)' >"$big"
refused "a body of 2 MB" json size ctl issue "$big"

thread=$(issue "一報")
check "a good notice is accepted" test -n "$thread"

# ---- the HTTP API: what noroshictl would never send ----
post() { # FILE TYPE: status, then the answer
	curl -s -m 30 -o "$STACK/answer" -w '%{http_code}' -H "Content-Type: $2" \
		--data-binary "@$1" "http://127.0.0.1:$API_PORT/v1/submissions"
}
answered() { # FACT STATUS WORD GOT
	check "$1: status $2" equal "$2" "$4"
	check "$1: says $3" contains "$3" "$(cat "$STACK/answer")"
}
mkdir -p "$STACK/files"
"$BUILD/tests/system/load" --files "$STACK/files" "$STACK/key/desk.pem" \
	"$STACK/sectors.conf" 2
good=$STACK/files/000000.pb
answered "a signed notice" 200 RELEASED "$(post "$good" application/protobuf)"
first=$(cat "$STACK/answer")
answered "the same id and bytes again" 200 RELEASED \
	"$(post "$good" application/protobuf)"
check "the same answer" equal "$first" "$(cat "$STACK/answer")"

sed 's/bench 00000001/bench 00000009/' "$STACK/files/000001.pb" >"$STACK/changed.pb"
answered "a changed byte" 422 signature \
	"$(post "$STACK/changed.pb" application/protobuf)"
head -c 2000000 /dev/zero >"$STACK/two_mb"
answered "a body of 2 MB" 413 '"rule":"length"' "$(post "$STACK/two_mb" application/protobuf)"
printf '{"submission_id": "x", "nonsense": 1}' >"$STACK/unknown.json"
answered "an unknown key" 422 nonsense "$(post "$STACK/unknown.json" application/json)"
printf '{' >"$STACK/half.json"
status=$(post "$STACK/half.json" application/json)
check "half a document is refused" test "$status" -ge 400 -a "$status" -lt 500
answered "another media type" 415 media-type "$(post "$good" text/plain)"
answered "one that begins like ours" 415 media-type \
	"$(post "$good" application/protobuffer)"
answered "ours in capitals, with a parameter" 200 RELEASED \
	"$(post "$good" 'Application/Protobuf; v=1')"
smuggle=$(printf 'POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' |
	timeout 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$API_PORT; cat >&3; head -n 1 <&3")
check "Content-Length with Transfer-Encoding is refused" contains 400 "$smuggle"

# ---- many who ask for what is not remembered: no reader for each of them ----
at_once() { # N PATH: how many are answered with 200, and threads beyond theirs
	/usr/bin/python3 - "$API_PORT" "${PROC[producer-1]}" "$@" <<'END'
import os, selectors, socket, sys
port, pid, n, path = sys.argv[1:]
def threads():
    return len(os.listdir(f"/proc/{pid}/task"))
before, most, good = threads(), 0, 0
wait = selectors.DefaultSelector()
clients = [socket.create_connection(("127.0.0.1", int(port)), 60)
           for _ in range(int(n))]
for client in clients:
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    wait.register(client, selectors.EVENT_READ)
while clients:
    for key, _ in wait.select(0.002):
        good += key.fileobj.recv(65536).startswith(b"HTTP/1.1 200 ")
        wait.unregister(key.fileobj)
        clients.remove(key.fileobj)
    most = max(most, threads() - before - int(n))
print(good, most)
END
}
read -r good extra < <(at_once 64 "/v1/outcomes/$thread")
check "64 at once are answered" equal 64 "$good"
check "by one reader: $extra threads" test "$extra" -le 16

# ---- what only the journal's order can tell: noroshictl would count right ----
# The answer to a second notice of $thread, changed by JQ: STATUS and why.
again() { # FACT WORD JQ [STATUS]
	local now
	now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	jq -n --arg t "$thread" --arg now "$now" '{notice_id: "again-\($now)",
		thread_id: $t, revision: 2, kind: "FOLLOW_UP", supersedes: [$t],
		mode: "ACTUAL", stream: "NISC_PROVISION", schema_version: 1,
		source_row: "NISC_CI_GROUP", item_type: "C3", urgency: "PRIORITY",
		tlp: "AMBER", lang: "ja", title: "続報", summary: "概要。",
		no_countermeasure: true, issued_at: $now} |
		.notice_id |= gsub("[^0-9a-z-]"; "") | '"$3" >"$STACK/content.json"
	jq -n '{originator: "desk", sectors: ["power"],
		salt: "MDEyMzQ1Njc4OWFiY2RlZg=="}' >"$STACK/addressing.json"
	"$BUILD/tests/system/seal" "$STACK/key/desk.pem" "$STACK/content.json" \
		"$STACK/addressing.json" >"$STACK/again.pb"
	answered "$1" "${4:-422}" "$2" "$(post "$STACK/again.pb" application/protobuf)"
}
# shellcheck disable=SC2016
again "the same id with other content" '"rule":"duplicate-id"' '.notice_id = $t |
	.kind = "INITIAL" | .revision = 1 | .supersedes = []' 409
again "a revision gap" '"rule":"revision-gap"' '.revision = 5'
again "a follow-up of a thread that nobody knows" thread \
	'.thread_id = "no-such-thread" | .notice_id += "-b"'
again "a mode change in a thread" mode \
	'.mode = "EXERCISE" | .exercise_id = "D-1" | .notice_id += "-c"'
again "a label that was widened without leave" tlp \
	'.tlp = "CLEAR" | .notice_id += "-d"'
said=$(revise '.' no-such-thread 2>&1)
check "noroshictl finds no such thread: exit code 5" equal 5 $?
check "and says so" contains no-such-thread "$said"

# A wrong bus or prefix is not "nothing was ever issued", still less "all is
# calm".
for command in list posture rejected "show x" "retract x --reason y"; do
	# shellcheck disable=SC2086
	said=$(ctl -X bus.prefix=other. $command 2>&1)
	check "no such topic, $command: exit code 5" equal 5 $?
	check "no such topic, $command: names it" contains \
		'has no topic "other.' "$said"
done

# ---- configuration ----
config() { # FACT WANTED LINE: --check-config of a classifier.conf with LINE
	local said code
	{ cat "$STACK/classifier.conf"; echo "$3"; } >"$STACK/bad.conf"
	said=$("$BUILD/noroshi-classifier" -F "$STACK/bad.conf" --check-config 2>&1)
	code=$?
	check "$1: exit code 78" equal 78 "$code"
	check "$1: names the line" contains "bad.conf:" "$said"
	check "$1: says $2" contains "$2" "$said"
}
config "a misspelt key" admn 'admn: { listen = "127.0.0.1:1"; };'
config "a misspelt key beside ours" "unknown key usr; did you mean user?" 'usr = "x";'
config "a wrong type" admin.listen 'admin: { listen = 5; };'
sed -i "s/session_timeout_ms = $SESSION_MS/session_timeout_ms = 600000000000/" \
	"$STACK/classifier.conf"
config "an integer out of range" session_timeout_ms ''
sed -i 's/600000000000/99999999999999999999/' "$STACK/classifier.conf"
config "an integer that overflows" "out of range" ''
system_end
