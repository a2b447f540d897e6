"""What an oracle is, and how its golden file is written.

An oracle computes the value of one tool with a library that the tool does not use, or, where no library has the formula,
from the publication that the oracle names. It says how to draw arguments, adds edge cases, and raises `Refused` where the
quantity does not exist: the tool must then refuse the call too.
"""

import importlib.metadata
import json
import math
import random


class Refused(Exception):
    """The quantity is undefined for these arguments."""


def refuse_if(condition):
    if condition:
        raise Refused


class Oracle:
    def __init__(self, tool, source, value, args, edges, n, rel, abs_):
        self.tool, self.source, self.value = tool, source, value
        self.args, self.edges, self.n, self.rel, self.abs = args, edges, n, rel, abs_

    def draws(self):
        """Arguments: each edge case over a random draw, then random draws."""
        for i in range(len(self.edges) + self.n):
            r = random.Random(f"{self.tool}/{i}")
            drawn = self.args(r) if callable(self.args) else {k: s(r) for k, s in self.args.items()}
            if i < len(self.edges):
                edge = self.edges[i]
                drawn = {**drawn, **(edge if isinstance(edge, dict) else {})}
            yield drawn

    def rows(self):
        for args in self.draws():
            row = {"tool": self.tool, "args": args}
            try:
                expected = self.value(**args)
                row["expect"] = {f"/{key}": plain(value) for key, value in expected.items()}
                row |= {"rel": self.rel, "abs": self.abs}
            except Refused:
                row["refused"] = True
            except Exception as error:
                error.add_note(f"{self.tool}({args})")
                raise
            row["oracle"] = self.source
            yield row


class Domain:
    """The oracles of one domain, and the golden file they write."""

    def __init__(self, name):
        self.name, self.oracles = name, []

    def oracle(self, tool, source, args, edges=(), n=12, rel=1e-7, abs_=1e-9):
        """Registers a function from arguments to a dict of expected values.

        `source` is `library:function`, whose version is looked up, or the publication. `args` maps each parameter to a
        sampler, or is a function of the random stream for arguments that depend on each other.
        """

        def register(value):
            self.oracles.append(Oracle(tool, versioned(source), value, args, edges, n, rel, abs_))
            return value

        return register

    def write(self, directory):
        rows = [row for oracle in self.oracles for row in oracle.rows()]
        path = directory / f"{self.name}.jsonl"
        text = "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
        path.write_text(text, encoding="utf-8")
        return len(self.oracles), len(rows)


def versioned(source):
    library, colon, function = source.partition(":")
    if not colon or " " in library:
        return source
    if library == "python":
        return f"Python standard library, {function}"
    return f"{library} {importlib.metadata.version(library)}, {function}"


def plain(value):
    """The value as JSON; fractional numbers to twelve digits, so that platforms agree on the file."""
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"the oracle gives {value}")
    if number == int(number) and abs(number) < 1e15:
        return int(number)
    return float(f"{number:.12g}")


# Samplers: functions of a random stream.


def num(low, high, digits=2):
    return lambda r: round(r.uniform(low, high), digits)


def log(low, high, digits=4):
    """Positive numbers over several orders of magnitude, with so many significant digits."""
    return lambda r: float(f"{math.exp(r.uniform(math.log(low), math.log(high))):.{digits}g}")


def whole(low, high):
    return lambda r: r.randint(low, high)


def one(*values):
    return lambda r: r.choice(values)


def flag():
    return lambda r: r.random() < 0.5


def many(sampler, low, high):
    return lambda r: [sampler(r) for _ in range(r.randint(low, high))]


def letters(alphabet, low, high):
    return lambda r: "".join(r.choice(alphabet) for _ in range(r.randint(low, high)))


def date(low=1900, high=2100):
    import datetime

    first, last = datetime.date(low, 1, 1).toordinal(), datetime.date(high, 12, 31).toordinal()
    return lambda r: datetime.date.fromordinal(r.randint(first, last)).isoformat()
