# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# `make bench T=fanout|webhooks|backlog`: one notice to very many, and alerts
# beside a large newsletter. Sourced by run.sh.
#
# Postfix's smtp-source and smtp-sink, and Prometheus' Alertmanager, are Debian's,
# unpacked under build/peers: nothing is installed, no mail server is configured.
: "${dir:?}" "${MAILBOXES:=10000}" "${MANY:=100000}" "${BACKLOG:=1000000}"

# debian PACKAGE: unpacked once.
debian() {
	local to=build/peers/$1
	[ -d "$to" ] && return
	mkdir -p build/peers/deb
	(cd build/peers/deb && apt-get download -q "$1") >"$dir/apt.log" 2>&1 ||
		die "no $1: $dir/apt.log"
	dpkg -x build/peers/deb/"$1"_*.deb "$to" || die "$1 cannot be unpacked"
}

postfix_tool() { # smtp-sink|smtp-source ARG...
	LD_LIBRARY_PATH=build/peers/postfix/usr/lib/postfix \
		exec "build/peers/postfix/usr/sbin/$1" "${@:2}"
}

# A sink that only counts, where the stack's own was.
fast_sink() {
	proc_stop mail-sink
	proc_start smtp-sink postfix_tool smtp-sink -u nobody \
		"127.0.0.1:$(cat "$STACK/mail.port")" 1000
	wait_until 10 listens "$(cat "$STACK/mail.port")" || die "no smtp-sink"
}
listens() { ! is_free "$1"; }

notice_file() { # URGENCY: a notice of about two kilobytes to the sector power
	jq -n --arg urgency "$1" '{stream: "NISC_PROVISION",
		source_row: "NISC_CI_GROUP", item_type: "C3", urgency: $urgency,
		tlp: "AMBER", sectors: ["power"], lang: "ja", title: "配信の試験",
		summary: ("制御系の更新経路が乗っ取られた。" * 10),
		sections: [{label: "攻撃手法", text: ("署名の無い更新を配る。" * 20)}],
		countermeasures: [{text: ("更新を止め、記録を保全する。" * 5)}]}'
}
send() { notice_file IMMEDIATE | ctl --json issue - | jq -r .submission_id; }

# reach NOTICE COUNT: seconds until 50 %, 99 % and all were with their relay
reach() {
	"$BUILD/tests/bench/bench_receipts" "$SERVERS" "$PREFIX" "$1" "$2" ||
		die "not everybody was reached: $STACK/log"
}

fan() { # NAME KIND COUNT [PORT]: a stack with that many subscribers
	stack "$1" "$1."
	[ "$2" = webhook ] || fast_sink
	"$BUILD/tests/bench/bench_fill" "$SERVERS" "$PREFIX" "${@:2}" ||
		die "no subscribers"
	stack_daemons || die "a daemon did not start"
}

# The mail that one subscriber gets, as the relay gets it.
capture() {
	local id
	stack capture capture.
	"$BUILD/tests/bench/bench_fill" "$SERVERS" "$PREFIX" mail 1 || die "no subscriber"
	stack_daemons || die "a daemon did not start"
	id=$(send)
	reach "$id" 1 >/dev/null
	cp "$STACK/mail/$(jq -r 'select(.size) | .file' "$STACK/mail/index.jsonl" |
		head -n 1)" "$dir/mail.eml"
	proc_stop_all
}

# source_s COUNT [ARG...]: seconds that smtp-source takes for the same bytes
source_s() {
	local began
	began=$(date +%s%N)
	(postfix_tool smtp-source -s 10 -m "$1" "${@:2}" -f desk@noroshi.example \
		-t one@bench.example -F "$dir/mail.eml" \
		"127.0.0.1:$(cat "$STACK/mail.port")") || die "smtp-source failed"
	awk -v ns=$(($(date +%s%N) - began)) 'BEGIN { printf "%.3f\n", ns / 1e9 }'
}

