#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Install what is missing of apt.txt: deps.sh [group...]; no group means all but
# shots, which brings a browser.
set -eu
cd "$(dirname "$0")"

wanted=$(awk -v groups="$*" '
	BEGIN { n = split(groups, g, " "); for (i = 1; i <= n; i++) want[g[i] ":"] = 1 }
	/^#/ || NF == 0 { next }
	(n == 0 && $1 != "shots:") || ($1 in want) { for (i = 2; i <= NF; i++) print $i }' apt.txt)
missing=
for package in $wanted; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || :)
	[ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	as_root=sudo
	command -v sudo >/dev/null || {
		echo "deps: neither root nor sudo; install by hand:$missing" >&2
		exit 1
	}
fi
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # both are lists of words
if ! { $as_root apt-get update -q &&
	$as_root apt-get install -qy --no-install-recommends $missing; } \
	>"$log" 2>&1; then
	tail -n 30 "$log" >&2
	exit 1
fi
