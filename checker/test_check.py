"""Good rows pass; each corrupted row fails the check it is meant for.

python3 -m unittest discover checker
"""

import contextlib
import copy
import io
import json
import math
import tempfile
import unittest

import check
import fixture
import hashing
from question import expressed, leaks
from text import quoted
from values import Failed, Tie, canonical_text, evaluate


def failed(rows):
    """The checks that fail on these rows."""
    return {name for _, _, name, _ in check.check_rows(rows).failures}


def renamed(row, name):
    row["id"] = name
    return row


def reworded(row, old, new):
    """Replaces words outside the spans, and moves the spans that follow."""
    at = row["question"].index(old)
    row["question"] = row["question"].replace(old, new, 1)
    for span in row["spans"]:
        if span["start"] >= at + len(old):
            span["start"] += len(new) - len(old)
            span["end"] += len(new) - len(old)


# Corruptions: check, row, what to do with it. Each is an error that a faulty engine or exporter could make.


def put(path, value):
    """Sets what stands at a path of keys and indices."""

    def change(row):
        *inner, last = path
        for key in inner:
            row = row[key]
        row[last] = value(row[last]) if callable(value) else value

    return change


def respan(index, text=None, value=None):
    """Writes another text or value into a span, and the question accordingly."""

    def change(row):
        span = row["spans"][index]
        if text is not None:
            q, growth = row["question"], len(text) - len(span["text"])
            row["question"] = q[: span["start"]] + text + q[span["end"] :]
            for other in row["spans"]:
                if other["start"] > span["start"]:
                    other["start"] += growth
                    other["end"] += growth
            span["text"], span["end"] = text, span["end"] + growth
        if value is not None:
            span["value"] = value

    return change


def extra_call(row):
    """A call on the certified path that feeds nothing."""
    call = copy.deepcopy(row["evidence"][1]) | {"id": "c4"}
    row["evidence"].append(call)
    row["certificate"]["path"].append("c4")


def mention_population(row):
    row["question"] = "The census counts 184,211 people. " + row["question"]
    for span in row["spans"]:
        span["start"] += 34
        span["end"] += 34
    span = {"start": 18, "end": 25, "text": "184,211", "value": 184211, "sem": "count:person"}
    row["spans"].insert(0, span)


def same_population_elsewhere(row):
    """The second year shows the population of the first: nobody needs the first call."""
    row["evidence"][1]["outcome"]["value"]["history"] = 1
    row["evidence"][1]["outcome"]["value"]["population"] = row["evidence"][0]["outcome"]["value"]["population"]


def tied(row):
    row["evidence"][2]["outcome"]["value"]["elevation"] = 1045


def unrounded_edge(row):
    row["evidence"][0]["outcome"]["value"]["bmi"] = 25.875
    row["certificate"]["unrounded"]["body mass index"] = 25.875


def drop_span(index):
    return lambda row: row["spans"].pop(index)


