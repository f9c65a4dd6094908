#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compare what arrived where with what was expected, and print the week.

usage: check_day.py CONFIG STACK SECONDS

CONFIG has expected.tsv and newsletters.tsv, written by hand. STACK has what was
played (played.tsv: name, notice id, outcome, rule, accepted at, window of a
cut-off), notices, and what arrived (mail, hook). Waits at most SECONDS for
what is due, then until nothing more has come for two seconds. Writes one
newsletter to STACK/newsletter.html. Exit code 0 only if everything arrived
where it should, once, and nothing anywhere else.
"""
import collections
import datetime
import fnmatch
import json
import pathlib
import re
import sys
import time

import editions

# Whose newsletter is shown.
SHOWN = ("finance", "op-alpha-bank:mail")
QUIET_S = 2.0

Step = collections.namedtuple("Step", "name notice outcome rule accepted window")
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
    return [Step(name, notice, outcome, rule, milliseconds(accepted), window)
            for name, notice, outcome, rule, accepted, window in rows(path)]


def index(folder):
    path = pathlib.Path(folder, "index.jsonl")
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def stored(stack):
    """(entry, file, recipient) of everything that the sinks stored."""
    for entry in index(stack / "mail"):
        for address in entry["rcpt_to"] if entry["file"] else ():
            yield (entry, stack / "mail" / entry["file"],
                   address.split("@")[0] + ":mail")
    for entry in index(stack / "hook"):
        if entry["file"]:
            yield (entry, stack / "hook" / entry["file"],
                   entry["path"].strip("/") + ":hook")


def arrivals(stack, titles):
    """Alerts, [(recipient, at)] by notice; newsletters by edition."""
    alerts = collections.defaultdict(list)
    letters = collections.defaultdict(list)
    for entry, path, who in stored(stack):
        headers = entry.get("headers", {})
        body = path.read_bytes() if who.endswith(":hook") else b""
        if headers.get("x-noroshi-kind") == "NEWSLETTER":
            key, came = editions.from_mail(path, who, titles)
            letters[key].append(came)
        elif body.startswith(b'{"type":"noroshi.newsletter"'):
            key, came = editions.from_hook(body, who, titles)
            letters[key].append(came)
        else:
            found = re.search(rb'"notice_id"\s*:\s*"([^"]+)"', body)
            notice = headers.get("x-noroshi-id") or (
                found[1].decode() if found else "")
            alerts[notice].append((who, entry["at"]))
    return alerts, letters


def expected_of(step, expected):
    for row in expected:
        if fnmatch.fnmatchcase(step.name, row.pattern):
            return row
    return None


def due(played, expected, letters):
    return sum(len(row.recipients) for row in
               (expected_of(step, expected) for step in played) if row
               ) + sum(len(who) for _, who in letters.values())


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


def judge_alerts(played, expected, alerts):
    """Print the table; what is wrong with any step."""
    problems = []
    print(f"{'notice':<20} {'outcome':<9} {'rule':<32} {'got':>7} latency")
    for step in played:
        row = expected_of(step, expected)
        came = alerts.pop(step.notice, [])
        report(step, row, came)
        problems += [f"{step.name}: {text}" for text in judge(step, row, came)]
    for notice, came in alerts.items():
        problems += [f"{who} got {notice or 'something'}, which nobody issued"
                     for who, _ in came]
    names = {step.name for step in played}
    problems += [f"{row.pattern}: was not played" for row in expected
                 if "*" not in row.pattern and row.pattern not in names]
    return problems


def show(letters, path):
    """The last newsletter of one reader, for a browser."""
    found = [(int(key.number), each.html) for key, came in letters.items()
             for each in came if (key.sector, each.who) == SHOWN]
    if not found:
        return ["there is no newsletter to show"]
    path.write_text(max(found)[1], encoding="utf-8")
    return []


def main():
    if len(sys.argv) != 4:
        print(__doc__.split("\n")[2], file=sys.stderr)
        return 2
    config, stack = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    expected = read_expected(config / "expected.tsv")
    played = read_played(stack / "played.tsv")
    windows = {step.name: step.window for step in played if step.window != "-"}
    wanted = editions.read_expected(config / "newsletters.tsv", windows)
    wait(lambda: sum(1 for _ in stored(stack)), due(played, expected, wanted),
         float(sys.argv[3]))
    titles = editions.read_titles(stack / "notices")
    alerts, letters = arrivals(stack, titles)
    problems = judge_alerts(played, expected, alerts)
    steps = {window: name for name, window in windows.items()}
    problems += editions.report(wanted, letters, steps)
    problems += show(letters, stack / "newsletter.html")
    for problem in problems:
        print("WRONG", problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
