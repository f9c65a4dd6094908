#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Judge a chaos run by what can be seen from outside; shares no code with noroshi.

usage: chaos_judge.py FOLDER

FOLDER/sent.jsonl: what was accepted (id, thread, revision, kind, sector).
FOLDER/audience: address, sectors, clearance and fate (`ok`, or `fails` for one
whose relay or endpoint refuses for good) of each, written by hand.
FOLDER/mail and FOLDER/hook: index.jsonl and what the sinks stored, in order.
FOLDER/alert.<sector>: headers of the records of each sector's topic.
FOLDER/receipts: records of the receipt topics. FOLDER/outcome: the notice ids
of all outcomes. FOLDER/log: the daemons' logs. All of it is AMBER.
Exit code 0 only if everything but repeats_in_window is 0.
"""
import collections
import json
import pathlib
import re
import sys

import captured

DELIVERED, FAILED, CANCELLED = 3, 4, 6


class Seen:
    def __init__(self, folder):
        self.folder = folder
        self.sent = [json.loads(line)
                     for line in captured.lines(folder / "sent.jsonl")]
        ours = {notice["id"] for notice in self.sent}
        self.audience = {
            address: (sectors.split(","), fate) for address, sectors, tlp, fate in
            (line.split() for line in captured.lines(folder / "audience"))
            if tlp == "AMBER"}
        self.mails = [m for m in captured.captures(folder) if m["id"] in ours]
        # The highest state of each delivery, and of whom it is.
        self.ends, self.keys = {}, collections.defaultdict(set)
        for one in captured.receipts(folder / "receipts"):
            end = self.ends.setdefault(one["key"], one)
            if end["state"] < one["state"]:
                self.ends[one["key"]] = one
            self.keys[one["id"], one["who"]].add(one["key"])
        self.told = captured.announced(folder / "log")

    def wanted(self):
        for notice in self.sent:
            for address, (sectors, fate) in self.audience.items():
                if notice["sector"] in sectors:
                    yield notice, address, fate

    def states(self, notice, address):
        keys = self.keys[notice["id"], address.split("@")[0]]
        return {self.ends[key]["state"] for key in keys}


def lost(seen):
    """A notice that neither it nor a later revision of its thread reached; of
    what was retracted before it was tried, nothing goes out."""
    reached = collections.defaultdict(int)
    for mail in seen.mails:
        key = mail["thread"], mail["to"][0]
        reached[key] = max(reached[key], mail["revision"])
    retracted = {n["thread"] for n in seen.sent if n["kind"] == "RETRACTION"}
    for notice, address, fate in seen.wanted():
        thread = notice["thread"]
        if fate == "fails" or reached[thread, address] >= notice["revision"]:
            continue
        if thread in retracted and not reached[thread, address] and \
                seen.states(notice, address) == {CANCELLED}:
            continue
        yield f"{notice['id']} did not reach {address}"


def unaccounted(seen):
    """Each recipient of each notice has an end on record, and a true one."""
    stored = {mail["key"] for mail in seen.mails}
    for key, end in seen.ends.items():
        if end["state"] < DELIVERED:
            yield f"{end['id']} for {end['who']} has no end on record"
    for notice, address, fate in seen.wanted():
        states = seen.states(notice, address)
        may = {FAILED, CANCELLED} if fate == "fails" else {DELIVERED, CANCELLED}
        if not states or states - may:
            yield f"{notice['id']} for {address} ({fate}) is on record as {states}"
    known = {notice["id"] for notice in seen.sent}
    for key, end in seen.ends.items():
        if end["state"] == DELIVERED and end["id"] in known and key not in stored:
            yield f"{end['id']} is on record as delivered to {end['who']}, and is not"


def topic_faults(seen):
    """(missing, twice) on the sector topics."""
    count = collections.Counter()
    for path in seen.folder.glob("alert.*"):
        for line in captured.lines(path):
            found = re.search(r"ce_id=([^,]+)", line)
            count[path.name.split(".")[1], found[1]] += 1
    wanted = {(n["sector"], n["id"]) for n in seen.sent}
    return ([f"{i} is not on the topic of {s}" for s, i in wanted if not count[s, i]],
            [f"{i} is {n} times on the topic of {s}"
             for (s, i), n in count.items() if n > 1])


def out_of_order(seen):
    first = {}
    for mail in seen.mails:
        key = mail["thread"], mail["to"][0], mail["revision"]
        first.setdefault(key, mail["at"])
    newest = {}
    for (thread, to, revision), _ in sorted(first.items(), key=lambda i: i[1]):
        if revision < newest.get((thread, to), 0):
            yield f"{thread} revision {revision} came late to {to}"
        newest[thread, to] = max(revision, newest.get((thread, to), 0))


def repeats(seen):
    """(outside the window, inside it, with other bytes)"""
    by_message = collections.defaultdict(list)
    for mail in seen.mails:
        by_message[mail["message"]].append(mail)
    outside, inside, other = [], 0, []
    for same in by_message.values():
        again = len(same) - 1
        who = same[0]["id"], same[0]["to"][0].split("@")[0]
        inside += min(again, seen.told[who])
        if again > seen.told[who]:
            outside.append(f"{who[0]} went {len(same)} times to {who[1]}, "
                           f"announced {seen.told[who]}")
        if len({mail["sum"] for mail in same}) > 1:
            other.append(f"{same[0]['message']} has other bytes")
    # Another Message-ID for the same notice and recipient is a repeat, too.
    ids = collections.defaultdict(set)
    for mail in seen.mails:
        ids[mail["id"], mail["to"][0]].add(mail["message"])
    outside += [f"{key} has {len(m)} Message-IDs" for key, m in ids.items()
                if len(m) > 1]
    return outside, inside, other


def leaks(seen):
    sector_of = {notice["id"]: notice["sector"] for notice in seen.sent}
    for mail in seen.mails:
        for address in mail["to"]:
            if sector_of[mail["id"]] not in seen.audience.get(address, [()])[0]:
                yield f"{mail['id']} reached {address}"
        if len(mail["to"]) != 1:
            yield f"{mail['id']} names {len(mail['to'])} recipients"


def main():
    seen = Seen(pathlib.Path(sys.argv[1]))
    missing, twice = topic_faults(seen)
    outcomes = collections.Counter(captured.lines(seen.folder / "outcome"))
    # One that two doors appended has a second outcome: DUPLICATE.
    missing += [f"{n['id']} has no outcome" for n in seen.sent
                if not outcomes[n["id"]]]
    outside, inside, other = repeats(seen)
    faults = {"lost": list(lost(seen)) + missing,
              "unaccounted": list(unaccounted(seen)),
              "duplicates_outside_window": outside + twice,
              "repeats_with_other_bytes": other,
              "order_violations": list(out_of_order(seen)),
              "leaks": list(leaks(seen))}
    print("accepted", len(seen.sent))
    print("captured", len(seen.mails))
    print("repeats_in_window", inside)
    for name, found in faults.items():
        print(name, len(found))
        for line in found[:5]:
            print("   ", line)
    return 1 if not seen.sent or any(faults.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
