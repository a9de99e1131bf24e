// The places that were found, drawn over a picture; faces with their names. Coordinates are shares of the upright picture.

import { draw } from "./dom.js";
import { plain, who } from "./words.js";

const UNIT = 1000; // the drawing's longer side
const LETTERS_PX = 13;
const LETTERS = 46; // in the drawing, where nobody knows yet how large that is: as on a card
const LONGEST_NAME = 40;

/** An SVG that lies over an image of this size and fits as it does (object-fit: contain), on an element of the page.
 * Hidden from screen readers: the same is said in the list beside it. */
export function boxes(detections, width, height, on) {
  const scale = UNIT / Math.max(width, height, 1);
  const [across, down] = [width * scale, height * scale];
  const shown = Math.min(on.clientWidth / across, on.clientHeight / down);
  const drawing = { across, down, letters: shown > 0 ? LETTERS_PX / shown : LETTERS };
  const over = draw("svg", { class: "boxes", viewBox: `0 0 ${across} ${down}`, preserveAspectRatio: "xMidYMid meet", "aria-hidden": "true" });
  detections.forEach((found, at) => {
    if (found.box) over.append(box(found, at, drawing));
  });
  return over;
}

/** Marks the box of one finding, and no other; null marks none. */
export function mark(over, at) {
  over?.classList.toggle("marking", at !== null);
  for (const group of over?.children ?? []) group.classList.toggle("marked", Number(group.dataset.at) === at);
}

function box(found, at, drawing) {
  const { left, top, width, height } = found.box;
  const { across, down } = drawing;
  const place = { x: share(left) * across, y: share(top) * down, width: share(width) * across, height: share(height) * down, rx: 4 };
  const group = draw("g", { "data-at": at, "data-kind": found.kind, "data-who": who(found) }, draw("rect", { class: "under", ...place }), draw("rect", { class: "over", ...place }));
  if (who(found)) group.append(name(found, place, drawing));
  return group;
}

/** A face's name, above its box where there is room; an SVG of its own, so that nothing of it is drawn elsewhere. */
function name(found, place, { across, down, letters }) {
  const height = letters * 1.5;
  const y = place.y >= height ? place.y - height : Math.min(place.y + place.height, down - height);
  const isRight = place.x + place.width / 2 > across / 2;
  const [x, width] = isRight ? [0, place.x + place.width] : [place.x, across - place.x];
  const text = draw("text", { x: isRight ? width : 0, y: letters * 1.1, "font-size": letters, "text-anchor": isRight ? "end" : "start" }, plain(found.name, LONGEST_NAME));
  return draw("svg", { class: "who", x, y, width, height }, text);
}

function share(value) {
  return Math.min(1, Math.max(0, Number(value) || 0));
}
