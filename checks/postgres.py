"""Tools over a real PostgreSQL server. Usage: postgres.py DIVE BIN, the folders with `dive` and with PostgreSQL's programs.

Starts a private server on loopback as a user without rights, fills it, imports, calls, checks, probes and synthesises,
then stops it and makes the same run again. The exit status is 0 when everything was as expected.
"""

import atexit
import concurrent.futures
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

DIVE, BIN = (str(pathlib.Path(a).absolute()) for a in sys.argv[1:3])
HERE = pathlib.Path(__file__).parent
SECRET = "k7-fjord/%secret"
WORK = pathlib.Path(tempfile.mkdtemp())
SERVER = pathlib.Path(tempfile.mkdtemp())
USER = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    PORT = free.getsockname()[1]


def program(name, *args, **more):
    done = subprocess.run([f"{BIN}/{name}", *args], cwd=SERVER, capture_output=True, text=True, timeout=120, **USER, **more)
    assert done.returncode == 0, (name, args, done.stdout, done.stderr)
    return done.stdout


def start():
    options = f"-c listen_addresses=127.0.0.1 -c port={PORT} -c unix_socket_directories={SERVER} -c fsync=off"
    tls = f"-c ssl=on -c ssl_cert_file={SERVER}/server.crt -c ssl_key_file={SERVER}/server.key"
    program("pg_ctl", "-D", f"{SERVER}/data", "-l", f"{SERVER}/log", "-w", "-o", f"{options} {tls}", "start")


def stop():
    program("pg_ctl", "-D", f"{SERVER}/data", "-m", "fast", "-w", "stop")


def sql(text):
    return program("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", str(SERVER), "-p", str(PORT), "-d", "shop", "-c", text).strip()


def dive(*args, fails=False, env=None):
    done = subprocess.run(
        [DIVE, "--json", *args], cwd=WORK, capture_output=True, text=True, timeout=600, env={**os.environ, **(env or {})}
    )
    assert SECRET not in done.stdout + done.stderr, "a secret was printed"
    assert (done.returncode != 0) == fails, (args, done.stdout, done.stderr)
    return done.stdout + done.stderr if fails else json.loads(done.stdout)


def call(tool, manifest="tools", fails=False, **args):
    found = dive("tools", "call", tool, json.dumps(args), "--tools", manifest, "--only-tools", fails=fails)
    return found if fails else found["value"]


def refused(tool, words, manifest="odd.toml", **args):
    said = call(tool, manifest, fails=True, **args)
    assert words in said, (tool, said)


def manifest(name, user, tools, more=""):
    head = f"[provider]\nid = 'odd'\ndomain = 'general'\nbackend = 'postgres'\nretries = 0\n{more}\n"
    if "connection" not in more:
        head += f"connection = 'host=127.0.0.1 port={PORT} user={user} dbname=shop'\npassword_env = 'SHOP_PASSWORD'\n"
    text = head
    for tool, (statement, params) in tools.items():
        text += f"[[tool]]\nname = '{tool}'\nkind = 'retrieval'\ndescription = 'A statement of the check of this backend.'\n"
        text += f"sql = '''{statement}'''\n"
        for param, kind in params.items():
            text += f"params.{param} = {{ type = {kind}, description = 'X.' }}\n"
    (WORK / name).write_text(text)


# A server of our own.
if os.geteuid() == 0:
    shutil.chown(SERVER, "postgres", "postgres")
(SERVER / "password").write_text(SECRET)
(SERVER / "password").chmod(0o644)
program("initdb", "-D", f"{SERVER}/data", "-A", "scram-sha-256", "--pwfile", f"{SERVER}/password", "-U", "postgres", "--locale=C.UTF-8")
(SERVER / "data" / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=CA:FALSE"]
subprocess.run(
    ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, "-keyout", f"{SERVER}/server.key", "-out", f"{SERVER}/server.crt"],
    check=True, capture_output=True,
)
(SERVER / "server.key").chmod(0o600)
if os.geteuid() == 0:
    shutil.chown(SERVER / "server.key", "postgres", "postgres")
start()


