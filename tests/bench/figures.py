#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Figures for tests/bench/run.sh: lines of `<name> <value> <unit>`.

usage: figures.py latency ANSWERS MAIL_INDEX   issue accepted to mail accepted
       figures.py idle SECONDS PID...          resident memory and wake-ups
"""
import datetime
import json
import pathlib
import statistics
import sys
import time

WARM_UP = 10


def percentile(values, percent):
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def lines(path):
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def milliseconds(text):
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at.timestamp() * 1000


def latency(answers, index):
    accepted = {}
    for line in lines(answers):
        answer = json.loads(line["answer"])
        accepted[answer["submission_id"]] = milliseconds(answer["accepted_at"])
    arrived = {}
    for line in lines(index):
        if line.get("size"):
            arrived.setdefault(line["headers"]["x-noroshi-id"], line["at"])
    missing = set(accepted) - set(arrived)
    if missing:
        print(f"{len(missing)} alerts did not arrive", file=sys.stderr)
        return 1
    took = [arrived[i] - at for i, at in list(accepted.items())[WARM_UP:]]
    print(f"alert_latency_p50 {statistics.median(took):.2f} ms")
    print(f"alert_latency_p99 {percentile(took, 99):.2f} ms")
    return 0


def status(path, name):
    for line in pathlib.Path(path).read_text(encoding="ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    raise KeyError(name)


def wake_ups(pids):
    return sum(status(task / "status", "voluntary_ctxt_switches")
               for pid in pids
               for task in pathlib.Path("/proc", pid, "task").iterdir())


def idle(seconds, pids):
    before, began = wake_ups(pids), time.monotonic()
    time.sleep(float(seconds))
    rate = (wake_ups(pids) - before) / (time.monotonic() - began)
    resident = sum(status(f"/proc/{pid}/status", "VmRSS") for pid in pids)
    print(f"idle_rss_mib {resident / 1024:.1f} MiB")
    print(f"idle_wakeups_per_s {rate:.1f} /s")
    return 0


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "latency":
        return latency(sys.argv[2], sys.argv[3])
    if len(sys.argv) > 3 and sys.argv[1] == "idle":
        return idle(sys.argv[2], sys.argv[3:])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
