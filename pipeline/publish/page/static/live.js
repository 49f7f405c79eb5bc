// A served page: asks the server, tells what it answers, notices what other windows decided.
"use strict";
const known = JSON.parse($("edit").textContent);
const ask = async (path, body) => {
  const options = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`/api/${path}`, options).catch(() => null);
  if (!answer) { say("连不上本机的服务：请看运行 zhenggai review 的窗口"); return null; }
  const told = await answer.json().catch(() => ({ message: "服务出错，请看运行 zhenggai review 的窗口" }));
  if (answer.ok) return told;
  say(told.message);
  return null;
};
const PLACE = "place"; // where the reader was, kept over a reload
const reload = (message) => {
  const tabs = all("[role=tab][aria-selected=true]").map((tab) => tab.id);
  const scrolled = all("[role=tabpanel]").map((panel) => [panel.id, panel.scrollTop]).filter(([, top]) => top);
  const values = all(".filters input, .filters select").map((one) => [one.id, one.value]);
  sessionStorage.setItem(PLACE, JSON.stringify({ tabs, scrolled, values, message, at: location.pathname }));
  location.reload();
};
{
  const kept = JSON.parse(sessionStorage.getItem(PLACE) || "null");
  sessionStorage.removeItem(PLACE);
  if (kept && kept.at === location.pathname) {
    for (const id of kept.tabs) if ($(id)) showTab($(id));
    for (const [id, value] of kept.values) if ($(id)) $(id).value = value;
    if ($("search")) $("search").form.dispatchEvent(new Event("input"));
    for (const [id, top] of kept.scrolled) if ($(id)) $(id).scrollTop = top;
    if (kept.message) say(kept.message);
  }
}
const follow = async () => { // until the results are made
  for (;;) {
    const state = await ask("state");
    if (!state) return;
    if (!state.busy) {
      if (state.fault) say(state.fault); else reload("已重新生成：工作簿、文书和网页都是最新的");
      $("remake").disabled = false;
      return;
    }
    say(`正在重新生成……${state.progress}`);
    await new Promise((done) => { setTimeout(done, 700); });
  }
};
$("remake").addEventListener("click", async () => {
  $("remake").disabled = true;
  if (await ask("remake", {})) await follow(); else $("remake").disabled = false;
});
const look = async () => {
  if (document.hidden || document.querySelector("dialog[open]") || $("remake").disabled) return;
  const state = await ask("state");
  if (!state) return;
  if ($("undo")) $("undo").disabled = !state.undo;
  if (state.busy) { $("remake").disabled = true; await follow(); return; }
  if (state.version !== known.version && !$("fresh")) {
    say("另一个窗口有新的决定。");
    const button = document.createElement("button");
    button.id = "fresh";
    button.type = "button";
    button.textContent = "刷新";
    button.addEventListener("click", () => reload(""));
    $("say").append(button);
  }
};
look();
setInterval(look, 4000);
