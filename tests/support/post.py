#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Post signed submissions to the producer's API, as a stubborn client would.

usage: post.py URL FOLDER PER_SECOND [ANSWERS]

Posts FOLDER/*.pb in order, at most PER_SECOND (0: as fast as it goes), without
waiting for outcomes. An error, 503 or no answer means: the same bytes again,
until they are accepted. ANSWERS gets one JSON line each: file, status, tries.
SIGTERM: the last one is still brought to its end.
"""
import http.client
import json
import pathlib
import signal
import sys
import time
import urllib.parse

ACCEPTED = (200, 202)
GIVE_UP_S = 120


class Client:
    def __init__(self, url):
        self.host = urllib.parse.urlsplit(url).netloc
        self.connection = None

    def post(self, body):
        """(status, answer); status 0: no answer."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.host,
                                                             timeout=20)
            self.connection.request(
                "POST", "/v1/submissions?wait=0", body,
                {"Content-Type": "application/protobuf"})
            response = self.connection.getresponse()
            return response.status, response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            return 0, str(error)


def post_until_accepted(client, body):
    tries, end = 0, time.monotonic() + GIVE_UP_S
    while True:
        tries += 1
        status, answer = client.post(body)
        if status in ACCEPTED or 400 <= status < 500:
            return status, answer, tries
        if time.monotonic() > end:
            return status, answer, tries
        time.sleep(0.2)


def main():
    if len(sys.argv) not in (4, 5):
        print(__doc__.split("\n")[2], file=sys.stderr)
        return 2
    client = Client(sys.argv[1])
    interval = 1 / float(sys.argv[3]) if float(sys.argv[3]) else 0
    # Line-buffered: a reader may follow it while notices are posted.
    answers = open(sys.argv[4], "w", encoding="utf-8", buffering=1) \
        if len(sys.argv) == 5 else sys.stdout
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    # At fixed phases of the wall clock, so that two loads can keep apart.
    time.sleep(interval - time.time() % interval if interval else 0)
    due, refused = time.monotonic(), 0
    for path in sorted(pathlib.Path(sys.argv[2]).glob("*.pb")):
        if stop:
            break
        time.sleep(max(0, due - time.monotonic()))
        due += interval
        status, answer, tries = post_until_accepted(client, path.read_bytes())
        refused += status not in ACCEPTED
        answers.write(json.dumps({"file": path.name, "status": status,
                                  "tries": tries, "answer": answer}) + "\n")
    answers.flush()
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
