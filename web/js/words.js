// How things are said: names made harmless, sizes, kinds and places in words.

const LONGEST_NAME = 300;
// Controls, zero-width and direction-changing characters: they can hide what a name says. Joiners stay (emoji, Persian).
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
const KINDS = { text: "text", label: "label", face: "face", custom_label: "class", class: "class" };

/** A name as one visible line of bounded length; what cannot be seen shows as a mark. */
export function plain(text, longest = LONGEST_NAME) {
  const seen = String(text ?? "").toWellFormed().replace(HIDDEN, "\ufffd");
  return seen.length > longest ? `${[...seen].slice(0, longest).join("")}…` : seen;
}

/** "3.4 MB", "15 MB" */
export function size(bytes) {
  const [kilo, mega] = [1024, 1_048_576]; // as AWS counts, whose limits these are
  if (bytes < kilo) return `${bytes} bytes`;
  if (bytes < mega) return `${Math.round(bytes / kilo)} kB`;
  return `${(bytes / mega).toFixed(bytes % mega === 0 ? 0 : 1)} MB`;
}

/** "98 %" */
export function percent(value) {
  return `${Math.round(Math.min(100, Math.max(0, Number(value) || 0)))} %`;
}

/** "1 picture", "4 pictures" */
export function counted(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}

/** What kind of thing was found, in one word. */
export function kind(found) {
  return KINDS[found.kind] ?? "thing";
}

/** Whose face it is: "nobody" for one that no photo of the gallery comes near, "somebody" for one with a name; else null. */
export function who(found) {
  if (found.kind !== "face") return null;
  return found.name === "unknown" ? "nobody" : "somebody";
}

/** "3 faces", "4 things" */
export function things(detections) {
  return counted(detections.length, detections.every((found) => found.kind === "face") ? "face" : "thing");
}

/** What is said of a picture in which a model of this family saw nothing. */
export function nothing(family) {
  return family === "face_fleet" ? "no face" : "nothing found";
}

/** Where a box is, in words: "top left, a tenth of the picture". */
export function place(box) {
  if (!box) return "whole picture";
  const third = (at) => (at < 1 / 3 ? 0 : at < 2 / 3 ? 1 : 2);
  const column = ["left", "", "right"][third(box.left + box.width / 2)];
  const row = ["top", "", "bottom"][third(box.top + box.height / 2)];
  return `${[row, column].filter(Boolean).join(" ") || "middle"}, ${percent(box.width * 100)} wide`;
}

/** A record's reason without its code: "too_large: 22 MB is too much" is "22 MB is too much". */
export function sentence(reason) {
  const said = plain(reason, 600).replace(/^[a-z_]+: /, "");
  return said.charAt(0).toUpperCase() + said.slice(1);
}
