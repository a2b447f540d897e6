"""Values in running text: where a stretch stands and what it says, as docs/format.md defines quotes."""

import datetime
import re

from values import Failed, Tie, canonical

NUMERAL = re.compile(r"[-−]?(?:[0-9]{1,3}(?:,[0-9]{3}(?![0-9]))+|[0-9]+)(?:\.[0-9]+)?")
MONTHS = "January February March April May June July August September October November December".split()
NAMES = "|".join(MONTHS)
DATES = [
    (re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])"), lambda y, m, d: (y, m, d)),
    (re.compile(rf"([0-9]{{1,2}}) ({NAMES}) ([0-9]{{4}})(?![0-9])"), lambda d, m, y: (y, MONTHS.index(m) + 1, d)),
    (re.compile(rf"({NAMES}) ([0-9]+), ([0-9]{{4}})(?![0-9])"), lambda m, d, y: (y, MONTHS.index(m) + 1, d)),
]


def quoted(text, how):
    """The one stretch that fits, as (start, end), and its value."""
    if not isinstance(text, str):
        raise Failed("a quote from what is no text")
    reading = how.get("as", "text")
    (kind, detail), *others = how["by"].items()
    if others or kind not in LOCATORS:
        raise Failed(f"there is no way to find {how['by']}")
    found = sorted({(a, b) for a, b in LOCATORS[kind](text, detail, reading) if a < b})
    if not found:
        raise Failed(f"nothing to quote for {how['by']}")
    if len(found) > 1:
        raise Tie(f"the places {found} of a quote")
    start, end = found[0]
    return (start, end), read(text[start:end], reading)


def read(words, reading):
    """What words say, from the first to the last."""
    if reading == "text":
        return words
    if reading == "number":
        match = NUMERAL.match(words)
        rest = words[match.end() :] if match else ""
        if match and (not rest or rest[0] in " %°" and not re.search(r"[0-9]", rest)):
            return number(match.group())
    elif reading == "date":
        found = date(words, 0)
        if found and found[0] == len(words):
            return found[1]
    raise Failed(f"`{words}` does not read as a {reading}")


def number(words):
    x = float(words.replace(",", "").replace("−", "-"))
    return canonical(x)


def date(text, at):
    """The date that stands at a place: where it ends, and what it is in ISO 8601."""
    for pattern, parts in DATES:
        match = pattern.match(text, at)
        if match:
            try:
                return match.end(), datetime.date(*map(int, parts(*match.groups()))).isoformat()
            except ValueError:
                return None
    return None


def lines(text):
    """Start and end of every line, without what ends it."""
    at = 0
    for line in text.split("\n"):
        yield at, at + len(line.removesuffix("\r"))
        at += len(line) + 1


def line(text, wanted, _):
    yield from [place for number, place in enumerate(lines(text), 1) if number == wanted]


def value_of(text, key, _):
    for start, end in lines(text):
        name, colon, rest = text[start:end].partition(":")
        if colon and name.strip(" \t") == key:
            value = rest.lstrip(" \t")
            begin = end - len(value)
            yield begin, begin + len(value.rstrip(" \t"))


def cell(text, wanted, _):
    header, *body = records(text)
    columns = [i for i, (_, name) in enumerate(header) if name == wanted["column"]]
    if len(columns) != 1:
        raise Tie("two columns of that name") if columns else Failed(f"no column {wanted['column']}")
    for record in body:
        if record[0][1] == wanted["row"] and len(record) > columns[0]:
            (start, end), plain = record[columns[0]]
            if text[start:end] == plain:
                yield start, end


def records(text):
    """The records of comma-separated values: for each field its place and its content."""
    found, record, at = [], [], 0
    while True:
        if text.startswith('"', at):
            close = at + 1
            while True:
                close = text.find('"', close)
                if close < 0:
                    raise Failed("a quoted cell that does not end")
                if not text.startswith('"', close + 1):
                    break
                close += 2
            place, end = (at + 1, close), close + 1
            plain = text[at + 1 : close].replace('""', '"')
        else:
            end = re.compile(r"[^,\n]*").match(text, at).end()
            if not text.startswith(",", end):
                end -= len(text[at:end]) - len(text[at:end].rstrip("\r"))
            place, plain = (at, end), text[at:end]
        record.append((place, plain))
        if text.startswith(",", end):
            at = end + 1
            continue
        found.append(record)
        ending = next((e for e in ("\r\n", "\n") if text.startswith(e, end)), "")
        at = end + len(ending)
        if not ending and text[end:] not in ("", "\r"):
            raise Failed("words after a quoted cell")
        if not ending or at == len(text):
            return found
        record = []


def between(text, pairs, reading):
    for before, after in pairs:
        at = text.find(before)
        while at >= 0:
            start = at + len(before)
            if reading == "text":
                line_end = text.find("\n", start)
                end = text.find(after, start, line_end if line_end >= 0 else len(text)) if after else -1
            elif reading == "number":
                match = NUMERAL.match(text, start)
                end = match.end() if match else -1
            else:
                end = (date(text, start) or (-1,))[0]
            if end >= 0 and text.startswith(after, end):
                yield start, end
            at = text.find(before, at + 1)


LOCATORS = {"line": line, "value_of": value_of, "cell": cell, "between": between}
