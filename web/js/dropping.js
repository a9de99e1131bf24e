// Files from wherever a person has them: the button, a drop of files or folders anywhere, the clipboard.

import { part } from "./dom.js";

/** Calls `take(files)` for whatever is given; `isWelcome()` says whether it may be now. */
export function welcome(take, isWelcome) {
  const input = part("files");
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = ""; // the same file again is a change again
  });
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0 && isWelcome()) take(files);
  });
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const over = (is) => document.body.classList.toggle("over", is);
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // also where it is not welcome: else the browser would leave the page for the picture
    event.dataTransfer.dropEffect = isWelcome() ? "copy" : "none";
    over(isWelcome());
  });
  addEventListener("dragleave", (event) => event.relatedTarget === null && over(false));
  addEventListener("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    over(false);
    if (isWelcome()) take(await dropped(event.dataTransfer));
  });
}

/** The files of a drop, those in folders too. */
async function dropped(transfer) {
  const entries = [...transfer.items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found = await Promise.all(entries.filter(Boolean).map(within));
  return found.flat();
}

async function within(entry) {
  if (entry instanceof File) return [entry];
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at a time
    if (some.length === 0) return found;
    found.push(...(await Promise.all(some.filter((each) => !each.name.startsWith(".")).map(within))).flat());
  }
}
