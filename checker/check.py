#!/usr/bin/env python3
"""Checks exported tasks without any code of the program that made them.

    python3 checker/check.py tasks.jsonl [--tools tools.json] [--json]

Every rule here is written from docs/format.md alone, for Python 3.11 and its standard library, so that an error in the
program's own evaluator, reader or gate does not hide itself. What a JSONL row cannot show is listed under NOT_CHECKED.
The exit code is 0 when no check failed, 1 when one did, 2 when the input could not be read.
"""

import argparse
import json
import re
import sys
from collections import defaultdict

import hashing
from form import form_nodes, inputs, nodes, normal, written_out
from question import expressed, leaks, same_words
from text import quoted
from values import Failed, Tie, canonical_text, calls_of, close, evaluate, is_number, number_of, pointer, resolve, same
from values import unrounded

SCHEMA = 1
CHECKS = ["entailed", "executable", "closed", "minimal", "unique", "not_leaked", "faithful", "new"]
FIELDS = set(
    "schema id question spans answer toolset domains seed_entity exemplars form rounds evidence derivation "
    "logical_form certificate topology provenance".split()
)
# Tasks derived by a model need not pass these: their certificate records them, it does not rest on them.
RECORDED_ONLY = {"executable", "closed", "minimal", "faithful"}
# Operators that choose among values: what they choose from stays visible by construction.
SELECTIONS = {"pick", "top", "filter", "at", "item", "extreme", "median", "if", "greater", "intersect", "count"}

NOT_CHECKED = [
    "2 executable: nothing is run; the recorded observations are taken as what the tools return",
    "2 executable: topology.kinds, purity and shape, since rows do not say which tools retrieve",
    "3 closed: that the phrase for an enumerated value is the tool author's; that a default is what the tool does",
    "4 minimal: values without a recorded meaning are compared only within one field of one tool, or when six "
    "significant digits agree; combinations of two values by an operator are not tried; nor are lists, truth values, "
    "years, whole numbers up to 12 and values that an operator selects from",
    "5 unique: names against the whole table of a world; the meaning of the order of a list; agreement of rounded "
    "intermediates; methods that other tools of the toolset might use",
    "6 not leaked: numbers spelled out in words",
    "7 faithful: the sentence between the spans; only spans, form and derivation are compared",
    "8 new: other files; paraphrases of one derivation with other constants",
]


class Row:
    """A row with its calls by id and the schemas of its tools by name."""

    def __init__(self, data, library):
        self.data, self.id, self.question = data, data["id"], data["question"]
        self.spans, self.certificate = data["spans"], data["certificate"]
        self.derivation, self.answer = data["derivation"], data["answer"]
        self.calls = {}
        for number, call in enumerate(data["evidence"], 1):
            if call["id"] != f"c{number}":
                raise Failed(f"call {number} is numbered {call['id']}")
            self.calls[call["id"]] = call
        inline = [t for t in data.get("tools") or [] if isinstance(t, dict)]
        self.tools = dict(library) | {t["name"]: t for t in map(function, inline)}
        self.path = closure(self.derivation, self.calls)
        derived = self.certificate.get("model_derived") or {}
        engine = data["provenance"]["engine"]
        # A hybrid row is one of a model only where the model's wording was kept.
        self.by_model = engine == "llm" or engine == "hybrid" and bool(derived)
        self.support = derived.get("support", [])
        self.unchecked = derived.get("derivation") == "unchecked"

    def value(self, call):
        """What a call returned; a call that failed has no value."""
        outcome = self.calls[call]["outcome"] if call in self.calls else {}
        if outcome.get("status") != "ok":
            raise Failed(f"{call} has no value")
        return outcome["value"]

    def eval(self, expr):
        return evaluate(expr, self.value)

    def expressions(self):
        """The derivation and the derived sources of the calls that it rests on."""
        yield self.derivation
        for call in self.path:
            for source in self.calls[call]["sources"].values():
                if "derived" in source:
                    yield source["derived"]

    def without_schema(self):
        """Whether a tool of the path has no schema here."""
        return any(self.calls[call]["tool"] not in self.tools for call in self.path)

    def enumerates(self, value, sem):
        """Whether a value is one of a closed vocabulary; without schemas the meaning has to be believed."""
        enums = [v for t in self.tools.values() for p in properties(t).values() for v in p.get("enum", ())]
        return any(same(value, v) for v in enums) or (self.without_schema() and sem.startswith("category:"))

    def literals(self):
        """Every constant the answer rests on, as (value, meaning, where)."""
        for call in self.path:
            for name, source in self.calls[call]["sources"].items():
                if "literal" in source:
                    yield self.calls[call]["args"].get(name), source["literal"], f"{call}.{name}"
        for expr in self.expressions():
            for node, _ in nodes(expr):
                if "literal" in node:
                    yield node["literal"], node["sem"], "the derivation"


