// The page of the batch: charts, and four lists that are filtered whole and drawn a page at a time.
"use strict";
const batch = JSON.parse($("batch").textContent);
const SIZE = 50; // rows drawn at once, so that a thousand units stay quick
const name = (at) => batch.names[at];
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const make = (tag, text, kind) => {
  const one = document.createElement(tag);
  if (text !== undefined) one.textContent = text;
  if (kind) one.className = kind;
  return one;
};
const STATUS = ["done", "basically_done", "in_progress", "not_done", "unstated"];
const SEVERITY = ["error", "warning", "info"];
const pageOf = new Map(batch.units.map((one) => [one.unit, one.page]));
const link = (unit, hash = "") => {
  if (!pageOf.get(unit)) return make("span", name(unit));
  const one = make("a", name(unit));
  one.href = pageOf.get(unit).split("/").map(encodeURIComponent).join("/") + hash;
  return one;
};
// errors weigh more than anything, then what is not done, then warnings and doubt
const urgency = (one) => one.severities[0] * 1e6 + (one.statuses[3] + one.statuses[2]) * 1e3 + one.severities[1] + one.doubtful;

const figures = [
  ["单位", batch.units.length], ["问题", sum(batch.units.map((u) => u.problems))], ["措施", sum(batch.units.map((u) => u.measures))],
  ...Object.entries(batch.states).map(([state, count]) => [`文件${state}`, count]),
  ...batch.severities.map((label, at) => [label, sum(batch.units.map((u) => u.severities[at])), `sev-${SEVERITY[at]}`]),
];
for (const [label, count, kind] of figures) {
  const one = make("li", `${label} `, kind);
  one.append(make("b", String(count)));
  $("figures").append(one);
}

// ---- lists ----
const money = (value) => (value ? value.toLocaleString("zh-CN", { maximumFractionDigits: 2 }) : "");
const lists = {
  units: {
    rows: batch.units.map((one) => ({ unit: one.unit, one })).sort((a, b) => urgency(b.one) - urgency(a.one)),
    columns: [
      ["单位", (r) => link(r.unit), (r) => name(r.unit)],
      ["材料", (r) => r.one.papers, null, "num less"], ["问题", (r) => r.one.problems, null, "num"],
      ...STATUS.map((code, at) => [batch.statuses[at], (r) => r.one.statuses[at] || "", (r) => r.one.statuses[at], `num less st-${code}`]),
      ...SEVERITY.map((code, at) => [batch.severities[at], (r) => r.one.severities[at] || "", (r) => r.one.severities[at], `num sev-${code}`]),
      ["存疑", (r) => r.one.doubtful || "", (r) => r.one.doubtful, "num less"],
      ["涉及金额（元）", (r) => money(r.one.asked), (r) => r.one.asked, "num less"], ["已处理（元）", (r) => money(r.one.settled), (r) => r.one.settled, "num less"],
    ],
  },
  findings: {
    rows: batch.findings.map(([unit, check, severity, text, id, aspect, status]) => ({ unit, check, severity, text, id, aspect, status })),
    columns: [
      ["程度", (r) => batch.severities[r.severity], (r) => r.severity], ["单位", (r) => link(r.unit, r.id ? `#f-${r.id}` : ""), (r) => name(r.unit)],
      ["检查项", (r) => batch.checks[name(r.check)] || name(r.check)], ["说明", (r) => r.text],
    ],
  },
  items: {
    rows: batch.items.map(([unit, aspect, status, text, deadline]) => ({ unit, aspect, status, text, deadline })),
    columns: [
      ["单位", (r) => link(r.unit), (r) => name(r.unit)], ["方面", (r) => name(r.aspect), null, "less"], ["问题", (r) => r.text],
      ["整改状态", (r) => batch.statuses[r.status], (r) => r.status], ["时限", (r) => r.deadline],
    ],
  },
  files: {
    rows: batch.files.map(([text, kind, state, unit, message]) => ({ text, kind, state, unit, message })),
    columns: [
      ["文件", (r) => r.text], ["文种", (r) => r.kind, null, "less"], ["处理结果", (r) => r.state], ["单位", (r) => (name(r.unit) ? link(r.unit) : ""), (r) => name(r.unit)], ["说明", (r) => r.message],
    ],
  },
};
const plain = (cell) => (cell instanceof Node ? cell.textContent : String(cell));
for (const list of Object.values(lists)) {
  for (const row of list.rows) row.words = `${name(row.unit) || ""} ${row.text || ""} ${row.message || ""}`.toLowerCase();
  Object.assign(list, { first: 0, sort: -1, down: true });
}
const shownList = () => all("#lists [role=tab]").find((tab) => tab.getAttribute("aria-selected") === "true").id.slice(4);
const kept = { severity: (r, v) => (r.one ? r.one.severities[v] > 0 : r.severity === undefined || r.severity === Number(v)),
  status: (r, v) => (r.one ? r.one.statuses[v] > 0 : r.status === undefined || r.status === Number(v)),
  unit: (r, v) => r.unit === Number(v), check: (r, v) => r.check === undefined || r.check === Number(v),
  aspect: (r, v) => r.aspect === undefined || r.aspect === Number(v) };

