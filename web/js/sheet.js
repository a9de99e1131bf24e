// CSV: the same columns and the same care as the records' own CSV.

import { plain } from "./words.js";

const COLUMNS = [
  "file", "id", "model", "state", "kind", "name", "confidence_percent", "box_left", "box_top", "box_width", "box_height", "reason",
];

/** One row a finding; a picture without any still has its row. */
export function sheet(pictures) {
  const rows = pictures.flatMap((one) => (one.result?.detections.length ? one.result.detections : [null]).map((found) => row(one, found)));
  return [COLUMNS, ...rows].map((cells) => cells.map((cell) => `"${safe(cell).replaceAll('"', '""')}"`).join(",")).join("\r\n") + "\r\n";
}

/** Text that no spreadsheet takes for a formula: what could begin one is led by an apostrophe (OWASP, "CSV Injection"). */
export function safe(cell) {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  const text = String(cell).replaceAll("\0", "");
  return /^[=+\-@\t\r\n]/.test(text.slice(0, 1).normalize("NFKC")) ? `'${text}` : text;
}

/** Lets the browser save it. */
export function save(text, name) {
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** "dayshift 2026-11-21 0930.csv" */
export function fileName(what, now = new Date()) {
  const two = (number) => String(number).padStart(2, "0");
  return `dayshift ${what} ${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}${two(now.getMinutes())}.csv`;
}

function row(one, found) {
  const { left, top, width, height } = found?.box ?? {};
  return [one.name, one.id, one.model, one.phase, found?.kind, found?.name, found?.confidence_percent, left, top, width, height, one.reason && plain(one.reason, 600)];
}
