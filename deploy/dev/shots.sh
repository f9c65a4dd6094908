#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pictures of the reviewed newsletters as a phone and a desktop show them:
# shots.sh OUT; OUT/LABEL.LANG.{phone,desktop,dark}.png. Chromium's window has a
# least width, so each page lies in a frame of the width that is wanted.
set -eu
cd "$(dirname "$0")/../.."
out=$(realpath -m "$1")
golden=$PWD/tests/golden/news
mkdir -p "$out"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# As root in a container Chromium's sandbox cannot start; the pages are ours.
sandbox=
[ "$(id -u)" -ne 0 ] || sandbox=--no-sandbox

browse() {
	# shellcheck disable=SC2086 # no argument when empty
	timeout 60 chromium --headless $sandbox --disable-gpu --hide-scrollbars \
		--allow-file-access-from-files --user-data-dir="$tmp/profile" \
		--virtual-time-budget=2000 "$@" 2>"$tmp/log" || {
		tail -n 5 "$tmp/log" >&2
		exit 1
	}
}

# frame PAGE WIDTH HEIGHT: a page that holds it, and tells how high it is.
frame() {
	cat >"$tmp/frame.html" <<-END
		<!DOCTYPE html><body style="margin:0">
		<iframe id="f" src="file://$1" width="$2" height="$3"
		style="border:0;display:block"></iframe><script>
		document.getElementById("f").onload = function () {
			document.title = "h=" +
				this.contentDocument.documentElement.scrollHeight;
		};</script>
	END
}

# shot NAME VIEW WIDTH [OPTION]
shot() {
	frame "$golden/$1.html" "$3" 100
	height=$(browse --dump-dom "file://$tmp/frame.html" |
		sed -n 's/.*<title>h=\([0-9]*\)<.*/\1/p')
	[ -n "$height" ] || { echo "shots: $1 has no height" >&2; exit 1; }
	frame "$golden/$1.html" "$3" "$height"
	# shellcheck disable=SC2086
	browse ${4:-} --window-size="$3,$height" \
		--screenshot="$tmp/shot.png" "file://$tmp/frame.html" >/dev/null
	pngquant --force --strip --output "$out/$1.$2.png" 24 "$tmp/shot.png"
	echo "$out/$1.$2.png"
}

for label in clear green amber; do
	shot "$label.ja" phone 390
	shot "$label.ja" desktop 760
done
shot amber.en desktop 760
shot amber.ja dark 390 --blink-settings=preferredColorScheme=0
