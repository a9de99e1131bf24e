// What can be said of a file before it is sent: its real type by its first bytes, its size.

import { size } from "./words.js";

const LEAST_BYTES = 64; // the upload's own lower limit
const SIGNATURES = [
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
];
const OTHERS = [
  ["a GIF", "GIF8"], ["a PDF", "%PDF"], ["a BMP", "BM"], ["a TIFF", "II*"], ["a TIFF", "MM\0*"], ["a ZIP", "PK"],
];

/** {type} of a file that the model may read, or {refusal}. `limit` in bytes, or null where it is not known. */
export async function check(file, limit) {
  if (file.size < LEAST_BYTES) return { refusal: `This file is empty, or nearly: ${size(file.size)}.` };
  if (limit && file.size > limit) {
    return { refusal: `This picture has ${size(file.size)}; at most ${size(limit)} can be read. Save it smaller.` };
  }
  let first;
  try {
    first = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  } catch {
    return { refusal: "This file cannot be opened any more. Choose it again." };
  }
  const found = SIGNATURES.find(([, bytes]) => bytes.every((byte, at) => first[at] === byte));
  return found ? { type: found[0] } : { refusal: `This is ${guess(first)}, not a JPEG or PNG. Convert it first.` };
}

function guess(first) {
  const text = String.fromCharCode(...first);
  if (text.slice(8, 12) === "WEBP") return "a WebP";
  if (text.slice(4, 8) === "ftyp") return /avi[fs]/.test(text.slice(8)) ? "an AVIF" : "a HEIC or a film";
  return OTHERS.find(([, start]) => text.startsWith(start))?.[0] ?? "something else";
}
