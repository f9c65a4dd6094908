#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a power cut does to a dead broker's segments: what was not flushed is gone.

usage: power_cut.py before DATA SIZES      a cleanly stopped broker's segments
       power_cut.py cut DATA SIZES FLUSHED truncate them; prints how many bytes
                                           of each topic are gone

FLUSHED is the log of preload/flushed.c, from a start after `before`.
"""
import collections
import json
import pathlib
import sys


def segments(data):
    return [path for path in pathlib.Path(data).glob("*/*.log")
            if not path.parent.name.startswith("__cluster_metadata")]


def before(data, sizes):
    found = {str(path): path.stat().st_size for path in segments(data)}
    pathlib.Path(sizes).write_text(json.dumps(found), encoding="utf-8")


def cut(data, sizes, flushed):
    kept = json.loads(pathlib.Path(sizes).read_text(encoding="utf-8"))
    for line in pathlib.Path(flushed).read_text(encoding="utf-8").splitlines():
        size, path = line.split(" ", 1)
        kept[path] = max(kept.get(path, 0), int(size))
    gone = collections.Counter()
    for path in segments(data):
        lost = path.stat().st_size - kept.get(str(path), 0)
        if lost > 0:
            with open(path, "r+b") as file:
                file.truncate(kept.get(str(path), 0))
            gone[path.parent.name.rsplit("-", 1)[0]] += lost
    for topic, lost in sorted(gone.items()):
        print(topic, lost)


if __name__ == "__main__":
    {"before": before, "cut": cut}[sys.argv[1]](*sys.argv[2:])
