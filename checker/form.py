"""Walking expressions, and the logical form: a derivation with its calls written out, down to the constants."""

from values import Failed, calls_of, canonical_text, same


def nodes(expr, ancestors=()):
    """Every node of an expression with the operators above it."""
    yield expr, ancestors
    if "each" in expr:
        yield from nodes(expr["each"], ancestors)
    for arg in expr.get("args", ()) if "op" in expr else ():
        yield from nodes(arg, ancestors + (expr["op"],))


def inputs(call):
    """The calls whose observations a call's arguments are taken from."""
    found = set()
    for source in call["sources"].values():
        if "derived" in source:
            found.update(calls_of(source["derived"]))
    return found


def written_out(expr, calls):
    """The derivation with each observation replaced by the call that made it."""
    if "literal" in expr:
        return {"literal": expr["literal"], "sem": expr["sem"]}
    if "get" in expr:
        return {"call": written_call(expr["get"], calls), "path": expr["path"]}
    if "quote" in expr:
        return {"call": written_call(expr["quote"], calls), "path": f"{expr['path']}#{expr['name']}"}
    if "each" in expr:
        written = [written_call(call, calls, expr["param"]) for call in expr["calls"]]
        if not written or any(canonical_text(w) != canonical_text(written[0]) for w in written):
            raise Failed("the calls of an each differ in more than their element, or there are none")
        for index, call in enumerate(expr["calls"]):
            if not takes_element(calls[call], expr, index):
                raise Failed(f"{call} does not take element {index} of its each")
        return {"each": written_out(expr["each"], calls), "call": written[0], "path": expr["path"]}
    return {**expr, "args": [written_out(arg, calls) for arg in expr["args"]]}


def written_call(name, calls, element=None):
    call, args = calls[name], {}
    for param, value in call["args"].items():
        source = call["sources"].get(param)
        if param == element:
            args[param] = {"item": True}
        elif source is None:
            raise Failed(f"{name}.{param} has no source")
        elif "literal" in source:
            args[param] = {"literal": value, "sem": source["literal"]}
        else:
            args[param] = written_out(source["derived"], calls)
    return {"tool": call["tool"], "args": args}


def takes_element(call, each, index):
    """Whether a call of an `each` takes that element of the list: from the list, or from the element's own source."""
    items, param = each["each"], each["param"]
    source = call["sources"].get(param, {})
    if items.get("op") == "list":
        if len(items["args"]) != len(each["calls"]):
            return False
        element = items["args"][index]
        if "literal" in source:
            same_meaning = element.get("sem") == source["literal"]
            return "literal" in element and same_meaning and same(call["args"].get(param), element["literal"])
    else:
        element = {"op": "item", "index": index, "args": [items]}
    return "derived" in source and canonical_text(source["derived"]) == canonical_text(element)


def form_nodes(form):
    yield form
    inner = list(form["call"]["args"].values()) if "call" in form else list(form.get("args", []))
    for part in inner + ([form["each"]] if "each" in form else []):
        yield from form_nodes(part)


def normal(form):
    """The form with the operands of commutative operators in canonical order."""
    form = dict(form)
    if "each" in form:
        form["each"] = normal(form["each"])
    if "call" in form:
        args = {name: normal(arg) for name, arg in form["call"]["args"].items()}
        form["call"] = {**form["call"], "args": args}
    if "op" in form:
        form["args"] = args = [normal(arg) for arg in form["args"]]
        if form["op"] in ("difference", "days_between", "intersect"):
            args.sort(key=canonical_text)
        elif form["op"] in ("sum", "mean", "median", "range", "extreme", "count"):
            if len(args) == 1 and args[0].get("op") == "list":
                args[0]["args"].sort(key=canonical_text)
    return form