def function(tool):
    """The bare function schema, whether or not it is wrapped the way chat endpoints want it."""
    return tool.get("function", tool)


def ordinal(call):
    return int(call[1:])


def closure(expr, calls):
    """The calls an expression rests on, transitively, in call order."""
    todo, found = list(calls_of(expr)), set()
    while todo:
        call = todo.pop()
        if call not in found:
            if call not in calls:
                raise Failed(f"there is no call {call}")
            found.add(call)
            todo.extend(inputs(calls[call]))
    return sorted(found, key=ordinal)


def entailed(row):
    """The derivation, evaluated on the recorded observations, is the answer; a quote stands where it is said to."""
    for atom in row.support:
        at = pointer(row.value(atom["call"]), atom["path"])
        quote = atom.get("quote")
        if quote and at[quote["start"] : quote["end"]] != quote["text"]:
            yield f"{atom['call']}{atom['path']} does not read `{quote['text']}` there"
    if len(row.support) == 1 and row.support[0].get("quote"):
        given, words = row.answer.get("value"), row.support[0]["quote"]["text"].strip()
        if words != given and not (is_number(given) and float(words.replace(",", "")) == given):
            yield f"the quote is `{words}`, the answer is {given}"
        return
    value, exact = row.eval(row.derivation), unrounded(row.derivation, row.value)
    if not close(exact, row.certificate["unrounded"]):
        yield f"the derivation gives {exact} before rounding, the certificate {row.certificate['unrounded']}"
    yield from typed(row.answer, value, exact, row.derivation)


def typed(answer, value, exact, expr):
    """What is wrong with a typed answer to a derivation of this value."""
    kind = answer["type"]
    op = expr.get("op")
    if kind == "mapping":
        labels = expr.get("labels", [])
        if op != "mapping" or sorted(answer["entries"]) != sorted(labels):
            yield "the labels of the answer are not those of the derivation"
            return
        for label, part in zip(labels, expr["args"]):
            for reason in typed(answer["entries"][label], value[label], exact[label], part):
                yield f"{label}: {reason}"
    elif kind == "number":
        if not is_number(value) or not close(value, answer["value"]):
            yield f"the derivation gives {value}, the answer is {answer['value']}"
            return
        decimals, tolerance = answer.get("decimals"), answer["tolerance"]
        if op == "round":
            if decimals != expr["decimals"]:
                yield f"the derivation rounds to {expr['decimals']} decimals, the answer has {decimals}"
            if abs(exact - value) > 0.5 * 10.0 ** -expr["decimals"] * (1 + 1e-9) + 1e-9 * abs(value):
                yield f"{exact} does not round to {value}"
            expr = expr["args"][0]
        if expr.get("op") == "convert" and answer.get("unit", "") != expr["to"]:
            yield f"the derivation converts to {expr['to']}, the answer is in `{answer.get('unit', '')}`"
        whole = float(answer["value"]).is_integer()
        limit = 10.0**-decimals if decimals is not None else 0.5 if whole else 0.01 * abs(value)
        if not 0 <= tolerance <= limit * (1 + 1e-9):
            yield f"a tolerance of {tolerance} accepts more than the question asks for"
    elif kind in ("list", "set"):
        items = answer["items"]
        texts = [v if isinstance(v, str) else canonical_text(v) for v in value] if isinstance(value, list) else None
        if texts is None or (items != texts if kind == "list" else set(items) != set(texts)):
            yield f"the derivation gives {value}, the answer is {items}"
    elif kind in ("text", "date", "boolean"):
        wanted = bool if kind == "boolean" else str
        if not isinstance(value, wanted) or value != answer["value"]:
            yield f"the derivation gives {value}, the answer is {answer['value']}"
        elif kind == "date" and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            yield f"{value} is not an ISO 8601 date"
    else:
        yield f"there is no answer of type {kind}"


