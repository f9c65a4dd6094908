# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The real programs together, in one folder: for the demo, the system tests and
# the benchmarks. Source it with BUILD set, then:
#   stack_init DIR                         folders, keys, configuration
#   SERVERS=host:port                      the bus, started by the caller
#   stack_topics; stack_sinks; stack_daemons; stack_subscribe FILE...
#   proc_stop_all                          stops what was started, and only that
# DIR/log has one log per process. Nothing here sleeps longer than it must:
# wait_until looks every 50 ms and gives up at its deadline.

declare -A PROC=() # name -> pid of what we started
declare -a PROC_ORDER=()
STACK=

wait_until() { # SECONDS COMMAND...
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# ---- processes ---------------------------------------------------------------
proc_start() { # NAME COMMAND...
	local name=$1
	shift
	"$@" >>"$STACK/log/$name.log" 2>&1 </dev/null &
	PROC[$name]=$!
	PROC_ORDER+=("$name")
}

proc_runs() { [ -n "${PROC[$1]:-}" ] && kill -0 "${PROC[$1]}" 2>/dev/null; }
proc_gone() { ! proc_runs "$1"; }

proc_stop() { # NAME [SIGNAL]: wait for its end; KILL what stays for 15 s
	local name=$1 signal=${2:-TERM}
	if proc_runs "$name"; then
		kill "-$signal" "${PROC[$name]}"
		wait_until 15 proc_gone "$name" || kill -KILL "${PROC[$name]}"
	fi
	[ -z "${PROC[$name]:-}" ] || wait "${PROC[$name]}" 2>/dev/null
	unset "PROC[$name]"
}

proc_stop_all() { # the last one started first
	local i
	for ((i = ${#PROC_ORDER[@]} - 1; i >= 0; i--)); do
		proc_stop "${PROC_ORDER[i]}"
	done
	PROC_ORDER=()
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A free port below those that the kernel gives to outgoing connections, and not
# one that was given before: who was given that may not listen yet. SRANDOM leaves
# a test's own RANDOM alone, which it may have seeded.
declare -A GIVEN=() # port -> anything
free_port() { # VARIABLE of the caller: it is there
	local _free # no name that a caller would have
	while :; do
		_free=$((20000 + SRANDOM % 12000))
		[ -z "${GIVEN[$_free]:-}" ] || continue
		! is_free "$_free" || break
	done
	GIVEN[$_free]=1
	printf -v "$1" %s "$_free"
}

# ---- configuration -----------------------------------------------------------
# CONF_DIR holds the sector table; PREFIX and SESSION_MS may be set before. With
# NEWSLETTERS (a file) the producer closes its lists; without, desks do. With ACKS
# set, recipients are asked to confirm, at ACK_PORT. BUS_EXTRA: what librdkafka is
# told besides ("key=value", in quotes, with commas between).
stack_init() { # DIR
	STACK=$1
	mkdir -p "$STACK"/{log,key,mail,hook}
	STACK=$(cd "$STACK" && pwd)
	: "${PREFIX:=noroshi.}" "${SESSION_MS:=6000}" "${CONF_DIR:=config/demo}"
	free_port API_PORT
	cp "$CONF_DIR/sectors.conf" "$STACK/sectors.conf"
	cp config/rules.conf "$STACK/"
	cp "${NEWSLETTERS:-config/newsletters.conf}" "$STACK/newsletters.conf"
	rm -f "$STACK/key/desk.pem"
	{
		echo 'keys = ('
		"$BUILD/noroshictl" -q key new --out "$STACK/key/desk.pem" \
			--principal desk-1 --roles desk
		echo ');'
	} >"$STACK/keys.conf"
}

# To be called once SERVERS is known.
stack_conf() {
	local common newsletters='' acks=''
	[ -z "${NEWSLETTERS:-}" ] || newsletters='newsletters = "newsletters.conf";'
	common="bus: { servers = \"$SERVERS\"; prefix = \"$PREFIX\";
  session_timeout_ms = $SESSION_MS; extra = [ ${BUS_EXTRA:-} ]; };"
	if [ -n "${ACKS:-}" ]; then
		free_port ACK_PORT
		acks="ack: { listen = \"127.0.0.1:$ACK_PORT\";
  url = \"http://127.0.0.1:$ACK_PORT\"; secrets = \"ack.secrets\"; };"
		(umask 077 && echo "secrets = ( \"$(openssl rand -base64 32)\" );" \
			>"$STACK/ack.secrets")
	fi
	cat >"$STACK/ctl.conf" <<END
$common
producer = "http://127.0.0.1:$API_PORT";
key = "key/desk.pem"; keys = "keys.conf"; sectors = "sectors.conf"; rules = "rules.conf"; newsletters = "newsletters.conf";
outbox = "outbox"; originator = "desk";
END
	mkdir -p "$STACK/outbox"
	cat >"$STACK/producer.conf" <<END
$common
api: { listen = "127.0.0.1:$API_PORT"; };
keys = "keys.conf"; sectors = "sectors.conf"; rules = "rules.conf";
$newsletters
END
	cat >"$STACK/classifier.conf" <<END
$common
keys = "keys.conf"; sectors = "sectors.conf"; rules = "rules.conf";
newsletters = "newsletters.conf";
END
	cat >"$STACK/dispatcher.conf" <<END
$common
keys = "keys.conf"; sectors = "sectors.conf";
smtp: { url = "smtp://127.0.0.1:$(cat "$STACK/mail.port")";
  from = "desk@noroshi.example"; };
webhook: { allow = [ "127.0.0.1/32" ]; };
$acks
END
}

ctl() { "$BUILD/noroshictl" -F "$STACK/ctl.conf" "$@"; }

# A drill beside it, in DIR/drill: its own key, ports and mode.
stack_drill_conf() { # EXERCISE_ID
	local service tables='s#"\(sectors\|rules\|newsletters\).conf"#"../\1.conf"#g'
	local DRILL_ACK_PORT DRILL_ADMIN_PORT
	mkdir -p "$STACK/drill"
	free_port DRILL_PORT
	free_port DRILL_ACK_PORT
	{
		echo 'keys = ('
		"$BUILD/noroshictl" -q key new --out "$STACK/key/drill.pem" \
			--principal drill.desk-1 --modes EXERCISE
		echo ');'
	} >"$STACK/drill/keys.conf"
	for service in producer classifier dispatcher; do
		sed "$tables; s|:$API_PORT\"|:$DRILL_PORT\"|
			s|:${ACK_PORT:-none}\"|:$DRILL_ACK_PORT\"|
			s|\"ack.secrets|\"../ack.secrets|" "$STACK/$service.conf" \
			>"$STACK/drill/$service.conf"
		free_port DRILL_ADMIN_PORT
		echo "admin: { listen = \"127.0.0.1:$DRILL_ADMIN_PORT\"; };" \
			>>"$STACK/drill/$service.conf"
	done
	sed "$tables; s|:$API_PORT\"|:$DRILL_PORT\"|
		s|key/desk.pem|../key/drill.pem|; s|\"outbox\"|\"../outbox\"|" \
		"$STACK/ctl.conf" >"$STACK/drill/ctl.conf"
	echo "mode = \"exercise\"; exercise_id = \"$1\";" >>"$STACK/drill/ctl.conf"
}

drill() { "$BUILD/noroshictl" -F "$STACK/drill/ctl.conf" "$@"; }
drill_start() { # returns without waiting
	proc_start drill "$BUILD/noroshictl" -F "$STACK/drill/ctl.conf" drill start \
		--conf-dir "$STACK/drill" --state-dir "$STACK/drill/state"
}
drill_end() { drill "$@" drill end --state-dir "$STACK/drill/state"; }
drill_door() { # does it answer
	curl -s -o /dev/null "http://127.0.0.1:$DRILL_PORT/v1/outcomes/none"
}

# A broker says that topics are made before it can serve them.
topics_serve() { # a trace of nothing reads all topics, and finds nothing: 5
	ctl trace no-such-id >/dev/null 2>&1
	[ $? -eq 5 ]
}
stack_topics() {
	ctl topics apply >"$STACK/log/topics.log" 2>&1 &&
		wait_until 60 topics_serve && return
	cat "$STACK/log/topics.log" >&2
	return 1
}

# ---- what runs ---------------------------------------------------------------
stack_sinks() { # [SCRIPT]: how the sinks treat whom
	local kind
	for kind in mail hook; do
		proc_stop "$kind-sink" # of other manners
		rm -f "$STACK/$kind.port"
		proc_start "$kind-sink" /usr/bin/python3 \
			"tests/support/$([ $kind = mail ] && echo mail || echo webhook)_sink.py" \
			--dir "$STACK/$kind" --port-file "$STACK/$kind.port" \
			${1:+--script "$1"}
	done
	wait_until 60 test -s "$STACK/mail.port" -a -s "$STACK/hook.port"
}

is_ready() { curl -sf -o /dev/null "http://127.0.0.1:$1/readyz"; }

declare -A ADMIN=() # name of a daemon's process -> port of its admin listener

# DAEMONS is another folder than BUILD for programs with failpoints.
daemon_start() { # SERVICE INSTANCE [ARG...]: returns without waiting
	local service=$1 name=$1-$2
	[ -n "${ADMIN[$name]:-}" ] || free_port "ADMIN[$name]"
	proc_start "$name" "${DAEMONS:-$BUILD}/noroshi-$service" -F "$STACK/$service.conf" \
		-X "bus.instance=$name" -X "admin.listen=127.0.0.1:${ADMIN[$name]}" \
		"${@:3}"
}

daemon_ready() { # SERVICE INSTANCE [SECONDS]
	wait_until "${3:-60}" is_ready "${ADMIN[$1-$2]}" || {
		echo "$1-$2 is not ready; its log ends:" >&2
		tail -n 5 "$STACK/log/$1-$2.log" >&2
		return 1
	}
}

stack_daemons() { # start one of each and wait until all are ready
	local service
	for service in producer classifier dispatcher; do
		daemon_start "$service" 1
	done
	for service in producer classifier dispatcher; do
		daemon_ready "$service" 1 || return 1
	done
}

stack_subscribe() { # FILE...: @HOOK@ becomes the webhook sink's port
	local file
	for file in "$@"; do
		sed "s/@HOOK@/$(cat "$STACK/hook.port")/" "$file" |
			ctl -q subscribe - >/dev/null || return 1
	done
}

# Times written as @+2h or @-60s become RFC 3339.
resolve_times() {
	/usr/bin/python3 -c '
import datetime, re, sys
UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400}
def when(found):
    seconds = int(found[1]) * UNIT[found[2]]
    at = datetime.datetime.now(datetime.timezone.utc)
    at += datetime.timedelta(seconds=seconds)
    return at.strftime("\"%Y-%m-%dT%H:%M:%SZ\"")
sys.stdout.write(re.sub("\"@([-+]\\d+)([smhd])\"", when, sys.stdin.read()))'
}
