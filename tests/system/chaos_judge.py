#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Judge a chaos run by what can be seen from outside; shares no code with noroshi.

usage: chaos_judge.py FOLDER

FOLDER/sent.jsonl: what was accepted (id, thread, revision, kind, sector).
FOLDER/audience: address and sectors of each subscriber, written by hand.
FOLDER/mail/index.jsonl and its files: what the relay stored, in order.
FOLDER/alert.<sector>: headers of the records of each sector's topic.
FOLDER/outcome: the notice ids of all outcomes. FOLDER/log: the daemons' logs.
Exit code 0 only if everything but repeats_in_window is 0.
"""
import collections
import hashlib
import json
import pathlib
import re
import sys


def lines(path):
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def read_mails(folder):
    for line in lines(folder / "index.jsonl"):
        entry = json.loads(line)
        if entry["file"]:
            head = entry["headers"]
            yield {"to": entry["rcpt_to"], "at": entry["n"],
                   "id": head["x-noroshi-id"], "thread": head["x-noroshi-thread"],
                   "revision": int(head["x-noroshi-revision"]),
                   "message": head["message-id"],
                   "sum": hashlib.sha256(
                       (folder / entry["file"]).read_bytes()).hexdigest()}


def announced(folder):
    """How often a repeat was logged before it was sent: (id, subscriber)."""
    count = collections.Counter()
    for path in folder.glob("dispatcher-*.log"):
        for line in lines(path):
            if "event=may_repeat" in line:
                found = re.search(r"alert=(\S+) subscriber=(\S+)", line)
                count[found[1], found[2]] += 1
    return count


def lost(sent, audience, mails):
    """A notice that neither it nor a later revision of its thread reached."""
    reached = collections.defaultdict(int)
    for mail in mails:
        key = mail["thread"], mail["to"][0]
        reached[key] = max(reached[key], mail["revision"])
    for notice in sent:
        for address, sectors in audience.items():
            if notice["sector"] in sectors and \
                    reached[notice["thread"], address] < notice["revision"]:
                yield f"{notice['id']} did not reach {address}"


def topic_faults(folder, sent):
    """(missing, twice) on the sector topics."""
    seen = collections.Counter()
    for path in folder.glob("alert.*"):
        for line in lines(path):
            found = re.search(r"ce_id=([^,]+)", line)
            seen[path.name.split(".")[1], found[1]] += 1
    wanted = {(n["sector"], n["id"]) for n in sent}
    return ([f"{i} is not on the topic of {s}" for s, i in wanted if not seen[s, i]],
            [f"{i} is {n} times on the topic of {s}"
             for (s, i), n in seen.items() if n > 1])


def out_of_order(mails):
    first = {}
    for mail in mails:
        first.setdefault((mail["thread"], mail["to"][0], mail["revision"]), mail["at"])
    newest = {}
    for (thread, to, revision), _ in sorted(first.items(), key=lambda i: i[1]):
        if revision < newest.get((thread, to), 0):
            yield f"{thread} revision {revision} came late to {to}"
        newest[thread, to] = max(revision, newest.get((thread, to), 0))


def repeats(mails, told):
    """(outside the window, inside it, with other bytes)"""
    by_message = collections.defaultdict(list)
    for mail in mails:
        by_message[mail["message"]].append(mail)
    outside, inside, other = [], 0, []
    for same in by_message.values():
        again = len(same) - 1
        who = same[0]["id"], same[0]["to"][0].split("@")[0]
        inside += min(again, told[who])
        if again > told[who]:
            outside.append(f"{who[0]} went {len(same)} times to {who[1]}, "
                           f"announced {told[who]}")
        if len({mail["sum"] for mail in same}) > 1:
            other.append(f"{same[0]['message']} has other bytes")
    # Another Message-ID for the same notice and recipient is a repeat, too.
    ids = collections.defaultdict(set)
    for mail in mails:
        ids[mail["id"], mail["to"][0]].add(mail["message"])
    outside += [f"{key} has {len(m)} Message-IDs" for key, m in ids.items()
                if len(m) > 1]
    return outside, inside, other


def leaks(sent, audience, mails):
    sector_of = {notice["id"]: notice["sector"] for notice in sent}
    for mail in mails:
        for address in mail["to"]:
            if sector_of.get(mail["id"]) not in audience.get(address, ()):
                yield f"{mail['id']} reached {address}"
        if len(mail["to"]) != 1:
            yield f"{mail['id']} names {len(mail['to'])} recipients"


def main():
    folder = pathlib.Path(sys.argv[1])
    sent = [json.loads(line) for line in lines(folder / "sent.jsonl")]
    audience = {address: sectors.split(",") for address, sectors in
                (line.split() for line in lines(folder / "audience"))}
    mails = list(read_mails(folder / "mail"))
    missing, twice = topic_faults(folder, sent)
    outcomes = collections.Counter(lines(folder / "outcome"))
    # One that two doors appended has a second outcome: DUPLICATE.
    missing += [f"{n['id']} has no outcome" for n in sent
                if not outcomes[n["id"]]]
    outside, inside, other = repeats(mails, announced(folder / "log"))
    faults = {"lost": list(lost(sent, audience, mails)) + missing,
              "duplicates_outside_window": outside + twice,
              "repeats_with_other_bytes": other,
              "order_violations": list(out_of_order(mails)),
              "leaks": list(leaks(sent, audience, mails))}
    print("accepted", len(sent))
    print("mails", len(mails))
    print("repeats_in_window", inside)
    for name, found in faults.items():
        print(name, len(found))
        for text in found[:5]:
            print("   ", text)
    return 1 if not sent or any(faults.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
