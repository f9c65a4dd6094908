#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The chaos run can fail: a dispatcher that stores its offset before the receipts
# (build/*/planted, -DNOROSHI_PLANTED_BUG) is caught within 50 kills. What this
# judge calls lost is looked at twice: nothing may be on its way any more.
DISPATCHERS=$BUILD/planted
: "${SEED:=$(date +%s)}"
N=5
. tests/system/chaos_lib.sh
chaos_begin
in_hand() { # deliveries without an end, in both
	local n
	for n in 1 2; do
		curl -sf "http://127.0.0.1:${ADMIN[dispatcher-$n]}/metrics"
	done | awk '/^noroshi_deliveries_open/ { n += $2 } END { print n + 0 }'
}
idle() { revive >>"$STACK/log/faults.log" && all_ready 10 && [ "$(in_hand)" -eq 0 ]; }
losses() { chaos_judged || awk '$1 == "lost" { print $2 }' "$STACK/verdict"; }

kills=0 lost=0
while [ "$kills" -lt 50 ] && [ "${lost:-0}" -eq 0 ]; do
	chaos_flow
	chaos_faults dispatcher
	chaos_stop
	kills=$((kills + N)) SEED=$((SEED + 1))
	wait_until 30 idle
	lost=$(losses)
done
cat "$STACK/verdict"
idle
again=$(losses)
check "after $kills kills the judge says that deliveries are lost" test "${lost:-0}" -gt 0
check "and a while later it still does" equal "$lost" "$again"
system_end
