"""Tasks over servers that others wrote: import, probe, synthesise, verify, and the same run again without the servers.

Usage: mcp_synth.py DIVE NODE_BIN GIT_ENV SQLITE_ENV. Prints questions to read; the exit status is 0 when all is well.
"""

import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

DIVE, NODE, GIT, SQLITE = (str(pathlib.Path(a).absolute()) for a in sys.argv[1:5])
HERE = pathlib.Path(__file__).parent
WORK = pathlib.Path(tempfile.mkdtemp())


def run(*command, **more):
    done = subprocess.run(command, cwd=WORK, capture_output=True, text=True, timeout=900, **more)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def dive(*args):
    return json.loads(run(DIVE, "--json", *args))


def repository(path):
    """Four people's branches, whose last commits change different numbers of lines at different times; no number is the sum,
    difference or mean of two others, since one could then do without it."""
    run("git", "init", "-q", "-b", "main", str(path))
    work = [
        ("Ingrid Dahl", "main", {"README.txt": 9, "suppliers.txt": 4}),
        ("Olav Moen", "prices", {"prices.txt": 20}),
        ("Sigrid Lund", "labels", {"labels.txt": 5, "README.txt": 1, "sizes.txt": 4}),
        ("Tor Berge", "returns", {"returns.txt": 2}),
    ]
    for month, (who, branch, files) in enumerate(work, 1):
        if branch != "main":
            run("git", "-C", str(path), "checkout", "-q", "-b", branch, "main")
        who = ["-c", f"user.name={who}", "-c", "user.email=shop@example.org"]
        for step, message in enumerate(["Begin", f"Describe {branch}"]):
            for file, lines in files.items() if step else [(f"{branch}.md", 2)]:
                (path / file).write_text("".join(f"{branch} of {file}, line {n}\n" for n in range(lines)))
            run("git", "-C", str(path), "add", ".")
            moment = f"2024-0{month}-{step}{month}T09:30:00Z"
            env = {**os.environ, "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
            run("git", "-C", str(path), *who, "commit", "-q", "-m", message, env=env)
    run("git", "-C", str(path), "checkout", "-q", "main")


def servers():
    """Copies of the servers, so that they can be taken away."""
    for name, command in [
        ("files-server", f"{NODE}/mcp-server-filesystem"),
        ("git-server", f"{GIT}/bin/mcp-server-git"),
        ("shop-server", f"{SQLITE}/bin/mcp-server-sqlite"),
    ]:
        (WORK / name).write_text(f'#!/bin/sh\nexec "{command}" "$@"\n')
        (WORK / name).chmod(0o755)


office = WORK / "office"
shutil.copytree(HERE / "office", office, ignore=shutil.ignore_patterns("*.sql"))
sqlite3.connect(WORK / "shop.db").executescript((HERE / "office" / "shop.sql").read_text())
repository(WORK / "notebook")
servers()

dive("tools", "import", "mcp", "--name", "files", "--", str(WORK / "files-server"), str(office))
dive("tools", "import", "mcp", "--name", "git", "--", str(WORK / "git-server"), "--repository", "notebook")
known = [x for t in ("read_query", "list_tables", "describe_table") for x in ("--read-only", t)]
dive("tools", "import", "mcp", "--name", "shop", *known, "--", str(WORK / "shop-server"), "--db-path", "shop.db")

TOOLS = ["--tools", "tools", "--only-tools"]
probed = dive("tools", "probe", *TOOLS)
print(f"probe: {probed['calls']} calls, {probed['used']} of {probed['tools']} tools can be asked about")
for link in probed["links"]:
    print(f"  {link['from']}{link['path']} -> {link['to']}({link['param']}): {link['accepted']} of {link['tried']}")

SYNTH = ["synth", *TOOLS, "--toolset-min", "10", "--toolset-max", "16", "--count", "100", "--min-yield", "0"]
first = dive(*SYNTH, "--out", "first")
assert first["accepted"] == 100, first
verified = dive("verify", "first", "--reexecute", *TOOLS)
assert verified["certified"] == 100, verified
dive("export", "first", "--to", "rows")
run(sys.executable, str(HERE.parent / "checker" / "check.py"), str(WORK / "rows" / "tasks.jsonl"))



def chains(file):
    """The tasks in which a call takes an argument from the result of another, with the providers on the way."""
    found = []
    for row in map(json.loads, open(file)):
        calls = {c["id"]: c for c in row["evidence"]}
        path = [calls[i] for i in row["certificate"]["path"]]
        if any("derived" in source for call in path for source in call["sources"].values()):
            found.append((row, {OWNER[c["tool"]] for c in path}))
    return found


def show(rows, most):
    for row in rows[:: max(1, len(rows) // most)]:
        print(f"  {row['question']}\n    = {json.dumps(row['answer'], ensure_ascii=False)}")


OWNER = {t["name"]: t["id"].split(".")[1] for t in dive("tools", "list", *TOOLS)["tools"]}
rows = [json.loads(line) for line in open(WORK / "rows" / "tasks.jsonl")]
chained = chains(WORK / "rows" / "tasks.jsonl")
shared = len({row["question"] for row in rows})
print(f"{len(rows)} tasks, {len(chained)} with an argument from an earlier result, {shared} different questions")
assert len(chained) >= 20, len(chained)
quoted = [row for row in rows if '"quote": "' in json.dumps(row["derivation"])]
print(f"{len(quoted)} quote from texts:")
assert len(quoted) >= 5, len(quoted)
show(quoted, 8)

# Each server has chains of its own.
for name, count in [("files", 30), ("git", 60), ("shop", 12)]:
    own = ["--tools", f"tools/{name}.toml", "--only-tools", "--toolset-min", "2"]
    dive("synth", *own, "--count", str(count), "--min-yield", "0.5", "--out", name)
    dive("export", name, "--to", f"rows-{name}")
    own = [row for row, owners in chains(WORK / f"rows-{name}" / "tasks.jsonl") if owners == {name}]
    print(f"{name}: {len(own)} of {count} with an argument from an earlier result")
    assert len(own) >= 4, (name, len(own))
    show(own, 8)

for gone in ["files-server", "git-server", "shop-server", "shop.db"]:
    (WORK / gone).unlink()
shutil.rmtree(office)
shutil.rmtree(WORK / "notebook")
again = dive(*SYNTH, "--out", "again", "--journal", "replay", "--journal-from", "./first", "--workers", "1")
assert again["digest"] == first["digest"], (again["digest"], first["digest"])
print("the same run without the servers: the same digest")
