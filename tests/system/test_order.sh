#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A posture change between notices routes each by its order in the journal.
. tests/system/lib.sh
system_begin
stack_daemons || exit 1

precursor='.item_type = "BC3" | .urgency = "ROUTINE" | .tlp = "GREEN" |
	.sectors = ["finance"]'
send() { notice "$1" "$precursor" | ctl --json issue --wait 0 - | jq -r .submission_id; }
raise() { ctl -q posture --wait 0 --until 1h --reason 検証 finance HEIGHTENED >/dev/null; }
calm() { ctl -q posture --wait 0 --reason 検証 finance NORMAL >/dev/null; }

# Nobody waits for an outcome: only the journal's order can tell them apart.
declare -a ids=() wanted=()
for round in 1 2 3; do
	for n in 1 2 3; do
		ids+=("$(send "calm $round.$n")")
		wanted+=(WAITING)
	done
	raise
	for n in 1 2 3; do
		ids+=("$(send "alert $round.$n")")
		wanted+=(RELEASED)
	done
	calm
done
for i in "${!ids[@]}"; do
	wait_until 20 has_outcome "${ids[i]}"
	check "notice $((i + 1)) is ${wanted[i]} by its place in the journal" \
		equal "${wanted[i]}" "$(outcome "${ids[i]}" .verdict)"
done
check "the rules of the first name 平時" contains cell:B_C/NORMAL/ROUTINE \
	"$(outcome "${ids[0]}" '.copies[0].rules[0]')"
check "the rules of the fourth name 要警戒時" contains cell:B_C/HEIGHTENED/ROUTINE \
	"$(outcome "${ids[3]}" '.copies[0].rules[0]')"
offsets=$(for id in "${ids[@]}"; do outcome "$id" '.journal_offset // 0'; done)
check "the journal holds them in the order they were sent" \
	equal "$(sort -n <<<"$offsets")" "$offsets"
system_end
