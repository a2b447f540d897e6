"""Opens the report and the viewer in Chromium: layout, script, keys, filters, escaping, news of a run that goes on."""

import json
import subprocess
import sys
import urllib.error
import urllib.request

from playwright.sync_api import sync_playwright

dive, run, chromium = sys.argv[1:]

LEAVES_THE_PAGE = """() => [...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.scroll, .skip, thead, option, datalist') && e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.outerHTML.slice(0, 80))"""


def fits(page, name):
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{name} is {wide} px wider than its window"
    assert page.evaluate(LEAVES_THE_PAGE) == [], f"{name}: {page.evaluate(LEAVES_THE_PAGE)}"


def report(browser):
    for width in (390, 1440):
        for scheme in ("light", "dark"):
            page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
            trouble = []
            page.on("console", lambda m: trouble.append(m.text))
            page.on("request", lambda r: r.url.startswith("file:") or trouble.append(r.url))
            page.goto(f"file://{run}/report.html")
            fits(page, f"the report at {width} px")
            assert not trouble, trouble
    charts = page.locator("figure svg.chart").count()
    assert charts >= 15 and charts == page.locator("figure details.data table").count(), charts
    assert page.locator("main section h2").count() >= 10
    assert page.locator("ul.gallery svg").count() >= 10 and page.locator("script").count() == 0
    print(f"report: {charts} charts, each with its table")


def viewer(browser, url):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    trouble = []
    page.on("console", lambda m: trouble.append(m.text))
    page.on("pageerror", lambda e: trouble.append(str(e)))
    page.goto(url)
    fits(page, "the list")
    matches = lambda: int(page.locator("h1").inner_text().split()[0].replace(",", ""))
    tasks = matches()
    assert tasks == 120, tasks

    # Keys alone: search, move, open, next, back.
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "f-q"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{second}")
    fits(page, "a task")
    assert page.locator(".turn.user mark").count() >= 1 and page.locator("svg.calls circle").count() >= 1
    calls = page.locator(".turn.tool").count()
    page.locator("svg.calls a").first.click()
    assert page.url.split("#")[1].startswith("c"), page.url
    page.keyboard.press("n")
    page.wait_for_url(lambda u: "/episode/" in u and second not in u)
    page.keyboard.press("u")
    page.wait_for_selector("ol.list")

    # Filters apply at once and travel in the address.
    page.select_option("#f-domain", "medical")
    page.wait_for_url("**domain=medical*")
    medical = matches()
    assert 0 < medical < tasks
    page.fill("#f-q", "patient")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=patient*")
    assert 0 < matches() <= medical
    page.goto(url + "?reason=no_evidence")
    assert matches() > 0 and page.locator("input[value=rejected]").is_checked()
    page.locator("ol.list a.open").first.click()
    page.wait_for_selector(".tag.bad")
    fits(page, "a rejection")

    # What is typed comes back as text.
    hostile = "<script>document.title='owned'</script>\"'><img src=x onerror=alert(1)>"
    page.goto(url)
    page.fill("#f-q", hostile)
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    assert page.input_value("#f-q") == hostile and page.title() != "owned" and page.locator("main img").count() == 0
    assert not trouble, trouble

    phone = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark").new_page()
    for path in ("", second.lstrip("/"), "?verdict=rejected", "report"):
        phone.goto(url + path)
        fits(phone, f"/{path} on a phone")
    bare = browser.new_context(java_script_enabled=False).new_page()
    bare.goto(url + "?form=lookup")
    assert bare.locator("ol.list li").count() > 0, "the pages need no script"

    # The run goes on.
    page.goto(url)
    subprocess.run([dive, "synth", "--out", run, "--count", "150", "--json"], check=True, capture_output=True)
    page.wait_for_selector("#news a", timeout=15000)
    page.locator("#news a").click()
    page.wait_for_function("document.querySelector('h1').textContent.startsWith('150')")
    print(f"viewer: {tasks} tasks, {medical} medical, {calls} calls in the conversation that was opened")


def guarded(url):
    def status(headers=None, method="GET"):
        try:
            return urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}, method=method)).status
        except urllib.error.HTTPError as error:
            return error.code

    assert status() == 200 and status({"Host": "evil.example"}) == 421 and status(method="POST") == 405
    policy = urllib.request.urlopen(url).headers["content-security-policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy, policy


with sync_playwright() as p:
    browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    report(browser)
    server = subprocess.Popen([dive, "view", run, "--port", "0", "--json"], stdout=subprocess.PIPE, text=True)
    try:
        url = json.loads(server.stdout.readline())["url"]
        guarded(url)
        viewer(browser, url)
    finally:
        server.terminate()
print("the pages hold")
