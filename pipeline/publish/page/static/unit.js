// A unit's page: a value or a finding and its place in the source, both ways; filters, search, keys.
"use strict";
const findings = all(".finding");
const marks = new Map(); // id of a mark → its pieces in the source
for (const piece of all("mark[data-names]")) {
  for (const name of piece.dataset.names.split(" ")) {
    if (!marks.has(name)) marks.set(name, []);
    marks.get(name).push(piece);
  }
}
const beside = new Map(); // id of a mark → findings and values that speak of it
for (const one of all("[data-marks]")) {
  for (const name of one.dataset.marks.split(" ").filter(Boolean)) {
    if (!beside.has(name)) beside.set(name, []);
    beside.get(name).push(one);
  }
}

const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const clear = () => all(".on, .current").forEach((one) => one.classList.remove("on", "current"));
const inView = (one) => one.scrollIntoView({ block: "center", behavior: calm ? "auto" : "instant" });
const reveal = (one) => { // whatever tabs hide it
  for (let panel = one.closest("[role=tabpanel]"); panel; panel = panel.parentElement.closest("[role=tabpanel]")) {
    if (panel.hidden) showTab($(panel.getAttribute("aria-labelledby")));
  }
};
const light = (names) => {
  const pieces = names.flatMap((name) => marks.get(name) || []);
  for (const piece of pieces) piece.classList.add("on");
  if (pieces.length) { reveal(pieces[0]); inView(pieces[0]); }
  return pieces.length;
};
const namesOf = (one) => (one.dataset.marks || "").split(" ").filter(Boolean);

let current = -1;
const choose = (finding, focus = true) => {
  clear();
  current = findings.indexOf(finding);
  finding.classList.add("current");
  reveal(finding);
  inView(finding);
  if (!light(namesOf(finding))) say("这一条没有对应的原文"); else say("");
  if (focus) finding.focus({ preventScroll: true });
};
const walk = (step) => {
  const shown = findings.filter((one) => !one.hidden);
  if (!shown.length) return;
  const at = shown.indexOf(findings[current]);
  choose(shown[at < 0 ? (step > 0 ? 0 : shown.length - 1) : Math.min(Math.max(at + step, 0), shown.length - 1)]);
};

document.addEventListener("click", (event) => {
  const piece = event.target.closest("mark[data-names]");
  if (piece) {
    const names = piece.dataset.names.split(" ").reverse(); // the innermost first
    const others = names.flatMap((name) => beside.get(name) || []);
    const finding = others.map((one) => one.closest(".finding")).find(Boolean);
    if (finding) return choose(finding, false);
    clear();
    const value = others.find((one) => one.classList.contains("value"));
    light([names[0]]);
    if (value) {
      reveal(value);
      value.classList.add("on");
      value.closest(".problem")?.classList.add("current");
      inView(value);
    } else say("这段文字没有归入右边的任何一栏");
    return;
  }
  const quoted = event.target.closest(".quoted, .value");
  if (quoted) {
    clear();
    quoted.closest(".finding, .problem")?.classList.add("current");
    if (light(namesOf(quoted))) say(""); else if (quoted.classList.contains("quoted")) say("这一条没有对应的原文");
    return;
  }
  const finding = event.target.closest(".finding");
  if (finding && !event.target.closest("button, a, input, select, textarea")) choose(finding, false);
});
document.addEventListener("keydown", (event) => {
  if (typing(event) || document.querySelector("dialog[open]")) return;
  if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "/") { event.preventDefault(); $("search").focus(); }
});
document.addEventListener("shown", (event) => { // the read values are those of the paper that is shown
  const doc = $(event.target.getAttribute("aria-controls")).dataset.doc;
  if (doc) for (const part of all(".reading")) part.hidden = part.dataset.of !== doc;
});

const filter = () => {
  const words = $("search").value.trim().toLowerCase();
  const fits = (one, keys) => keys.every((key) => !$(`by-${key}`).value || one.dataset[key] === $(`by-${key}`).value)
    && (!words || one.textContent.toLowerCase().includes(words));
  let count = 0;
  for (const one of findings) {
    one.hidden = !fits(one, ["severity", "check", "status", "aspect"]);
    count += !one.hidden;
  }
  for (const one of all(".problem, .item")) one.hidden = !fits(one, ["status", "aspect"]);
  for (const one of all(".paper .text > *")) one.classList.toggle("hit", Boolean(words) && one.textContent.toLowerCase().includes(words));
  $("count").textContent = `核对发现 ${count} / ${findings.length}`;
};
$("search").form.addEventListener("input", filter);
$("search").form.addEventListener("submit", (event) => event.preventDefault());
filter();
const named = location.hash.slice(1) && $(decodeURIComponent(location.hash.slice(1)));
if (named && named.classList.contains("finding")) choose(named);
