#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a recipient does with the link in a mail: open the page, confirm.

usage: confirm.py MAILS NOTICE MAILBOX RESPONSE SECONDS

Waits for the mail of NOTICE to MAILBOX in the mail sink's folder MAILS, opens
the link in its text, and posts the page's form with RESPONSE. Exit code 0 only
if the page then says that it is confirmed.
"""
import email
import email.policy
import json
import pathlib
import re
import sys
import time
import urllib.parse
import urllib.request

LINK = re.compile(r"http://127\.0\.0\.1:\d+/ack/[A-Za-z0-9_-]+")


def stored(folder, notice, mailbox):
    """The mail's file, once it is there."""
    path = folder / "index.jsonl"
    lines = path.read_text(encoding="utf-8") if path.exists() else ""
    # What has no end yet is still being written.
    for line in lines[:lines.rfind("\n") + 1].splitlines():
        entry = json.loads(line)
        if (entry["file"] and mailbox in entry["rcpt_to"]
                and entry["headers"].get("x-noroshi-id") == notice):
            return folder / entry["file"]
    return None


def wait_for(folder, notice, mailbox, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        path = stored(folder, notice, mailbox)
        if path:
            return path
        time.sleep(0.05)
    return None


def link_in(path):
    mail = email.message_from_bytes(path.read_bytes(),
                                    policy=email.policy.default)
    found = LINK.search(mail.get_body(("plain",)).get_content())
    return found[0] if found else None


def fetch(url, form=None):
    data = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(url, data, timeout=10) as answer:
        return answer.read().decode("utf-8")


def main():
    if len(sys.argv) != 6:
        print(__doc__.split("\n")[2], file=sys.stderr)
        return 2
    folder, notice, mailbox, response, seconds = sys.argv[1:]
    path = wait_for(pathlib.Path(folder), notice, mailbox, float(seconds))
    link = path and link_in(path)
    if not link:
        print(f"confirm: {'no link in the' if path else 'no'} mail to {mailbox}",
              file=sys.stderr)
        return 1
    if 'method="post"' not in fetch(link):
        print("confirm: the page has no form", file=sys.stderr)
        return 1
    return 0 if 'class="done"' in fetch(link, {"response": response}) else 1


if __name__ == "__main__":
    sys.exit(main())
