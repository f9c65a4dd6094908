#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Webhooks as a receiver sees them: signed, verified by the script that we hand
# out, also while a secret is replaced; no secret is shown anywhere twice.
. tests/system/lib.sh
mkdir -p "$BUILD/system"
sinks=$(mktemp -p "$BUILD/system")
echo '/gone 410' >"$sinks"
system_begin "$sinks"

receiver=deploy/clients/python/noroshi_webhook.py

# ---- the script by itself ----------------------------------------------------
# The example that the libraries of Standard Webhooks are tested with.
echo whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw >"$STACK/example.secrets"
good=v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=
verify() { # BODY SIGNATURE NOW
	printf %s "$1" | python3 $receiver --secrets "$STACK/example.secrets" \
		verify --id msg_p5jXN8AQM9LWM0D4loKWxJek --timestamp 1614265330 \
		--signature "$2" --now "$3" - 2>&1
}
body='{"test": 2432232314}'
check "it verifies what the specification's libraries verify" contains \
	"verified: msg_" "$(verify "$body" $good 1614265330)"
check "also as the second of two signatures" contains "verified: msg_" \
	"$(verify "$body" "v1,AAAA $good" 1614265600)"
check "another body is refused" contains "no secret of ours" \
	"$(verify "$body " $good 1614265330)"
check "another kind of signature is refused" contains "no secret of ours" \
	"$(verify "$body" "v1a,${good#v1,}" 1614265330)"
check "what was signed six minutes ago is refused" contains "too long ago" \
	"$(verify "$body" $good 1614265690)"
check "and what comes from six minutes ahead" contains "too long ago" \
	"$(verify "$body" $good 1614264970)"
check "a signature that is no base64 is refused" contains "no secret of ours" \
	"$(verify "$body" 'v1,%%% v1 ,' 1614265330)"

keeps() { # what keep() does, of one message twenty times at once
	/usr/bin/python3 -B - "$STACK/kept" <<'END'
import concurrent.futures, os, sys
sys.path.insert(0, "deploy/clients/python")
import noroshi_webhook
folder = os.path.realpath(sys.argv[1])
os.mkdir(folder)
synced = []
noroshi_webhook.os.fsync = lambda fd: synced.append(
    os.path.realpath(f"/proc/self/fd/{fd}"))
with concurrent.futures.ThreadPoolExecutor(20) as pool:
    new = list(pool.map(lambda _: noroshi_webhook.keep(folder, "id", b"{}"),
                        range(20)))
print(new.count(True), os.listdir(folder), synced[-1] == folder)
END
}
check "one message is kept once, and its name brought to the disk" \
	equal "1 ['id.json'] True" "$(keeps)"

# ---- with the services -------------------------------------------------------
free_port RECEIVER_PORT
receiver_start() {
	proc_start receiver /usr/bin/python3 $receiver \
		--secrets "$STACK/hook.secrets" listen --port "$RECEIVER_PORT" \
		--dir "$STACK/received"
	wait_until 10 grep -q listening "$STACK/log/receiver.log"
}
hook() { # OPTION...: the subscription, without a secret in it
	jq -n --arg url "http://127.0.0.1:$RECEIVER_PORT/noroshi" '{subscriber_id: "op",
		kind: "OPERATOR", organisation: "op", name: "op",
		sectors: ["power"], ceptoars: ["power"], max_tlp: "AMBER",
		lang: "ja", channels: [{type: "WEBHOOK", address: $url}]}' |
		ctl --json subscribe "$@" - | jq -r 'select(.secret) | .secret'
}
received() { # NOTICE: how often its receiver took it
	grep -c "\"subject\".*$1" "$STACK/log/receiver.log"
}
came() { [ "$(received "$1")" -ge 1 ]; }
state_of() { # NOTICE: the last state of its delivery
	ctl --json trace "$1" | jq -r 'select(.channel == "WEBHOOK") | .state' | tail -1
}
is_delivered() { [ "$(state_of "$1")" = DELIVERED ]; }
refused() { grep -q refused: "$STACK/log/receiver.log"; }

stack_daemons || exit 1
hook --new-secret >"$STACK/hook.secrets"
first=$(cat "$STACK/hook.secrets")
check "a new secret is shown, once" contains whsec_ "$first"
receiver_start
one=$(issue "最初の通知")
wait_until 20 came "最初の通知"
check "the receiver takes a notice signed with it" came "最初の通知"
check "and says that it is real" contains '"mode": "ACTUAL"' \
	"$(grep 最初の通知 "$STACK/log/receiver.log")"
wait_until 20 is_delivered "$one"
check "the receipt says delivered" is_delivered "$one"