def executable(row):
    """The calls can be made in order, each argument from what was seen before, by someone who has the toolset."""
    if row.certificate["path"] != row.path:
        yield f"the derivation rests on {row.path}, the certified path is {row.certificate['path']}"
    for name, call in row.calls.items():
        for used in inputs(call):
            if used not in row.calls or ordinal(used) >= ordinal(name):
                yield f"{name} takes an argument from {used}, which is not an earlier call"
    for name in row.path:
        call = row.calls[name]
        if call["outcome"]["status"] != "ok":
            yield f"{name} is on the path and failed"
        if call["tool"] not in row.data["toolset"]:
            yield f"{name} calls {call['tool']}, which is not in the toolset"
        for param, source in call["sources"].items():
            if "derived" in source:
                value = row.eval(source["derived"])
                if not close(value, call["args"].get(param)):
                    yield f"{name}.{param} is {call['args'].get(param)}, its source gives {value}"
    yield from call_graph(row)


def call_graph(row):
    """What is wrong with the recorded call graph of the path."""
    graph, index = row.data["topology"], {call: i for i, call in enumerate(row.path)}
    edges = sorted((index[used], i) for call, i in index.items() for used in inputs(row.calls[call]))
    if graph["tools"] != [row.calls[call]["tool"] for call in row.path]:
        yield "topology.tools are not the tools of the path"
    if sorted(map(tuple, graph["edges"])) != edges:
        yield f"topology.edges are {graph['edges']}, the path has {edges}"
    level = []
    for i in range(len(row.path)):
        level.append(max((level[a] + 1 for a, b in edges if b == i), default=0))
    depth, width = len(set(level)), max((level.count(x) for x in level), default=0)
    if (graph["depth"], graph["width"]) != (depth, width):
        yield f"topology says depth {graph['depth']} and width {graph['width']}, the path has {depth} and {width}"


def closed(row):
    """Every argument and every constant comes from the question or from an observation."""
    good = []
    for span in row.spans:
        reason = misread(span, row)
        if reason:
            yield reason
        else:
            good.append(span)
    counts = {"literal": 0, "derived": 0}
    for name in row.path:
        call = row.calls[name]
        for param in sorted(call["args"].keys() | call["sources"].keys()):
            source = call["sources"].get(param)
            if source is None or param not in call["args"] or len(source) != 1 or not source.keys() <= counts.keys():
                yield f"{name}.{param} has no argument or no source"
            else:
                counts[next(iter(source))] += 1
        yield from against_schema(name, call, row.tools.get(call["tool"]))
    for value, _, where in row.literals():
        if not any(same(value, span["value"]) for span in good):
            yield f"no span of the question gives {value} for {where}"
    for kind, count in counts.items():
        if row.certificate[f"{kind}_arguments"] != count:
            yield f"the path has {count} {kind} arguments, the certificate says {row.certificate[f'{kind}_arguments']}"


def misread(span, row):
    """Why a span does not say its constant, or None."""
    start, end, text, value = span["start"], span["end"], span["text"], span["value"]
    if not 0 <= start < end <= len(row.question) or row.question[start:end] != text:
        return f"the question does not read `{text}` at {start}..{end}"
    if not text.strip():
        return f"the span at {start} is empty"
    # A truth value or an enumerated word is expressed by a phrase of the tool's author, which rows do not carry.
    if isinstance(value, bool) or row.enumerates(value, span["sem"]):
        return None
    return None if expressed(text, value, span["sem"]) else f"`{text}` does not read as {value} ({span['sem']})"


