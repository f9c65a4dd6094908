#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the judges see of a run: captures of the sinks, records, logs.

usage: captured.py RECEIPTS NOTICE          what became of it: SUBSCRIBER STATE
       captured.py --ends RECEIPTS NOTICE   the same of each delivery that has ended

Nothing here is shared with noroshi. A recipient is ADDRESS of a mail, or
NAME@hook for the webhook /NAME; in both, what comes before @ is the subscriber.
"""
import collections
import email
import email.policy
import hashlib
import json
import pathlib
import re
import sys

STATES = ["", "INTENT", "DEFERRED", "DELIVERED", "FAILED", "EXPIRED", "CANCELLED",
          "ACKNOWLEDGED", "RESPONDED"]
TLP = ["", "RED", "AMBER_STRICT", "AMBER", "GREEN", "CLEAR"]
TITLE = re.compile(r"N\d{4}X")


def lines(path):
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


# ---- protobuf, as far as it is needed (proto/noroshi/v1) ----------------------
def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 128:
            return value, at


def fields(data):
    """{number: [values]}"""
    found, at = collections.defaultdict(list), 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        elif tag & 7 == 0:
            value, at = varint(data, at)
        else:
            raise ValueError(f"wire type {tag & 7}")
        found[tag >> 3].append(value)
    return found


def text(message, number):
    return message[number][0].decode() if message[number] else ""


def integer(message, number):
    return message[number][0] if message[number] else 0


def records(path):
    """(headers, bytes) of each record, as kcat's '%h\\n%S\\n%s' wrote it"""
    data, at = path.read_bytes(), 0
    while at < len(data):
        end = data.index(b"\n", at)
        head = dict(pair.split("=", 1)
                    for pair in data[at:end].decode().split(",") if "=" in pair)
        at = data.index(b"\n", end + 1) + 1
        size = int(data[end + 1:at - 1])
        yield head, data[at:at + size]
        at += size


def receipts(path):
    for _, data in records(path):
        one = fields(data)
        yield {"key": one[1][0].hex(), "id": text(one, 2), "state": integer(one, 6),
               "who": text(one, 14), "reason": integer(one, 9)}


# ---- captures -------------------------------------------------------------------
def entries(folder):
    for line in lines(folder / "index.jsonl"):
        entry = json.loads(line)
        if entry["file"]:
            yield entry, (folder / entry["file"]).read_bytes()


def mails(folder):
    for entry, data in entries(folder):
        head = entry["headers"]
        message = email.message_from_bytes(data, policy=email.policy.default)
        words = " ".join([str(message["subject"])] + [
            part.get_content() for part in message.walk()
            if part.get_content_maintype() == "text"])
        yield {"to": entry["rcpt_to"], "at": entry["n"],
               "id": head["x-noroshi-id"],
               "thread": head.get("x-noroshi-thread"),
               "revision": int(head.get("x-noroshi-revision", 0)),
               "message": head["message-id"],
               "key": head["message-id"].strip("<>").split("@")[0],
               "sum": hashlib.sha256(data).hexdigest(),
               "titles": set(TITLE.findall(words))}


def hooks(folder):
    for entry, data in entries(folder):
        body = json.loads(data)
        said = body.get("content") or body.get("stub") or {}
        key = entry["headers"]["webhook-id"]
        yield {"to": [entry["path"].strip("/") + "@hook"], "at": entry["n"],
               "id": said.get("notice_id") or body["newsletter"]["issue_id"],
               "thread": said.get("thread_id"),
               "revision": int(said.get("revision", 0)),
               "message": key, "key": key,
               "sum": hashlib.sha256(data).hexdigest(),
               "titles": set(TITLE.findall(data.decode()))}


def captures(folder):
    return list(mails(folder / "mail")) + list(hooks(folder / "hook"))


def announced(folder):
    """How often a repeat was logged before it was sent: (id, subscriber)."""
    count = collections.Counter()
    for path in folder.glob("dispatcher-*.log"):
        for line in lines(path):
            if "event=may_repeat" in line:
                found = re.search(r'alert="?([^ "]+)"? subscriber="?([^ "]+)', line)
                count[found[1], found[2]] += 1
    return count


def main(path, notice):
    ends = {}
    for one in receipts(pathlib.Path(path)):
        if one["id"] == notice:
            ends[one["who"]] = max(ends.get(one["who"], 0), one["state"])
    for who, state in sorted(ends.items()):
        print(who, STATES[state])


def each_end(path, notice):
    ends = {}
    for one in receipts(pathlib.Path(path)):
        if one["id"] == notice and one["state"] >= STATES.index("DELIVERED"):
            ends[one["key"]] = (one["who"], STATES[one["state"]])
    for who, state in ends.values():
        print(who, state)


if __name__ == "__main__":
    if sys.argv[1] == "--ends":
        each_end(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
