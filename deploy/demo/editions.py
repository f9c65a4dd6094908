# SPDX-License-Identifier: Apache-2.0
"""Which edition of which newsletter came to whom, and what stood in it.

config/demo/newsletters.tsv says what must come; it is written by hand.
"""
import collections
import email
import email.policy
import json
import pathlib

# What an edition is: of the window that a step closed.
Key = collections.namedtuple("Key", "window sector number label")
# What came: at whom, which titles (names of steps), the HTML if a mail.
Came = collections.namedtuple("Came", "who titles html")


def squeezed(text):
    """Mails wrap lines anywhere."""
    return "".join(text.split())


def read_titles(folder):
    """[(step, title)] in every language, the longest first: one title may
    begin another."""
    found = []
    for path in pathlib.Path(folder).glob("*.json"):
        notice = json.loads(path.read_text(encoding="utf-8"))
        for each in [notice, *notice.get("translations", [])]:
            if each.get("title"):
                found.append((path.stem, squeezed(each["title"])))
    return sorted(found, key=lambda item: -len(item[1]))


def titles_in(text, titles):
    text, found = squeezed(text), set()
    for name, title in titles:
        if title in text:
            found.add(name)
            text = text.replace(title, "")
    return found


def key_of(issue_id, label):
    window, sector, number = issue_id.rsplit(":", 2)
    return Key(window, sector, number, label.removeprefix("TLP:"))


def from_mail(path, who, titles):
    mail = email.message_from_bytes(path.read_bytes(),
                                    policy=email.policy.default)
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    return (key_of(mail["X-Noroshi-Id"], mail["X-Noroshi-TLP"]),
            Came(who, titles_in(text, titles), html))


def from_hook(body, who, titles):
    letter = json.loads(body)["newsletter"]
    text = json.dumps(letter, ensure_ascii=False)
    return (key_of(letter["issue_id"], letter["label"]),
            Came(who, titles_in(text, titles), None))


def read_expected(path, windows):
    """Key -> (titles, recipients); a step that was not played stays a step."""
    expected = {}
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            step, sector, number, label, titles, who = line.split("\t")
            key = Key(windows.get(step, step), sector, number, label)
            expected[key] = (set(titles.split()), set(who.split()))
    return expected


def judge(key, expected, came):
    """What is wrong with one edition; came: [Came]."""
    titles, recipients = expected.get(key, (set(), set()))
    name = f"{key.sector} no. {key.number} {key.label}"
    got = collections.Counter(each.who for each in came)
    for who in sorted(recipients - set(got)):
        yield f"{name}: {who} got nothing"
    for who in sorted(set(got) - recipients):
        yield f"{name}: {who} got what is not meant for it"
    for who in sorted(who for who, n in got.items() if n > 1):
        yield f"{name}: {who} got it {got[who]} times"
    for each in came:
        for title in sorted(titles - each.titles):
            yield f"{name}: {title} is missing for {each.who}"
        for title in sorted(each.titles - titles):
            yield f"{name}: {title} is not meant for {each.who}"


def report(expected, came, steps):
    """Print the table; what is wrong with any of them."""
    problems = []
    print(f"\n{'newsletter':<22} {'edition':<32} {'got':>7} what is in it")
    for key in sorted(set(expected) | set(came)):
        readers, wanted = came.get(key, []), expected.get(key, ((), ()))[1]
        titles = sorted(set().union(*(each.titles for each in readers)))
        edition = f"{key.sector} no. {key.number} TLP:{key.label}"
        print(f"{steps.get(key.window, key.window):<22} {edition:<32} "
              f"{len(readers):>3}/{len(wanted):<3} {' '.join(titles)}")
        problems += judge(key, expected, readers)
    return problems