SECOND, DOCUMENT = ["derivation", "args", 0, "args", 1], ["evidence", 1, "outcome", "value"]
CORRUPTIONS = [
    ("entailed", fixture.density, put(["answer", "value"], 1891.4)),
    ("entailed", fixture.density, put(["certificate", "unrounded"], 1891.3)),
    ("entailed", fixture.density, put(["answer", "tolerance"], 5.0)),
    ("entailed", fixture.density, put(["answer", "decimals"], 2)),
    ("entailed", fixture.highest, put(["answer", "value"], "Ostmere")),
    ("entailed", fixture.highest, put(["derivation", "rank"], 2)),
    ("entailed", fixture.large_companies, put(["answer", "items"], ["Halvorsen Marine"])),
    ("entailed", fixture.two_measures, put(["answer", "entries", "mean", "value"], 3.2)),
    ("entailed", fixture.mean_height, put(["answer", "unit"], "m")),
    ("entailed", fixture.density, put(["evidence", 2, "outcome", "value", "area"], 97.5)),
    ("entailed", fixture.captains, put([*SECOND, "span", "start"], lambda at: at + 1)),
    ("entailed", fixture.captains, put([*SECOND, "span", "text"], "1,215")),
    ("entailed", fixture.captains, put([*SECOND, "by", "between", 1, 1], " ships")),
    ("entailed", fixture.captains, put([*SECOND, "as"], "date")),
    ("entailed", fixture.captains, put([*DOCUMENT, "text"], lambda text: text.replace("1,214", "1,215"))),
    ("unique", fixture.captains, put([*DOCUMENT, "text"], lambda text: text + " It operates 77 tugs.")),
    ("unique", fixture.captains, put(["evidence", 0, "outcome", "value", "results", 1, "company"], fixture.NAME)),
    ("unique", fixture.captains, put(["evidence", 0, "outcome", "value", "results", 0, "company"], "Other")),
    ("minimal", fixture.captains, put(["evidence", 0, "outcome", "value", "ratio"], 311 / 1214)),
    ("faithful", fixture.captains, put([*SECOND, "name"], "vessels")),
    ("executable", fixture.captains, put([*SECOND, "quote"], "c9")),
    ("executable", fixture.density, put(["evidence", 2, "args", "city"], "Ostmere")),
    ("executable", fixture.density, put(["evidence", 2, "sources", "city", "derived", "get"], "c3")),
    ("executable", fixture.density, put(["certificate", "path"], ["c3"])),
    ("executable", fixture.density, put(["toolset"], ["company_profile"])),
    ("executable", fixture.mean_height, put(["evidence", 2, "sources", "patient", "derived", "index"], 2)),
    ("executable", fixture.highest, put(["evidence", 0, "outcome"], {"status": "error", "error": {}})),
    ("executable", fixture.mean_height, put(["topology", "edges"], [[0, 1], [0, 2]])),
    ("closed", fixture.density, lambda row: row["evidence"][2]["sources"].clear()),
    ("closed", fixture.density, put(["spans", 0, "start"], 63)),
    ("closed", fixture.large_companies, drop_span(1)),
    ("closed", fixture.large_companies, respan(1, text="50,000")),
    ("closed", fixture.two_measures, respan(0, text="82 pounds")),
    ("closed", fixture.two_measures, respan(2, text="1.2, 3.4 and 6")),
    ("closed", fixture.mean_height, respan(1, text="15 March 2024")),
    ("closed", fixture.large_companies, put(["evidence", 0, "args", "sector"], "mining")),
    ("closed", fixture.two_measures, lambda row: row["evidence"][0]["args"].pop("height")),
    ("closed", fixture.mean_height, put(["certificate", "literal_arguments"], 5)),
    ("minimal", fixture.density, extra_call),
    ("minimal", fixture.density, mention_population),
    ("minimal", fixture.population_change, same_population_elsewhere),
    ("minimal", fixture.density, put(["certificate", "ablations"], [{"call": "c3", "atoms": 1}])),
    ("unique", fixture.highest, tied),
    ("unique", fixture.large_companies, put(["evidence", 0, "outcome", "complete"], False)),
    ("unique", fixture.mean_height, put(["evidence", 0, "outcome", "complete"], False)),
    ("unique", fixture.large_companies, put(["certificate", "complete"], [])),
    ("unique", fixture.two_measures, unrounded_edge),
    ("not_leaked", fixture.density, lambda row: reworded(row, "Round", "It is not 1,891.30. Round")),
    (
        "not_leaked",
        fixture.large_companies,
        lambda row: reworded(row, "Which companies", "As pelagos  FREIGHT, which firms"),
    ),
    ("not_leaked", fixture.two_measures, lambda row: reworded(row, "What are", "Not 3.150, what are")),
    ("not_leaked", fixture.density, put(["answer"], {"type": "text", "value": "Halvorsen Marine"})),
    ("faithful", fixture.density, put(["logical_form", "args", 0, "op"], "subtract")),
    ("faithful", fixture.highest, put(["logical_form", "end"], "smallest")),
    ("faithful", fixture.mean_height, put(["logical_form", "args", 0, "to"], "in")),
    ("faithful", fixture.highest, drop_span(0)),
    ("faithful", fixture.highest, put(["spans", 0, "sem"], "entity:company")),
    ("faithful", fixture.two_measures, lambda row: row["spans"].append(dict(row["spans"][0]))),
    (
        "faithful",
        fixture.large_companies,
        lambda row: row["spans"].append({"start": 0, "end": 5, "text": "Which", "value": "Which", "sem": "text:word"}),
    ),
    ("faithful", fixture.density, put(["certificate", "readings"], 2)),
    ("new", fixture.density, put(["certificate", "key"], "0" * 32)),
    ("new", fixture.large_companies, put(["logical_form", "args", 2, "literal"], 6000)),
]


