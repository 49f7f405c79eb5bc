// Editing on a unit's page: a cell, a verdict on a finding, a withdrawal; each is written at once.
"use strict";
const SAVED = "已记下。点“重新生成”后，核对发现、工作簿和文书随之更新";
const wish = (wishes, message = SAVED) => ask("decide", { wishes }).then((state) => { if (state) reload(message); });

const dialog = document.createElement("dialog");
document.body.append(dialog);
const asked = (title, field, value, needed, offered) => new Promise((answer) => { // a small form; null when it is left
  const form = document.createElement("form");
  form.method = "dialog";
  const label = document.createElement("label");
  label.textContent = title;
  const choices = offered || (known.choices[field] || []).map((one) => [one, one]); // value and label
  const input = document.createElement(choices.length ? "select" : known.long.includes(field) || field === "reason" ? "textarea" : "input");
  for (const [choice, text] of choices) {
    const option = document.createElement("option");
    option.value = choice;
    option.textContent = text || "（空）";
    input.append(option);
  }
  input.value = value;
  input.required = needed;
  label.append(input);
  const row = document.createElement("div");
  row.className = "row";
  for (const [text, kind] of [["取消", "button"], ["保存", "submit"]]) {
    const button = document.createElement("button");
    button.type = kind;
    button.textContent = text;
    if (kind === "submit") button.className = "main"; else button.addEventListener("click", () => dialog.close());
    row.append(button);
  }
  form.append(label, row);
  let given = null;
  form.addEventListener("submit", () => { given = input.value; });
  dialog.addEventListener("close", () => answer(given), { once: true });
  dialog.setAttribute("aria-label", title);
  dialog.replaceChildren(form);
  dialog.showModal();
  input.focus();
});

const correct = async (value) => {
  const { table, row, field, stored } = value.dataset;
  const shown = value.classList.contains("empty") ? "" : value.textContent;
  const text = await asked(value.getAttribute("aria-label").split("：")[0], field, shown, false);
  if (text !== null && text !== shown) await wish([{ table, row, field, text, seen: stored }]);
};
document.addEventListener("click", async (event) => {
  const value = event.target.closest(".value[data-table]");
  if (value) {
    for (const old of all(".fix")) old.remove();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fix";
    button.textContent = "更正";
    button.addEventListener("click", () => correct(value));
    value.after(button);
    return;
  }
  const verdict = event.target.closest(".judge button");
  if (verdict) {
    const { row, state, note } = verdict.parentElement.dataset;
    const chosen = verdict.getAttribute("aria-pressed") === "true" ? "" : verdict.textContent;
    const wishes = [{ table: "findings", row, field: "review_state", text: chosen, seen: state }];
    if (verdict.dataset.code === "dismissed" && chosen) {
      const reason = await asked("不成立的理由", "reason", note, true);
      if (reason === null) return;
      wishes.push({ table: "findings", row, field: "review_note", text: reason, seen: note });
    }
    await wish(wishes, chosen ? `已记为“${chosen}”` : "已取消");
    return;
  }
  const withdrawn = event.target.closest(".withdraw");
  if (withdrawn) {
    const { table, row, field } = withdrawn.dataset;
    if (await ask("withdraw", { key: [table, row, field] })) reload("已撤回");
  }
});
document.addEventListener("dblclick", (event) => {
  const value = event.target.closest(".value[data-table]");
  if (value) correct(value);
});
$("undo").addEventListener("click", async () => { if (await ask("undo", {})) reload("已撤销"); });

// ---- how the paper is read: another reading, or what a piece of it is ----
const READ_AGAIN = "已记下。点“重新生成”后按它重读这份材料";
const told = async (doc, paragraph, before, text) => {
  const role = await asked(`“${text}”是`, "role", known.choices.role[0], true);
  if (role !== null && await ask("role", { doc, paragraph: Number(paragraph), before, text, role })) reload(READ_AGAIN);
};
document.addEventListener("click", async (event) => {
  const other = event.target.closest(".read-so");
  if (other && await ask("reading", { doc: other.dataset.doc, reading: other.dataset.reading })) reload(READ_AGAIN);
  const number = event.target.closest("button.no");
  if (number) told(number.dataset.doc, number.dataset.paragraph, "", number.parentElement.querySelector(".words").textContent);
});
document.addEventListener("mouseup", (event) => { // what is selected inside one paragraph can be told
  if (event.target.id === "told") return;
  $("told")?.remove();
  const selection = getSelection();
  if (selection.isCollapsed || !selection.rangeCount || document.querySelector("dialog[open]")) return;
  const range = selection.getRangeAt(0);
  const node = range.commonAncestorContainer;
  const words = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest(".words");
  const number = words && words.parentElement.querySelector("button.no");
  const text = range.toString();
  if (!number || !text.trim()) return;
  const ahead = range.cloneRange();
  ahead.setStart(words, 0);
  ahead.setEnd(range.startContainer, range.startOffset);
  const before = ahead.toString();
  const button = document.createElement("button");
  button.id = "told";
  button.type = "button";
  button.className = "main";
  button.textContent = "这段文字是……";
  button.addEventListener("click", () => told(number.dataset.doc, number.dataset.paragraph, before, text));
  words.after(button);
});

// ---- which problem of another paper it is ----
document.addEventListener("click", async (event) => {
  const match = event.target.closest(".match");
  if (!match) return;
  const { source, paper, now } = match.dataset;
  const offered = all(".problem", document.querySelector(`.reading[data-of="${paper}"]`))
    .map((one) => [one.dataset.problem, one.querySelector("h4").textContent.trim()]);
  const answer = await asked("在这份材料里是", "match", now, false, [["", "没有对应的问题"], ...offered]);
  if (answer !== null && await ask("match", { source, paper, answer })) reload("已记下。点“重新生成”后按它核对");
});
