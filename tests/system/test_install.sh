#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What `make install` puts where is found there: the commands' own defaults, the
# daemons' configuration, and a first look without the source tree.
. tests/system/lib.sh
trap 'trap "" INT TERM; proc_stop_all' EXIT
STACK=$PWD/$BUILD/system/install
rm -rf "$STACK"
mkdir -p "$STACK/log"
ROOT=$STACK/root
make --no-print-directory install BUILD="$BUILD" DESTDIR="$ROOT" PREFIX=/usr \
	SYSCONFDIR=/etc >"$STACK/log/make.log" 2>&1
check "make install succeeds" equal 0 $?
installed=$ROOT/usr/bin/noroshictl

default=$("$installed" -h | grep -o '/etc/[^ )]*noroshictl.conf')
check "noroshictl's configuration lies where it looks" test -r "$ROOT$default"
said=$("$installed" -F "$ROOT$default" key new --out "$STACK/x.pem" \
	--principal x 2>&1)
check "and it can be loaded" equal 0 $?
for daemon in producer classifier dispatcher; do
	said=$("$ROOT/usr/sbin/noroshi-$daemon" --check-config \
		-F "$ROOT/etc/noroshi/actual/$daemon.conf" 2>&1)
	check "the configuration of $daemon can be loaded" equal "" "$said"
	check "$daemon has a manual page" \
		test -s "$ROOT/usr/share/man/man8/noroshi-$daemon.8"
done

# The drill's: beside the real ones, on no port of theirs, in their own mode.
ports() { # FOLDER: what its daemons listen on
	for daemon in producer classifier dispatcher; do
		"$ROOT/usr/sbin/noroshi-$daemon" --print-config \
			-F "$ROOT/etc/noroshi/$1/$daemon.conf" | grep -o 'listen = "[^"]\+"'
	done | sort
}
for daemon in producer classifier dispatcher; do
	said=$("$ROOT/usr/sbin/noroshi-$daemon" --check-config \
		-F "$ROOT/etc/noroshi/drill/$daemon.conf" 2>&1)
	check "the drill's configuration of $daemon can be loaded" equal "" "$said"
	check "it is for exercises" contains 'mode = "exercise"' \
		"$("$ROOT/usr/sbin/noroshi-$daemon" --print-config \
			-F "$ROOT/etc/noroshi/drill/$daemon.conf")"
done
check "the three daemons can run on one machine" equal "" "$(ports actual | uniq -d)"
check "a drill listens on ports of its own" equal "" \
	"$(comm -12 <(ports actual) <(ports drill))"
said=$("$installed" -F "$ROOT/etc/noroshi/drill/noroshictl.conf" drill start 2>&1)
check "the drill's noroshictl.conf wants to know which exercise" \
	contains "exercise_id: conf: which exercise?" "$said"

ask() { "$installed" -F "$STACK/look/noroshictl.conf" "$@"; }
cd "$STACK" || exit 1
free_port LOOK_PORT
proc_start embedded "$installed" -X "producer=http://127.0.0.1:$LOOK_PORT" \
	embedded --state-dir "$STACK/look"
served() { proc_gone embedded || { [ -e look/servers ] && id=$(notice 題 | ask -q issue); }; }
id=
check "a first look starts away from the sources" wait_until 60 served
check "and serves a notice" contains RELEASED "$(ask --json show "$id")"
proc_stop_all
cd "$OLDPWD" || exit 1
echo "$PASSED passed, $FAILED failed"
[ "$FAILED" -gt 0 ] || rm -rf "$STACK"
exit $((FAILED > 0))