def properties(tool):
    return tool.get("parameters", {}).get("properties", {})


def against_schema(name, call, tool):
    """Arguments that the tool's schema does not allow; nothing when there is no schema."""
    if tool is None:
        return
    known = properties(tool)
    for param, value in call["args"].items():
        if param not in known:
            yield f"{call['tool']} has no parameter {param} ({name})"
        elif "enum" in known[param] and not any(same(value, v) for v in known[param]["enum"]):
            yield f"{name}.{param} is {value}, not one of {known[param]['enum']}"
    for param in tool.get("parameters", {}).get("required", ()):
        if param not in call["args"]:
            yield f"{name} leaves out {param}, which {call['tool']} requires"


def minimal(row):
    """No call of the path can be left out: without it neither its value nor the answer is in sight.

    A row records meanings of constants, not of output fields. Two values certainly have the same meaning when they come
    from one field of one tool; beyond that only agreement in six significant digits counts, so that two unrelated
    quantities that happen to be equal are no failure.
    """
    if row.certificate["path"] != row.path:
        yield f"the derivation rests on {row.path}, the certified path is {row.certificate['path']}"
    recorded = [ablation["call"] for ablation in row.certificate["ablations"]]
    if sorted(recorded, key=ordinal) != row.path:
        yield f"the ablations cover {recorded}, the path is {row.path}"
    targets, text = taken(row), row.answer["type"] == "text" and bool({"get", "quote"} & row.derivation.keys())
    quotes = [node for expr in row.expressions() for node, _ in nodes(expr) if "quote" in node]
    for name in row.path if text or row.answer["type"] in ("number", "mapping") else ():
        gone = {name}
        for call in row.path:
            if inputs(row.calls[call]) & gone:
                gone.add(call)
        atoms = [(None, value) for span in row.spans for _, value in scalars(span["value"])]
        for call in row.path:
            if call not in gone:
                atoms += [((row.calls[call]["tool"], p), v) for p, v in scalars(row.value(call))]
                atoms += stated(row, call, quotes)
        for origins, field, value, what in targets:
            if name in origins and any(gives_away(field, value, *atom, text) for atom in atoms):
                yield f"without {name}, {what} {value} is still in sight"


def taken(row):
    """What the derivation takes from calls, and the answer: (calls it rests on, field or None, value, description)."""
    found = []
    for expr in row.expressions():
        for node, above in nodes(expr):
            if "quote" in node and not SELECTIONS.intersection(above):
                field = (row.calls[node["quote"]]["tool"], f"{node['path']}#{node['name']}")
                found.append(([node["quote"]], field, row.eval(node), "the quoted value"))
            calls = [node["get"]] if "get" in node else node.get("calls", [])
            if not SELECTIONS.intersection(above):
                for call in calls:
                    field = (row.calls[call]["tool"], general(node["path"]))
                    found.append(([call], field, resolve(row.value(call), node["path"]), "the value taken from it,"))
    entries = row.derivation["args"] if row.derivation.get("op") == "mapping" else [row.derivation]
    for entry in entries:
        if not any(node.get("op") in SELECTIONS for node, _ in nodes(entry)):
            found.append((closure(entry, row.calls), None, unrounded(entry, row.value), "the answer"))
    return found


def stated(row, call, quotes):
    """What the text of a call says of the values that are quoted from texts of the same tool."""
    for node in quotes:
        if row.calls[node["quote"]]["tool"] == row.calls[call]["tool"]:
            try:
                text = pointer(row.value(call), node["path"])
                yield (row.calls[call]["tool"], f"{node['path']}#{node['name']}"), quoted(text, node)[1]
            except Failed:
                pass


