#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each systemd unit parses without complaint and exposes little: at most 1.2 of
# 10 by `systemd-analyze security`.
set -u
cd "$(dirname "$0")/../.." || exit 1
command -v systemd-analyze >/dev/null || {
	echo "units: systemd-analyze is missing, units were not checked (make deps)"
	exit 0
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
rc=0
for unit in deploy/systemd/*.service; do
	copy=$dir/$(basename "$unit")
	sed 's|@sbindir@|/usr/sbin|g; s|@sysconfdir@|/etc|g' "$unit" >"$copy"
	# Neither the daemons nor their man pages are installed here.
	complaints=$(systemd-analyze verify "$copy" 2>&1 |
		grep -vE "is not executable|Command 'man ")
	if [ -n "$complaints" ]; then
		echo "$unit:1: $complaints"
		rc=1
	fi
	if ! systemd-analyze security --offline=true --threshold=12 --no-pager \
		"$copy" >"$dir/out" 2>&1; then
		echo "$unit:1: $(tail -n 1 "$dir/out"); remedy: see the rows marked ✗"
		grep '✗' "$dir/out"
		rc=1
	fi
done
printf '  %-7s %d files\n' UNITS "$(find "$dir" -name '*.service' | wc -l)"
exit "$rc"
