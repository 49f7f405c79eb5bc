// Editing on a unit's page: a cell, a verdict on a finding, a withdrawal; each is written at once.
"use strict";
const SAVED = "已记下。点“重新生成”后，核对发现、工作簿和文书随之更新";
const wish = (wishes, message = SAVED) => ask("decide", { wishes }).then((state) => { if (state) reload(message); });

const dialog = document.createElement("dialog");
document.body.append(dialog);
const asked = (title, field, value, needed) => new Promise((answer) => { // a small form; null when it is left
  const form = document.createElement("form");
  form.method = "dialog";
  const label = document.createElement("label");
  label.textContent = title;
  const choices = known.choices[field];
  const input = document.createElement(choices ? "select" : known.long.includes(field) || field === "reason" ? "textarea" : "input");
  for (const choice of choices || []) {
    const option = document.createElement("option");
    option.value = choice;
    option.textContent = choice || "（空）";
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
