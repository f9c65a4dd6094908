#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A power cut on one node, simulated: the broker is killed -9 while notices flow,
# and every byte that it had not brought to the disk is cut off its segments. All
# that was accepted survives; a topic without the flush settings shows that the
# cut was one.
. tests/system/lib.sh
system_begin
power() { /usr/bin/python3 tests/system/power_cut.py "$@"; }
data=$KAFKA_DIR/data-1
broker_stop
power before "$data" "$STACK/sizes"
FLUSHED_LOG=$STACK/flushed LD_PRELOAD=$PWD/$BUILD/tests/system/flushed.so broker_start
stack_daemons || exit 1
subscriber reader
deploy/kafka/kafka.sh tool org.apache.kafka.tools.TopicCommand --create \
	--bootstrap-server "$SERVERS" --topic "${PREFIX}unflushed" >/dev/null 2>&1
seq 500 | kcat -b "$SERVERS" -P -t "${PREFIX}unflushed" -X acks=all
check "a topic without the settings has its records" equal 500 "$(count unflushed '%o\n')"

mkdir -p "$STACK/files"
"$BUILD/tests/system/load" --files "$STACK/files" "$STACK/key/desk.pem" \
	"$STACK/sectors.conf" 150
touch "$STACK/answers"
proc_start post /usr/bin/python3 tests/support/post.py \
	"http://127.0.0.1:$API_PORT" "$STACK/files" 40 "$STACK/answers"
accepted() { [ "$(wc -l <"$STACK/answers")" -ge "$1" ]; }
wait_until 30 accepted 80
deploy/kafka/kafka.sh kill 1 --dir "$KAFKA_DIR"
before=$(wc -l <"$STACK/answers")
power cut "$data" "$STACK/sizes" "$STACK/flushed" >"$STACK/gone"
sed "s/^/     cut off: /; s/$PREFIX//" "$STACK/gone"
check "the cut takes what nobody brought to the disk" grep -q unflushed "$STACK/gone"
broker_start
for service in producer classifier dispatcher; do daemon_ready $service 1 60; done
check "its records are gone" equal 0 "$(count unflushed '%o\n')"

wait_until 60 accepted 150
all_decided() { [ "$(records outcome | sort -u | wc -l)" -ge 150 ]; }
wait_until 60 all_decided
check "each of the $before accepted before the cut, and of those after, has an outcome" \
	equal 150 "$(records outcome | sort -u | wc -l)"
due() { records alert.power.amber '%h\n' | sed 's/.*ce_id=\([^,]*\).*/\1/'; }
reached() { mails '.headers["x-noroshi-id"]' | sort -u; }
came() { [ "$(due | sort)" = "$(reached)" ]; }
wait_until 60 came
check "each is once on its topic, and has arrived" came
twice=$(($(mails .n | wc -l) - $(reached | wc -l)))
check "what came twice ($twice) was announced" test "$twice" -le \
	"$(grep -c event=may_repeat "$STACK/log/dispatcher-1.log")"

# Whoever comes new rebuilds all from the topics, and no transaction hangs.
for service in dispatcher classifier producer; do proc_stop $service-1 KILL; done
stack_daemons
id=$(issue "停電の後")
wait_until 30 mail_came "$id" reader
check "after it, services that know nothing go on" mail_came "$id" reader
check "and nothing is twice on its topic" equal "" "$(due | sort | uniq -d)"
system_end
