#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A lint that finds nothing may be broken: plant one violation of each kind in
# a small tree and see that it is reported, and that the clean tree is not.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0 planted=0
spdx='/* SPDX-License-Identifier: Apache-2.0 */'

c_file() { # path line...
	mkdir -p "$tree/$(dirname "$1")"
	local path=$1
	shift
	printf '%s\n' "$spdx" "$@" >"$tree/$path"
}

h_file() { # path line...
	local path=$1 guard
	shift
	guard=$(sed 's|^include/||; s|[/.]|_|g' <<<"$path" | tr '[:lower:]' '[:upper:]')
	c_file "$path" "#ifndef $guard" "#define $guard" "$@" '#endif'
}

clean_tree() {
	rm -rf "${tree:?}"/*
	local floor
	for floor in base core io; do
		h_file "include/noroshi/$floor/x$floor.h" "int nrs_x${floor}_do(void);"
		c_file "services/common/$floor/x$floor.c" \
			"#include \"noroshi/$floor/x$floor.h\""
		c_file "tests/unit/test_x$floor.c" '#include <cmocka.h>'
	done
	c_file services/producer/main.c '#include "noroshi/io/xio.h"'
	h_file services/classifier/decide.h
	mkdir -p "$tree/tests/lint" "$tree/tests/system"
	printf '#!/bin/sh\necho\n' >"$tree/tests/system/good.sh"
	: >"$tree/tests/lint/exceptions"
}

# The tree as it is now must be reported with "file:" and "text".
reported() { # what file text
	local out
	planted=$((planted + 1))
	if out=$("$here/run.sh" "$tree"); then
		echo "lint self-test: $1 was not seen"
		failed=1
	elif ! grep -F "$2:" <<<"$out" | grep -qF "$3"; then
		echo "lint self-test: $1: expected \"$2: ... $3\", got:"
		echo "$out"
		failed=1
	fi
	clean_tree
}

append() { echo "$2" >>"$tree/$1"; }

clean_tree
"$here/run.sh" "$tree" >"$tree/out" || {
	echo 'lint self-test: the clean tree is reported:'
	cat "$tree/out"
	exit 1
}
rm -f "$tree/out"

base=services/common/base/xbase.c
core=services/common/core/xcore.c
io=services/common/io/xio.c
main=services/producer/main.c
unit=tests/unit/test_xbase.c

append $base '#include "noroshi/io/xio.h"'
reported 'base including io' $base:3 'base <- core <- io'
append $core '#include "noroshi/io/xio.h"'
reported 'core including io' $core:3 'base <- core <- io'
append $core '#include <time.h>'
reported 'core reading the clock' $core:3 'core has no clock'
append $core 'int y = nrs_wall_ms();'
reported 'core taking the time' $core:3 'core is pure'
append $main '#include "classifier/decide.h"'
reported 'a service including another' $main:3 'over topics only'
append $io '#include "classifier/decide.h"'
reported 'io including a service' $io:3 'over topics only'
append $main '#include "common/io/bus_private.h"'
reported "a service including common's private header" $main:3 'contract'
append $main '#include "decide.h"'
reported 'a path that is not rooted' $main:3 'root the path'
append $main '#include "support/wait.h"'
reported 'a service including tests' $main:3 'for tests'
append $main '#include <sqlite9.h>'
reported 'a library nobody owns' $main:3 'has no owner'
for header in librdkafka/rdkafka.h microhttpd.h curl/curl.h jansson.h \
	protobuf-c/protobuf-c.h openssl/evp.h gmime/gmime.h cmark.h csv.h libconfig.h unistr.h \
	idn2.h uthash.h uuid/uuid.h; do
	append $io "#include <$header>"
	reported "<$header> away from its owner" $io:3 'belongs to'
done
append $io '#include "noroshi/v1/notice.pb-c.h"'
reported 'generated code away from wire.c' $io:3 'belongs to'

for call in strcpy strncpy strcat sprintf strtok atoi rand time \
	gettimeofday clock_gettime localtime sleep usleep; do
	append $unit "int y = $call(0);"
	reported "$call()" $unit:3 "$call()"
done
for call in system malloc strdup getenv getrandom exit; do
	append $io "int y = $call(0);"
	reported "$call()" $io:3 "$call()"
done
append $io '/* strcpy( in a comment */ const char *s = "sprintf(";'
"$here/run.sh" "$tree" >/dev/null || {
	echo 'lint self-test: a banned name in a comment or string is reported'
	failed=1
}
clean_tree

append $io 'typedef struct x x;'
reported 'a typedef of a struct' $io:3 typedef
append include/noroshi/io/xio.h 'extern int nrs_global;'
reported 'a variable in a header' include/noroshi/io/xio.h:6 accessor
append $io '/* TODO later */'
reported 'a TODO without issue' $io:3 'TODO(#12)'
for ((i = 0; i < 500; i++)); do append $io "int f$i(void);"; done
reported 'a long source' $io:501 'limit 500'
for ((i = 0; i < 100; i++)); do
	append include/noroshi/io/xio.h "int f$i(void);"
done
reported 'a long header' include/noroshi/io/xio.h:101 'limit 100'
for ((i = 0; i < 500; i++)); do append $io "int f$i(void);"; done
append $io '/* long: one table that reads best in one piece */'
"$here/run.sh" "$tree" >/dev/null || {
	echo 'lint self-test: a long file with a reason is reported'
	failed=1
}
clean_tree
sed -i 's/NOROSHI_IO_XIO_H/XIO_H/' "$tree/include/noroshi/io/xio.h"
reported 'a wrong guard' include/noroshi/io/xio.h:2 guard
sed -i 1d "$tree/$io"
reported 'a file without licence' $io:1 SPDX
rm "$tree/tests/unit/test_xio.c"
reported 'a module without test' $io:1 test_xio.c
rm "$tree/include/noroshi/io/xio.h"
reported 'a module without header' $io:1 'no header'
echo "$io test" >"$tree/tests/lint/exceptions"
reported 'an exception without reason' tests/lint/exceptions:1 'needs a reason'
echo 'services/gone.c test it was removed' >"$tree/tests/lint/exceptions"
reported 'an exception for a file that is gone' tests/lint/exceptions:1 gone
mkdir -p "$tree/docs"
printf 'see /%s/me/noroshi\n' home >"$tree/docs/x.md"
reported 'a path of one machine' docs/x.md:1 'one machine'
append tests/system/good.sh 'sleep 4'
reported 'a fixed sleep' tests/system/good.sh:3 'fixed sleep'
if command -v shellcheck >/dev/null; then
	# shellcheck disable=SC2016
	append tests/system/good.sh 'cd $1'
	reported 'unquoted shell' tests/system/good.sh:3 SC2086
fi

# ---- clang-tidy and clang-format -----------------------------------------------
: "${CLANG_TIDY:=clang-tidy-14}" "${CLANG_FORMAT:=clang-format-14}"
cp "$here/../../.clang-tidy" "$here/../../.clang-format" "$tree"
tidied() { # what check body
	planted=$((planted + 1))
	printf '%s\n' "$3" >"$tree/services/t.c"
	if (cd "$tree" && "$CLANG_TIDY" --quiet services/t.c -- -std=gnu11) \
		>"$tree/out" 2>&1 || ! grep -qF "[$2" "$tree/out"; then
		echo "lint self-test: clang-tidy did not see $1"
		cat "$tree/out"
		failed=1
	fi
}
tidied 'a function of 51 lines' readability-function-size "int f(int a)
{
$(for ((i = 0; i < 51; i++)); do echo 'a++;'; done)
return a; }"
tidied 'four levels of nesting' readability-function-size \
	'int f(int a) { if (a) { while (a) { do { if (a) { a--; } } while (a); } } return a; }'
tidied 'six parameters' readability-function-size \
	'int f(int a, int b, int c, int d, int e, int g) { return a + b + c + d + e + g; }'
tidied 'else after return' readability-else-after-return \
	'int f(int a) { if (a) { return 1; } else { a = 2; } return a; }'
tidied 'an unchecked call' cert-err33-c \
	'#include <stdio.h>
void f(FILE *x, char *b) { fread(b, 1, 1, x); fclose(x); }'
tidied 'a null dereference' clang-analyzer \
	'int f(int *p) { if (p == 0) { return *p; } return 0; }'
planted=$((planted + 1))
printf 'int f(void) {\n  return 0; }\n' >"$tree/services/t.c"
! (cd "$tree" && "$CLANG_FORMAT" --dry-run -Werror services/t.c) 2>/dev/null || {
	echo 'lint self-test: clang-format did not see a wrong layout'
	failed=1
}

printf '  %-7s %d planted violations\n' SELF "$planted"
exit "$failed"
