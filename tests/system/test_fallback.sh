#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A contact arrangement that REPLACEs the usual way: who holds what waits for
# its contact is killed -9 just before the time. The usual recipients are told
# once if the contact is silent, and not at all if it has confirmed, nor if the
# notice was retracted before. Kills at sender.word-acked are of F3 and F4.
. tests/system/lib.sh
DAEMONS=$BUILD/failpoints
free_port ACK_PORT
system_begin

SECONDS_TO_ACK=13
echo "secrets = ( \"$(openssl rand -base64 32)\" );" >"$STACK/secrets.conf"
chmod 600 "$STACK/secrets.conf"
cat >>"$STACK/dispatcher.conf" <<END
ack: { url = "http://127.0.0.1:$ACK_PORT"; secrets = "secrets.conf";
  immediate = ${SECONDS_TO_ACK}000; priority = ${SECONDS_TO_ACK}000;
  remind_after = 50; escalate_after = 60; report_after = 70; };
END
dispatcher() { # N [POINT]: the third listens
	local listen=
	[ "$1" -ne 3 ] || listen=127.0.0.1:$ACK_PORT
	NOROSHI_FAILPOINT=${2:-} daemon_start dispatcher "$1" -X "ack.listen=$listen"
}
for n in 1 2 3; do
	dispatcher "$n"
done
for service in producer classifier; do
	daemon_start $service 1
	daemon_ready $service 1 || exit 1
done
for n in 1 2 3; do
	daemon_ready dispatcher "$n" || exit 1
done
subscriber op

hq=$(issue "対策室" '.item_type = "C1" | .no_countermeasure = true |
	del(.countermeasures) | .contact_change = {action: "ESTABLISH",
	arrangement_id: "hq", hq_name: "対策室", sectors: ["power"],
	policy: "REPLACE", effective_until: "'"$(date -u -d '+1 hour' +%FT%TZ)"'",
	contacts: [{role: "連絡", channel: "mail", address: "hq@demo.example"}]}')
wait_until 30 mail_came "$hq" op
check "the arrangement is set up" mail_came "$hq" op

place() { # NOTICE: the partition where what waits for its contact lies
	records delivery.due '%p %k %h\n' | awk -v id="$1" \
		'$2 == id && /fallback=/ { print $1; exit }'
}
holder() { # PARTITION: the dispatcher that has it now
	local n
	for n in 1 2 3; do
		printf '%s %s\n' "$(grep -h "topic=delivery.due partition=$1 " \
			"$STACK/log/dispatcher-$n.log" | tail -n 1 |
			sed -n 's/^ts=\([^ ]*\) .*event=\([a-z_]*\) .*/\1 \2/p')" "$n"
	done | awk '$2 == "partition_gained"' | sort | tail -n 1 | awk '{ print $3 }'
}
due_ends() { # NOTICE WHO: the ends of what was due, per delivery
	raw receipt.due >"$STACK/receipts-due"
	/usr/bin/python3 tests/system/captured.py --ends "$STACK/receipts-due" "$1" |
		grep "^$2 "
}
has_passed() { [ $((SECONDS - began)) -ge "$1" ]; }
# Kill whoever holds it, a moment before the time; the listener stays.
kill_holder() { # NOTICE
	held=$(holder "$(place "$1")")
	wait_until 30 has_passed $((SECONDS_TO_ACK - 3))
	proc_stop "dispatcher-$held" KILL
}
all_over() { [ "$(due_ends "$1" op | wc -l)" -ge 3 ]; } # alert, reminder, record

# ---- the contact is silent -----------------------------------------------------
id=$(issue "窓口が沈黙")
began=$SECONDS
wait_until 20 mail_came "$id" hq
check "the contact is told" mail_came "$id" hq
kill_holder "$id"
check "the usual recipients were not" equal 0 "$(mails_of "$id" op)"
check "whoever held what waits was killed" proc_gone "dispatcher-$held"
wait_until 60 all_over "$id"
check "they are told, once, and reminded, once" equal 2 "$(mails_of "$id" op)"
check "each of what was due has one end" equal "op DELIVERED 3" \
	"$(due_ends "$id" op | sort | uniq -c | awk '{ print $2, $3, $1 }')"
dispatcher "$held"
daemon_ready dispatcher "$held" || exit 1

# ---- the contact confirms ------------------------------------------------------
id=$(issue "窓口が確認")
began=$SECONDS
wait_until 20 mail_came "$id" hq
check "the contact confirms" curl -sf -o /dev/null -d response= "$(ack_link "$id" hq)"
kill_holder "$id"
wait_until 60 all_over "$id"
check "then nobody else is told" equal 0 "$(mails_of "$id" op)"
check "nor reminded, nor reported" equal "op CANCELLED 3" \
	"$(due_ends "$id" op | sort | uniq -c | awk '{ print $2, $3, $1 }')"

# ---- killed between the word of an end and the end -------------------------------
alone() { # POINT: the third has everything, and dies there
	local n
	for n in 1 2 3; do
		proc_stop "dispatcher-$n" KILL 2>/dev/null
	done
	dispatcher 3 "$1"
	daemon_ready dispatcher 3
}
died() { # and another goes on
	wait_until 60 proc_gone dispatcher-3 || return
	dispatcher 3
	daemon_ready dispatcher 3
}
announced() { # NOTICE: how often a repeat of it was, before it was sent
	cat "$STACK"/log/dispatcher-*.log | grep -c "event=may_repeat.*alert=\"\?$1"
}
different() { # NOTICE WHO: texts under ids, each with its own
	local id file
	mails "select(.headers[\"x-noroshi-id\"] == \"$1\" and
		.rcpt_to[0] == \"$2@demo.example\") |
		[.headers[\"message-id\"], .file] | @tsv" | while read -r id file; do
		echo "$id $(sha256sum <"$STACK/mail/$file")"
	done | sort -u | awk '{ n++; ids += !seen[$1]++ } END { print n + 0, ids + 0 }'
}

alone sender.word-acked:1
id=$(issue "報告の前に停止")
check "F4: killed when word of an end is on record: died there" died
wait_until 60 all_over "$id"
check "F4: it was told before, and that it may come again was said" \
	equal 1 "$(announced "$id")"
check "F4: the alert twice, and one reminder" equal 3 "$(mails_of "$id" op)"
check "F4: the same bytes under the same Message-ID" equal "2 2" "$(different "$id" op)"
check "F4: each of what was due has one end" equal "op DELIVERED 3" \
	"$(due_ends "$id" op | sort | uniq -c | awk '{ print $2, $3, $1 }')"

# retracted POINT WHAT: before anybody but the contact was told
retracted() {
	local first second
	alone "$1"
	first=$(issue "取り消し $1")
	wait_until 20 mail_came "$first" hq
	second=$(ctl --json retract --reason 誤報 "$first" | jq -r .submission_id)
	check "F3: retracted, and killed $2: died there" died
	wait_until 60 all_over "$second"
	check "F3: killed $2: the contact hears of it" mail_came "$second" hq
	check "F3: killed $2: who was not told of the notice is not told" \
		equal "0 0" "$(mails_of "$first" op) $(mails_of "$second" op)"
	check "F3: killed $2: each of what was due has one end" equal "op CANCELLED 6" \
		"$({ due_ends "$first" op; due_ends "$second" op; } | sort | uniq -c |
			awk '{ print $2, $3, $1 }')"
}
retracted sender.word-acked:1 "when word of what it takes back is on record"
retracted sender.word-acked:2 "when what it takes back has its end, and it has not"
system_end
