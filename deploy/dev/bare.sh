#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The two README commands where nothing is installed: make a bare Debian 12 root
# with mmdebstrap, put a clean checkout of HEAD into it, and run `make demo` on
# both buses there. Called by `make demo-bare`, as root. OUT gets what was printed.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${OUT:=docs/demo-bare.txt}" "${ROOT:=build/bare}"
: "${MIRROR:=http://deb.debian.org/debian}"

die() {
	echo "bare: $*" >&2
	exit 1
}
[ "$(id -u)" -eq 0 ] || die "a chroot needs root: sudo make demo-bare"

unmount() {
	for part in dev proc; do
		! mountpoint -q "$ROOT/$part" || umount -R -l "$ROOT/$part"
	done
}
trap unmount EXIT
trap 'exit 130' INT TERM

rm -rf --one-file-system "$ROOT"
mmdebstrap --variant=minbase --quiet bookworm "$ROOT" "$MIRROR" ||
	die "mmdebstrap made no root"
mkdir -p "$ROOT/noroshi"
git archive HEAD | tar -x -C "$ROOT/noroshi" || die "no checkout"
mount -t proc proc "$ROOT/proc" || die "no /proc"
mount --rbind --make-rslave /dev "$ROOT/dev" || die "no /dev"
cp /etc/resolv.conf /etc/hosts "$ROOT/etc/"
# A site whose network has a certificate authority of its own.
mkdir -p "$ROOT/usr/local/share/ca-certificates"
cp -r /usr/local/share/ca-certificates/. "$ROOT/usr/local/share/ca-certificates/"

inside() {
	echo "# $*"
	chroot "$ROOT" /usr/bin/env -i HOME=/root LANG=C.UTF-8 \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c "cd /noroshi && $*" 2>&1
}
{
	inside "head -n 1 /etc/issue; dpkg -l | grep -c ^ii" &&
		inside "apt-get update -q >/dev/null; apt-get install -qy make >/dev/null 2>&1; make --version | head -n 1" &&
		inside "make demo" && inside "make demo BUS=kafka"
	echo "exit $?"
} | grep -v -E '^  (CC|AR|LINK|PROTO|MAN) ' | sed "s|$PWD/||g" | tee "$OUT"
[ "$(tail -n 1 "$OUT")" = 'exit 0' ]
