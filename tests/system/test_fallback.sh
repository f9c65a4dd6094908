#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A contact arrangement that REPLACEs the usual way: who holds what waits for
# its contact is killed -9 just before the time. The usual recipients are told
# once if the contact is silent, and not at all if it has confirmed.
. tests/system/lib.sh
ACK_PORT=$(free_port)
system_begin

SECONDS_TO_ACK=12
echo "secrets = ( \"$(openssl rand -base64 32)\" );" >"$STACK/secrets.conf"
chmod 600 "$STACK/secrets.conf"
cat >>"$STACK/dispatcher.conf" <<END
ack: { url = "http://127.0.0.1:$ACK_PORT"; secrets = "secrets.conf";
  immediate = ${SECONDS_TO_ACK}000; priority = ${SECONDS_TO_ACK}000;
  remind_after = 50; escalate_after = 60; report_after = 70; };
END
dispatcher() { # N: the third, which nobody kills, listens
	local listen=
	[ "$1" -ne 3 ] || listen=127.0.0.1:$ACK_PORT
	daemon_start dispatcher "$1" -X "ack.listen=$listen"
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
	wait_until 30 has_passed $((SECONDS_TO_ACK - 2))
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
system_end
