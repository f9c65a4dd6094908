#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tidy.sh FLAGS FILE...: clang-tidy, skipping a file whose preprocessed text,
# own text, flags and .clang-tidy were clean before (stamps in build/tidy).
# JOBS= files at a time.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${CLANG_TIDY:=clang-tidy-14}" "${CLANG:=clang-14}"
export CLANG_TIDY CLANG
stamps=build/tidy

one() {
	local file=$2 key out
	local -a flags
	read -ra flags <<<"$1"
	# The file itself too: a NOLINT is a comment.
	key=$({ echo "$1"; cat .clang-tidy "$file"; "$CLANG" "${flags[@]}" -E "$file"; } \
		2>/dev/null | sha256sum | cut -d' ' -f1)
	[ ! -e "$stamps/$key" ] || return 0
	if out=$("$CLANG_TIDY" --quiet "$file" -- "${flags[@]}" 2>&1); then
		: >"$stamps/$key"
		return 0
	fi
	printf '%s\n' "$out" | grep -v ' warnings\{0,1\} generated\.$'
	return 1
}

if [ "$1" = --one ]; then
	one "$2" "$3"
	exit
fi
all_flags=$1
shift
mkdir -p "$stamps"
printf '  %-7s %d files\n' TIDY $#
printf '%s\0' "$@" | xargs -0 -n 1 -P "${JOBS:-$(nproc)}" "$0" --one "$all_flags"