class GoodRows(unittest.TestCase):
    def test_all_checks_pass(self):
        result = check.check_rows(json.loads(json.dumps(fixture.rows())))
        self.assertEqual(result.failures, [])
        for _, count in result.counts():
            self.assertEqual(count, {"passed": len(fixture.rows()), "failed": 0, "skipped": 0})

    def test_schemas_by_reference(self):
        rows = fixture.rows()
        for row in rows:
            del row["tools"]
        result = check.check_rows(rows, {t["function"]["name"]: t["function"] for t in fixture.TOOLS})
        self.assertEqual((result.failures, result.bare), ([], 0))
        # Without schemas less is checked, and the report says so.
        result = check.check_rows(rows)
        self.assertEqual((result.failures, result.bare), ([], len(rows)))

    def test_model_derived_rows_are_held_to_four_checks(self):
        row = fixture.density()
        row["provenance"]["engine"] = "llm"
        row["certificate"]["passed"] = []
        row["spans"] = []
        result = check.check_rows([row])
        self.assertEqual((result.failures, dict(result.skipped)), ([], dict.fromkeys(check.RECORDED_ONLY, 1)))

    def test_hybrid_rows_are_held_to_four_checks_only_where_a_model_worded_them(self):
        row = fixture.density()
        row["provenance"]["engine"] = "hybrid"
        self.assertEqual(sum(check.check_rows([row]).skipped.values()), 0)
        row["certificate"]["readings"] = 0
        self.assertIn("faithful", failed([row]))
        row["certificate"]["model_derived"] = {"derivation": "computed", "support": []}
        result = check.check_rows([row])
        self.assertEqual((result.failures, dict(result.skipped)), ([], dict.fromkeys(check.RECORDED_ONLY, 1)))

    def test_quotes_stand_where_they_are_said_to(self):
        row = fixture.density()
        row["provenance"]["engine"] = "llm"
        call = next(c for c in row["evidence"] if c["id"] == row["certificate"]["path"][0])
        call["outcome"]["value"]["note"] = "Built by Ines Größ in 1874."
        row["answer"] = {"type": "text", "value": "Ines Größ"}
        quote = {"start": 9, "end": 18, "text": "Ines Größ"}
        support = [{"call": call["id"], "path": "/note", "quote": quote}]
        row["certificate"]["model_derived"] = {"derivation": "quoted", "support": support}
        self.assertNotIn("entailed", failed([row]))
        for corrupt in [
            lambda r: r["answer"].update(value="Ines"),
            lambda r: r["certificate"]["model_derived"]["support"][0]["quote"].update(start=8),
            lambda r: r["certificate"]["model_derived"]["support"][0].update(path="/notes"),
        ]:
            other = copy.deepcopy(row)
            corrupt(other)
            self.assertIn("entailed", failed([other]))

    def test_unchecked_claims_are_counted_as_such(self):
        row = fixture.density()
        row["provenance"]["engine"] = "llm"
        row["answer"]["value"] = 1
        row["certificate"]["model_derived"] = {"derivation": "unchecked", "support": []}
        result = check.check_rows([row])
        self.assertEqual((result.failures, sum(result.skipped.values())), ([], len(check.CHECKS) - 1))


