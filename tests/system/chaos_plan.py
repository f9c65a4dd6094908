#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a chaos run does, from its seed alone: the same seed, the same run, while
this file is the same.

usage: chaos_plan.py faults SEED N BROKERS [SERVICE]
       chaos_plan.py traffic SEED N

A fault is a line WHAT WHOM MS POINT REST_MS SINKS: `kill` a process and start
it anew after MS; `stop` it for MS (SIGSTOP, SIGCONT); the same for a broker,
`kill-broker` and `stop-broker`. POINT (or -) is where the newborn process dies
by itself: NAME:NTH of base/failpoint.h. Then a rest of REST_MS; SINKS is
`forget` when the sinks are to treat everybody as if for the first time. With
SERVICE only its processes are killed.

A line of traffic is WHAT WITH... REST_MS: `notice SECTOR`, `revise`, `correct`
and `retract` with a number that picks the thread, `news SECTOR LABEL TYPE`,
`posture SECTOR LEVEL`, `cutoff`.
"""
import random
import sys

# Without sender.word-acked: what flows here knows no arrangements, so nobody
# passes it. test_fallback.sh kills there.
POINTS = {
    "producer": ["producer.appended"],
    "classifier": ["classifier.decided", "pipe.position-sent", "pipe.committed"],
    "dispatcher": ["planner.read", "planner.written", "pipe.position-sent",
                   "pipe.committed", "sender.intent-sent", "sender.intent-acked",
                   "transfer.connected", "transfer.mail-said",
                   "transfer.body-read", "transfer.answered",
                   "sender.transferred", "sender.end-sent", "sender.end-acked",
                   "sender.before-commit", "sender.committed"]}
SECTORS = ["telecom", "finance", "power", "medical"]
LABELS = ["AMBER_STRICT", "AMBER", "GREEN", "CLEAR"]


def kill(rng, services):
    # Most of the points are the dispatcher's.
    service = rng.choice([s for s in services for _ in range(
        2 if s == "dispatcher" else 1)])
    point = "-"
    if rng.random() < 0.6:
        # One passes a transaction for many records, a transfer for each.
        point = f"{rng.choice(POINTS[service])}:{rng.randint(1, 6)}"
    return "kill", f"{service}-{rng.randint(1, 2)}", rng.randrange(900), point


def fault(rng, brokers, services):
    kind = rng.random()
    if kind < (0.1 if brokers == 1 else 0.25):
        return "kill-broker", rng.randint(1, brokers), rng.randrange(2500), "-"
    if kind < (0.13 if brokers == 1 else 0.3):
        return "stop-broker", rng.randint(1, brokers), rng.randrange(4000), "-"
    if kind < (0.28 if brokers == 1 else 0.45):
        name = f"{rng.choice(services)}-{rng.randint(1, 2)}"
        return "stop", name, rng.randrange(500, 5000), "-"
    return kill(rng, services)


def faults(rng, n, brokers, service):
    services = [service] if service else list(POINTS)
    for _ in range(n):
        what = kill(rng, services) if service else fault(rng, brokers, services)
        yield (*what, rng.randrange(200, 2500),
               "forget" if rng.random() < 0.25 else "-")


def traffic(rng, n):
    for _ in range(n):
        kind, sector = rng.randrange(100), rng.choice(SECTORS)
        rest = rng.randrange(50, 300)
        if kind < 45:
            yield "notice", sector, rest
        elif kind < 60:
            yield "revise", rng.randrange(1000), rest
        elif kind < 66:
            yield "correct", rng.randrange(1000), rest
        elif kind < 70:
            yield "retract", rng.randrange(1000), rest
        elif kind < 90:
            yield ("news", sector, rng.choice(LABELS),
                   "A1" if rng.random() < 0.3 else "BC3", rest)
        elif kind < 94:
            yield "posture", sector, "HEIGHTENED", rest
        elif kind < 98:
            yield "posture", sector, "NORMAL", rest
        else:
            yield "cutoff", rest


def main(what, seed, n, brokers="1", service=""):
    rng = random.Random(f"{what} {seed}")
    if what == "faults":
        plan = faults(rng, int(n), int(brokers), service)
    else:
        plan = traffic(rng, int(n))
    for line in plan:
        print(*line)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except BrokenPipeError:
        sys.stderr.close()  # whoever read it has enough
