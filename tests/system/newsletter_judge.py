#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Judge newsletters by what can be seen from outside; shares no code with noroshi.

usage: newsletter_judge.py FOLDER [few]

FOLDER/sent: id, sector, label, title and item type of each notice.
FOLDER/answers: id, verdict and routes, as the producer's API tells them.
FOLDER/audience: address, sectors and clearance of each reader, written by hand;
who has `fails` behind them gets nothing.
FOLDER/sent.jsonl, if it is there: notices that another judge looks at.
FOLDER/topic/NAME: records of a topic: a line of headers, one with the length,
the bytes. FOLDER/mail and FOLDER/hook: index.jsonl and what the sinks stored.
FOLDER/log: the dispatchers' logs, which announce a repeat before it is sent.
Exit code 0 only if nothing is wrong and, but for `few`, something was promoted
and issued.
"""
import collections
import json
import pathlib
import sys

from captured import (TITLE, TLP, announced, captures, fields, integer, lines,
                      records, text)


def read_item(data):
    item = fields(data)
    out = {"id": text(item, 5), "tlp": integer(item, 9), "title": text(item, 4),
           "full": bool(item[3])}
    if item[3]:
        content = fields(fields(item[3][0])[1][0])
        out["title"], out["tlp"] = text(content, 33), integer(content, 27)
    return out


def read_letter(data):
    letter = fields(data)
    return {"issue": text(letter, 1), "sector": text(letter, 2),
            "number": integer(letter, 4), "closing": integer(letter, 8),
            "total": integer(letter, 9),
            "items": [read_item(i) for i in letter[7] + letter[12]]}


# ---- what was seen -------------------------------------------------------------
class Seen:
    def __init__(self, folder):
        self.sent = [dict(zip(("id", "sector", "label", "title", "type"),
                              line.split())) for line in lines(folder / "sent")]
        self.answers = {i: (verdict, routes.split(",")) for i, verdict, routes in
                        (line.split() for line in lines(folder / "answers"))}
        self.others = {json.loads(line)["id"]
                       for line in lines(folder / "sent.jsonl")}
        self.readers = {a: (s.split(","), TLP.index(c)) for a, s, c, *fate in
                        (line.split() for line in lines(folder / "audience"))
                        if fate != ["fails"]}
        self.alerts = collections.Counter()
        self.editions, self.heads = {}, []
        for path in sorted((folder / "topic").iterdir()):
            self.read_topic(path)
        self.mails = [m for m in captures(folder) if m["id"] not in self.others]
        self.told = announced(folder / "log")

    def read_topic(self, path):
        kind, sector, *label = path.name.split(".")
        if kind == "dispatch":
            self.issues = [read_letter(fields(data)[11][0])
                           for _, data in records(path)]
            return
        found = list(records(path))
        label = TLP.index(label[0].upper().replace("-", "_"))
        for head, _ in found:
            self.heads.append((path.name, label, TLP.index(head["tlp"])))
        if kind == "alert":
            self.alerts.update((sector, head["ce_id"]) for head, _ in found)
        else:
            self.editions[sector, label] = [read_letter(d) for _, d in found]


# ---- what is wrong ---------------------------------------------------------------
def in_full(seen):
    count = collections.Counter()
    for issue in seen.issues:
        count.update((issue["sector"], i["id"]) for i in issue["items"] if i["full"])
    return count


def accounts(seen):
    """Each notice that waited: one issue or one promotion. The table sends some
    in real time and to the newsletter: both, once each."""
    full = in_full(seen)
    for notice in seen.sent:
        key = notice["sector"], notice["id"]
        issues, alerts = full.pop(key, 0), seen.alerts[key]
        verdict, routes = seen.answers.get(notice["id"], ("undecided", []))
        wanted = {"WAITING": [(1, 0), (0, 1)],
                  "RELEASED": [(int("NEWSLETTER" in routes), 1)]}
        if (issues, alerts) not in wanted.get(verdict, []):
            yield (f"{notice['id']} ({verdict}): in {issues} issues, "
                   f"{alerts} times in real time")
    for (sector, notice), n in full.items():
        if notice in seen.others:
            continue
        yield f"{notice} is {n} times in issues of {sector}, which it was not for"


def numbers(seen):
    by_sector = collections.defaultdict(list)
    for issue in seen.issues:
        by_sector[issue["sector"]].append((issue["number"], issue["issue"]))
    for sector, found in by_sector.items():
        if [n for n, _ in found] != list(range(1, len(found) + 1)):
            yield f"issues of {sector}: {[n for n, _ in found]}"
        for label in range(2, 6):
            closed = [(e["number"], e["issue"]) for e in
                      seen.editions[sector, label] if e["closing"]]
            if closed != found:
                yield f"editions of {sector}.{TLP[label]}: {closed}"


def editions(seen):
    """An edition has what its issue has up to its label, and says how much."""
    for issue in seen.issues:
        for label in range(2, 6):
            parts = [e for e in seen.editions[issue["sector"], label]
                     if e["issue"] == issue["issue"]]
            items = [i["id"] for part in parts for i in part["items"]]
            wanted = [i["id"] for i in issue["items"] if i["tlp"] >= label]
            total = sum(part["total"] for part in parts if part["closing"])
            if sorted(items) != sorted(wanted) or total != len(items):
                yield (f"{issue['issue']} in {TLP[label]}: {items}, said {total}, "
                       f"wanted {wanted}")


def labels(seen):
    for name, label, tlp in seen.heads:
        if tlp < label:
            yield f"{name} has a record labelled {TLP[tlp]}"
    for (sector, label), found in seen.editions.items():
        for item in (i for part in found for i in part["items"]):
            if item["tlp"] < label:
                yield f"{item['id']} stands in {sector}.{TLP[label]}"


def expected_mails(seen):
    """{(id, address): titles}"""
    wanted = {}
    for address, (sectors, clearance) in seen.readers.items():
        for issue in seen.issues:
            shown = [i["title"] for i in issue["items"] if i["tlp"] >= clearance]
            if issue["sector"] in sectors and shown:
                wanted[issue["issue"], address] = {
                    t for t in shown if TITLE.fullmatch(t)}
        for notice in seen.sent:
            if notice["sector"] in sectors and \
                    TLP.index(notice["label"]) >= clearance and \
                    seen.alerts[notice["sector"], notice["id"]]:
                wanted[notice["id"], address] = {notice["title"]}
    return wanted


def deliveries(seen):
    wanted, got = expected_mails(seen), collections.defaultdict(list)
    for mail in seen.mails:
        got[mail["id"], mail["to"][0]].append(mail)
        if len(mail["to"]) != 1:
            yield f"{mail['id']} names {len(mail['to'])} recipients"
    for key in wanted.keys() - got.keys():
        yield f"{key[0]} did not reach {key[1]}"
    for key in got.keys() - wanted.keys():
        yield f"{key[0]} reached {key[1]}"
    for key in got.keys() & wanted.keys():
        again = len(got[key]) - 1
        if again > seen.told[key[0], key[1].split("@")[0]]:
            yield f"{key[0]} went {again + 1} times to {key[1]}"
        if len({mail["message"] for mail in got[key]}) > 1:
            yield f"{key} has several Message-IDs"
        for mail in got[key]:
            if mail["titles"] != wanted[key]:
                yield f"{key} has {sorted(mail['titles'])}, wanted {sorted(wanted[key])}"


def leaks(seen):
    """Whatever the mail: no title above its reader's clearance."""
    label = {n["title"]: TLP.index(n["label"]) for n in seen.sent}
    for mail in seen.mails:
        for address in mail["to"]:
            clearance = seen.readers.get(address, ("", len(TLP)))[1]
            for title in mail["titles"]:
                if label[title] < clearance:
                    yield f"{title} ({TLP[label[title]]}) reached {address}"


def main():
    seen = Seen(pathlib.Path(sys.argv[1]))
    waited = [n for n in seen.sent
              if seen.answers.get(n["id"], [""])[0] == "WAITING"]
    promoted = [n for n in waited if seen.alerts[n["sector"], n["id"]]]
    print("waited", len(waited))
    print("promoted", len(promoted))
    print("issues", len(seen.issues))
    print("mails", len(seen.mails))
    print("announced_repeats", sum(seen.told.values()))
    faults = 0
    for judge in accounts, numbers, editions, labels, deliveries, leaks:
        found = list(judge(seen))
        faults += len(found)
        print(judge.__name__, len(found))
        for line in found[:5]:
            print("   ", line)
    if sys.argv[2:] != ["few"]:
        faults += not promoted or not seen.issues
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
