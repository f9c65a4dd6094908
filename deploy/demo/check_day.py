#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compare what arrived where with what was expected, and print the week.

usage: check_day.py CONFIG STACK SECONDS

CONFIG has expected.tsv, newsletters.tsv and subjects.tsv, written by hand; a
step whose name begins with "drill-" is an EXERCISE. STACK has what was
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

DRILL = "drill-"
# A reminder, or the alert for the second contact: a row of its own.
UNCONFIRMED = ("【未確認】", "[UNCONFIRMED]")
AGAIN = "+unconfirmed"

Step = collections.namedtuple("Step", "name notice outcome rule accepted window")
Expected = collections.namedtuple("Expected", "pattern outcome recipients")
Came = collections.namedtuple("Came", "who at mode subject")


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


def read_played(path, expected):
    """What was played; and where somebody must be asked again, a step more."""
    steps = [Step(name, notice, outcome, rule, milliseconds(accepted), window)
             for name, notice, outcome, rule, accepted, window in rows(path)]
    asked = {row.pattern for row in expected if row.pattern.endswith(AGAIN)}
    for step in list(steps):
        if step.name + AGAIN in asked:
            steps.insert(steps.index(step) + 1, step._replace(
                name=step.name + AGAIN, notice=step.notice + AGAIN,
                outcome="-", rule="-", window="-"))
    return steps


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
    """Alerts by notice; newsletters by edition."""
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
            notice, came = alert(headers, body, who, entry["at"])
            again = any(mark in came.subject for mark in UNCONFIRMED)
            alerts[notice + AGAIN * again].append(came)
    return alerts, letters


def alert(headers, body, who, at):
    """What a mail's headers, or a webhook's body, say it is."""
    if not body:
        return (headers.get("x-noroshi-id", ""),
                Came(who, at, headers.get("x-noroshi-mode", ""),
                     headers["subject"]))
    said = json.loads(body)
    content = said.get("content") or said.get("stub") or {}
    mode = said["alert"]["mode"]
    if content.get("mode") != mode:
        mode += " and " + content.get("mode", "nothing")
    return (content.get("notice_id", ""),
            Came(who, at, mode, said["subject"]))


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
    """What is wrong with one step; came: [Came]."""
    if row is None:
        yield "is in no row of expected.tsv"
        return
    if step.outcome != row.outcome:
        yield f"outcome {step.outcome}, expected {row.outcome}"
    mode = "EXERCISE" if step.name.startswith(DRILL) else "ACTUAL"
    for each in came:
        if each.mode != mode:
            yield f"{each.who} got it as {each.mode}, not as {mode}"
    got = collections.Counter(each.who for each in came)
    for who in sorted(row.recipients - set(got)):
        yield f"{who} got nothing"
    for who in sorted(set(got) - row.recipients):
        yield f"{who} got what is not meant for it"
    for who in sorted(who for who, n in got.items() if n > 1):
        yield f"{who} got it {got[who]} times"


def report(step, row, came):
    latency = "-"
    if came:
        times = sorted(each.at - step.accepted for each in came)
        latency = f"{times[0]:.0f}..{times[-1]:.0f} ms"
    wanted = len(row.recipients) if row else 0
    print(f"{step.name:<22} {step.outcome:<9} {step.rule:<32} "
          f"{len(came):>3}/{wanted:<3} {latency}")


def judge_steps(title, steps, expected, alerts):
    """Print a table; what is wrong with any step."""
    problems = []
    print(f"{title:<22} {'outcome':<9} {'rule':<32} {'got':>7} latency")
    for step in steps:
        row, came = expected_of(step, expected), alerts.get(step.notice, [])
        report(step, row, came)
        problems += [f"{step.name}: {text}" for text in judge(step, row, came)]
    return problems


def judge_alerts(played, expected, alerts):
    """Two tables: the real thing, and the drill beside it."""
    drills = [step for step in played if step.name.startswith(DRILL)]
    actual = [step for step in played if step not in drills]
    problems = judge_steps("notice", actual, expected, alerts)
    print()
    problems += judge_steps("drill (EXERCISE)", drills, expected, alerts)
    known = {step.notice for step in played}
    problems += [f"{each.who} got {notice or 'something'}, which nobody issued"
                 for notice, came in alerts.items() if notice not in known
                 for each in came]
    names = {step.name for step in played}
    problems += [f"{row.pattern}: was not played" for row in expected
                 if "*" not in row.pattern and row.pattern not in names]
    return problems


def judge_subjects(path, played, alerts):
    """What is wrong with how something was headed."""
    notices = {step.name: step.notice for step in played}
    for name, who, words in rows(path):
        subjects = [each.subject for each in alerts.get(notices.get(name), [])
                    if each.who == who]
        if not any(words in subject for subject in subjects):
            yield f"{name}: {who} read {subjects}, not {words!r}"


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
    played = read_played(stack / "played.tsv", expected)
    windows = {step.name: step.window for step in played if step.window != "-"}
    wanted = editions.read_expected(config / "newsletters.tsv", windows)
    wait(lambda: sum(1 for _ in stored(stack)), due(played, expected, wanted),
         float(sys.argv[3]))
    titles = editions.read_titles(stack / "notices")
    alerts, letters = arrivals(stack, titles)
    problems = judge_alerts(played, expected, alerts)
    problems += judge_subjects(config / "subjects.tsv", played, alerts)
    steps = {window: name for name, window in windows.items()}
    problems += editions.report(wanted, letters, steps)
    problems += show(letters, stack / "newsletter.html")
    for problem in problems:
        print("WRONG", problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
