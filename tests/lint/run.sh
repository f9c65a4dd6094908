#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [ROOT]: rules.pl over every text file of the tree, shellcheck over the
# shell scripts. Prints file:line and the remedy.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
cd "${1:-$here/../..}" || exit 1
rc=0

files=$(find . -name build -prune -o -name .git -prune -o -type f \
	\( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.md' \
	-o -name '*.conf' -o -name '*.proto' -o -name '*.service' -o -name '*.txt' \
	-o -name '*.xml' -o -name Makefile -o -path './.ci/*' \
	-o -path './tests/lint/exceptions' \) -print | sed 's|^\./||' | sort)
printf '  %-7s %d files\n' LINT "$(wc -l <<<"$files")"
perl "$here/rules.pl" <<<"$files" || rc=1

if command -v shellcheck >/dev/null; then
	grep -E '\.sh$|^\.ci/' <<<"$files" |
		xargs -r shellcheck -f gcc || rc=1
else
	echo "lint: shellcheck is missing, scripts were not checked (make deps)"
fi
exit "$rc"
