"""Good rows, written by hand: invented places, companies and patients, and forms that are not derived from anything.

`rows()` gives fresh copies, so that a test may corrupt one.
"""

import hashing
from form import normal
from values import canonical_text


def lit(value, sem):
    return {"literal": value, "sem": sem}


def get(call, path):
    return {"get": call, "path": path}


def apply(op, *args, **options):
    return {"op": op, **options, "args": list(args)}


def form_get(tool, path, **args):
    return {"call": {"tool": tool, "args": args}, "path": path}


def call(number, tool, args, sources, value, complete=True, round=1):
    outcome = {"status": "ok", "value": value, "complete": complete}
    return {"id": f"c{number}", "round": round, "tool": tool, "args": args, "sources": sources, "outcome": outcome}


def said(text, value, sem):
    """A piece of a question that expresses a constant."""
    return (text, value, sem)


def tool(name, required, **properties):
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {"type": "function", "function": {"name": name, "description": f"Tool {name}.", "parameters": schema}}


TEXT, NUMBER = {"type": "string", "description": "A name."}, {"type": "number", "description": "A number."}
SECTORS = {"type": "string", "description": "A sector.", "enum": ["shipping", "dairy"]}
TOOLS = [
    tool("company_profile", ["company"], company=TEXT),
    tool("city_profile", ["city"], city=TEXT, year={"type": "integer", "description": "A year."}),
    tool("companies_in_sector", ["sector"], sector=SECTORS),
    tool("body_mass_index", ["weight", "height"], weight=NUMBER, height=NUMBER),
    tool("patient_findings", ["patient"], patient=TEXT),
    tool("admissions", ["hospital", "from"], hospital=TEXT, **{"from": TEXT}),
    tool("search_company_documents", ["query"], query=TEXT),
    tool("open_company_document", ["document"], document=TEXT),
    tool("weighted_mean", ["values"], values={"type": "array", "items": {"type": "number"}, "description": "Numbers."}),
]


def row(name, pieces, answer, calls, derivation, form, unrounded, path, edges, depth, width, complete=()):
    question, spans = "", []
    for piece in pieces:
        if isinstance(piece, tuple):
            text, value, sem = piece
            spans.append(
                {"start": len(question), "end": len(question) + len(text), "text": text, "value": value, "sem": sem}
            )
            piece = text
        question += piece
    used = [c for c in calls if c["id"] in path]
    sources = [next(iter(s)) for c in used for s in c["sources"].values()]
    return {
        "schema": 1,
        "id": name,
        "question": question,
        "spans": spans,
        "answer": answer,
        "toolset": [t["function"]["name"] for t in TOOLS],
        "tools": TOOLS,
        "domains": ["general"],
        "seed_entity": {"entity": "company", "name": "Halvorsen Marine"},
        "exemplars": ["general-1"],
        "form": "lookup",
        "rounds": [{"round": 1, "step": "start", "question": question, "answer": "…"}],
        "evidence": calls,
        "derivation": derivation,
        "logical_form": form,
        "certificate": {
            "path": path,
            "unrounded": unrounded,
            "literal_arguments": sources.count("literal"),
            "derived_arguments": sources.count("derived"),
            "ablations": [{"call": c, "atoms": 1} for c in path],
            "complete": list(complete),
            "readings": 1,
            "key": hashing.blake3(canonical_text(normal(form)).encode()).hex()[:32],
            "skeleton": "",
            "passed": ["entailed", "executable", "closed", "minimal", "unique", "not_leaked", "faithful"],
        },
        "topology": {
            "tools": [c["tool"] for c in used],
            "kinds": "R" * len(used),
            "edges": edges,
            "depth": depth,
            "width": width,
            "purity": "pure_r",
            "shape": "",
        },
        "provenance": {
            "engine": "symbolic",
            "seed": 1,
            "episode": 0,
            "world_seed": 1,
            "world": "w",
            "pool": "p",
            "version": "0.1.0",
        },
    }


