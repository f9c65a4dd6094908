#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Records that a topic has lost, by an operator's error: what was decided and
# cannot be found in dispatch.* is handed over again, and reaches whom it had not
# reached, once; what was never decided is said to be its author's.
. tests/system/lib.sh
system_begin
stack_daemons || exit 1

gaps_of() { # STAGE: the ids, as noroshictl audit has them
	ctl --json audit --budget 1s |
		jq -r "select(.stage == \"$1\") | .notice_id" | sort | xargs
}
gaps_are() { [ "$(gaps_of "$1")" = "$2" ]; }
lose() { # TOPIC OFFSET: all before it; -1: all that there is
	jq -n --arg topic "$PREFIX$1" --argjson offset "$2" '{version: 1,
		partitions: [{topic: $topic, partition: 0, offset: $offset}]}' \
		>"$STACK/lose.json"
	deploy/kafka/kafka.sh tool org.apache.kafka.tools.DeleteRecordsCommand \
		--bootstrap-server "$SERVERS" \
		--offset-json-file "$STACK/lose.json" >"$STACK/log/lose.log" 2>&1
}
replay() { # ID [ARG...]
	ctl --json audit --budget 1s --replay "$@" >"$STACK/replayed"
}
reason() { jq -r .reason "$STACK/replayed"; }
in_order() { printf '%s\n' "$@" | sort | xargs; }

subscriber one
arrived=$(issue "届いた")
wait_until 20 mail_came "$arrived" one
wait_until 20 ended "$arrived" one DELIVERED

# ---- lost before it was read -----------------------------------------------------
proc_stop dispatcher-1
lost=$(issue "読まれる前に失われた")
# It waits for a newsletter, until the posture is raised.
raised=$(issue "待って上がる" '.item_type = "BC3" | .urgency = "ROUTINE"')
waits=$(outcome "$raised" .verdict)
ctl -q posture power HEIGHTENED --until +2h --reason 試験 >/dev/null
check "one waited and was promoted" equal "WAITING 3" \
	"$waits $(count dispatch.alert)"
kept=$(records dispatch.alert '%k %s\n' | md5sum)
"$BUILD/tests/system/pass_over" "$SERVERS" "$PREFIX" planner-alert \
	dispatch.alert 1
lose dispatch.alert -1
check "the records are gone" equal 0 "$(count dispatch.alert)"
daemon_start dispatcher 2
daemon_ready dispatcher 2
wait_until 20 gaps_are dispatch "$(in_order "$arrived" "$lost" "$raised")"
check "decisions that are not handed over are gaps" \
	equal "$(in_order "$arrived" "$lost" "$raised")" "$(gaps_of dispatch)"
replay "$lost" --dry-run
check "a dry run writes nothing" equal "0 replay 0" \
	"$? $(jq -r .change "$STACK/replayed") $(count dispatch.alert)"
for id in "$arrived" "$lost" "$raised"; do
	replay "$id"
	check "a replay succeeds" equal "0 replay" \
		"$? $(jq -r .change "$STACK/replayed")"
done
check "with the bytes of the first time" equal "$kept" \
	"$(records dispatch.alert '%k %s\n' | md5sum)"
for id in "$lost" "$raised"; do wait_until 20 mail_came "$id" one; done
wait_until 20 gaps_are plan ""
check "what had not arrived does, once" equal "1 1" \
	"$(mails_of "$lost" one) $(mails_of "$raised" one)"
check "what had arrived is not sent again" equal 1 "$(mails_of "$arrived" one)"
replay "$lost"
check "a second replay does nothing" equal "0 3" "$? $(count dispatch.alert)"
check "and nothing is missing" equal "" "$(gaps_of dispatch)$(gaps_of plan)"
check "who did it is on record" equal 3 \
	"$(records audit '%k %s\n' | tr -d '\0' | grep -ac 'audit\.replay')"

# ---- an issue of the newsletter ----------------------------------------------------
issue "次の号で" '.item_type = "BA2" | .urgency = "ROUTINE" | .tlp = "CLEAR"' >/dev/null
proc_stop dispatcher-2
cutoff=$(ctl --json newsletter cutoff weekly | jq -r .submission_id)
letter=$(outcome "$cutoff" '.issues[0].issue_id')
letters() { # to "one"
	mails 'select(.headers["x-noroshi-kind"] == "NEWSLETTER" and
		.rcpt_to[0] == "one@demo.example") | .n' | wc -l
}
letter_came() { [ "$(letters)" -ge 1 ]; }
kept=$(records dispatch.newsletter '%k %s\n' | md5sum)
"$BUILD/tests/system/pass_over" "$SERVERS" "$PREFIX" planner-newsletter \
	dispatch.newsletter 1
lose dispatch.newsletter -1
check "its record is gone" equal 0 "$(count dispatch.newsletter)"
daemon_start dispatcher 3
daemon_ready dispatcher 3
wait_until 20 gaps_are dispatch "$letter"
check "that is a gap" equal "$letter" "$(gaps_of dispatch)"
mv "$STACK/keys.conf" "$STACK/keys.kept"
"$BUILD/noroshictl" -q key new --out "$STACK/key/other.pem" --principal other \
	--roles desk >"$STACK/other.row"
{ echo 'keys = ('; cat "$STACK/other.row"; echo ');'; } >"$STACK/keys.conf"
replay "$letter"
check "by keys of nobody it is not made, and why is said" contains \
	"1 signatures[0]: signature: journal offset " "$? $(reason)"
mv "$STACK/keys.kept" "$STACK/keys.conf"
replay "$letter"
check "a replay succeeds" equal "0 replay" \
	"$? $(jq -r .change "$STACK/replayed")"
check "with the bytes of the first time" equal "$kept" \
	"$(records dispatch.newsletter '%k %s\n' | md5sum)"
wait_until 20 letter_came
wait_until 20 gaps_are plan ""
check "the issue arrives, once" equal 1 "$(letters)"
replay "$letter"
check "a second replay does nothing" equal "0 1" "$? $(count dispatch.newsletter)"

# ---- an edition ----------------------------------------------------------------------
edition() { # what is said of it, and of which topic
	ctl --json audit --budget 1s | jq -r 'select(.stage == "edition") |
		"\(.notice_id) \(.detail) \(.topic)"'
}
check "each edition is in its topic" equal "" "$(edition)"
lose newsletter.power.clear -1
check "one that its topic has lost is a gap" equal \
	"$letter missing newsletter.power.clear" "$(edition)"
replay "$letter"
check "which a replay does not mend, and says so" contains \
	"1 missing: only the classifier writes editions" "$? $(reason)"

# ---- nobody ever decided it --------------------------------------------------------
proc_stop classifier-1
waiting=$(notice "決定を待つ" | ctl --json issue --wait 0 - | jq -r .submission_id)
wait_until 20 gaps_are outcome "$waiting"
replay "$waiting"
check "what waits for a classifier is said to wait" contains \
	"1 not decided yet: see whether a classifier is active" "$? $(reason)"
# All outcomes but the last one: whoever decided that has passed the rest over.
last=$(kcat -b "$SERVERS" -C -q -e -t "${PREFIX}outcome" -f '%o\n' \
	-X isolation.level=read_committed -X fetch.wait.max.ms=5 | tail -n 1)
lose outcome "$last"
replay "$lost"
check "what was passed over is its author's to send anew" contains \
	"1 passed over, and never decided; if it still holds, desk-1 sends it anew, under a new id: noroshictl issue FILE" \
	"$? $(reason)"
check "and only that" equal 3 "$(count dispatch.alert)"
system_end