class CorruptedRows(unittest.TestCase):
    def test_each_corruption_fails_its_check(self):
        for number, (name, make, corrupt) in enumerate(CORRUPTIONS):
            with self.subTest(number=number, check=name, row=make.__name__):
                row = copy.deepcopy(make())
                corrupt(row)
                self.assertIn(name, failed([row]))

    def test_every_check_is_corrupted_at_least_twice(self):
        for name in check.CHECKS:
            self.assertGreaterEqual(sum(name == c for c, _, _ in CORRUPTIONS), 2, name)

    def test_the_same_derivation_twice(self):
        other = renamed(fixture.density(), "t9")
        reworded(other, "What is", "Tell me")
        self.assertEqual(failed([fixture.density(), other]), {"new"})
        self.assertIn("new", failed([fixture.density(), fixture.density()]))

    def test_commutative_operands_do_not_make_a_derivation_new(self):
        a, b = fixture.population_change(), renamed(fixture.population_change(), "t9")
        for row in (a, b):
            row["logical_form"] = row["logical_form"]["args"][0] | {"op": "difference"}
        b["logical_form"]["args"].reverse()
        self.assertIn(
            "the same derivation and constants as t6", [reason for *_, reason in check.check_rows([a, b]).failures]
        )

    def test_nearly_the_same_question(self):
        def with_names(name, names):
            row = renamed(fixture.highest(), name)
            row["question"], row["spans"] = "", []
            for n in names:
                start = len(row["question"])
                row["spans"].append({"start": start, "end": start + 1, "text": n, "value": n, "sem": "entity:city"})
                row["question"] += n + " "
            return check.Row(row | {"certificate": row["certificate"] | {"key": name}}, {})

        near = check.New()
        list(near.against(with_names("a", "ABCDE")))
        self.assertIn("the skeleton of a and 4 of its 5 constants", list(near.against(with_names("b", "ABXDE"))))
        self.assertFalse([r for r in near.against(with_names("c", "XYCDE")) if "skeleton" in r])

    def test_other_constants_are_new(self):
        other = fixture.population_change("t9", "Brenholt", (2014, 2020), (181350, 184275))
        self.assertEqual(failed([fixture.population_change(), other]), set())

    def test_malformed_rows_fail_everything_and_stop_nothing(self):
        broken = fixture.density()
        del broken["certificate"]
        for bad in (
            broken,
            {},
            [],
            7,
            fixture.density() | {"schema": 2},
            fixture.density() | {"derivation": get_of("c9")},
        ):
            result = check.check_rows([bad, fixture.highest()])
            self.assertEqual([c["failed"] for _, c in result.counts()], [1] * 8, bad if isinstance(bad, int) else "")

    def test_unclaimed_check_fails(self):
        row = fixture.density()
        row["certificate"]["passed"].remove("minimal")
        self.assertEqual(failed([row]), {"minimal"})


def get_of(call):
    return {"get": call, "path": ""}


def run(op, *values, **options):
    args = [{"literal": v, "sem": "number"} for v in values]
    return evaluate({"op": op, **options, "args": args}, None)


class Operators(unittest.TestCase):
    def test_values(self):
        for expected, op, values, options in [
            ([1, "a"], "list", (1, "a"), {}),
            (-2, "subtract", (3, 5), {}),
            (2, "difference", (3, 5), {}),
            (0.6, "divide", (3, 5), {}),
            (60, "percent_of", (3, 5), {}),
            (-50, "percent_change", (-4, -6), {}),
            (6, "sum", ([1, 2, 3],), {}),
            (2, "mean", ([1, 2, 3],), {}),
            (2.5, "median", ([4, 1, 2, 3],), {}),
            (3, "range", ([4, 1, 2],), {}),
            ("2024-03-01", "extreme", (["2024-01-31", "2024-03-01"],), {"end": "largest"}),
            (0, "count", ([],), {}),
            ("b", "pick", (["a", "b", "c"], [3, 2, 2.5]), {"end": "smallest", "rank": 1}),
            (["a", "c"], "top", (["a", "b", "c"], [3, 2, 2.5]), {"end": "largest", "count": 2}),
            (["b"], "filter", (["a", "b"], [True, False], False), {"cmp": "equals"}),
            (8, "at", ([7, 8], ["x", "y"], "y"), {}),
            (8, "item", ([7, 8],), {"index": 1}),
            ([3, 1], "intersect", ([3, 2, 1], [1, 3.0]), {}),
            (True, "greater", (3, 2), {}),
            ("n", "if", (False, "y", "n"), {}),
            (366, "days_between", ("2025-01-01", "2024-01-01"), {}),
            (2024, "year_of", ("2024-03-14",), {}),
            (1.609344, "convert", (1,), {"from": "mi", "to": "km"}),
            (-3, "round", (-2.5,), {"decimals": 0}),
            (0.13, "round", (0.125,), {"decimals": 2}),
            ({"a": 1}, "mapping", (1,), {"labels": ["a"]}),
        ]:
            with self.subTest(op=op):
                self.assertEqual(run(op, *values, **options), expected)
        self.assertTrue(math.isclose(run("convert", 212, **{"from": "degF", "to": "degC"}), 100))

    def test_errors(self):
        for error, op, values, options in [
            (Failed, "divide", (1, 0), {}),
            (Failed, "sum", ([],), {}),
            (Failed, "sum", ([True],), {}),
            (Failed, "extreme", ([],), {"end": "largest"}),
            (Tie, "pick", (["a", "b"], [5, 5.0]), {"end": "largest", "rank": 1}),
            (Failed, "pick", (["a"], [5]), {"end": "largest", "rank": 2}),
            (Tie, "top", (["a", "b", "c"], [5, 4, 4]), {"end": "largest", "count": 2}),
            (Failed, "filter", (["a"], ["x"], 5), {"cmp": "above"}),
            (Tie, "at", ([7, 8], ["x", "x"], "x"), {}),
            (Failed, "at", ([7, 8], ["x", "y"], "z"), {}),
            (Failed, "item", ([7],), {"index": 1}),
            (Tie, "greater", (2, 2.0), {}),
            (Failed, "if", (1, 2, 3), {}),
            (Failed, "year_of", ("2024",), {}),
            (Failed, "convert", (1,), {"from": "km", "to": "kg"}),
            (Failed, "power", (1, 2), {}),
        ]:
            with self.subTest(op=op), self.assertRaises(error):
                run(op, *values, **options)