def gives_away(field, value, other_field, other, text):
    """Whether seeing `other` is seeing `value`."""
    if isinstance(value, str):
        return text and field is not None and field == other_field and value == other
    if not is_number(value) or not is_number(other) or not close(value, other):
        return False
    if float(value).is_integer() and (abs(value) <= 12 or 1500 <= value <= 2100):
        return False
    return (field is not None and field == other_field) or significant_digits(value) >= 6


def general(path):
    """A path with row indices replaced by `*`: the field, whatever the row."""
    return re.sub(r"/\d+(?=/|$)", "/*", path)


def scalars(value, path=""):
    """Every scalar of an observation with its field."""
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else (("*", v) for v in value):
            yield from scalars(inner, f"{path}/" + key.replace("~", "~0").replace("/", "~1"))
    else:
        yield general(path), value


def significant_digits(x):
    return len(f"{abs(x):.15g}".split("e")[0].replace(".", "").strip("0"))


def unique(row):
    """No tie, no rounding on the edge, and no aggregate over a part of what there is."""
    rests_on = set()
    for expr in row.expressions():
        try:
            row.eval(expr)
        except Tie as tie:
            yield f"tie between {tie}"
        for node, _ in nodes(expr):
            if "get" in node and "/*" in node["path"]:
                rests_on.add(node["get"])
            if not row.by_model and "get" in node and re.search(r"/\d+(?=/|$)", node["path"]):
                yield from numbered(row, node)
            if node.get("op") == "round":
                yield from on_the_edge(row.eval(node["args"][0]), node["decimals"])
    declared = set(row.certificate["complete"])
    for call in sorted(rests_on | declared, key=ordinal):
        if row.calls.get(call, {}).get("outcome", {}).get("complete") is not True:
            yield f"the answer rests on all of {call}, which is not complete"
        if call not in declared:
            yield f"the answer rests on all of {call}, which the certificate does not list as complete"


def numbered(row, node):
    """A row that is addressed by its number has to be the only one that names an argument of the call."""
    match = re.search(r"/(0|[1-9]\d*)(?=/|$)", node["path"])
    rows = pointer(row.value(node["get"]), node["path"][: match.start()])
    args = [v for v in row.calls[node["get"]]["args"].values() if isinstance(v, str)]
    named = [
        index
        for index, item in enumerate(rows if isinstance(rows, list) else [])
        if isinstance(item, dict) and any(v in args for v in item.values() if isinstance(v, str))
    ]
    if isinstance(rows, list) and named != [int(match.group(1))]:
        yield f"{node['get']}{node['path']} takes a row that no argument names, or not alone"


def on_the_edge(x, decimals):
    """Rounding that the last digits of a double decide."""
    scaled = abs(number_of(x)) * 10.0**decimals
    if abs(scaled % 1 - 0.5) <= 1e-6 * min(1.0, scaled):
        yield f"{x} is at a rounding boundary for {decimals} decimals"


def not_leaked(row):
    """An open answer does not stand in the question; the candidates of a choice may."""
    offered = candidates(row.derivation)
    exact = unrounded(row.derivation, row.value)
    for value in open_values(row.answer) + ([exact] if is_number(exact) else []):
        chosen = len(offered) >= 2 and any(same(value, v) or same_words(value, v) for v in offered)
        if not chosen and leaks(value, row.question, row.spans):
            yield f"the answer {value} stands in the question"


def open_values(answer):
    """The parts of an answer that a question may not contain."""
    kind = answer["type"]
    if kind == "mapping":
        return [v for part in answer["entries"].values() for v in open_values(part)]
    if kind in ("list", "set"):
        return list(answer["items"])
    return [] if kind == "boolean" else [answer["value"]]


def candidates(expr):
    """The constants that an expression may evaluate to or choose from."""
    if "literal" in expr:
        return expr["literal"] if isinstance(expr["literal"], list) else [expr["literal"]]
    op, args = expr.get("op"), expr.get("args", [])
    if op in ("pick", "top", "filter", "at", "item", "extreme", "intersect"):
        args = args[:1]
    elif op == "if":
        args = args[1:]
    elif op not in ("list", "mapping"):
        args = []
    return [v for arg in args for v in candidates(arg)]