const filtered = (list) => {
  const words = $("search").value.trim().toLowerCase();
  const wanted = Object.keys(kept).map((key) => [kept[key], $(`by-${key}`).value]).filter(([, value]) => value !== "");
  const rows = list.rows.filter((r) => (!words || r.words.includes(words)) && wanted.every(([fits, value]) => fits(r, value)));
  if (list.sort >= 0) {
    const [, show, key] = list.columns[list.sort];
    const keyed = rows.map((r) => [key ? key(r) : show(r), r]);
    const order = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : plain(a).localeCompare(plain(b), "zh-CN"));
    return keyed.sort((a, b) => order(a[0], b[0]) * (list.down ? -1 : 1)).map(([, r]) => r);
  }
  return rows;
};

const draw = () => {
  const key = shownList();
  const list = lists[key];
  const rows = filtered(list);
  list.first = Math.max(0, Math.min(list.first, Math.floor((rows.length - 1) / SIZE) * SIZE));
  const table = make("table", undefined, "list");
  const head = make("tr");
  list.columns.forEach(([label, , , kind], at) => {
    const cell = make("th", undefined, kind);
    cell.scope = "col";
    const button = make("button", label + (list.sort === at ? (list.down ? " ↓" : " ↑") : ""));
    button.type = "button";
    if (list.sort === at) cell.setAttribute("aria-sort", list.down ? "descending" : "ascending");
    button.addEventListener("click", () => { list.down = list.sort === at ? !list.down : true; list.sort = at; draw(); });
    cell.append(button);
    head.append(cell);
  });
  table.append(make("thead"), make("tbody"));
  table.tHead.append(head);
  for (const row of rows.slice(list.first, list.first + SIZE)) {
    const line = make("tr");
    for (const [, show, , kind] of list.columns) {
      const cell = make("td", undefined, kind);
      const bdi = make("bdi");
      bdi.append(show(row));
      cell.append(bdi);
      line.append(cell);
    }
    table.tBodies[0].append(line);
  }
  const wide = make("div", undefined, "wide");
  wide.append(table);
  $(`panel-${key}`).replaceChildren(wide, pages(list, rows.length));
  $("count").textContent = `${rows.length} / ${list.rows.length}`;
};
const pages = (list, total) => {
  const bar = make("div", undefined, "pages");
  if (total <= SIZE) return bar;
  const move = (label, step) => {
    const button = make("button", label);
    button.type = "button";
    button.disabled = list.first + step < 0 || list.first + step >= total;
    button.addEventListener("click", () => { list.first += step; draw(); });
    return button;
  };
  bar.append(move("上一页", -SIZE), make("span", `${list.first + 1}–${Math.min(list.first + SIZE, total)}，共 ${total}`), move("下一页", SIZE));
  return bar;
};

const fill = (key, options) => {
  for (const [value, label] of options) {
    const option = make("option", label);
    option.value = value;
    $(`by-${key}`).append(option);
  }
};
const used = (rows, key) => Array.from(new Set(rows.map((r) => r[key]))).filter((at) => name(at));
fill("unit", batch.units.map((one) => [one.unit, name(one.unit)]).sort((a, b) => a[1].localeCompare(b[1], "zh-CN")));
fill("severity", batch.severities.map((label, at) => [at, label]));
fill("status", batch.statuses.map((label, at) => [at, label]));
fill("check", used(lists.findings.rows, "check").map((at) => [at, batch.checks[name(at)] || name(at)]));
fill("aspect", used(lists.items.rows, "aspect").map((at) => [at, name(at)]));
const again = () => { for (const list of Object.values(lists)) list.first = 0; draw(); };
$("search").form.addEventListener("input", again);
$("search").form.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("shown", draw);
document.addEventListener("keydown", (event) => {
  if (typing(event)) return;
  if (event.key === "/") { event.preventDefault(); $("search").focus(); return; }
  if (event.key !== "j" && event.key !== "k") return;
  const links = all("#lists [role=tabpanel]:not([hidden]) td a");
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? 0 : at + (event.key === "j" ? 1 : -1)];
  if (next) next.focus();
});
draw();

