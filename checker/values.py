"""The derivation language: paths, operators, units and canonical JSON, as docs/format.md defines them."""

import datetime
import json
import math
import re

# Symbol: (dimension, factor, offset); base = factor * x + offset. Yard and pound of 1959, ISO 80000 for the rest.
UNITS = {
    "m": ("length", 1.0, 0.0),
    "km": ("length", 1000.0, 0.0),
    "cm": ("length", 0.01, 0.0),
    "mm": ("length", 0.001, 0.0),
    "mi": ("length", 1609.344, 0.0),
    "nmi": ("length", 1852.0, 0.0),
    "ft": ("length", 0.3048, 0.0),
    "in": ("length", 0.0254, 0.0),
    "km2": ("area", 1e6, 0.0),
    "m2": ("area", 1.0, 0.0),
    "ha": ("area", 1e4, 0.0),
    "mi2": ("area", 2589988.110336, 0.0),
    "kg": ("mass", 1.0, 0.0),
    "g": ("mass", 1e-3, 0.0),
    "mg": ("mass", 1e-6, 0.0),
    "lb": ("mass", 0.45359237, 0.0),
    "s": ("time", 1.0, 0.0),
    "min": ("time", 60.0, 0.0),
    "h": ("time", 3600.0, 0.0),
    "days": ("time", 86400.0, 0.0),
    "degC": ("temperature", 1.0, 0.0),
    "degF": ("temperature", 5.0 / 9.0, -160.0 / 9.0),
    "kPa": ("pressure", 1.0, 0.0),
    "mmHg": ("pressure", 0.133322387415, 0.0),
    "Da": ("molecular mass", 1.0, 0.0),
    "kDa": ("molecular mass", 1000.0, 0.0),
    "L": ("volume", 1.0, 0.0),
    "mL": ("volume", 1e-3, 0.0),
    "deg": ("angle", 1.0, 0.0),
    "rad": ("angle", 57.29577951308232, 0.0),
    "EUR": ("euro", 1.0, 0.0),
    "k EUR": ("euro", 1e3, 0.0),
    "M EUR": ("euro", 1e6, 0.0),
    "USD": ("US dollar", 1.0, 0.0),
    "M USD": ("US dollar", 1e6, 0.0),
    "%": ("share", 1.0, 0.0),
    "years": ("years", 1.0, 0.0),
    "months": ("months", 1.0, 0.0),
}


class Failed(Exception):
    """A value that does not exist, or a row that breaks a rule, in a sentence."""


class Tie(Failed):
    """Two values that must differ are equal."""


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number_of(value):
    if not is_number(value):
        raise Failed(f"{value!r} is not a number")
    return float(value)


def list_of(value):
    if not isinstance(value, list):
        raise Failed(f"{value!r} is not a list")
    return value


def canonical(value):
    """A value with 5.0 written as 5."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Failed("not a finite number")
        return int(value) if value.is_integer() and abs(value) < 2.0**53 else value
    if isinstance(value, list):
        return [canonical(v) for v in value]
    return {k: canonical(v) for k, v in value.items()} if isinstance(value, dict) else value


def canonical_text(value):
    """Canonical JSON: sorted keys, no spaces, no escapes but the necessary ones, shortest numbers."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{text_of(k)}:{canonical_text(value[k])}" for k in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical_text, value)) + "]"
    value = canonical(value)
    return shortest(value) if isinstance(value, float) else text_of(value)


def text_of(value):
    return json.dumps(value, ensure_ascii=False)


def shortest(x):
    """Shortest round-trip decimal, with an exponent below 1e-5 (where Python's repr differs) and from 1e16 on."""
    mantissa, _, exponent = repr(x).partition("e")
    if not exponent:
        return mantissa
    exponent, digits = int(exponent), mantissa.replace(".", "").replace("-", "")
    if exponent == -5:
        return ("-" if x < 0 else "") + "0.0000" + digits
    return f"{mantissa}e{exponent:+}" if exponent > 0 else f"{mantissa}e{exponent}"


def same(a, b):
    """Equality of JSON values; 5 and 5.0 are one number, true is none."""
    if is_number(a) and is_number(b):
        return float(a) == float(b)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and a == b