class Quotes(unittest.TestCase):
    CSV = 'city,people,area\r\n"Ost, Nord",12,3.5\r\nWest,8,"2"\r\n'

    def test_stretches_are_found_and_read(self):
        fleet = [["operates ", " tugs"], ["a fleet of ", " tugs"]]
        for by, reading, text, words, value in [
            ({"line": 2}, "text", "a\r\nZoë\r\nc", "Zoë", "Zoë"),
            ({"value_of": "Founded"}, "date", "x: 1\n Founded :  14 March 2004 \n", "14 March 2004", "2004-03-14"),
            ({"value_of": "staff"}, "number", "staff: 1,204 people", "1,204 people", 1204),
            ({"cell": {"row": "Ost, Nord", "column": "area"}}, "number", self.CSV, "3.5", 3.5),
            ({"cell": {"row": "West", "column": "area"}}, "number", self.CSV, "2", 2),
            ({"between": fleet}, "number", "Über: a fleet of 1,214 tugs. In all, 1,214 men.", "1,214", 1214),
            ({"between": [["On ", ", it"]]}, "date", "On March 4, 2019, it opened.", "March 4, 2019", "2019-03-04"),
            ({"between": [["led by ", " since"]]}, "text", "It is led by Ada Berg since 2009.", "Ada Berg", "Ada Berg"),
            ({"between": [["of ", " °C"]]}, "number", "a mean of −3.5 °C", "−3.5", -3.5),
        ]:
            with self.subTest(by=by):
                (start, end), found = quoted(text, {"by": by, "as": reading})
                self.assertEqual((text[start:end], found), (words, value))

    def test_what_is_not_there_once_is_refused(self):
        of = {"between": [["of ", " m"]]}
        for error, by, reading, text in [
            (Failed, {"line": 4}, "text", "a\nb"),
            (Failed, {"line": 2}, "text", "a\n"),
            (Tie, {"value_of": "a"}, "text", "a: 1\na: 2"),
            (Tie, of, "number", "of 3 m and of 4 m"),
            (Failed, of, "number", "of 3,00 m"),
            (Tie, {"cell": {"row": "a", "column": "n"}}, "text", "k,n\na,1\na,2"),
            (Failed, {"cell": {"row": "a", "column": "n"}}, "text", 'k,n\na,"1""2"'),
            (Failed, {"line": 1}, "number", "12 of 40"),
            (Failed, {"line": 1}, "date", "31 February 2020"),
            (Failed, {"word": 1}, "text", "a"),
        ]:
            with self.subTest(by=by, text=text), self.assertRaises(error):
                quoted(text, {"by": by, "as": reading})