def faithful(row):
    """The form is the derivation written out, and the spans are the form's constants, no more and no less."""
    form = written_out(row.derivation, row.calls)
    if canonical_text(form) != canonical_text(row.data["logical_form"]):
        yield "the logical form is not the derivation written out over the evidence"
    literals = [node for node in form_nodes(row.data["logical_form"]) if "literal" in node]
    constants = [(canonical_text(node["literal"]), node["sem"]) for node in literals]
    said = [(canonical_text(span["value"]), span["sem"]) for span in row.spans]
    for value, sem in sorted(set(constants) - set(said)):
        yield f"no span says {value} ({sem})"
    for value, sem in sorted(set(said) - set(constants)):
        yield f"the span for {value} ({sem}) is no constant of the form"
    order = sorted((span["start"], span["end"]) for span in row.spans)
    for (_, end), (start, _) in zip(order, order[1:]):
        if start < end:
            yield f"two spans overlap at {start}"
    if row.certificate["readings"] != 1:
        yield f"the question has {row.certificate['readings']} readings"


def skeleton(row):
    """The question with its spans replaced by their meanings, and the constants in the order of the spans."""
    text, at, constants = [], 0, []
    for span in sorted(row.spans, key=lambda span: span["start"]):
        text += [row.question[at : span["start"]], "{", span["sem"], "}"]
        constants.append(canonical_text(span["value"]))
        at = span["end"]
    return "".join(text) + row.question[at:], tuple(constants)


class New:
    """The rows seen so far, reduced to what a later row is compared with."""

    def __init__(self):
        self.ids, self.forms, self.keys, self.buckets = set(), {}, {}, defaultdict(list)

    def against(self, row):
        """Why a row is not new: the same derivation as an earlier one, or nearly the same question."""
        text, key = canonical_text(normal(row.data["logical_form"])), row.certificate["key"]
        if row.id in self.ids:
            yield "the id is used twice"
        if text in self.forms:
            yield f"the same derivation and constants as {self.forms[text]}"
        elif key in self.keys:
            yield f"another derivation than {self.keys[key]}, but the same key"
        if hashing.blake3(text.encode()).hex()[:32] != key:
            yield "the key is not the hash of the normal form"
        self.ids.add(row.id)
        self.forms.setdefault(text, row.id)
        self.keys.setdefault(key, row.id)
        masked, constants = skeleton(row)
        # At most a fifth may differ, so of one block more than that at least one block is equal in both.
        blocks, near = len(constants) // 5 + 1, {}
        for block in range(blocks):
            bucket = self.buckets[masked, block, constants[block::blocks]]
            for other, values in bucket:
                shared = sum(a == b for a, b in zip(constants, values))
                if 5 * shared >= 4 * len(constants):
                    near[other] = shared
            bucket.append((row.id, constants))
        for other, shared in near.items():
            yield f"the skeleton of {other} and {shared} of its {len(constants)} constants"


class Result:
    """What came out, check by check."""

    def __init__(self):
        self.rows, self.bare, self.skipped, self.failures = 0, 0, defaultdict(int), []

    def fail(self, row, check, reasons):
        self.failures += [(self.rows, row, check, reason) for reason in reasons]

    def counts(self):
        """Rows passed, failed and not held to each check."""
        for check in CHECKS:
            failed = len({number for number, _, name, _ in self.failures if name == check})
            skipped = self.skipped[check]
            yield check, {"passed": self.rows - failed - skipped, "failed": failed, "skipped": skipped}

    def not_checked(self):
        missing = f"3 closed: the schemas of the tools of {self.bare} rows, which do not contain them (use --tools)"
        return NOT_CHECKED + ([missing] if self.bare else [])


