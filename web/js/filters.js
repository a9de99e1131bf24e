// Which pictures are shown: by group, and by words in the name or among the labels.

import { part, say } from "./dom.js";
import { GROUPS } from "./pictures.js";

export class Filters {
  /** `onChange` is called when something else is to be shown. */
  constructor(onChange) {
    Object.assign(this, { onChange, form: part("filters"), text: part("filter-text") });
    this.form.addEventListener("input", onChange);
    this.form.addEventListener("submit", (event) => event.preventDefault());
  }

  get group() {
    return this.form.elements.group.value;
  }

  /** Whether it is shown: every word must be in its name or in one of its labels. */
  fits(one) {
    if (this.group !== "all" && GROUPS[one.phase] !== this.group) return false;
    const words = fold(this.text.value).split(/\s+/).filter(Boolean);
    const said = fold([one.name, ...(one.result?.detections ?? []).map((found) => found.name)].join("\n"));
    return words.every((word) => said.includes(word));
  }

  /** Shows only what has these words; none: everything. */
  only(words) {
    this.text.value = words;
    if (!words) this.form.elements.group.value = "all";
    this.onChange();
  }

  /** Writes the counts on the buttons. */
  count(counts) {
    this.form.hidden = counts.all === 0;
    for (const [group, number] of Object.entries(counts)) {
      const count = this.form.querySelector(`[data-count="${group}"]`);
      say(count, String(number));
      count.closest("label").hidden = number === 0 && group !== this.group; // what there is none of needs no button
    }
  }
}

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