class Words(unittest.TestCase):
    def test_renderings(self):
        for text, value, sem in [
            ("5,000", 5000, "count:employee"),
            ("82 kg", 82, "amount:mass[kg]"),
            ("4%", 4, "level:rate[%]"),
            ("−3.5", -3.5, "number"),
            ("2023", 2023, "year:fiscal"),
            ("14 March 2024", "2024-03-14", "date"),
            ("2024-03-14", "2024-03-14", "date:x"),
            ("1.2, 3.4 and 5", [1.2, 3.4, 5], "list(number)"),
            ("1,200, 3 and 5 kg", [1200, 3, 5], "list(amount:mass[kg])"),
            ("A, B and C", ["A", "B", "C"], "list(entity:x)"),
            ("1.73 m2", 1.73, "amount:area[m2]"),
            ("5 million euros", 5, "amount:money[M EUR]"),
            ("12-month", 12, "amount:duration[months]"),
        ]:
            self.assertTrue(expressed(text, value, sem), text)
        for text, value, sem in [
            ("5,00", 5000, "number"),
            ("82 pounds", 82, "amount:mass[kg]"),
            ("2,023", 2023, "year"),
            ("14 May 2024", "2024-03-14", "date"),
            ("1 and 2", [1, 2, 3], "list(number)"),
            ("brenholt", "Brenholt", "entity:city"),
            ("5 of 6", 5, "number"),
        ]:
            self.assertFalse(expressed(text, value, sem), text)

    def test_leaks(self):
        for value, question in [
            (5000, "More than 5,000?"),
            (5e6, "Of 5 million euros"),
            (5, "Of 5 million euros"),
            ("2024-03-14", "On 14 March 2024."),
            ("2024-03-14", "On March 14, 2024?"),
            ("Van der Berg", "Did van  der BERG win?"),
            (-4.5, "At −4.50 degrees"),
        ]:
            self.assertTrue(leaks(value, question, []), question)
        for value, question in [
            (50, "More than 5,050?"),
            (2, "What is it? Round to 2 decimals."),
            (2, "What is it, rounded to 2 decimals?"),
            (14, "On 14 March 2024."),
            ("Berg", "Did Bergen win?"),
            (2, "Is BRCA2 a gene?"),
            (1000, "To the nearest 1,000, what?"),
        ]:
            self.assertFalse(leaks(value, question, []), question)

    def test_a_sentence_with_a_constant_is_no_directive(self):
        question = "Give the tolls above 4,870."
        self.assertTrue(leaks(4870, question, [{"start": 21, "end": 26}]))
        self.assertFalse(leaks(4870, question, []))


class Canonical(unittest.TestCase):
    def test_text(self):
        for value, text in [
            ({"b": 5.0, "a": [1.5, 2.0]}, '{"a":[1.5,2],"b":5}'),
            (-0.0, "0"),
            (1e-5, "0.00001"),
            (1.5e-7, "1.5e-7"),
            (1e16, "1e+16"),
            (2.0**53, "9007199254740992.0"),
            ('é\n"', '"é\\n\\""'),
            (True, "true"),
            (None, "null"),
        ]:
            self.assertEqual(canonical_text(value), text)

    def test_blake3(self):
        # Inputs of the published test vectors: the bytes 0 to 250, repeated.
        for length, digest in [
            (0, "af1349b9f5f9a1a6a0404dea36dcc949"),
            (1025, "d00278ae47eb27b34faecf67b4fe263f"),
            (3000, "5fade288bf27444bee55ba2babb98c3c"),
        ]:
            self.assertEqual(hashing.blake3(bytes(i % 251 for i in range(length))).hex()[:32], digest)


class CommandLine(unittest.TestCase):
    def run_main(self, text, *options):
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = check.main([file.name, *options])
        return code, out.getvalue()

    def test_exit_codes_and_output(self):
        good = [json.dumps(row) for row in fixture.rows()]
        bad = fixture.density()
        bad["answer"]["value"] = 7
        code, out = self.run_main("\n".join(good))
        self.assertEqual(code, 0)
        self.assertIn("1 entailed    7 passed, 0 failed", out)
        self.assertIn("not checked:", out)
        code, out = self.run_main(json.dumps(bad), "--json")
        self.assertEqual(code, 1)
        self.assertEqual(json.loads(out)["checks"]["entailed"]["failed"], 1)
        for text in ("", "{", '{"a": NaN}'):
            self.assertEqual(self.run_main(text)[0], 2)


if __name__ == "__main__":
    unittest.main()