peak_rss() { awk '/^VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/${PROC[$1]}/status"; }

# One round with MAILBOXES: noroshi, then the same bytes from smtp-source; then
# the retraction. The very first notice has files to make that the broker then
# syncs for the first time: it has a figure of its own.
mail_round() { # N
	local id
	fan "fan$1" mail "$MAILBOXES"
	id=$(send)
	reach "$id" "$MAILBOXES" >>"$dir/first.s"
	id=$(send)
	reach "$id" "$MAILBOXES" >>"$dir/fan.s"
	source_s "$MAILBOXES" >>"$dir/source.s"
	source_s "$MAILBOXES" -d >>"$dir/kept.s"
	id=$(ctl --json retract --reason 誤報 "$id" | jq -r .submission_id)
	reach "$id" "$MAILBOXES" >>"$dir/retract.s"
	proc_stop_all
}

# A broker that has run for a while is what there is in the field, not one whose
# code is still being compiled.
warm_fan() {
	local n
	fan warm mail "$MAILBOXES"
	for ((n = 1; n <= 8; n++)); do reach "$(send)" "$MAILBOXES" >/dev/null; done
	proc_stop_all
}

many_round() { # N
	local id
	fan "many$1" mail "$MANY"
	id=$(send)
	reach "$id" "$MANY" >>"$dir/many.s"
	peak_rss dispatcher-1 >>"$dir/peak.mib"
	echo >>"$dir/peak.mib"
	proc_stop_all
}

# ---- webhooks, against Alertmanager ----------------------------------------------
# Debian's has the place of its templates built in: it sees them there alone.
alertmanager() {
	# shellcheck disable=SC2016 # for the inner shell
	exec unshare -m sh -c 'mount -t overlay overlay -o "lowerdir=$0/usr/share:/usr/share" \
		/usr/share && exec "$0/usr/bin/prometheus-alertmanager" "$@"' \
		"$PWD/build/peers/prometheus-alertmanager" "$@"
}
receiver() {
	rm -f "$STACK/receiver.port"
	"$BUILD/tests/bench/bench_receiver" "$STACK/receiver.port" "$MAILBOXES" \
		>"$STACK/receiver.s" &
	RECEIVER=$!
	wait_until 10 test -s "$STACK/receiver.port" || die "no receiver"
}
# received BEGAN: seconds from BEGAN until the receiver had all
received() {
	wait "$RECEIVER" || die "the receiver failed"
	awk -v began="$1" '{ printf "%.3f\n", $2 - began }' "$STACK/receiver.s"
}

hook_round() { # N
	local began port
	stack "hook$1" "hook$1."
	receiver
	"$BUILD/tests/bench/bench_fill" "$SERVERS" "$PREFIX" webhook "$MAILBOXES" \
		"$(cat "$STACK/receiver.port")" || die "no subscribers"
	stack_daemons || die "a daemon did not start"
	began=$(date +%s.%N)
	send >/dev/null
	received "$began" >>"$dir/hook.s"
	proc_stop_all
	receiver
	free_port port
	cat >"$STACK/alertmanager.yml" <<END
route: { receiver: hook, group_by: ['...'], group_wait: 0s }
receivers:
  - { name: hook, webhook_configs: [ { send_resolved: false,
      url: 'http://127.0.0.1:$(cat "$STACK/receiver.port")/' } ] }
END
	proc_start alertmanager alertmanager --config.file="$STACK/alertmanager.yml" --storage.path="$STACK/am" \
		--web.listen-address="127.0.0.1:$port" --cluster.listen-address=
	wait_until 20 curl -sf -o /dev/null "http://127.0.0.1:$port/-/ready" ||
		die "no Alertmanager"
	jq -n -c --argjson n "$MAILBOXES" '[range($n) | {labels: {alertname: "bench",
		n: tostring}, annotations: {text: ("x" * 1500)}}]' >"$STACK/alerts.json"
	began=$(date +%s.%N)
	curl -sf -o /dev/null -H 'Content-Type: application/json' \
		--data-binary "@$STACK/alerts.json" "http://127.0.0.1:$port/api/v2/alerts" ||
		die "Alertmanager refused"
	received "$began" >>"$dir/alertmanager.s"
	proc_stop_all
}

