// The places that were found, drawn over a picture. Coordinates are shares of the upright picture.

import { draw } from "./dom.js";

const UNIT = 1000; // the drawing's longer side

/** An SVG that lies over an image of this size and fits as it does (object-fit: contain). Hidden from screen readers:
 * the same is said in the list beside it. */
export function boxes(detections, width, height) {
  const scale = UNIT / Math.max(width, height, 1);
  const [across, down] = [width * scale, height * scale];
  const over = draw("svg", { class: "boxes", viewBox: `0 0 ${across} ${down}`, preserveAspectRatio: "xMidYMid meet", "aria-hidden": "true" });
  detections.forEach((found, at) => {
    if (found.box) over.append(box(found, at, across, down));
  });
  return over;
}

/** Marks the box of one finding, and no other; null marks none. */
export function mark(over, at) {
  over?.classList.toggle("marking", at !== null);
  for (const group of over?.children ?? []) group.classList.toggle("marked", Number(group.dataset.at) === at);
}

function box(found, at, across, down) {
  const { left, top, width, height } = found.box;
  const place = { x: share(left) * across, y: share(top) * down, width: share(width) * across, height: share(height) * down, rx: 4 };
  return draw("g", { "data-at": at, "data-kind": found.kind }, draw("rect", { class: "under", ...place }), draw("rect", { class: "over", ...place }));
}

function share(value) {
  return Math.min(1, Math.max(0, Number(value) || 0));
}
