# SPDX-License-Identifier: Apache-2.0
"""What the mail sink and the webhook sink share: scripts, store, start.

A script says how the sink behaves towards one recipient (a mail address, or a
URL path). One line each, `#` starts a comment:

    PATTERN ACTION [ACTION...]     the n-th attempt takes the n-th action;
                                   the last one stays
    PATTERN cycle ACTION...        ... after the last comes the first

PATTERN is a shell pattern; the first line that matches counts. Actions:

    ok                accept
    NNN               refuse with this SMTP or HTTP status
    NNN/S             HTTP: with Retry-After: S
    slow:MS           accept after MS milliseconds
    hang              never answer
    store-then-drop   store, then close without an answer
    drop              close without storing
    redirect:URL      HTTP: 302
    ack[:RESPONSE]    HTTP: accept, and confirm receipt in the answer

SIGHUP reads the script again and forgets how often each recipient was tried.
Every stored message is one file, byte for byte as it came, and one line of
index.jsonl. Attempts that store nothing are lines too, with "file": null.
"""
import argparse
import asyncio
import fnmatch
import gc
import json
import os
import signal
import sys
import time

ACCEPTING = ("ok", "ack", "slow", "store-then-drop")


class Script:
    """Which action the next attempt for a recipient takes."""

    def __init__(self, path):
        self.path = path
        self.rows = []
        self.tried = {}
        self.read()

    def read(self):
        self.tried = {}
        self.rows = []
        if not self.path:
            return
        with open(self.path, encoding="utf-8") as file:
            for line in file:
                words = line.split("#", 1)[0].split()
                if len(words) == 1 or words[1:] == ["cycle"]:
                    raise ValueError(f"{self.path}: no action for {words[0]}")
                if words:
                    self.rows.append((words[0], words[1:]))

    def next(self, recipient):
        for pattern, actions in self.rows:
            if fnmatch.fnmatchcase(recipient, pattern):
                n = self.tried.get(recipient, 0)
                self.tried[recipient] = n + 1
                if actions[0] == "cycle":
                    action = actions[1 + n % (len(actions) - 1)]
                else:
                    action = actions[min(n, len(actions) - 1)]
                name, _, value = action.partition(":")
                return name, value
        return "ok", ""


class Store:
    """Messages as files beside an index of JSON lines."""

    def __init__(self, directory, suffix, keep):
        self.directory = directory
        self.suffix = suffix
        self.keep = keep
        self.count = 0
        os.makedirs(directory, exist_ok=True)
        # Line-buffered: a reader may follow it while the sink runs.
        self.index = open(os.path.join(directory, "index.jsonl"), "a",
                          encoding="utf-8", buffering=1)

    def put(self, data, entry):
        """Store data (None: an attempt that left nothing) with its entry."""
        self.count += 1
        line = {"n": self.count, "at": round(time.time() * 1000, 3)}
        line.update(entry)
        line["file"] = None
        if data is not None:
            line["size"] = len(data)
            if self.keep:
                name = f"{self.count:06d}{self.suffix}"
                with open(os.path.join(self.directory, name), "wb") as file:
                    file.write(data)
                line["file"] = name
        self.index.write(json.dumps(line, ensure_ascii=False) + "\n")


def options(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--dir", required=True, help="where messages go")
    parser.add_argument("--listen", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--port-file", help="write the port here when ready")
    parser.add_argument("--script", help="how to treat whom, see sink.py")
    parser.add_argument("--discard", action="store_true",
                        help="keep the index only")
    return parser.parse_args()


def announce(port, path):
    print(port, flush=True)
    if path:
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(f"{port}\n")
        os.rename(path + ".new", path)


async def serve(args, script, make_protocol):
    loop = asyncio.get_running_loop()
    stop = loop.create_future()
    server = await loop.create_server(make_protocol, args.listen, args.port,
                                      backlog=1024)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(
            number, lambda: stop.done() or stop.set_result(None))
    loop.add_signal_handler(signal.SIGHUP, script.read)
    announce(server.sockets[0].getsockname()[1], args.port_file)
    await stop
    server.close()


def main(description, suffix, protocol):
    args = options(description)
    try:
        script = Script(args.script)
        store = Store(args.dir, suffix, not args.discard)
    except (OSError, ValueError) as error:
        print(f"{sys.argv[0]}: {error}", file=sys.stderr)
        return 2
    gc.freeze()
    asyncio.run(serve(args, script, lambda: protocol(script, store)))
    return 0
