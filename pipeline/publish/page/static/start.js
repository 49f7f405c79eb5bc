// The start page: files dropped or chosen are sent one by one, then processed; the result opens by itself.
"use strict";
let waiting = Promise.resolve();
let sent = 0;
const send = (file, path) => {
  waiting = waiting.then(async () => {
    const answer = await fetch(`/api/upload?name=${encodeURIComponent(path)}`, { method: "PUT", body: file }).catch(() => null);
    const line = document.createElement("li");
    if (answer && answer.ok) {
      sent += 1;
      line.textContent = path;
    } else {
      const told = answer ? await answer.json().catch(() => ({})) : {};
      line.textContent = `${path}：${told.message || "没有收下"}`;
      line.className = "sev-error";
    }
    $("names").append(line);
    $("taken").textContent = `已放入 ${sent} 个文件。`;
    $("go").disabled = sent === 0;
  });
  return waiting;
};
const walked = async (entry, path) => {
  if (entry.isFile) {
    const file = await new Promise((done) => { entry.file(done, () => done(null)); });
    if (file) send(file, path + entry.name);
    return;
  }
  const reader = entry.createReader();
  for (;;) { // a folder is given in parts
    const part = await new Promise((done) => { reader.readEntries(done, () => done([])); });
    if (!part.length) return;
    for (const one of part) await walked(one, `${path}${entry.name}/`);
  }
};
const drop = $("drop");
for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault()); // a near miss opens nothing
drop.addEventListener("drop", async (event) => {
  event.preventDefault();
  const entries = Array.from(event.dataTransfer.items).map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
  const files = Array.from(event.dataTransfer.files);
  for (let at = 0; at < files.length; at += 1) {
    if (entries[at]) await walked(entries[at], ""); else send(files[at], files[at].name);
  }
});
$("pick").addEventListener("click", () => $("files").click());
$("pick-folder").addEventListener("click", () => $("folder").click());
for (const id of ["files", "folder"]) {
  $(id).addEventListener("change", () => { for (const file of $(id).files) send(file, file.webkitRelativePath || file.name); });
}
$("go").addEventListener("click", async () => {
  $("go").disabled = true;
  await waiting;
  const begun = await fetch("/api/start", { method: "POST" });
  if (!begun.ok) { $("progress").textContent = (await begun.json()).message; $("go").disabled = false; return; }
  for (;;) {
    const state = await (await fetch("/api/state")).json();
    if (state.ready) { location.assign("/"); return; }
    if (state.fault || !state.busy) { $("progress").textContent = state.fault || "没有完成"; $("go").disabled = false; return; }
    $("progress").textContent = state.progress;
    await new Promise((done) => { setTimeout(done, 500); });
  }
});
