# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# For tests/system/test_*.sh: source it from the repository's root, then
# system_begin, checks, system_end. A test run alone starts its own broker.
set -u
: "${BUILD:?}"
# shellcheck source=tests/support/stack.sh
. tests/support/stack.sh

PASSED=0 FAILED=0 OWN_KAFKA=
SYSTEM_NAME=$(basename "$0" .sh)
SYSTEM_NAME=${SYSTEM_NAME#test_}

# ---- begin and end -----------------------------------------------------------
system_begin() { # [SINK_SCRIPT]: a stack without daemons; SERVERS is set
	trap system_clean EXIT
	trap 'exit 130' INT TERM
	PREFIX="$SYSTEM_NAME-$RANDOM$RANDOM."
	: "${SESSION_MS:=2000}"
	if [ -z "${KAFKA_DIR:-}" ]; then
		KAFKA_DIR=$PWD/$BUILD/system/kafka-$SYSTEM_NAME
		OWN_KAFKA=1
		deploy/kafka/kafka.sh start --brokers "${BROKERS:-1}" \
			--dir "$KAFKA_DIR" >/dev/null || exit 1
	fi
	SERVERS=$(cat "$KAFKA_DIR/servers")
	rm -rf "$BUILD/system/$SYSTEM_NAME"
	stack_init "$BUILD/system/$SYSTEM_NAME"
	stack_sinks "${1:-}" || exit 1
	stack_conf
	stack_topics || exit 1
}

system_clean() {
	trap '' INT TERM
	proc_stop_all
	[ -z "$OWN_KAFKA" ] ||
		deploy/kafka/kafka.sh stop --wipe --dir "$KAFKA_DIR"
}

system_end() {
	echo "$PASSED passed, $FAILED failed"
	if [ "$FAILED" -eq 0 ]; then
		proc_stop_all
		rm -rf "$STACK"
	else
		echo "kept: $STACK" >&2
	fi
	exit $((FAILED > 0))
}

# check FACT COMMAND...: the fact holds when the command succeeds.
check() {
	local fact=$1
	shift
	if "$@"; then
		PASSED=$((PASSED + 1))
		echo "ok   $fact"
	else
		FAILED=$((FAILED + 1))
		echo "FAIL $fact"
		echo "     failed: $*"
	fi
}

equal() { # WANTED GOT
	[ "$1" = "$2" ] || {
		echo "     wanted '$1', got '$2'"
		return 1
	}
}

contains() { # WANTED TEXT
	[[ $2 == *"$1"* ]] || {
		echo "     wanted '$1' in '$2'"
		return 1
	}
}

# ---- notices -----------------------------------------------------------------
# The link by which WHO confirms NOTICE, from the mail.
ack_link() { # NOTICE WHO
	/usr/bin/python3 - "$STACK/mail/$(mails "select(.headers[\"x-noroshi-id\"] ==
		\"$1\" and .rcpt_to[0] == \"$2@demo.example\") | .file" | head -n 1)" <<'END'
import email, email.policy, re, sys
with open(sys.argv[1], "rb") as file:
    mail = email.message_from_binary_file(file, policy=email.policy.default)
text = mail.get_body(("plain",)).get_content()
print(re.search(r"http://127\.0\.0\.1:\d+/ack/\S+", text)[0])
END
}

# notice TITLE [JQ]: a valid one, RELEASED in any posture, then changed by JQ.
notice() {
	jq -n --arg title "$1" '{stream: "NISC_PROVISION",
		source_row: "NISC_CI_GROUP", item_type: "C3", urgency: "PRIORITY",
		tlp: "AMBER", sectors: ["power"], lang: "ja", title: $title,
		summary: "概要。", countermeasures: [{text: "対処。"}]} | '"${2:-.}"
}

# issue TITLE [JQ]: print the id of the accepted notice.
issue() { notice "$@" | ctl --json issue - | jq -r .submission_id; }

outcome() { # ID [JQ]
	curl -sf "http://127.0.0.1:$API_PORT/v1/outcomes/$1" | jq -r "${2:-.}"
}
has_outcome() { curl -sf -o /dev/null "http://127.0.0.1:$API_PORT/v1/outcomes/$1"; }

# subscriber ID JQ: store one; power, AMBER, mail, unless JQ changes it.
subscriber() {
	jq -n --arg id "$1" '{subscriber_id: $id, kind: "OPERATOR",
		organisation: $id, name: $id, sectors: ["power"],
		ceptoars: ["power"], max_tlp: "AMBER", lang: "ja", channels:
		[{type: "MAIL", address: ($id + "@demo.example")}]} | '"${2:-.}" |
		ctl -q subscribe - >/dev/null
}

# ---- what arrived ------------------------------------------------------------
mails() { # JQ: over the lines of stored mails
	[ ! -s "$STACK/mail/index.jsonl" ] ||
		jq -r "select(.file != null) | $1" "$STACK/mail/index.jsonl"
}
mails_of() { # NOTICE ADDRESS: how many
	mails "select(.headers[\"x-noroshi-id\"] == \"$1\" and
		.rcpt_to[0] == \"$2@demo.example\") | .n" | wc -l
}
mail_came() { [ "$(mails_of "$@")" -ge 1 ]; }

# ---- the bus -----------------------------------------------------------------
records() { # TOPIC FORMAT: committed records, as kcat prints them
	# kcat sees the end in an empty answer only: at 40 records a second none is
	# empty if it waits for the default 500 ms.
	kcat -b "$SERVERS" -C -q -e -t "$PREFIX$1" -f "${2:-%k\n}" \
		-X isolation.level=read_committed -X check.crcs=true \
		-X fetch.wait.max.ms=5 2>/dev/null
}
written() { # TOPIC: records and markers in all its partitions
	local partition query=()
	for partition in $(kcat -b "$SERVERS" -L -J -t "$PREFIX$1" |
		jq '.topics[0].partitions[].partition'); do
		query+=(-t "$PREFIX$1:$partition:-1")
	done
	kcat -b "$SERVERS" -Q "${query[@]}" | awk '{ n += $NF } END { print n + 0 }'
}
raw() { records "$1" '%h\n%S\n%s'; } # TOPIC: as tests/system/captured.py reads it
ends() { # NOTICE: SUBSCRIBER STATE, the highest on record
	raw receipt.alert >"$STACK/receipts"
	/usr/bin/python3 tests/system/captured.py "$STACK/receipts" "$1"
}
ended() { ends "$1" | grep -qx "$2 $3"; } # NOTICE SUBSCRIBER STATE
count() { records "$@" | wc -l; }
topics() { # all topics of this test, without the prefix
	kcat -b "$SERVERS" -L -J | jq -r --arg p "$PREFIX" \
		'.topics[].topic | select(startswith($p)) | ltrimstr($p)'
}
broker_stop() { deploy/kafka/kafka.sh stop --dir "$KAFKA_DIR"; }
broker_start() { deploy/kafka/kafka.sh start --dir "$KAFKA_DIR" >/dev/null; }