// ---- charts ----
const colour = (variable) => getComputedStyle(document.documentElement).getPropertyValue(`--${variable}`).trim();
const keys = (id, entries) => $(id).replaceChildren(...entries.map(([label, tint]) => {
  const one = make("span");
  const box = make("i");
  box.style.background = tint;
  one.append(box, label);
  return one;
}));
const drawn = new Map();
const chart = (id, option) => {
  if (!drawn.has(id)) drawn.set(id, echarts.init($(id)));
  const text = { color: colour("ink"), fontFamily: "inherit" };
  drawn.get(id).setOption({ animation: false, textStyle: text, aria: { enabled: true }, ...option }, true);
  return drawn.get(id);
};
const bars = (id, labels, series, opened) => {
  const axis = { axisLabel: { color: colour("ink") }, axisLine: { lineStyle: { color: colour("line") } }, splitLine: { lineStyle: { color: colour("line") } } };
  const one = chart(id, {
    grid: { left: 8, right: 34, top: 6, bottom: 4, containLabel: true },
    xAxis: { type: "value", minInterval: 1, splitNumber: 4, ...axis },
    yAxis: { type: "category", inverse: true, data: labels, ...axis, axisLabel: { color: colour("ink"), width: 130, overflow: "truncate", interval: 0 } },
    series: series.map(([label, values, tint]) => ({ name: label, type: "bar", stack: "all", data: values, itemStyle: { color: tint }, barMaxWidth: 18 })),
  });
  one.off("click");
  one.on("click", (event) => opened(event.dataIndex));
};
const charts = () => {
  const tints = STATUS.map(colour);
  const weights = SEVERITY.map(colour);
  const top = [...batch.units].sort((a, b) => urgency(b) - urgency(a)).filter((one) => urgency(one) > 0).slice(0, 10);
  const parts = [[batch.severities[0], (u) => u.severities[0], weights[0]], ["未完成", (u) => u.statuses[3] + u.statuses[2] + u.statuses[1], tints[2]], [batch.severities[1], (u) => u.severities[1], weights[2]]];
  keys("keys-units", parts.map(([label, , tint]) => [label, tint]));
  bars("chart-units", top.map((one) => name(one.unit)), parts.map(([label, count, tint]) => [label, top.map(count), tint]), (at) => { location.href = link(top[at].unit).href; });
  const totals = STATUS.map((_, at) => sum(batch.units.map((u) => u.statuses[at])));
  keys("keys-status", STATUS.map((_, at) => [`${batch.statuses[at]} ${totals[at]}（${Math.round((100 * totals[at]) / Math.max(1, sum(totals)))}%）`, tints[at]]));
  chart("chart-status", { series: [{ type: "pie", radius: ["45%", "72%"], label: { show: false }, data: totals.map((value, at) => ({ name: batch.statuses[at], value, itemStyle: { color: tints[at] } })).filter((one) => one.value) }] });
  const checks = new Map();
  for (const row of lists.findings.rows) {
    if (!checks.has(row.check)) checks.set(row.check, [0, 0, 0]);
    checks.get(row.check)[row.severity] += 1;
  }
  const most = [...checks].sort((a, b) => sum(b[1]) - sum(a[1])).slice(0, 10);
  keys("keys-checks", batch.severities.map((label, at) => [label, weights[at]]));
  bars("chart-checks", most.map(([check]) => batch.checks[name(check)] || name(check)), SEVERITY.map((_, at) => [batch.severities[at], most.map(([, counts]) => counts[at]), weights[at]]), (at) => {
    $("by-check").value = String(most[at][0]);
    showTab($("tab-findings"));
    again();
  });
  const rich = batch.units.filter((u) => u.asked || u.settled).sort((a, b) => b.asked - a.asked).slice(0, 10);
  const ten = (value) => Math.round(value / 100) / 100;
  keys("keys-money", [[`涉及 ${ten(sum(batch.units.map((u) => u.asked)))}`, tints[2]], [`已处理 ${ten(sum(batch.units.map((u) => u.settled)))}`, tints[0]]]);
  const labels = rich.map((u) => name(u.unit));
  bars("chart-money", labels, [["已处理", rich.map((u) => ten(u.settled)), tints[0]], ["尚未处理", rich.map((u) => Math.max(0, ten(u.asked - u.settled))), tints[2]]], (at) => { location.href = link(rich[at].unit).href; });
};
charts();
document.addEventListener("theme", charts);
addEventListener("resize", () => drawn.forEach((one) => one.resize()));
