"""Servers that others wrote, imported and called. Usage: mcp_servers.py DIVE NODE_BIN GIT_ENV SQLITE_ENV

Prints what was done; the exit status is 0 when everything was as expected.
"""

import http.server
import json
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading

DIVE, NODE, GIT, SQLITE = (str(pathlib.Path(a).absolute()) for a in sys.argv[1:5])
WORK = pathlib.Path(tempfile.mkdtemp())


def dive(*args, fails=False):
    done = subprocess.run([DIVE, "--json", *args], cwd=WORK, capture_output=True, text=True, timeout=300)
    assert (done.returncode != 0) == fails, (args, done.stdout, done.stderr)
    return done.stdout + done.stderr if fails else json.loads(done.stdout)


def call(tool, *more, **args):
    found = dive("tools", "call", tool, json.dumps(args), "--tools", "tools", "--only-tools", *more)
    return found["value"]


def imported(name, tools, *command, more=()):
    found = dive("tools", "import", "mcp", "--name", name, *more, "--", *command)
    assert found["tools"] >= tools, found
    print(f"{name}: {found['tools']} tools, {found['mutating']} of them mutating")


data = WORK / "data"
data.mkdir()
(data / "cities.csv").write_text("city,population\nOslo,717710\nBergen,291940\n")
git = ["git", "-C", str(data), "-c", "user.name=Check", "-c", "user.email=check@example.org"]
subprocess.run(["git", "init", "-q", str(data)], check=True)
subprocess.run([*git, "add", "."], check=True)
subprocess.run([*git, "commit", "-q", "-m", "Add two cities"], check=True)

imported("everything", 10, f"{NODE}/mcp-server-everything")
assert call("get_sum", a=19, b=23)["text"].endswith("is 42.")
weather = call("get_structured_content", location="Chicago")
assert isinstance(weather["temperature"], (int, float)), weather
assert call("get_tiny_image")["attachments"][0]["mime_type"] == "image/png"
assert "not of type" in dive("tools", "call", "get_sum", '{"a": "1", "b": 2}', "--tools", "tools", fails=True)
secret = "this-is-not-for-servers"
os.environ["SOME_SECRET"] = secret
assert secret not in json.dumps(call("get_env"))

imported("files", 10, f"{NODE}/mcp-server-filesystem", str(data))
assert "Oslo,717710" in json.dumps(call("read_text_file", path=str(data / "cities.csv")))
assert {"name": "cities.csv", "type": "file"} in call("directory_tree", path=str(data))["items"]
refused = dive("tools", "call", "read_text_file", '{"path": "/etc/passwd"}', "--tools", "tools", fails=True)
assert "Access denied" in refused, refused
assert "no tool `write_file`" in dive("tools", "call", "write_file", "{}", "--tools", "tools", fails=True)

imported("git", 5, f"{GIT}/bin/mcp-server-git")
assert "Add two cities" in call("git_log", repo_path=str(data))["text"]

imported(
    "db", 5, f"{SQLITE}/bin/mcp-server-sqlite", "--db-path", str(WORK / "x.sqlite"),
    more=["--read-only", "read_*", "--read-only", "list_*", "--read-only", "describe_*"],
)
mutating = ["--allow-mutating"]
call("create_table", *mutating, query="CREATE TABLE item (name TEXT, price REAL)")
call("write_query", *mutating, query="INSERT INTO item VALUES ('pen', 1.5)")
assert "pen" in json.dumps(call("read_query", query="SELECT * FROM item"))

# A certificate that nobody signed: one message, nothing sent.
files = [str(WORK / "key.pem"), str(WORK / "cert.pem")]
subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, "-keyout", files[0], "-out", files[1]]
subprocess.run(command, check=True, capture_output=True)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(files[1], files[0])
web = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
web.socket = context.wrap_socket(web.socket, server_side=True)
threading.Thread(target=web.serve_forever, daemon=True).start()
(WORK / "web.toml").write_text(
    f"[provider]\nid = 'web'\ndomain = 'general'\nbackend = 'http'\nbase_url = 'https://localhost:{web.server_port}'\n"
    "allow_private = true\nretries = 0\nverified = true\n[[tool]]\nname = 'page'\nkind = 'retrieval'\nformat = 'text'\n"
    "description = 'A page of the check.'\nrequest = 'GET /'\n"
)
refused = dive("tools", "call", "page", "{}", "--tools", "web.toml", "--only-tools", fails=True)
assert "web (page)" in refused and "certificate" in refused.lower(), refused

print("servers of others: as expected")
