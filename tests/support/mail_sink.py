#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An SMTP server that keeps every message as it came, for tests and demos.

Refusals (NNN) are given at RCPT; `command:NNN` refuses at DATA, `data:NNN` after
the final dot. `rcpt:hang` and `command:hang` never answer there; sink.py has the
rest. Each line
of index.jsonl: n, at (ms), session, mail_from, rcpt_to, action, headers (some
of them, by lower-case name), file, size. Dot-stuffing is undone, nothing else.
"""
import asyncio
import email.header
import re
import sys

import sink

HEADER = re.compile(rb"^(message-id|subject|references|x-noroshi-[a-z-]+):"
                    rb"((?:[^\r\n]|\r?\n[ \t])*)",
                    re.IGNORECASE | re.MULTILINE)
PATH = re.compile(r"(?:FROM|TO):\s*<([^>]*)>", re.IGNORECASE)
END = b"\r\n.\r\n"


def unfold(raw):
    return re.sub(r"\r?\n[ \t]+", " ", raw.decode("utf-8", "replace")).strip()


def headers(data):
    """The headers of interest of the first block, the subject decoded."""
    block = data[:max(data.find(b"\r\n\r\n"), 0) + 2]
    found = {name.decode().lower(): unfold(value)
             for name, value in HEADER.findall(block)}
    subject = found.get("subject", "")
    try:
        if "=?" in subject:
            subject = str(email.header.make_header(
                email.header.decode_header(subject)))
    except (LookupError, ValueError):
        pass  # kept as it came
    found["subject"] = subject
    return {"headers": found}


class MailSink(asyncio.Protocol):
    sessions = 0

    def __init__(self, script, store):
        self.script = script
        self.store = store
        self.buffer = bytearray()
        self.transport = None
        self.in_data = False
        self.waiting = False  # a slow or hanging answer is due
        MailSink.sessions += 1
        self.session = MailSink.sessions
        self.reset()

    def reset(self):
        self.mail_from = None
        self.rcpt_to = []
        self.action = ("ok", "")

    def connection_made(self, transport):
        self.transport = transport
        self.say("220 sink ESMTP")

    def say(self, line):
        self.transport.write(line.encode() + b"\r\n")

    def data_received(self, data):
        self.buffer += data
        self.work()

    def work(self):
        while not self.waiting and not self.transport.is_closing():
            if self.in_data:
                if not self.take_message():
                    return
                continue
            end = self.buffer.find(b"\n")
            if end < 0:
                return
            line = bytes(self.buffer[:end]).rstrip(b"\r")
            del self.buffer[:end + 1]
            self.command(line.decode("utf-8", "replace"))

    def command(self, line):
        verb = line[:4].upper()
        answer = self.VERBS.get(verb)
        if answer is None:
            self.say("500 what?")
        elif isinstance(answer, str):
            self.say(answer)
        else:
            answer(self, line)

    def ehlo(self, _line):
        self.reset()
        self.transport.write(b"250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
                             b"250-PIPELINING\r\n250 SIZE 10485760\r\n")

    def mail(self, line):
        found = PATH.search(line)
        self.reset()
        if not found:
            self.say("501 MAIL FROM:<address>")
            return
        self.mail_from = found[1]
        self.say("250 ok")

    def rcpt(self, line):
        found = PATH.search(line)
        if not found or self.mail_from is None:
            self.say("503 not now")
            return
        action = self.script.next(found[1])
        if action[0].isdigit():
            self.note(action, [found[1]])
            self.say(f"{action[0]} {found[1]} refused by the script")
            return
        if action[0] == "rcpt":
            self.note(action, [found[1]])
            self.waiting = True
            return
        self.rcpt_to.append(found[1])
        if action[0] != "ok":
            self.action = action
        self.say("250 ok")

    def data(self, _line):
        if not self.rcpt_to:
            self.say("503 no recipient")
            return
        name, value = self.action
        if name == "command":
            self.note(self.action, self.rcpt_to)
            self.waiting = value == "hang"
            if not self.waiting:
                self.say(f"{value} refused by the script")
            return
        self.in_data = True
        self.say("354 go on")

    def rset(self, _line):
        self.reset()
        self.say("250 ok")

    def quit(self, _line):
        self.say("221 bye")
        self.transport.close()

    def note(self, action, rcpt_to, data=None):
        entry = {"session": self.session, "mail_from": self.mail_from,
                 "rcpt_to": rcpt_to, "action": ":".join(filter(None, action))}
        if data is not None:
            entry.update(headers(data))
        self.store.put(data, entry)

    def take_message(self):
        """Take one message from the buffer; False when more must come."""
        if self.buffer.startswith(b".\r\n"):
            end, after = 0, 3
        else:
            end = self.buffer.find(END)
            if end < 0:
                return False
            end, after = end + 2, end + len(END)
        data = bytes(self.buffer[:end])
        del self.buffer[:after]
        if data.startswith(b"."):
            data = data[1:]
        self.in_data = False
        self.finish(data.replace(b"\r\n..", b"\r\n."))
        return True

    def finish(self, data):
        name, value = self.action
        stored = name in sink.ACCEPTING
        self.note(self.action, self.rcpt_to, data if stored else None)
        self.reset()
        if name in ("drop", "store-then-drop"):
            self.transport.abort()
        elif name == "data":
            self.say(f"{value} refused by the script")
        elif name == "hang":
            self.waiting = True
        elif name == "slow":
            self.waiting = True
            asyncio.get_running_loop().call_later(
                int(value) / 1000, self.late_ok)
        else:
            self.say("250 stored")

    def late_ok(self):
        self.waiting = False
        if not self.transport.is_closing():
            self.say("250 stored")
            self.work()

    VERBS = {"EHLO": ehlo, "HELO": ehlo, "MAIL": mail, "RCPT": rcpt,
             "DATA": data, "RSET": rset, "QUIT": quit, "NOOP": "250 ok",
             "VRFY": "252 cannot verify"}


if __name__ == "__main__":
    sys.exit(sink.main(__doc__.split("\n", 1)[0], ".eml", MailSink))
