#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A unit leaves its daemon room for threads: with more brokers, mails and
# requests than here it has several times as many, and ends when it gets none.
. tests/system/lib.sh
system_begin
stack_daemons || exit 1
subscriber one
notice=$(issue "届く")
wait_until 30 mail_came "$notice" one

has_room() { # SERVICE
	local has may
	has=$(sed -n 's/^Threads:\t//p' "/proc/${PROC[$1-1]}/status")
	may=$(sed -n 's/^TasksMax=//p' "deploy/systemd/noroshi-$1@.service")
	echo "     $has threads of $may"
	[ $((has * 3)) -le "$may" ]
}
for service in producer classifier dispatcher; do
	check "the unit of $service has room for its threads" has_room "$service"
done
system_end
