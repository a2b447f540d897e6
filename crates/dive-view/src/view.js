// Keys, filters that apply at once, and news of a run that goes on. Pages work without any of it.
"use strict";

const filters = document.querySelector("form.filters");
const rows = () => Array.from(document.querySelectorAll("ol.list a.open"));
const follow = (rel) => document.querySelector(`a[rel=${rel}]`)?.click();

function move(step) {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  all[Math.max(0, Math.min(all.length - 1, next))]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input:not([type=radio]), select, textarea");
  if (typing) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const actions = {
    j: () => move(1),
    k: () => move(-1),
    n: () => follow("next"),
    p: () => follow("prev"),
    u: () => follow("up"),
    "/": () => document.getElementById("f-q")?.focus(),
  };
  const action = actions[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});

filters?.addEventListener("change", (event) => {
  if (event.target.matches("select, input[type=radio]")) filters.requestSubmit();
});

// Empty fields make long addresses.
filters?.addEventListener("submit", () => {
  for (const field of filters.elements) if (field.name && field.value === "") field.disabled = true;
});
window.addEventListener("pageshow", () => {
  for (const field of filters?.elements ?? []) field.disabled = false;
});

const news = document.getElementById("news");
if (news) {
  const count = (id) => Number(document.getElementById(id).textContent.replaceAll(",", ""));
  const known = count("tasks") + count("rejected");
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const now = await (await fetch("/live")).json();
      document.getElementById("tasks").textContent = now.tasks.toLocaleString("en");
      document.getElementById("rejected").textContent = now.rejected.toLocaleString("en");
      const fresh = now.tasks + now.rejected - known;
      if (fresh !== 0 && !news.querySelector("a")) {
        const link = document.createElement("a");
        link.href = location.href;
        news.replaceChildren(link);
      }
      const link = news.querySelector("a");
      if (link) link.textContent = `${fresh > 0 ? fresh.toLocaleString("en") + " new" : "changed"}: show`;
    } catch {
      news.textContent = "the page is no longer served";
    }
  }, 1500);
}
