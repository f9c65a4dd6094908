#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Make notices from real CISA advisories (CSAF 2.0), for `make demo CORPUS=`.

usage: csaf_to_notice.py CORPUS OUT COUNT

Reads the CISA advisories that CORPUS/STREAM.tsv lists in the order of their
publication, takes COUNT of them evenly over the years and writes
OUT/csaf-<nnn>-<class>.json. The class says what expected.tsv expects: medical
(ICSMA: PRIORITY to medical), power (CVSS >= 9: PRIORITY to power), routine (all
others: ROUTINE to power). Nothing of the corpus is kept.
"""
import json
import os
import pathlib
import re
import sys

TITLE_MAX = 200
TEXT_MAX = 4000
CRITICAL = 9.0
TLP = {"WHITE": "CLEAR"}


def cut(text, limit):
    """At most limit bytes of UTF-8, never half a character."""
    return text.encode()[:limit].decode("utf-8", "ignore")


def line(text, limit=TITLE_MAX):
    return cut(" ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split()),
               limit)


def block(text):
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", " ", text)
    return cut(text.replace("\r\n", "\n").replace("\r", "\n").strip(), TEXT_MAX)


def cpes(branches):
    for branch in branches:
        helper = branch.get("product", {}).get(
            "product_identification_helper", {})
        if "cpe" in helper:
            yield helper["cpe"]
        yield from cpes(branch.get("branches", []))


def score_of(vulnerability):
    """(score, vector) of the highest CVSS 3 score given."""
    found = [(s["cvss_v3"].get("baseScore", 0.0),
              s["cvss_v3"].get("vectorString", ""))
             for s in vulnerability.get("scores", []) if "cvss_v3" in s]
    return max(found, default=(0.0, ""))


def vulns(document):
    names = sorted(set(cpes(document.get("product_tree", {})
                            .get("branches", []))))[:50]
    for vulnerability in document.get("vulnerabilities", [])[:50]:
        score, vector = score_of(vulnerability)
        entry = {"cvss_score_x10": round(score * 10), "cvss_vector": vector,
                 "cpe": names}
        if re.fullmatch(r"CVE-\d{4}-\d{4,}", vulnerability.get("cve", "")):
            entry["cve"] = vulnerability["cve"]
        yield {key: value for key, value in entry.items() if value}


def countermeasures(document):
    seen = []
    for vulnerability in document.get("vulnerabilities", []):
        for remedy in vulnerability.get("remediations", []):
            text = block(remedy.get("details", ""))
            if text and text not in seen:
                seen.append(text)
    return [{"text": text} for text in seen[:10]]


def summary(document):
    for note in document["document"].get("notes", []):
        if note.get("category") in ("summary", "description"):
            return block(note["text"])
    for vulnerability in document.get("vulnerabilities", []):
        for note in vulnerability.get("notes", []):
            return block(note["text"])
    return line(document["document"]["title"])


def class_of(document):
    if document["document"]["tracking"]["id"].startswith("ICSMA"):
        return "medical"
    scores = [score_of(v)[0] for v in document.get("vulnerabilities", [])]
    return "power" if max(scores, default=0.0) >= CRITICAL else "routine"


def notice(document, kind):
    head = document["document"]
    label = head["distribution"]["tlp"]["label"]
    advice = countermeasures(document)
    made = {
        "stream": "NISC_PROVISION", "source_row": "PUBLIC_INFO",
        "item_type": "BC2", "lang": "en", "tlp": TLP.get(label, label),
        "urgency": "ROUTINE" if kind == "routine" else "PRIORITY",
        "sectors": ["medical" if kind == "medical" else "power"],
        "title": line(f"{head['tracking']['id']}: {head['title']}"),
        "summary": summary(document),
        "vulns": list(vulns(document)),
        "references": [
            {"title": line(r["summary"]), "url": r["url"]}
            for r in head.get("references", [])
            if r.get("category") == "self"
            and re.fullmatch(r"https://[!-~]{1,400}", r["url"])],
    }
    if advice:
        made["countermeasures"] = advice
    else:
        made["no_countermeasure"] = True
    return made


def published(corpus):
    """The advisories, oldest first."""
    with open(corpus / "STREAM.tsv", encoding="utf-8") as stream:
        for row in stream:
            file = row.split("\t")[2]
            if re.fullmatch(r"csaf/cisa/.*/ics[^/]*\.json", file):
                yield corpus / file


def main():
    if len(sys.argv) != 4:
        print("usage: csaf_to_notice.py CORPUS OUT COUNT", file=sys.stderr)
        return 2
    corpus, count = pathlib.Path(sys.argv[1]), int(sys.argv[3])
    files = list(published(corpus))
    if len(files) < count:
        print(f"{corpus}: {len(files)} advisories, {count} wanted",
              file=sys.stderr)
        return 1
    os.makedirs(sys.argv[2], exist_ok=True)
    for i in range(count):
        path = files[i * len(files) // count]
        document = json.loads(path.read_text(encoding="utf-8"))
        kind = class_of(document)
        out = pathlib.Path(sys.argv[2], f"csaf-{i + 1:03d}-{kind}.json")
        out.write_text(json.dumps(notice(document, kind), ensure_ascii=False,
                                  indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
