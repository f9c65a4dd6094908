#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A record that nobody can read ends in `rejected`; the next is delivered.
. tests/system/lib.sh
system_begin
stack_daemons || exit 1
subscriber reader
first=$(issue "毒の前")
wait_until 20 mail_came "$first" reader

poison() { # TOPIC PARTITION
	printf 'this is no protobuf \xff\xfe' |
		kcat -b "$SERVERS" -P -t "$PREFIX$1" -p "$2" -k poison
}
poison journal 0
poison dispatch.alert 0
for partition in 0 1 2 3 4 5 6 7 8 9 10 11; do
	poison delivery.alert "$partition"
done
poison subscription 0

next=$(issue "毒の後")
check "F17: the notice after the poison is accepted" test -n "$next"
wait_until 30 mail_came "$next" reader
check "F17: the notice after the poison is delivered" mail_came "$next" reader
check "it is delivered once" equal 1 "$(mails_of "$next" reader)"
rejected_has() { ctl --json rejected | jq -es --arg t "$1" \
	'any(.topic == $t)' >/dev/null; }
for topic in journal dispatch.alert delivery.alert; do
	wait_until 20 rejected_has "$topic"
	check "F17: the poison of $topic is in rejected" rejected_has "$topic"
done
check "rejected holds a pointer, no content" equal 0 \
	"$(records rejected '%s\n' | grep -c -a 'no protobuf')"
check "the poisoned command has an outcome" equal 1 \
	"$(records outcome '%s\n' | grep -c -a 'rejected\|undecodable\|wire' | head -n 1)"
for service in producer classifier dispatcher; do
	check "$service still runs" proc_runs "$service-1"
done
system_end
