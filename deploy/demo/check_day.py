#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compare what arrived where with what was expected, and print the day.

usage: check_day.py EXPECTED PLAYED MAIL_DIR HOOK_DIR SECONDS

EXPECTED is config/demo/expected.tsv, written by hand. PLAYED has one line per
step: name, notice id, outcome, rule, accepted at. Waits at most SECONDS
for what is due, then until nothing more has come for two seconds. Exit code 0
only if everything arrived where it should, once, and nothing anywhere else.
"""
import collections
import datetime
import fnmatch
import json
import pathlib
import re
import sys
import time

QUIET_S = 2.0

Step = collections.namedtuple("Step", "name notice outcome rule accepted")
Expected = collections.namedtuple("Expected", "pattern outcome recipients")


def rows(path):
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.split("\t")


def read_expected(path):
    return [Expected(name, outcome,
                     set() if who == "-" else set(who.split()))
            for name, outcome, who in rows(path)]


def milliseconds(text):
    """RFC 3339 as the API writes it; "-" for what was not accepted."""
    if text == "-":
        return 0.0
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at.timestamp() * 1000


def read_played(path):
    return [Step(name, notice, outcome, rule, milliseconds(accepted))
            for name, notice, outcome, rule, accepted in rows(path)]


def index(folder):
    path = pathlib.Path(folder, "index.jsonl")
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def arrivals(mail_dir, hook_dir):
    """(notice id, recipient, at) of everything that the sinks stored."""
    for entry in index(mail_dir):
        if entry["file"]:
            for address in entry["rcpt_to"]:
                yield (entry["headers"].get("x-noroshi-id", ""),
                       address.split("@")[0] + ":mail", entry["at"])
    for entry in index(hook_dir):
        if entry["file"]:
            body = pathlib.Path(hook_dir, entry["file"]).read_bytes()
            found = re.search(rb'"notice_id"\s*:\s*"([^"]+)"', body)
            yield (found[1].decode() if found else "",
                   entry["path"].strip("/") + ":hook", entry["at"])


def expected_of(step, expected):
    for row in expected:
        if fnmatch.fnmatchcase(step.name, row.pattern):
            return row
    return None


def due(played, expected):
    return sum(len(row.recipients) for row in
               (expected_of(step, expected) for step in played) if row)


def wait(count, expect, seconds):
    """Until expect have come (or time is up), then for a quiet while."""
    end = time.monotonic() + seconds
    while count() < expect and time.monotonic() < end:
        time.sleep(0.05)
    seen, since = count(), time.monotonic()
    while time.monotonic() - since < QUIET_S:
        time.sleep(0.05)
        if count() != seen:
            seen, since = count(), time.monotonic()


def judge(step, row, came):
    """What is wrong with one step; came: [(recipient, at)]."""
    if row is None:
        yield "is in no row of expected.tsv"
        return
    if step.outcome != row.outcome:
        yield f"outcome {step.outcome}, expected {row.outcome}"
    got = collections.Counter(who for who, _ in came)
    for who in sorted(row.recipients - set(got)):
        yield f"{who} got nothing"
    for who in sorted(set(got) - row.recipients):
        yield f"{who} got what is not meant for it"
    for who in sorted(who for who, n in got.items() if n > 1):
        yield f"{who} got it {got[who]} times"


def report(step, row, came):
    latency = "-"
    if came:
        times = sorted(at - step.accepted for _, at in came)
        latency = f"{times[0]:.0f}..{times[-1]:.0f} ms"
    wanted = len(row.recipients) if row else 0
    print(f"{step.name:<20} {step.outcome:<9} {step.rule:<32} "
          f"{len(came):>3}/{wanted:<3} {latency}")


def main():
    if len(sys.argv) != 6:
        print(__doc__.split("\n")[2], file=sys.stderr)
        return 2
    expected, played = read_expected(sys.argv[1]), read_played(sys.argv[2])
    sinks = sys.argv[3:5]
    wait(lambda: sum(1 for _ in arrivals(*sinks)), due(played, expected),
         float(sys.argv[5]))
    by_notice = collections.defaultdict(list)
    for notice, who, at in arrivals(*sinks):
        by_notice[notice].append((who, at))
    problems = []
    print(f"{'notice':<20} {'outcome':<9} {'rule':<32} {'got':>7} latency")
    for step in played:
        row = expected_of(step, expected)
        came = by_notice.pop(step.notice, [])
        report(step, row, came)
        problems += [f"{step.name}: {text}" for text in judge(step, row, came)]
    for notice, came in by_notice.items():
        problems += [f"{who} got {notice or 'something'}, which nobody issued"
                     for who, _ in came]
    names = {step.name for step in played}
    problems += [f"{row.pattern}: was not played" for row in expected
                 if "*" not in row.pattern and row.pattern not in names]
    for problem in problems:
        print("WRONG", problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