# ---- alerts beside a backlog -------------------------------------------------------
# A newsletter for very many whose relay takes its time: how long alerts take
# beside it, over how long they take without.
beside() { # NAME BACKLOG FILE
	local n
	stack "$1" "$1."
	printf 'slow* slow:200\n' >"$STACK/sink.script"
	stack_sinks "$STACK/sink.script" || die "no sinks"
	stack_conf
	"$BUILD/tests/bench/bench_fill" "$SERVERS" "$PREFIX" mail 1 || die "no subscriber"
	[ "$2" = 0 ] || "$BUILD/tests/bench/bench_fill" "$SERVERS" "$PREFIX" backlog "$2" ||
		die "no backlog"
	stack_daemons || die "a daemon did not start"
	sleep 5
	for ((n = 0; n < 120; n++)); do
		send
		sleep 0.1
	done >"$STACK/sent"
	while read -r id; do reach "$id" 1; done <"$STACK/sent" |
		awk 'NR > 20 { print $3 }' | sort -n |
		awk '{ v[NR] = $1 } END { print v[int(NR * 0.99)] }' >>"$3"
	proc_stop_all
}

last() { awk '{ print $3 }' "$1"; }
of() { last "$1" | median; }

fanout() {
	local n
	debian postfix
	rm -f "$dir"/*.s "$dir"/peak.mib
	capture
	warm_fan
	for ((n = 1; n <= ROUNDS; n++)); do mail_round "$n"; done
	[ "$MANY" = 0 ] || many_round 1
	last "$dir/fan.s" >"$dir/fan-last.s"
	figure fanout_10k_s "$(of "$dir/fan.s")" s
	figure fanout_10k_on_new_topics_s "$(of "$dir/first.s")" s
	figure fanout_10k_vs_smtp_source \
		"$(median_ratio "$dir/fan-last.s" "$dir/source.s")" ratio
	figure fanout_10k_vs_kept_connections \
		"$(median_ratio "$dir/fan-last.s" "$dir/kept.s")" ratio
	figure retract_99pct_s "$(awk '{ print $2 }' "$dir/retract.s" | median)" s
	[ "$MANY" = 0 ] && return
	figure fanout_growth_exponent "$(awk -v a="$(of "$dir/fan.s")" \
		-v b="$(of "$dir/many.s")" -v n="$MAILBOXES" -v m="$MANY" \
		'BEGIN { printf "%.2f", log(b / a) / log(m / n) }')" exponent
	figure dispatcher_peak_rss_mib "$(median <"$dir/peak.mib")" MiB
	"$BUILD/tests/bench/bench_match" | while read -r n ms; do
		figure "$n" "$ms" ms
	done
}

webhooks() {
	local n
	debian prometheus-alertmanager
	rm -f "$dir"/*.s
	for ((n = 1; n <= ROUNDS; n++)); do hook_round "$n"; done
	figure fanout_10k_webhooks_s "$(median <"$dir/hook.s")" s
	figure fanout_10k_webhooks_vs_alertmanager \
		"$(median_ratio "$dir/hook.s" "$dir/alertmanager.s")" ratio
}

backlog() {
	local n
	rm -f "$dir"/*.p99
	for ((n = 1; n <= ROUNDS; n++)); do
		beside "calm$n" 0 "$dir/calm.p99"
		beside "busy$n" "$BACKLOG" "$dir/busy.p99"
	done
	figure alert_p99_beside_backlog_s "$(median <"$dir/busy.p99")" s
	figure alert_p99_under_backlog_ratio \
		"$(median_ratio "$dir/busy.p99" "$dir/calm.p99")" ratio
}
