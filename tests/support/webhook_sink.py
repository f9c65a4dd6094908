#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An HTTP server that keeps every request body as it came, for tests and demos.

sink.py says what a script can make it do; patterns match the path. Each line
of index.jsonl: n, at (ms), session, method, path, headers, action, file, size.
"""
import asyncio
import json
import sys

import sink

REASONS = {200: "OK", 302: "Found", 400: "Bad Request", 411: "Length Required"}


class WebhookSink(asyncio.Protocol):
    sessions = 0

    def __init__(self, script, store):
        self.script = script
        self.store = store
        self.buffer = bytearray()
        self.transport = None
        self.waiting = False
        WebhookSink.sessions += 1
        self.session = WebhookSink.sessions

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        self.work()

    def work(self):
        while not self.waiting and not self.transport.is_closing():
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            lines = self.buffer[:end].decode("latin-1").split("\r\n")
            fields = {}
            for line in lines[1:]:
                name, _, value = line.partition(":")
                fields[name.lower()] = value.strip()
            if "transfer-encoding" in fields:
                self.answer(411)
                self.transport.close()
                return
            length = int(fields.get("content-length", "0"))
            if fields.get("expect", "").lower() == "100-continue":
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if len(self.buffer) < end + 4 + length:
                return
            body = bytes(self.buffer[end + 4:end + 4 + length])
            del self.buffer[:end + 4 + length]
            self.request(lines[0], fields, body)

    def request(self, line, fields, body):
        method, _, rest = line.partition(" ")
        path = rest.split(" ")[0]
        name, value = self.script.next(path)
        stored = name in sink.ACCEPTING
        self.store.put(body if stored else None,
                       {"session": self.session, "method": method,
                        "path": path, "headers": fields,
                        "action": ":".join(filter(None, (name, value)))})
        if name in ("drop", "store-then-drop"):
            self.transport.abort()
        elif name == "hang":
            self.waiting = True
        elif name == "slow":
            self.waiting = True
            asyncio.get_running_loop().call_later(
                int(value) / 1000, self.late_ok)
        elif name == "redirect":
            self.answer(302, f"Location: {value}\r\n")
        elif name == "ok":
            self.answer(200)
        elif name == "ack":
            self.answer(200, body=json.dumps(
                {"acknowledged": True, **({"response": value} if value else {})}))
        else:
            status, _, after = name.partition("/")
            self.answer(int(status), f"Retry-After: {after}\r\n" if after else "")

    def late_ok(self):
        self.waiting = False
        if not self.transport.is_closing():
            self.answer(200)
            self.work()

    def answer(self, status, extra="", body=""):
        reason = REASONS.get(status, "Scripted")
        self.transport.write(f"HTTP/1.1 {status} {reason}\r\n{extra}"
                             f"Content-Length: {len(body)}\r\n\r\n{body}"
                             .encode("latin-1"))


if __name__ == "__main__":
    sys.exit(sink.main(__doc__.split("\n", 1)[0], ".body", WebhookSink))
