#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compare what `noroshictl --json reach` counts with what was expected.

usage: check_reach.py REACH_TSV STEP <reach.jsonl

REACH_TSV (config/demo/reach.tsv) is written by hand. Of the rows of the table,
those for all sectors together are compared; times are not. Exit code 0 only if
every count is as expected.
"""
import json
import pathlib
import sys

WORDS = ("notice_id", "stage", "sector")


def expected(path, step):
    """{stage: {count: number}}"""
    found = {}
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        if line.startswith(step + "\t"):
            _, stage, counts = line.split("\t")
            pairs = (count.split("=") for count in counts.split())
            found[stage] = {name: int(number) for name, number in pairs}
    return found


def counted(lines):
    found = {}
    for line in lines:
        row = json.loads(line)
        if "addressed" in row and not row.get("sector"):
            found[row.get("stage", "all")] = {
                name: number for name, number in row.items()
                if name not in WORDS and not name.endswith("_ms") and number}
    return found


def main():
    if len(sys.argv) != 3:
        print(__doc__.split("\n")[2], file=sys.stderr)
        return 2
    wanted, got = expected(*sys.argv[1:]), counted(sys.stdin)
    for stage in sorted(set(wanted) | set(got)):
        if wanted.get(stage) != got.get(stage):
            print(f"WRONG reach of {sys.argv[2]}, {stage}: {got.get(stage)}, "
                  f"expected {wanted.get(stage)}")
    return 0 if wanted == got and wanted else 1


if __name__ == "__main__":
    sys.exit(main())