def clean():
    subprocess.run([f"{BIN}/pg_ctl", "-D", f"{SERVER}/data", "-m", "immediate", "stop"], cwd="/", capture_output=True, **USER)


atexit.register(clean)
program("createdb", "-h", str(SERVER), "-p", str(PORT), "-U", "postgres", "shop")
program("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(SERVER), "-p", str(PORT), "-d", "shop", "-f", "-", input=(HERE / "shop" / "shop.sql").read_text())
os.environ["SHOP"] = f"postgresql://reader:{urllib.parse.quote(SECRET, safe='')}@127.0.0.1:{PORT}/shop"
os.environ["SHOP_PASSWORD"] = SECRET

# One command makes tools of a database.
imported = dive("tools", "import", "postgres", "--env", "SHOP", "--name", "shop")
assert imported["mutating"] == 0 and any("nothing_yet" in n for n in imported["notes"]), imported
names = {t["name"] for t in dive("tools", "list", "--tools", "tools", "--only-tools")["tools"]}
wanted = {"get_customer", "list_customers", "get_product", "list_invoices_by_customer", "list_invoices_by_currency", "list_invoice_lines_by_invoice"}
assert wanted <= names and not any("secret" in n for n in names), names
print(f"imported {imported['tools']} tools: {', '.join(sorted(names))}")
assert call("get_product", product="desk lamp") == {"price": 365, "weight": 2.1, "stock": 118}, call("get_product", product="desk lamp")
assert call("get_customer", customer="O'Brien Papir")["city"] == "Oslo"
assert [r["number"] for r in call("list_invoices_by_customer", customer="Fjordkontor")["rows"]] == sql(
    "SELECT number FROM invoice WHERE customer_id = 1 ORDER BY 1").split("\n")
refused("get_product", "No record", "tools", product="no such thing")
refused("list_invoices_by_currency", "not one of", "tools", currency="USD")

# Every type arrives as what it is.
manifest("types.toml", "reader", {"types": ("""SELECT 7::int2 AS small, 9007199254740993::int8 AS big, 0.1::float8 AS x, 'NaN'::float8 AS nan,
  19.90::numeric AS price, 12345678901234567890.5::numeric AS long, 'Zoë' AS text, true AS yes, NULL::int AS nothing, date '2024-02-29' AS day,
  timestamp '2024-02-29 13:45:10' AS moment, timestamptz '2024-02-29 13:45:10+02' AS instant, '{"a": [1, null]}'::jsonb AS data,
  ARRAY[[1, 2], [3, 4]] AS grid, ARRAY['a"b', NULL] AS words, 'NOK'::currency AS money, '\\x00ff'::bytea AS bytes, interval '90 min' AS span,
  :n + 1 AS n, :f::float8 * 2 AS f, :t || '!' AS t, NOT :b AS b, :d::date + 1 AS d, cardinality(:l::text[]) AS l, (:l::text[])[2] AS second, :j::jsonb ->> 'k' AS j""",
    {"n": "'integer'", "f": "'number'", "t": "'string'", "b": "'boolean'", "d": "'string'", "l": "{ array = 'string' }", "j": "'object'"})})
seen = call("types", "types.toml", n=41, f=1.25, t="it's ü", b=False, d="2024-02-28", l=["a", 'b"{},\\'], j={"k": "v"})
assert seen == {
    "small": 7, "big": 9007199254740993, "x": 0.1, "nan": "NaN", "price": 19.9, "long": "12345678901234567890.5", "text": "Zoë", "yes": True,
    "nothing": None, "day": "2024-02-29", "moment": "2024-02-29T13:45:10", "instant": "2024-02-29T11:45:10+00:00", "data": {"a": [1, None]},
    "grid": [[1, 2], [3, 4]], "words": ['a"b', None], "money": "NOK", "bytes": "\\x00ff", "span": "01:30:00", "n": 42, "f": 2.5, "t": "it's ü!",
    "b": True, "d": "2024-02-29", "l": 2, "second": 'b"{},\\', "j": "v",
}, seen
refused("types", "invalid input syntax for type date", "types.toml", n=1, f=1, t="", b=True, d="no day", l=[], j={})

# What would change something is refused, also to a role that may do anything, and leaves nothing behind.
before = sql("SELECT count(*), max(id) FROM customer")
manifest("odd.toml", "owner", {
    "insert": ("INSERT INTO customer (name, city, since) VALUES ('x', 'y', '2024-01-01') RETURNING name", {}),
    "with_insert": ("WITH new AS (INSERT INTO secret VALUES ('x') RETURNING name) SELECT name FROM new", {}),
    "function": ("SELECT enter(:who) AS who", {"who": "'string'"}),
    "read_write": ("SELECT enter_anyway(:who) AS who", {"who": "'string'"}),
    "setting": ("SELECT enter_by_setting(:who) AS who", {"who": "'string'"}),
    "sequence": ("SELECT nextval('tickets') AS ticket", {}),
    "locks": ("SELECT name FROM customer FOR UPDATE", {}),
    "way_out": ("SELECT 1 AS one) AS given) AS cells) AS lines, (SELECT enter('x')) AS more --", {}),
    "keeps": ("SELECT keep_setting() AS kept", {}),
    "kept": ("SELECT coalesce(current_setting('dive.kept', true), '') AS kept", {}),
    "advisory": ("SELECT pg_advisory_lock(7731)::text AS locked", {}),
    "slow": ("SELECT pg_sleep(:seconds)::text AS slept", {"seconds": "'number'"}),
    "bad": ("SELECT no_such_column FROM customer", {}),
    "twice": ("SELECT 1 AS a, 2 AS a", {}),
    "big": ("SELECT repeat('x', 3000000) AS x", {}),
    "division": ("SELECT 1 / :n AS x", {"n": "'integer'"}),
}, "timeout = '1s'")
refused("insert", "The database says: syntax error")
refused("with_insert", "data-modifying statement must be at the top level")
for tool in ["function", "setting", "read_write"]:
    said = call(tool, "odd.toml", fails=True, who="x")
    assert "read-only transaction" in said or "before any query" in said, said
refused("sequence", "read-only transaction")
refused("locks", "read-only transaction")
said = call("way_out", "odd.toml", fails=True)
assert "read-only transaction" in said or "syntax error" in said, said
assert call("keeps", "odd.toml") == {"kept": "yes"} and call("kept", "odd.toml") == {"kept": ""}
call("advisory", "odd.toml")
assert sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0"
assert sql("SELECT count(*), max(id) FROM customer") == before and sql("SELECT count(*) FROM secret") == "0"
begun = time.monotonic()
refused("slow", "statement timeout", seconds=30)
assert time.monotonic() - begun < 5
assert sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'owner' AND state = 'active'") == "0"
refused("bad", "no_such_column")
refused("twice", "two columns called `a`")
refused("big", "longer than")
refused("division", "division by zero", n=0)
print("read-only, limits and types: as expected")

# Who may not connect, or not see.
said = dive("tools", "call", "kept", "{}", "--tools", "odd.toml", fails=True, env={"SHOP_PASSWORD": "wrong-password"})
assert "odd (kept)" in said and "password authentication failed" in said and "wrong-password" not in said, said
manifest("denied.toml", "reader", {"denied": ("SELECT name FROM secret", {})})
refused("denied", "permission denied", "denied.toml")
manifest("open.toml", "reader", {"x": ("SELECT 1 AS x", {})}, f"connection = 'postgresql://reader:pw@127.0.0.1:{PORT}/shop'")
refused("x", "holds a password", "open.toml")
for mode, words in [("require", "certificate"), ("disable", "")]:
    place = f"connection = 'host=localhost port={PORT} user=reader dbname=shop sslmode={mode}'\npassword_env = 'SHOP_PASSWORD'"
    manifest("tls.toml", "reader", {"x": ("SELECT ssl AS x FROM pg_stat_ssl WHERE pid = pg_backend_pid()", {})}, place)
    if words:
        refused("x", words, "tls.toml")
        trusted = dive("tools", "call", "x", "{}", "--tools", "tls.toml", env={"SSL_CERT_FILE": f"{SERVER}/server.crt"})
        assert trusted["value"] == {"x": True}, trusted
    else:
        assert call("x", "tls.toml") == {"x": False}
far = "connection = 'host=db.example.org user=reader dbname=shop sslmode=disable'"
manifest("far.toml", "reader", {"x": ("SELECT 1 AS x", {})}, far)
refused("x", "would be unencrypted", "far.toml")
print("passwords, rights and certificates: as expected")

# Examples, alone and at once.
checked = dive("tools", "check", "--live", "--tools", "tools", "--workers", "8")
assert not checked.get("quarantine"), checked
print(f"check: {json.dumps(checked)[:200]}")

# Tools that say nothing are probed as those of any other stranger.
quiet = "".join(
    f"[[tool]]\nname = '{name}'\nkind = 'retrieval'\ndescription = 'A statement that says nothing about meanings.'\nsql = '''{statement}'''\n{params}"
    for name, statement, params in [
        ("list_products", "SELECT name FROM product", "rows = { name = 'rows', noun = 'product', key = 'name', fields = { name = { sem = 'text:quiet_name' } } }\n"),
        ("get_product", "SELECT price, weight, stock FROM product WHERE name = :product_name", "params.product_name = { description = 'Name.' }\n"),
    ])
(WORK / "quiet.toml").write_text(
    f"[provider]\nid = 'quiet'\ndomain = 'general'\nbackend = 'postgres'\nconnection_env = 'SHOP'\n{quiet}")
probed = dive("tools", "probe", "--tools", "quiet.toml", "--only-tools")
(WORK / "probe.lock").unlink()
assert [(l["to"], l["accepted"], l["tried"], l["selective"]) for l in probed["links"]] == [("general.quiet.get_product", 7, 7, True)], probed["links"]
print(f"probe: {probed['calls']} calls, links {[(l['from'], l['to'], l['accepted']) for l in probed['links']]}")

# Tasks, and the same run again without the server.
SYNTH = ["synth", "--tools", "tools", "--only-tools", "--toolset-min", "6", "--toolset-max", "12", "--count", "100", "--min-yield", "0"]
first = dive(*SYNTH, "--out", "first")
assert first["accepted"] == 100, first
verified = dive("verify", "first", "--reexecute", "--tools", "tools", "--only-tools")
assert verified["certified"] == 100, verified
dive("export", "first", "--to", "rows")
subprocess.run([sys.executable, str(HERE.parent / "checker" / "check.py"), str(WORK / "rows" / "tasks.jsonl")], check=True, capture_output=True)
rows = [json.loads(line) for line in open(WORK / "rows" / "tasks.jsonl")]
chained = []
for row in rows:
    calls = {c["id"]: c for c in row["evidence"]}
    path = [calls[i] for i in row["certificate"]["path"]]
    if any("derived" in source for c in path for source in c["sources"].values()):
        chained.append(row)
assert len(chained) >= 20, len(chained)
print(f"{len(rows)} tasks, {len(chained)} with an argument from an earlier result, {len({r['question'] for r in rows})} different questions")
for row in rows[:: max(1, len(rows) // 16)]:
    print(f"  {row['question']}\n    = {json.dumps(row['answer'], ensure_ascii=False)}")

# Many calls at once, while the server restarts in between.
with concurrent.futures.ThreadPoolExecutor(8) as threads:
    done = list(threads.map(lambda _: call("get_product", product="bookcase")["price"], range(16)))
assert done == [1840] * 16
stop()
said = call("get_product", fails=True, product="desk lamp")
assert "shop (get_product)" in said and "onnect" in said, said
again = dive(*SYNTH, "--out", "again", "--journal", "replay", "--journal-from", "./first", "--workers", "1")
assert again["digest"] == first["digest"], (again["digest"], first["digest"])
print("the same run without the server: the same digest")

for file in WORK.rglob("*"):
    if file.is_file():
        data = file.read_bytes()
        assert SECRET.encode() not in data and urllib.parse.quote(SECRET, safe="").encode() not in data, f"{file} holds a secret"
print("no file holds the password")