def close(a, b):
    """Equality up to 1e-9 relative in every number: what differing order of operations may cost."""
    if is_number(a) and is_number(b):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(close, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(close(a[k], b[k]) for k in a)
    return same(a, b)


def order(a, b):
    """-1, 0 or 1 for two numbers, two texts or two truth values; None for anything else."""
    if is_number(a) and is_number(b):
        a, b = float(a), float(b)
    elif type(a) is not type(b) or not isinstance(a, (str, bool)):
        return None
    return (a > b) - (a < b)


def pointer(value, path):
    """The value at an RFC 6901 pointer."""
    if path and not path.startswith("/"):
        raise Failed(f"`{path}` is not a pointer")
    for part in path.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and re.fullmatch(r"0|[1-9]\d*", part) and int(part) < len(value):
            value = value[int(part)]
        else:
            raise Failed(f"nothing at {path}")
    return value


def resolve(value, path):
    """The value at a path, in which each segment `*` stands for every element of a list."""
    head, star, tail = path.partition("/*")
    value = pointer(value, head)
    return [resolve(item, tail) for item in list_of(value)] if star else value


def calls_of(expr):
    """The calls that an expression reads."""
    if "literal" in expr:
        return
    if "get" in expr:
        yield expr["get"]
    elif "quote" in expr:
        yield expr["quote"]
    elif "each" in expr:
        yield from calls_of(expr["each"])
        yield from expr["calls"]
    else:
        for arg in expr["args"]:
            yield from calls_of(arg)


def evaluate(expr, value):
    """An expression over observations; `value` gives the observation of a call."""
    if "literal" in expr:
        return expr["literal"]
    if "get" in expr:
        return resolve(value(expr["get"]), expr["path"])
    if "quote" in expr:
        return quotation(expr, value)
    if "each" in expr:
        if len(list_of(evaluate(expr["each"], value))) != len(expr["calls"]):
            raise Failed("an each with too few or many calls")
        return [resolve(value(call), expr["path"]) for call in expr["calls"]]
    args = [evaluate(arg, value) for arg in expr["args"]]
    operator = OPERATORS.get(expr["op"])
    if operator is None:
        raise Failed(f"there is no operator {expr['op']}")
    arity, apply = operator
    if arity is not None and len(args) != arity:
        raise Failed(f"{expr['op']} takes {arity} operands, not {len(args)}")
    try:
        return canonical(apply(expr, *args))
    except (ZeroDivisionError, OverflowError) as error:
        raise Failed(f"{expr['op']}: not a finite number") from error


def quotation(expr, value):
    """The value of a quote, whose words must stand where it says, and nowhere else by its own rule."""
    from text import quoted

    text, span = pointer(value(expr["quote"]), expr["path"]), expr["span"]
    place, found = quoted(text, expr)
    if place != (span["start"], span["end"]) or text[span["start"] : span["end"]] != span["text"]:
        raise Failed(f"{expr['quote']}{expr['path']} does not read `{span['text']}` at {span['start']}..{span['end']}")
    return found


def unrounded(expr, value):
    """The value before the question's rounding: without the outermost `round`, in each entry of a mapping too."""
    if expr.get("op") == "round":
        return evaluate(expr["args"][0], value)
    if expr.get("op") == "mapping":
        return {label: unrounded(arg, value) for label, arg in zip(expr["labels"], expr["args"])}
    return evaluate(expr, value)


# The operators: each takes the expression (for its options) and its evaluated operands.


def numbers(values):
    found = [number_of(v) for v in list_of(values)]
    if not found:
        raise Failed("an aggregate of an empty list")
    return found


def total(values):
    """Left to right, as the definition says; Python's own sum compensates in later versions."""
    result = 0.0
    for x in numbers(values):
        result += x
    return result


def median(_, values):
    ranked = sorted(numbers(values))
    mid = len(ranked) // 2
    return ranked[mid] if len(ranked) % 2 else (ranked[mid - 1] + ranked[mid]) / 2.0


def extreme(expr, values):
    if not list_of(values):
        raise Failed("extreme of an empty list")
    best = values[0]
    for value in values[1:]:
        if order(value, best) == (1 if expr["end"] == "largest" else -1):
            best = value
    return best


def ranked_pairs(expr, keys, values):
    """(key, value) pairs, best first, equal values in their order."""
    if len(list_of(keys)) != len(list_of(values)):
        raise Failed(f"{expr['op']}: keys and values differ in length")
    if any(order(a, b) is None for a, b in zip(values, values[1:])):
        raise Failed(f"{expr['op']}: values that do not compare")
    if expr["end"] not in ("largest", "smallest"):
        raise Failed(f"{expr['op']}: no end {expr['end']}")
    number = is_number(values[0]) if values else False
    ranked = sorted(enumerate(values), key=lambda p: float(p[1]) if number else p[1], reverse=expr["end"] == "largest")
    return [(keys[i], v) for i, v in ranked]


def pick(expr, keys, values):
    pairs, index = ranked_pairs(expr, keys, values), expr["rank"] - 1
    if not 0 <= index < len(pairs):
        raise Failed("pick: the rank is beyond the list")
    for (key, value), (other, next_value) in zip(pairs[: index + 1], pairs[1:]):
        if same(value, next_value):
            raise Tie(f"{key} and {other}")
    return pairs[index][0]


def top(expr, keys, values):
    pairs, count = ranked_pairs(expr, keys, values), expr["count"]
    if not 0 < count <= len(pairs):
        raise Failed("top: the list is too short")
    for (a, x), (b, y) in zip(pairs[:count], pairs[1:]):
        if same(x, y):
            raise Tie(f"{a} and {b}")
    return [key for key, _ in pairs[:count]]


def keep(expr, keys, values, threshold):
    if len(list_of(keys)) != len(list_of(values)):
        raise Failed("filter: keys and values differ in length")
    orders = [order(v, threshold) for v in values]
    if None in orders:
        raise Failed("filter: values that do not compare with the threshold")
    wanted = {"above": 1, "below": -1, "equals": 0}[expr["cmp"]]
    return [key for key, found in zip(keys, orders) if found == wanted]


def at(_, values, keys, key):
    found = [v for k, v in zip(list_of(keys), list_of(values)) if order(k, key) == 0]
    if not found:
        raise Failed(f"at: nothing for {key}")
    if len(found) > 1:
        raise Tie(f"two places of {key}")
    if len(keys) != len(values):
        raise Failed("at: keys and values differ in length")
    return found[0]


def item(expr, values):
    if not 0 <= expr["index"] < len(list_of(values)):
        raise Failed(f"nothing at index {expr['index']}")
    return values[expr["index"]]


def intersect(_, a, b):
    list_of(b)
    return [x for x in list_of(a) if any(same(x, y) for y in b)]


def greater(_, a, b):
    found = order(a, b)
    if found is None:
        raise Failed("greater: operands that do not compare")
    if found == 0:
        raise Tie(f"{a} and {b}")
    return found > 0


def choose(_, condition, a, b):
    if not isinstance(condition, bool):
        raise Failed("if: the condition is not a truth value")
    return a if condition else b


def date(value):
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise Failed(f"{value!r} is not a date")
    try:
        return datetime.date.fromisoformat(value)
    except ValueError as error:
        raise Failed(f"{value!r} is not a date") from error


def convert(expr, x):
    source, target = UNITS.get(expr["from"]), UNITS.get(expr["to"])
    if not source or not target or source[0] != target[0]:
        raise Failed(f"convert: no way from {expr['from']} to {expr['to']}")
    return (number_of(x) * source[1] + source[2] - target[2]) / target[1]


def round_half_away(expr, x):
    x, scale = number_of(x), 10.0 ** expr["decimals"]
    rounded = math.floor(abs(x) * scale + 0.5) / scale
    return -rounded if x < 0 else rounded


def mapping(expr, *values):
    if len(expr["labels"]) != len(values):
        raise Failed("mapping: labels and operands differ in number")
    return dict(zip(expr["labels"], values))


# Name: (number of operands, or None for any, function).
OPERATORS = {
    "list": (None, lambda e, *items: list(items)),
    "subtract": (2, lambda e, a, b: number_of(a) - number_of(b)),
    "difference": (2, lambda e, a, b: abs(number_of(a) - number_of(b))),
    "divide": (2, lambda e, a, b: number_of(a) / number_of(b)),
    "percent_of": (2, lambda e, a, b: 100.0 * number_of(a) / number_of(b)),
    "percent_change": (2, lambda e, a, b: 100.0 * (number_of(b) - number_of(a)) / abs(number_of(a))),
    "sum": (1, lambda e, values: total(values)),
    "mean": (1, lambda e, values: total(values) / len(values)),
    "median": (1, median),
    "range": (1, lambda e, values: max(numbers(values)) - min(numbers(values))),
    "extreme": (1, extreme),
    "count": (1, lambda e, items: len(list_of(items))),
    "pick": (2, pick),
    "top": (2, top),
    "filter": (3, keep),
    "at": (3, at),
    "item": (1, item),
    "intersect": (2, intersect),
    "greater": (2, greater),
    "if": (3, choose),
    "days_between": (2, lambda e, a, b: abs((date(b) - date(a)).days)),
    "year_of": (1, lambda e, day: date(day).year),
    "convert": (1, convert),
    "round": (1, round_half_away),
    "mapping": (None, mapping),
}