def check_rows(rows, library=()):
    """Runs every check on parsed rows, one row at a time."""
    result, seen = Result(), New()
    for data in rows:
        result.rows += 1
        name = data.get("id") if isinstance(data, dict) else f"row {result.rows}"
        try:
            if data["schema"] != SCHEMA:
                raise Failed(f"schema {data['schema']}, this checker knows {SCHEMA}")
            if FIELDS - data.keys():
                raise Failed(f"it has no {', '.join(sorted(FIELDS - data.keys()))}")
            row = Row(data, dict(library))
        except Exception as error:  # A row that cannot be read has passed nothing, and says so once for each check.
            for check in CHECKS:
                result.fail(name, check, [f"cannot be read: {described(error)}"])
            continue
        result.bare += row.without_schema()
        for check in CHECKS:
            if row.by_model and (check in RECORDED_ONLY or row.unchecked and check != "new"):
                result.skipped[check] += 1
            else:
                result.fail(name, check, run(check, row, seen))
    return result


def run(check, row, seen):
    """The reasons for which a row fails a check."""
    reasons = []
    # Which row is new is decided after the others are certified, so a certificate need not claim it.
    if check != "new" and not row.by_model and check not in row.certificate["passed"]:
        reasons.append("the certificate does not claim it")
    try:
        for reason in seen.against(row) if check == "new" else globals()[check](row):
            reasons.append(reason)
    except Exception as error:  # Malformed content is a failure of the row, never of the checker.
        reasons.append(described(error))
    return reasons


def described(error):
    return str(error) if isinstance(error, Failed) else f"{type(error).__name__}: {error}"


def read_rows(path):
    """The rows of a JSONL file, one by one; numbers outside the reals are refused."""

    def refuse(name):
        raise ValueError(f"{name} is not a JSON number")

    with open(path, encoding="utf-8") if path != "-" else sys.stdin as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line, parse_constant=refuse)


def read_tools(path):
    """Function schemas by name, from a JSON list, a JSON object of them, or JSONL."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        tools = json.loads(text)
    except ValueError:
        tools = [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(tools, dict) and not {"function", "parameters"} & tools.keys():
        return {name: function(tool) for name, tool in tools.items()}
    return {t["name"]: t for t in map(function, tools if isinstance(tools, list) else [tools])}


def print_text(result):
    print(f"{result.rows} rows")
    for number, (check, count) in enumerate(result.counts(), 1):
        extra = f", {count['skipped']} model-derived not held to it" if count["skipped"] else ""
        print(f"{number} {check:<11} {count['passed']} passed, {count['failed']} failed{extra}")
    if result.failures:
        print(f"failures ({min(len(result.failures), 20)} of {len(result.failures)}):")
    for _, row, check, reason in result.failures[:20]:
        print(f"  {row}: {CHECKS.index(check) + 1} {check}: {reason}")
    print("not checked:")
    for line in result.not_checked():
        print(f"  {line}")


def print_json(result):
    failures = [{"row": row, "check": check, "reason": reason} for _, row, check, reason in result.failures]
    whole = {"rows": result.rows, "checks": dict(result.counts()), "failures": failures}
    print(json.dumps(whole | {"not_checked": result.not_checked()}, indent=2))


def main(argv=None):
    parser = argparse.ArgumentParser(description="Checks exported tasks from their JSONL alone (docs/format.md).")
    parser.add_argument("tasks", nargs="?", default="-", help="exported JSONL; - or nothing reads standard input")
    parser.add_argument("--tools", help="tool schemas, when rows name their tools instead of containing them")
    parser.add_argument("--json", action="store_true", help="print the result, all failures included, as JSON")
    options = parser.parse_args(argv)
    try:
        library = read_tools(options.tools) if options.tools else {}
        result = check_rows(read_rows(options.tasks), library)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"cannot read the input: {error}", file=sys.stderr)
        return 2
    if not result.rows:
        print("cannot read the input: it has no rows", file=sys.stderr)
        return 2
    print_json(result) if options.json else print_text(result)
    return 1 if result.failures else 0


if __name__ == "__main__":
    sys.exit(main())
