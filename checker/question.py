"""What the words of a question say: constants read back from spans, and answers looked for outside them."""

import re
import unicodedata

from values import canonical_text, close, is_number, same

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
MONTH = "|".join(MONTHS)
DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?"
NUMBER = re.compile(rf"[-−+]?{DIGITS}(?![\d.,]*\d)")
SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}

# Words of each unit, plural and singular, with the symbol that meanings use.
UNIT_WORDS = {
    word: symbol
    for line in """m:metres,metre km:kilometres,kilometre cm:centimetres,centimetre
    mm:millimetres,millimetre mi:miles,mile nmi:nautical_miles,nautical_mile ft:feet,foot in:inches,inch
    km2:square_kilometres,square_kilometre m2:square_metres,square_metre ha:hectares,hectare
    mi2:square_miles,square_mile kg:kilograms,kilogram g:grams,gram mg:milligrams,milligram lb:pounds,pound
    s:seconds,second min:minutes,minute h:hours,hour days:days,day degC:degrees_Celsius,degree_Celsius
    degF:degrees_Fahrenheit,degree_Fahrenheit kPa:kilopascals,kilopascal
    mmHg:millimetres_of_mercury,millimetre_of_mercury Da:daltons,dalton kDa:kilodaltons,kilodalton L:litres,litre
    mL:millilitres,millilitre deg:degrees,degree rad:radians,radian EUR:euros,euro k_EUR:thousand_euros,k_EUR
    M_EUR:million_euros,M_EUR USD:US_dollars,US_dollar M_USD:million_US_dollars,M_USD %:percent,%
    years:years,year months:months,month""".split()
    for symbol, words in [line.replace("_", " ").split(":")]
    for word in [symbol, *words.split(",")]
}


def expressed(text, value, sem):
    """Whether the words of a span read as the constant: `parse(text) == value`."""
    text = text.strip()
    if isinstance(value, list):
        return expressed_list(text, value, sem[5:-1] if sem.startswith("list(") else sem)
    if isinstance(value, str):
        return text == value or (sem.split(":")[0] == "date" and long_date(text) == value)
    if not is_number(value):
        return False
    if sem.split(":")[0] == "year":
        return text == canonical_text(value)
    return reads_as_number(text, value, sem)


def expressed_list(text, values, sem):
    """`1.2, 3.4 and 5`; names, which may contain commas, are compared with the whole phrase instead of being split."""
    words = [v if isinstance(v, str) else canonical_text(v) for v in values]
    if text in (joined(words, " and "), joined(words, ", and "), ", ".join(words)):
        return True
    parts = re.split(r",?\s+and\s+|,\s+", text)
    return len(parts) == len(values) and all(expressed(p, v, sem) for p, v in zip(parts, values))


def joined(words, last):
    return ", ".join(words[:-1]) + last + words[-1] if len(words) > 1 else "".join(words)


def long_date(text):
    """ISO 8601 of `14 March 2024`, or None."""
    found = re.fullmatch(rf"(\d{{1,2}}) ({MONTH}) (\d{{4}})", text.lower())
    return found and f"{found[3]}-{MONTHS.index(found[2]) + 1:02}-{int(found[1]):02}"


def reads_as_number(text, value, sem):
    """A leading number, then nothing, a unit or other words without digits; never another unit than the meaning's."""
    found = NUMBER.match(text)
    if not found or not same(to_number(found[0]), value):
        return False
    rest = text[found.end() :].strip(" -\u00a0")
    unit = sem[sem.index("[") + 1 : -1] if sem.endswith("]") else ""
    if rest == unit or not rest:
        return True
    named = UNIT_WORDS.get(rest)
    return not re.search(r"\d", rest) and (named is None or not unit or named == unit)


def to_number(text):
    return float(text.replace(",", "").replace("−", "-"))


TOKEN = re.compile(
    rf"(?P<iso>\d{{4}}-\d\d-\d\d)(?!\w)|(?P<long>\d{{1,2}} (?:{MONTH}) \d{{4}})(?!\w)"
    rf"|(?P<us>(?:{MONTH}) \d{{1,2}}, \d{{4}})(?!\w)"
    rf"|(?P<number>(?:(?<![\w)\]%])[-−])?{DIGITS})(?!\w)(?:\s+(?P<scale>thousand|million|billion)(?!\w))?|(?P<word>\w+)",
    re.IGNORECASE,
)

# Sentences that only say how to write the answer, and such clauses in other sentences.
DIRECTIVE = re.compile(r"\s*(?:please\s+)?(?:answer|give|report|express|state|write|return|round|use)\b", re.I)
CLAUSE = re.compile(
    r"\b(?:rounded|rounding)\b.*?(?=,(?!\d)|[;)?!]|\.(?!\d)|$)"
    r"|\bto the nearest\b.*?(?=,(?!\d)|[;)?!]|\.(?!\d)|$)"
    r"|\b(?:to|with)\s+\w+\s+(?:decimals?|decimal places?|significant (?:digits?|figures?))\b",
    re.I,
)


def outside_directive(question, spans):
    """The question without its format directive. A sentence with a constant in it is never a directive."""
    kept = []
    for sentence in re.finditer(r"\S.*?(?:[.?!](?=\s|$)|$)", question, re.S):
        start, end = sentence.span()
        constant = any(start <= span["start"] < end for span in spans)
        if constant or not DIRECTIVE.match(sentence[0]):
            kept.append(sentence[0])
    return CLAUSE.sub(" ", " ".join(kept))


def tokens(text):
    """Whole normalised tokens: dates in ISO form, numbers as numbers, words in lower case."""
    found = []
    for match in TOKEN.finditer(unicodedata.normalize("NFKC", text).casefold()):
        kind = match.lastgroup if match.lastgroup != "scale" else "number"
        if kind == "iso":
            found.append(match["iso"])
        elif kind == "long":
            found.append(long_date(match["long"]))
        elif kind == "us":
            month, day, year = re.split(r",? ", match["us"])
            found.append(long_date(f"{day} {month} {year}"))
        elif kind == "number":
            found.append(to_number(match["number"]))
            if match["scale"]:  # `5 million` says 5 (in millions) and 5,000,000.
                found.append(found[-1] * SCALES[match["scale"]])
        else:
            found.append(match["word"])
    return found


def leaks(value, question, spans):
    """Whether an answer stands in the question, as whole tokens, outside its format directive."""
    seen = tokens(outside_directive(question, spans))
    if is_number(value):
        return any(is_number(token) and close(token, value) for token in seen)
    wanted = tokens(str(value))
    return bool(wanted) and any(seen[i : i + len(wanted)] == wanted for i in range(len(seen) - len(wanted) + 1))


def same_words(a, b):
    """Whether two texts are the same up to case and white space."""
    return isinstance(a, str) and isinstance(b, str) and a.lower().split() == b.lower().split()
