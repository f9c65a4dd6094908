#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Run tests and count them. Called by the Makefile with BUILD set:
#   run.sh unit|integration BIN...  cmocka programs
#   run.sh fuzz BIN...            replay tests/fuzz/corpus/<name>
#   run.sh system                 tests/system/run.sh, one real broker
#   run.sh summary KIND...        "N passed, N failed"; exit 1 if any failed
# Each run of a kind forgets that kind's earlier results, and no other's.
# Logs: $BUILD/logs/<kind>/<test>.log. JOBS= and TEST_TIMEOUT= may be set.
set -u
cd "$(dirname "$0")/.." || exit 1
: "${BUILD:?}" "${RERUN:=}" "${T:=}"
logs=$BUILD/logs
results=$BUILD/results

# counts KIND LOG RC -> "passed failed skipped"
counts() {
	awk -v kind="$1" -v rc="$3" '
	match($0, /Running [0-9]+ test/) { total += substr($0, RSTART + 8) }
	/^\[       OK \]/ { passed++ }
	/^\[  SKIPPED \] [^0-9]/ && !($0 in seen) { seen[$0]; skipped++ }
	/^[0-9]+ passed, [0-9]+ failed/ { p = $1; f = $3; said = 1 }
	END {
		if (said) { passed = p; failed = f }
		else if (total) failed = total - passed - skipped
		else if (rc == 0) passed = 1
		# A crash in a teardown or a sanitizer report after the last test.
		if (rc != 0 && failed + 0 == 0) failed = 1
		print passed + 0, failed + 0, skipped + 0
	}' "$2"
}

# one KIND TARGET: run it, print a line, leave its counts in $results
one() {
	local kind=$1 target=$2 name log rc started p f s
	local -a args=()
	name=$(basename "$target")
	name=${name#test_}
	if [ "$kind" = fuzz ]; then
		name=${name#fuzz_}
		[ ! -d "tests/fuzz/corpus/$name" ] ||
			mapfile -t args < <(find "tests/fuzz/corpus/$name" -type f | sort)
	fi
	log=$logs/$kind/$name.log
	started=$(date +%s%N)
	# In a group, so that the shell's own "Aborted" lands in the log, too.
	{ timeout -k 10 "${TEST_TIMEOUT:-600}" "$target" "${args[@]}"; } \
		>"$log" 2>&1
	rc=$?
	[ "$rc" -ne 124 ] || echo "timed out" >>"$log"
	read -r p f s < <(counts "$kind" "$log" "$rc")
	printf '%s %s %s\n' "$p" "$f" "$s" >"$results/$kind/$name"
	printf '  %-5s %-12s %-24s %3d passed %d ms\n' \
		"$([ "$f" -eq 0 ] && echo ok || echo FAIL)" "$kind" "$name" "$p" \
		$((($(date +%s%N) - started) / 1000000))
	[ "$f" -ne 0 ] || return 0
	sed 's/^/        /' "$log" | tail -n 40
	echo "        log: $log"
	echo "        again: make ${RERUN}test-$kind T=$name"
	return 1
}

forget() {
	rm -rf "${logs:?}/$1" "${results:?}/$1"
	mkdir -p "$logs/$1" "$results/$1"
}

case ${1:?} in
one)
	one "$2" "$3"
	;;
unit | integration | fuzz)
	kind=$1
	shift
	forget "$kind"
	[ $# -eq 0 ] ||
		printf '%s\0' "$@" | xargs -0 -n 1 -P "${JOBS:-2}" "$0" one "$kind"
	;;
system)
	forget system
	[ -x tests/system/run.sh ] || exit 0
	export BUILD T
	tests/system/run.sh 2>&1 | tee "$logs/system/run.log"
	rc=${PIPESTATUS[0]}
	counts system "$logs/system/run.log" "$rc" >"$results/system/run"
	exit "$rc"
	;;
summary)
	shift
	for kind; do cat "$results/$kind"/* 2>/dev/null; done | awk '
		{ p += $1; f += $2; s += $3 }
		END {
			if (s) print s, "skipped"
			if (p + f == 0) { print "no test was run"; f = 1 }
			printf "%d passed, %d failed\n", p, f
			exit f > 0
		}'
	;;
*)
	echo "run.sh: what is '$1'?" >&2
	exit 2
	;;
esac
