#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Read a sector's alerts as its CEPTOAR: an example to start from.

It does what every reader should do:
  - believe nothing that a key of keys.conf has not signed;
  - show each notice once, whichever topics it stands in (ce_id);
  - order by (thread, revision), and never let an old revision look new;
  - never show EXERCISE or TEST as the real thing.

Every run reads from the beginning: a sector's topics hold some hundred
notices, and there is then no position that could be lost.
"""
import argparse
import base64
import hashlib
import json
import re
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError
from confluent_kafka import KafkaException, TopicPartition
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from noroshi.v1 import alert_pb2, command_pb2, notice_pb2

LABELS = ["clear", "green", "amber", "amber-strict"]
# A topic that does not exist, or that we have no right to read.
NOT_OURS = (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC,
            KafkaError.TOPIC_AUTHORIZATION_FAILED)


class Bad(Exception):
    """Why a record is not believed."""


# ---- keys.conf ---------------------------------------------------------------
TOKEN = re.compile(
    r'"((?:[^"\\]|\\.)*)"'  # 1: a string; a comment sign in it is none
    r"|(?:\#[^\n]*|//[^\n]*|/\*.*?\*/)"
    r"|([A-Za-z_][\w-]*)\s*[:=]"  # 2: the name of what follows
    r"|(true|false)|([{}])", re.S)


def load_keys(path):
    """The keyring: key id -> {public, principal, modes, revoked}."""
    keys, entry, name = {}, None, None
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for string, key, boolean, brace in TOKEN.findall(text):
        if brace == "{":
            entry = {"modes": [], "roles": []}
        elif brace == "}":
            keys[entry["id"]] = entry
            entry = None
        elif key:
            name = key
        elif entry is not None and boolean:
            entry[name] = boolean == "true"
        elif entry is not None and name in ("modes", "roles"):
            entry[name].append(string)
        elif entry is not None and string:
            entry[name] = string
    return keys


# ---- what was signed ---------------------------------------------------------
def statement(alert):
    """The exact text under the signature: include/noroshi/core/statement.h."""
    # A stub is addressed to nobody in particular: the hash of no bytes.
    addressing = (hashlib.sha256(b"").digest() if alert.stub
                  else alert.addressing_sha256)
    mode = notice_pb2.Mode.Name(alert.mode).removeprefix("MODE_")
    return ("noroshi-statement-v1\n"
            "type=NOTICE\n"
            f"mode={mode}\n"
            f"id={alert.submission_id}\n"
            f"payload={hashlib.sha256(alert.payload).hexdigest()}\n"
            f"addressing={addressing.hex()}\n").encode()


def signer(keys, alert):
    """Whose signature holds; Bad when none does."""
    mode = notice_pb2.Mode.Name(alert.mode).removeprefix("MODE_")
    for signature in alert.signatures:
        key = keys.get(signature.key_id)
        if key is None or key.get("revoked") or mode not in key["modes"]:
            continue
        public = base64.b64decode(key["public"])
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(
                signature.signature, statement(alert))
        except InvalidSignature:
            continue
        return key["principal"]
    raise Bad("signature: no key of the keyring has signed this")


def term(content, field, prefix):
    """The name of an enum's value; its number if that is newer than we are."""
    return str(content.get(field, "UNKNOWN")).removeprefix(prefix)


def open_record(keys, record):
    """One record -> the dict that is shown. Bad: do not believe it."""
    try:
        alert = alert_pb2.Alert.FromString(record.value() or b"")
        who = signer(keys, alert)
        kind = command_pb2.StubContent if alert.stub else notice_pb2.Content
        said = kind.FromString(alert.payload)
    except (DecodeError, ValueError) as error:
        raise Bad(f"not readable: {error}") from error
    if said.notice_id != alert.submission_id or said.mode != alert.mode:
        raise Bad("what was signed belongs to another notice")
    content = MessageToDict(said, preserving_proto_field_name=True)
    return {"notice_id": said.notice_id, "thread_id": said.thread_id,
            "revision": said.revision, "stub": alert.stub,
            "mode": term(content, "mode", "MODE_"),
            "kind": term(content, "kind", "KIND_"),
            "signed_by": who, "accepted_at": alert.accepted_at,
            "topic": record.topic(), "offset": record.offset(),
            "content": content}


