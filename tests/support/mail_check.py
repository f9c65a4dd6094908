#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second opinion on our mails, by Python's own parser.

mail_check.py DIR: for each DIR/N.eml, compare with N.subject, N.text, N.html
and, if it is there, N.json (what was meant, UTF-8, LF). Exit 1 and say why at the first difference.
"""
import email
import email.policy
import json
import pathlib
import sys

HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
    "Auto-Submitted", "Importance", "Content-Language", "X-Noroshi-Id",
    "X-Noroshi-Thread", "X-Noroshi-Revision", "X-Noroshi-Kind",
    "X-Noroshi-TLP", "X-Noroshi-Mode", "MIME-Version", "Content-Type",
]


def body(message, subtype):
    part = message.get_body(preferencelist=(subtype,))
    assert part["Content-Transfer-Encoding"] == "base64", subtype
    data = part.get_payload(decode=True)
    assert b"\r" not in data.replace(b"\r\n", b""), "bare CR in " + subtype
    assert b"\n" not in data.replace(b"\r\n", b""), "bare LF in " + subtype
    return data.decode("utf-8").replace("\r\n", "\n")


def check(path):
    raw = path.read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert not message.defects, message.defects
    assert message.keys() == HEADERS, message.keys()
    want = path.with_suffix(".subject").read_text("utf-8")
    assert message["Subject"] == want, (message["Subject"], want)
    assert len(message["To"].addresses) == 1
    assert len(message["From"].addresses) == 1
    outer = [p.get_content_type() for p in message.iter_parts()]
    bodies = message
    if path.with_suffix(".json").exists():
        assert outer == ["multipart/alternative", "application/json"], outer
        bodies, attached = message.iter_parts()
        assert attached.get_filename() == "noroshi.json"
        assert attached["Content-Transfer-Encoding"] == "base64"
        want = json.loads(path.with_suffix(".json").read_text("utf-8"))
        assert json.loads(attached.get_content()) == want
    parts = [p.get_content_type() for p in bodies.iter_parts()]
    assert parts == ["text/plain", "text/html"], parts
    for subtype, suffix in (("plain", ".text"), ("html", ".html")):
        want = path.with_suffix(suffix).read_text("utf-8")
        got = body(message, subtype)
        assert want in got, (subtype, got, want)
        assert "".join(got.split()).count("".join(want.split())) == 1


def main():
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*.eml"))
    for path in paths:
        try:
            check(path)
        except AssertionError as wrong:
            sys.exit(f"{path}: {wrong}")
    print(len(paths), "mails read")
    if not paths:
        sys.exit("no mail to read")


main()
