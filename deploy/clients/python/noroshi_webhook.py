#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Receive noroshi's webhooks: an example to start from, standard library only.

It does what every receiver should do:
  - believe nothing that none of your secrets has signed (Standard Webhooks:
    HMAC-SHA256 over "id.timestamp.body", compared in constant time);
  - refuse what was signed long ago: a copy sent again by somebody else;
  - act on each webhook-id once: after a crash noroshi may send one again, with
    the same id and the same bytes;
  - answer 2xx only when it has been kept: until then noroshi tries again;
  - never show EXERCISE or TEST as the real thing.

    noroshi_webhook.py --secrets FILE verify --id ID --timestamp T \\
        --signature S BODY
    noroshi_webhook.py --secrets FILE listen --port 8080 --dir received

FILE has one "whsec_..." a line; the old one stays in it while a new one takes
its place. Put TLS in front (nginx, a gateway): this listens on 127.0.0.1.
"""
import argparse
import base64
import binascii
import hashlib
import hmac
import http.server
import json
import os
import re
import sys
import tempfile
import time

TOLERANCE_S = 300
BODY_MAX = 1 << 20
PREFIX = "whsec_"
SAFE_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")


class Bad(Exception):
    """Why a webhook is not believed."""


def secret_key(secret):
    """The bytes that a secret stands for."""
    if not secret.startswith(PREFIX):
        raise ValueError(f'a secret begins with "{PREFIX}"')
    key = base64.b64decode(secret[len(PREFIX):], validate=True)
    if not 24 <= len(key) <= 64:
        raise ValueError("a secret has 24 to 64 bytes")
    return key


def load_secrets(path):
    """One a line; # starts a comment."""
    with open(path, encoding="ascii") as file:
        lines = [line.split("#", 1)[0].strip() for line in file]
    secrets = [secret_key(line) for line in lines if line]
    if not secrets:
        raise ValueError(f"{path}: no secret in it")
    return secrets


def verify(secrets, headers, body, now=None, tolerance=TOLERANCE_S):
    """Return the webhook's id, or raise Bad. headers: by lower-case name."""
    try:
        webhook_id = headers["webhook-id"]
        stamp = headers["webhook-timestamp"]
        signatures = headers["webhook-signature"].split(" ")
    except KeyError as missing:
        raise Bad(f"no header {missing}") from None
    if not re.fullmatch(r"[0-9]{1,12}", stamp):
        raise Bad("webhook-timestamp is no time")
    now = time.time() if now is None else now
    if abs(now - int(stamp)) > tolerance:
        raise Bad("signed too long ago, or the clocks differ")
    text = f"{webhook_id}.{stamp}.".encode() + body
    good = False
    for key in secrets:
        wanted = hmac.new(key, text, hashlib.sha256).digest()
        for signature in signatures:
            version, _, value = signature.partition(",")
            try:
                given = base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                continue
            # No early end: the time must not tell which one fits.
            good |= version == "v1" and hmac.compare_digest(wanted, given)
    if not good:
        raise Bad("no secret of ours made any of its signatures")
    return webhook_id


def mode_of(message):
    """ACTUAL, EXERCISE or TEST, from wherever this kind of message has it."""
    for name in ("content", "stub", "alert", "newsletter"):
        if isinstance(message.get(name), dict) and "mode" in message[name]:
            return message[name]["mode"]
    return "UNKNOWN"


def sync_names(directory):
    """A file's name is on the disk when its directory is."""
    folder = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def keep(directory, webhook_id, body):
    """True: new. The file is whole and on the disk before it has its name, and
    the name is before this returns."""
    if not SAFE_ID.fullmatch(webhook_id) or webhook_id.startswith("."):
        raise Bad("webhook-id is not one of noroshi's")
    path = os.path.join(directory, webhook_id + ".json")
    file, new = tempfile.mkstemp(dir=directory, prefix=".")
    try:
        with os.fdopen(file, "wb") as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        os.link(new, path)
    except FileExistsError:  # before, or by another request of this moment
        return False
    finally:
        os.unlink(new)
        sync_names(directory)
    return True


class Receiver(http.server.BaseHTTPRequestHandler):
    """One POST is one message."""

    secrets = []
    directory = "."
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self):
        try:
            length = int(self.headers.get("content-length", "-1"))
        except ValueError:
            length = -1
        if not 0 <= length <= BODY_MAX:
            self.close_connection = True
            self.answer(413 if length > BODY_MAX else 411)
            return
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            webhook_id = verify(self.secrets, headers, body)
            message = json.loads(body)
            if not isinstance(message, dict):
                raise Bad("not a JSON object")
            new = keep(self.directory, webhook_id, body)
        except (Bad, ValueError) as why:
            print(f"refused: {why}", file=sys.stderr, flush=True)
            # 401, not 400: noroshi tries again until your secrets are right.
            self.answer(401)
            return
        except OSError as why:
            print(f"not kept: {why}", file=sys.stderr, flush=True)
            self.answer(503)
            return
        if new:
            print(json.dumps({"id": webhook_id, "mode": mode_of(message),
                              "type": message.get("type", ""),
                              "subject": message.get("subject", "")},
                             ensure_ascii=False), flush=True)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


def listen(args, secrets):
    os.makedirs(args.dir, exist_ok=True)
    Receiver.secrets = secrets
    Receiver.directory = args.dir
    with http.server.ThreadingHTTPServer(("127.0.0.1", args.port),
                                         Receiver) as server:
        print(f"listening on 127.0.0.1:{server.server_address[1]}",
              file=sys.stderr, flush=True)
        server.serve_forever()


def verify_file(args, secrets):
    with (sys.stdin.buffer if args.body == "-"
          else open(args.body, "rb")) as file:
        body = file.read()
    headers = {"webhook-id": args.id, "webhook-timestamp": args.timestamp,
               "webhook-signature": args.signature}
    now = int(args.now) if args.now else None
    print("verified:", verify(secrets, headers, body, now))


def main():
    parser = argparse.ArgumentParser(
        description="Receive and verify noroshi's webhooks.")
    parser.add_argument("--secrets", required=True, metavar="FILE",
                        help="one whsec_... a line")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("verify", help="one body and its headers")
    one.add_argument("--id", required=True)
    one.add_argument("--timestamp", required=True)
    one.add_argument("--signature", required=True)
    one.add_argument("--now", help="seconds since 1970 to judge the time by")
    one.add_argument("body", metavar="BODY", help="a file, - for stdin")
    serve = commands.add_parser("listen", help="keep what comes, each once")
    serve.add_argument("--port", type=int, default=8080, help="0: a free one")
    serve.add_argument("--dir", default="received", help="where it is kept")
    args = parser.parse_args()
    try:
        secrets = load_secrets(args.secrets)
        (listen if args.command == "listen" else verify_file)(args, secrets)
    except Bad as why:
        print(f"refused: {why}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as why:
        print(f"{parser.prog}: {why}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