second=$(hook --new-secret)
check "a second secret is another" test "$first" != "$second"
issue "交代中の通知" >/dev/null
wait_until 20 came "交代中の通知"
check "who still has the first one only verifies, too" came "交代中の通知"

hook >/dev/null
echo "$second" >"$STACK/hook.secrets"
proc_stop receiver
receiver_start
issue "交代後の通知" >/dev/null
wait_until 20 came "交代後の通知"
check "a subscription without secrets keeps those it had" came "交代後の通知"

echo whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA >"$STACK/hook.secrets"
proc_stop receiver
receiver_start
last=$(issue "鍵違いの通知")
wait_until 20 refused
check "who has neither refuses" refused
check "and nothing was taken" equal 0 "$(received "鍵違いの通知")"
echo "$second" >"$STACK/hook.secrets"
proc_stop receiver
receiver_start
wait_until 30 came "鍵違いの通知"
check "it comes when the secret is right again" came "鍵違いの通知"
wait_until 20 is_delivered "$last"
check "no notice was taken twice" equal "1 1 1 1" "$(for title in 最初 交代中 交代後 鍵違い; do
	received "${title}の通知"
done | xargs)"
check "each is one file, named by its id" equal 4 "$(find "$STACK/received" -name '*.json' | wc -l)"

# ---- 410: gone, until it subscribes again ------------------------------------
posts() { # NOTICE: requests that the sink had for it
	jq -r 'select(.path == "/gone") | .n' "$STACK/hook/index.jsonl" | wc -l
}
subscribe_gone() {
	subscriber gone ".sectors = [\"finance\"] | .ceptoars = [\"bank\"] |
		.channels = [{type: \"WEBHOOK\",
			address: \"http://127.0.0.1:$(cat "$STACK/hook.port")/gone\"},
			{type: \"MAIL\", address: \"gone@demo.example\"}]"
}
failed() { [ "$(state_of "$1")" = FAILED ]; }
of_finance() { issue "$1" '.sectors = ["finance"]'; }
subscribe_gone
before=$(count subscription)
gone=$(of_finance "410 になる通知")
wait_until 20 failed "$gone"
check "410 ends a delivery" failed "$gone"
told() { [ -n "$(mails 'select(.headers.subject | test("410 Gone")) | .rcpt_to[0]')" ]; }
wait_until 20 told
check "its owner is told by mail" equal gone@demo.example \
	"$(mails 'select(.headers.subject | test("410 Gone")) | .rcpt_to[0]')"
mail_text() { /usr/bin/python3 -c '
import email, email.policy, sys
print(email.message_from_binary_file(open(sys.argv[1], "rb"),
    policy=email.policy.default).get_body(("plain",)).get_content())
' "$STACK/mail/$(mails 'select(.headers.subject | test("410 Gone")) | .file')"; }
check "which names the host" contains "http://127.0.0.1" "$(mail_text)"
check "and nothing behind it" equal 0 "$(mail_text | grep -c /gone)"
check "it is on record, by itself" equal 1 "$(count endpoint)"
check "the subscription is not touched" equal "$before" "$(count subscription)"
next=$(of_finance "その次の通知")
wait_until 20 failed "$next"
check "the next one is not sent at all" equal 1 "$(posts)"
check "its receipt says why" contains "410" "$(ctl --json trace "$next" |
	jq -r 'select(.channel == "WEBHOOK") | .detail')"
echo >"$sinks"
kill -HUP "${PROC[hook-sink]}"
subscribe_gone
again=$(of_finance "登録し直した後の通知")
wait_until 20 is_delivered "$again"
check "a newer subscription is tried again" is_delivered "$again"
rm -f "$sinks"

# ---- a host in Japanese ------------------------------------------------------
subscriber idn '.channels = [{type: "WEBHOOK", address: "https://例え.テスト/通知"}]' 2>"$STACK/idn.err"
check "a path that is not encoded is refused" contains percent-encoded "$(cat "$STACK/idn.err")"
subscriber idn '.channels = [{type: "WEBHOOK", address: "https://例え.テスト/a"}]'
check "a host in Japanese is stored as it is asked for" equal 1 \
	"$(records subscription '%s\n' | grep -c -a "https://xn--r8jz45g.xn--zckzah/a")"
subscriber idn '.inactive = true | .channels = []'

# ---- where secrets must not be -----------------------------------------------
check "no log holds a secret" equal 0 "$(cat "$STACK"/log/*.log | grep -c whsec_)"
check "no delivery or receipt holds one" equal 0 "$(for topic in delivery.alert \
	receipt.alert outcome audit rejected; do records $topic '%s\n'; done | grep -c -a whsec_)"
check "trace does not show it" equal 0 \
	"$({ ctl --json trace "$one"; ctl trace "$one"; } | grep -c whsec_)"
system_end