COMPANY, CITY, NAME = "entity:company", "entity:city", "Halvorsen Marine"


def density():
    """get, a derived argument, divide, round; and a failed call off the path."""
    failed = call(1, "city_profile", {"city": NAME}, {"city": {"literal": CITY}}, None)
    failed["outcome"] = {"status": "error", "error": {"kind": "not_found", "message": "There is no such city."}}
    calls = [
        failed,
        call(
            2,
            "company_profile",
            {"company": NAME},
            {"company": {"literal": COMPANY}},
            {"name": NAME, "city": "Brenholt", "founded": "1961-05-02", "headcount": 6120},
        ),
        call(
            3,
            "city_profile",
            {"city": "Brenholt"},
            {"city": {"derived": get("c2", "/city")}},
            {"name": "Brenholt", "population": 184211, "area": 97.4, "elevation": 312},
            round=2,
        ),
    ]
    where = form_get("company_profile", "/city", company=lit(NAME, COMPANY))
    form = apply(
        "round",
        apply(
            "divide", form_get("city_profile", "/population", city=where), form_get("city_profile", "/area", city=where)
        ),
        decimals=1,
    )
    return row(
        "t1",
        [
            "What is the population per square kilometre of the city where ",
            said(NAME, NAME, COMPANY),
            " has its headquarters? Round to 1 decimal.",
        ],
        {"type": "number", "value": 1891.3, "decimals": 1, "tolerance": 0.05},
        calls,
        apply("round", apply("divide", get("c3", "/population"), get("c3", "/area")), decimals=1),
        form,
        184211 / 97.4,
        ["c2", "c3"],
        [[0, 1]],
        2,
        1,
    )


def highest():
    """each over a written list, pick; the answer is one of the candidates."""
    names, heights = ["Brenholt", "Castrum Vale", "Ostmere"], [312, 1045.0, 88]
    calls = [
        call(i, "city_profile", {"city": n}, {"city": {"literal": CITY}}, {"name": n, "elevation": h})
        for i, (n, h) in enumerate(zip(names, heights), 1)
    ]
    listed = apply("list", *[lit(n, CITY) for n in names])
    each = {"each": listed, "calls": ["c1", "c2", "c3"], "param": "city", "path": "/elevation"}
    written = {"each": listed, "call": {"tool": "city_profile", "args": {"city": {"item": True}}}, "path": "/elevation"}
    return row(
        "t2",
        [
            "Which lies highest: ",
            said(names[0], names[0], CITY),
            ", ",
            said(names[1], names[1], CITY),
            " or ",
            said(names[2], names[2], CITY),
            "?",
        ],
        {"type": "text", "value": "Castrum Vale", "of": "city"},
        calls,
        apply("pick", listed, each, end="largest", rank=1),
        apply("pick", listed, written, end="largest", rank=1),
        "Castrum Vale",
        ["c1", "c2", "c3"],
        [],
        1,
        3,
    )


SHIPPING = {
    "companies": [
        {"name": NAME, "headcount": 6120, "listed": True},
        {"name": "Orrin Lines", "headcount": 4870, "listed": False},
        {"name": "Pelagos Freight", "headcount": 12950, "listed": True},
        {"name": "Tidewater Tugs", "headcount": 310, "listed": False},
    ]
}


def large_companies():
    """A column, filter with a threshold, a phrase for an enumerated value; a set."""
    calls = [
        call(1, "companies_in_sector", {"sector": "shipping"}, {"sector": {"literal": "category:sector"}}, SHIPPING)
    ]
    sector, limit = lit("shipping", "category:sector"), lit(5000, "count:employee")
    return row(
        "t3",
        [
            "Which companies ",
            said("that move goods by sea", "shipping", "category:sector"),
            " have a headcount above ",
            said("5,000", 5000, "count:employee"),
            "?",
        ],
        {"type": "set", "items": [NAME, "Pelagos Freight"]},
        calls,
        apply("filter", get("c1", "/companies/*/name"), get("c1", "/companies/*/headcount"), limit, cmp="above"),
        apply(
            "filter",
            form_get("companies_in_sector", "/companies/*/name", sector=sector),
            form_get("companies_in_sector", "/companies/*/headcount", sector=sector),
            limit,
            cmp="above",
        ),
        [NAME, "Pelagos Freight"],
        ["c1"],
        [],
        1,
        1,
        ["c1"],
    )