# ---- what is shown -----------------------------------------------------------
class Reader:
    """Remembers what was shown: each notice once, in its thread's order."""

    def __init__(self, show):
        self.show = show
        self.seen = {}  # ce_id -> shown as a stub only
        self.newest = {}  # thread -> revision
        self.waiting = []

    def add(self, notice):
        self.waiting.append(notice)

    def flush(self):
        # Of one notice the text comes before its stub: a topic with a lower
        # label may hold only that it was changed or withdrawn.
        self.waiting.sort(
            key=lambda n: (n["thread_id"], n["revision"], n["stub"]))
        for n in self.waiting:
            stub_only = self.seen.get(n["notice_id"])
            if stub_only is False or (stub_only and n["stub"]):
                continue
            self.seen[n["notice_id"]] = n["stub"]
            newest = self.newest.get(n["thread_id"], 0)
            n["superseded"] = n["revision"] < newest
            self.newest[n["thread_id"]] = max(newest, n["revision"])
            self.show(n)
        self.waiting = []


def show_json(n):
    print(json.dumps(n, ensure_ascii=False), flush=True)


HEADS = {"CORRECTION": "【訂正】", "RETRACTION": "【取消】"}


def line(text):
    """Nothing that a terminal would obey: a title comes from outside."""
    return "".join(c if c.isprintable() else "?" for c in text)


def show_words(n, words):
    """What to do, and why: of a notice, or of a translation of it."""
    for measure in words.get("countermeasures", []):
        # A retracted measure must not be read as one to take.
        if n["kind"] != "RETRACTION":
            text = measure if isinstance(measure, str) else measure["text"]
            print(f"  対策: {line(text)}")
    for part in words.get("summary", "").splitlines():
        print(f"  {line(part)}")


def show_text(n):
    content = n["content"]
    tlp = "" if n["stub"] else term(content, "tlp", "TLP_").replace("_", "+")
    drill = "" if n["mode"] == "ACTUAL" else f"【訓練】({n['mode']}) "
    old = " (a later revision was shown)" if n["superseded"] else ""
    print(f"{drill}[TLP:{tlp or '-'}] {HEADS.get(n['kind'], '')}"
          f"第{n['revision']}報 {line(content.get('title', '(ids only)'))}{old}")
    print(f"  {n['notice_id']} of {n['thread_id']}, signed by {n['signed_by']}")
    show_words(n, content)
    for other in content.get("translations", []):
        print(f"  [{line(other['lang'])}] {line(other.get('title', ''))}")
        show_words(n, other)
    print(flush=True)


# ---- the bus -----------------------------------------------------------------
def subscribe(args):
    """Every topic of the sectors that we may read, from its beginning."""
    conf = {"bootstrap.servers": args.brokers,
            "group.id": "noroshi-consume",  # is asked for; nothing is committed
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "check.crcs": True,
            "enable.partition.eof": True}
    conf.update(pair.split("=", 1) for pair in args.X)
    consumer = Consumer(conf)
    there = []
    for sector in args.sector:
        for label in args.label or LABELS:
            topic = f"{args.prefix}alert.{sector}.{label}"
            meta = consumer.list_topics(topic, timeout=10).topics[topic]
            if meta.error is None and meta.partitions:
                there.append(TopicPartition(topic, 0, OFFSET_BEGINNING))
            elif meta.error and meta.error.code() not in NOT_OURS:
                # It may be there in a moment: to go on without it, perhaps
                # for days, would be to miss what comes.
                raise KafkaException(meta.error)
    if there:
        consumer.assign(there)
    return consumer, there


def run(args):
    keys = load_keys(args.keys)
    consumer, there = subscribe(args)
    if not there:
        print("noroshi_consume: no topic that we may read", file=sys.stderr)
        return 5
    reader = Reader(show_json if args.json else show_text)
    at_end, bad = set(), 0
    while args.follow or len(at_end) < len(there):
        record = consumer.poll(1.0)
        error = record.error() if record else None
        if error and error.code() == KafkaError._PARTITION_EOF:
            at_end.add(record.topic())
            # Order is known only when every topic has been read to its end.
            if len(at_end) == len(there):
                reader.flush()
        elif error and error.fatal():
            raise KafkaException(error)
        elif error:
            print(f"noroshi_consume: {error}", file=sys.stderr)
        elif record:
            try:
                reader.add(open_record(keys, record))
            except Bad as why:
                bad += 1
                print(f"noroshi_consume: {record.topic()}@{record.offset()}: "
                      f"{why}", file=sys.stderr)
    consumer.close()
    return 1 if bad else 0


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("-b", "--brokers", required=True)
    args.add_argument("-k", "--keys", required=True, help="keys.conf")
    args.add_argument("--sector", action="append", required=True)
    args.add_argument("--label", action="append", choices=LABELS)
    args.add_argument("--prefix", default="noroshi.",
                      help="of the topics; noroshi.drill. in a drill")
    args.add_argument("--json", action="store_true", help="a line per notice")
    args.add_argument("--follow", action="store_true", help="stay")
    args.add_argument("-X", action="append", default=[], metavar="NAME=VALUE",
                      help="a librdkafka property: security.protocol=SSL")
    try:
        return run(args.parse_args())
    except KafkaException as error:
        print(f"noroshi_consume: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
