"""OpenAPI documents of different make, imported and compared with what a reference parser finds in them.

Usage: openapi.py DIVE NODE_MODULES FILE… The exit status is 0 when every operation became a tool with the same parameters, or is
listed with a reason.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

DIVE, MODULES = (str(pathlib.Path(a).absolute()) for a in sys.argv[1:3])
FILES = [str(pathlib.Path(f).absolute()) for f in sys.argv[3:]]
HERE = pathlib.Path(__file__).parent
WORK = pathlib.Path(tempfile.mkdtemp())
SLOT = re.compile(r"\{([a-z0-9_]+)\*?\}")


def imported(file, number):
    out = WORK / f"{number}.toml"
    command = [DIVE, "--json", "tools", "import", "openapi", file, "--name", "api", "--base-url", "https://api.example.com", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        return None, done.stderr
    pool = ["tools", "list", "--tools", str(out), "--only-tools", "--unverified", "--allow-mutating"]
    listed = subprocess.run([DIVE, "--json", *pool], capture_output=True, text=True, timeout=120)
    assert listed.returncode == 0, (file, listed.stderr)
    return (tomllib.loads(out.read_text()), json.loads(done.stdout)["notes"]), ""


def bare(path):
    return re.sub(r"\{[^}]*\}", "{}", path)


def slots(tool):
    """The tool's parameter for each place and name of the provider."""
    _, target = tool["request"].split(" ", 1)
    path, _, query = target.partition("?")
    found = {("path", i): m for i, m in enumerate(SLOT.findall(path))}
    for pair in filter(None, query.split("&")):
        remote, slot = pair.split("=", 1)
        if match := SLOT.fullmatch(slot):
            found["query", remote] = match[1]
    for place, table in [("header", "headers"), ("form", "form"), ("body", "body")]:
        entries = tool.get(table, {})
        if isinstance(entries, dict):
            found.update({(place, k): SLOT.fullmatch(v)[1] for k, v in entries.items()})
    return found


def words(param):
    return param.get("choices", param.get("schema", {}).get("enum"))


def own(path):
    """The query that stands in a path itself."""
    return {pair for pair in path.partition("?")[2].split("&") if pair and "{" not in pair}


def compare(operation, tool, notes, wrong):
    where = f"{operation['method']} {operation['path']}"
    at = slots(tool)
    order = re.findall(r"\{([^}]*)\}", operation["path"])
    wanted = [(p, (p["in"], order.index(p["name"]) if p["in"] == "path" and p["name"] in order else p["name"])) for p in operation["params"]]
    wanted = [(p, ("form", k) if place == "formData" else (place, k)) for p, (place, k) in wanted]
    wanted += [(p, ("body", p["name"])) for p in operation["body"] or [] if not p["readOnly"] and isinstance(tool.get("body"), dict)]
    for given, key in wanted:
        said = any(f"`{given['name']}`" in n and (tool["name"] in n or "more" in n) for n in notes)
        if key not in at:
            if not said and not (key[0] == "header" and key[1].lower() == "authorization"):
                wrong.append(f"{where}: {key} is neither there nor listed")
            continue
        param = tool["params"][at[key]]
        if given["required"] == param.get("optional", False):
            wrong.append(f"{where}: {key} required is {given['required']}")
        if given["enum"] != "open" and (given["enum"] or None) != (words(param) or None):
            wrong.append(f"{where}: {key} has the words {words(param)}, not {given['enum']}")


total, failed = 0, []
oracle = subprocess.run(["node", str(HERE / "openapi_oracle.mjs"), MODULES, *FILES], capture_output=True, text=True, check=True)
for number, line in enumerate(oracle.stdout.splitlines()):
    found = json.loads(line)
    name = "/".join(found["file"].split("/")[-3:])
    if "error" in found:
        print(f"{name}: the reference parser refuses it: {found['error']}")
        found["operations"] = []
    result, error = imported(found["file"], number)
    if result is None:
        # Nothing to take over is no failure, but it has to be said.
        if any(o["method"] not in ("HEAD", "OPTIONS", "TRACE") for o in found["operations"]) and "no operation could be taken over" not in error:
            failed.append(f"{name}: {error.strip()}")
        print(f"{name}: {error.strip()[:200]}")
        continue
    (manifest, notes), wrong = result, []
    tools = {}
    for tool in manifest["tool"]:
        method, target = tool["request"].split(" ", 1)
        fixed = frozenset(own(target))
        tools.setdefault((method, bare(target.partition("?")[0]), fixed), []).append(tool)
    for operation in found["operations"]:
        key = (operation["method"], bare(operation["path"].partition("?")[0]), frozenset(own(operation["path"])))
        if tools.get(key):
            compare(operation, tools[key].pop(0), notes, wrong)
        elif not any(n.startswith(f"{operation['method']} {operation['path']} is left out") for n in notes):
            wrong.append(f"{operation['method']} {operation['path']} is neither there nor listed")
    total += len(found["operations"])
    if len(found["operations"]) > 20 or wrong:
        print(f"{name}: {len(found['operations'])} operations, {len(manifest['tool'])} tools, {len(notes)} notes, {len(wrong)} differences")
    failed += [f"{name}: {w}" for w in wrong]
for line in failed[:40]:
    print(f"  {line}")
print(f"{len(FILES)} documents, {total} operations, {len(failed)} differences")
sys.exit(bool(failed))