WEIGHT, HEIGHT = "amount:mass.body[kg]", "amount:length.height[m]"


def two_measures():
    """A mapping of rounded values, numbers with units, a list of numbers."""
    numbers = [1.2, 3.4, 5]
    calls = [
        call(
            1,
            "body_mass_index",
            {"weight": 82, "height": 1.78},
            {"weight": {"literal": WEIGHT}, "height": {"literal": HEIGHT}},
            {"bmi": 25.880571},
        ),
        call(2, "weighted_mean", {"values": numbers}, {"values": {"literal": "list(number)"}}, {"mean": 3.15}, round=2),
    ]
    labels = ["body mass index", "mean"]
    return row(
        "t4",
        [
            "What are the body mass index for a body weight of ",
            said("82 kg", 82, WEIGHT),
            " and a height of ",
            said("1.78 metres", 1.78, HEIGHT),
            ", rounded to 2 decimals, and the mean of ",
            said("1.2, 3.4 and 5", numbers, "list(number)"),
            "?",
        ],
        {
            "type": "mapping",
            "entries": {
                "body mass index": {
                    "type": "number",
                    "value": 25.88,
                    "unit": "kg/m2",
                    "decimals": 2,
                    "tolerance": 0.005,
                },
                "mean": {"type": "number", "value": 3.15, "tolerance": 0.0},
            },
        },
        calls,
        apply("mapping", apply("round", get("c1", "/bmi"), decimals=2), get("c2", "/mean"), labels=labels),
        apply(
            "mapping",
            apply(
                "round",
                form_get("body_mass_index", "/bmi", weight=lit(82, WEIGHT), height=lit(1.78, HEIGHT)),
                decimals=2,
            ),
            form_get("weighted_mean", "/mean", values=lit(numbers, "list(number)")),
            labels=labels,
        ),
        {"body mass index": 25.880571, "mean": 3.15},
        ["c1", "c2"],
        [],
        1,
        2,
    )


def mean_height():
    """each over a column, by item; mean, convert, round."""
    heights = [171.5, 183.25, 166.0]
    admitted = {"patients": [{"name": n} for n in ("Ida Vorn", "Sel Tamrik", "Ulla Brask")]}
    column = get("c1", "/patients/*/name")
    calls = [
        call(
            1,
            "admissions",
            {"hospital": "St Orla", "from": "2024-03-14"},
            {"hospital": {"literal": "entity:hospital"}, "from": {"literal": "date"}},
            admitted,
        )
    ]
    for i, (patient, height) in enumerate(zip(admitted["patients"], heights)):
        calls.append(
            call(
                i + 2,
                "patient_findings",
                {"patient": patient["name"]},
                {"patient": {"derived": apply("item", column, index=i)}},
                {"height": height, "weight": 70 + i},
            )
        )
    each = {"each": column, "calls": ["c2", "c3", "c4"], "param": "patient", "path": "/height"}
    listed = form_get(
        "admissions",
        "/patients/*/name",
        hospital=lit("St Orla", "entity:hospital"),
        **{"from": lit("2024-03-14", "date")},
    )
    written = {
        "each": listed,
        "call": {"tool": "patient_findings", "args": {"patient": {"item": True}}},
        "path": "/height",
    }
    exact = (171.5 + 183.25 + 166.0) / 3 * 0.01 / 0.3048
    convert = {"from": "cm", "to": "ft"}
    return row(
        "t5",
        [
            "What is the average height of the patients admitted to ",
            said("St Orla", "St Orla", "entity:hospital"),
            " on ",
            said("14 March 2024", "2024-03-14", "date"),
            "? Answer in feet, rounded to 2 decimals.",
        ],
        {"type": "number", "value": 5.69, "unit": "ft", "decimals": 2, "tolerance": 0.005},
        calls,
        apply("round", apply("convert", apply("mean", each), **convert), decimals=2),
        apply("round", apply("convert", apply("mean", written), **convert), decimals=2),
        exact,
        ["c1", "c2", "c3", "c4"],
        [[0, 1], [0, 2], [0, 3]],
        2,
        3,
        ["c1"],
    )


