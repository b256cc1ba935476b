"use strict";
// Without this script everything is shown. With it lists can be searched, the theme chosen, the map followed with
// the pointer, and print opens what is folded.
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

const form = document.querySelector("form[role=search]");
const [search, output] = [form.querySelector("input[type=search]"), form.querySelector("output")];
const classes = all("fieldset input:not([name])", form);
const wrong = form.querySelector("input[name=wrong]");
let rows;

function texts() {
  rows ??= all("[data-row]").map(row => ({ row, text: row.textContent.toLowerCase() }));
  return rows;
}

function apply() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = new Set(classes.filter(box => box.checked).map(box => box.value));
  let count = 0;
  for (const { row, text } of texts()) {
    const owner = row.dataset.class;
    const fits = (!owner || shown.has(owner)) && (!wrong.checked || "wrong" in row.dataset)
      && words.every(word => text.includes(word));
    row.hidden = !fits;
    count += fits;
  }
  const narrowed = count < rows.length;
  output.textContent = narrowed ? count + " of " + rows.length : "";
  document.documentElement.classList.toggle("narrowed", narrowed);
  for (const group of all("[data-group]")) {
    const left = all("[data-row]:not([hidden])", group).length;
    group.hidden = !left;
    if (group.tagName === "DETAILS" && narrowed && words.length) group.open = left > 0;
  }
  for (const section of all("main > section")) {
    const counter = section.querySelector("[data-count]");
    if (!counter) continue;
    counter.dataset.all ??= counter.textContent;
    const inside = all("[data-row]", section), left = inside.filter(row => !row.hidden).length;
    counter.textContent = left < inside.length ? left + " of " + inside.length : counter.dataset.all;
  }
}

let waiting;
form.hidden = false;
form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 60); });
form.addEventListener("submit", event => event.preventDefault());
addEventListener("keydown", event => {
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape" && event.target === search) {
    search.value = "";
    apply();
  }
});

// What a link leads to is opened and shown, wherever it is folded or filtered away.
function reveal() {
  let target = null;
  try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
  if (!target || !location.hash) return;
  for (let one = target; one; one = one.parentElement) {
    one.hidden = false;
    if (one.tagName === "DETAILS") one.open = true;
  }
  target.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();

const theme = document.getElementById("theme");
const themes = ["as the system", "light", "dark"];
function paint(name) {
  const known = themes.includes(name) ? name : themes[0];
  if (known === themes[0]) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = known;
  theme.textContent = "Theme: " + known;
  theme.dataset.now = known;
}
// A browser may refuse to remember anything for a file.
function remembered(name) {
  try { return name === undefined ? localStorage.getItem("auditor-theme") : localStorage.setItem("auditor-theme", name); }
  catch { return null; }
}
paint(remembered());
theme.addEventListener("click", () => {
  const next = themes[(themes.indexOf(theme.dataset.now) + 1) % themes.length];
  paint(next);
  remembered(next);
});

const picture = document.querySelector("#map svg");
if (picture) {
  const edges = all(".edge", picture), nodes = all(".node", picture);
  const follow = number => {
    const near = new Set([number]);
    for (const edge of edges) {
      const lies = number !== null && (edge.dataset.from === number || edge.dataset.to === number);
      edge.classList.toggle("lit", lies);
      if (lies) near.add(edge.dataset.from).add(edge.dataset.to);
    }
    picture.classList.toggle("followed", number !== null);
    for (const node of nodes) node.classList.toggle("lit", near.has(node.dataset.node));
  };
  for (const node of nodes) {
    node.addEventListener("pointerenter", () => follow(node.dataset.node));
    node.addEventListener("pointerleave", () => follow(null));
  }
}

addEventListener("beforeprint", () => {
  for (const one of all("details:not([open])")) { one.open = true; one.dataset.printed = ""; }
});
addEventListener("afterprint", () => {
  for (const one of all("details[data-printed]")) { one.open = false; delete one.dataset.printed; }
});