def population_change(name="t6", city="Ostmere", years=(2015, 2021), people=(88125, 93360)):
    """Years and a change in percent."""
    calls = [
        call(
            i,
            "city_profile",
            {"city": city, "year": y},
            {"city": {"literal": CITY}, "year": {"literal": "year"}},
            {"population": p},
        )
        for i, (y, p) in enumerate(zip(years, people), 1)
    ]
    exact = 100.0 * (people[1] - people[0]) / people[0]
    forms = [form_get("city_profile", "/population", city=lit(city, CITY), year=lit(y, "year")) for y in years]
    return row(
        name,
        [
            "By what percentage did the population of ",
            said(city, city, CITY),
            " change from ",
            said(str(years[0]), years[0], "year"),
            " to ",
            said(str(years[1]), years[1], "year"),
            "? Give the answer to 1 decimal place.",
        ],
        {"type": "number", "value": round(exact, 1), "unit": "%", "decimals": 1, "tolerance": 0.05},
        calls,
        apply("round", apply("percent_change", get("c1", "/population"), get("c2", "/population")), decimals=1),
        apply("round", apply("percent_change", *forms), decimals=1),
        exact,
        ["c1", "c2"],
        [],
        1,
        2,
    )


PROFILE = """Halvorsen Marine: company profile

Née 1961 as a family yard, the group operates a fleet of 1,214 tugs. In all, 311 captains are on its payroll.
Its training ship was commissioned on March 4, 2019."""
FLEET = {"between": [["operates ", " tugs"], ["a fleet of ", " tugs"]]}


def captains():
    """Two quotes from a document that a search found, under a row number."""
    hits = [{"document": "CD-7", "company": NAME}, {"document": "CD-9", "company": "Orrin Lines"}]
    calls = [
        call(1, "search_company_documents", {"query": NAME}, {"query": {"literal": COMPANY}}, {"results": hits}),
        call(
            2,
            "open_company_document",
            {"document": "CD-7"},
            {"document": {"derived": get("c1", "/results/0/document")}},
            {"document": "CD-7", "text": PROFILE},
        ),
    ]

    def quote(name, by, text, **how):
        start = PROFILE.index(text)
        span = {"start": start, "end": start + len(text), "text": text}
        return {"quote": "c2", "path": "/text", "name": name, "by": by, "as": "number", "span": span}

    document = form_get("search_company_documents", "/results/0/document", query=lit(NAME, COMPANY))
    forms = [form_get("open_company_document", f"/text#{n}", document=document) for n in ("captains", "tugs")]
    staff = {"between": [["In all, ", " captains"]]}
    return row(
        "t7",
        [
            "According to the company profile of ",
            said(NAME, NAME, COMPANY),
            ", how many captains are there for each tug? Round to 2 decimals.",
        ],
        {"type": "number", "value": 0.26, "decimals": 2, "tolerance": 0.005},
        calls,
        apply("round", apply("divide", quote("captains", staff, "311"), quote("tugs", FLEET, "1,214")), decimals=2),
        apply("round", apply("divide", *forms), decimals=2),
        311 / 1214,
        ["c1", "c2"],
        [[0, 1]],
        2,
        1,
    )


def rows():
    return [density(), highest(), large_companies(), two_measures(), mean_height(), population_change(), captains()]
