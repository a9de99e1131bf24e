// One picture's card: the picture with its boxes, its state in a sentence, its labels as chips, what can be done.

import { boxes, mark } from "./boxes.js";
import { make, say } from "./dom.js";
import { GROUPS } from "./pictures.js";
import { state } from "./telling.js";
import { kind, percent, plain, who } from "./words.js";

const CHIPS = 6;

export class Card {
  #url = null;
  #over = null;
  #drawn = null;

  /** `wishes`: open(picture), again(picture), remove(picture), only(name). */
  constructor(one, wishes) {
    Object.assign(this, { one, wishes });
    const name = plain(one.name) || "picture";
    this.image = make("img", { alt: "", decoding: "async", onload: () => this.#draw(), onerror: () => this.element.classList.add("blank") });
    this.stage = make("button", { type: "button", class: "stage", "aria-label": `Look at ${name}`, onclick: () => wishes.open(one) }, this.image);
    this.state = make("p", { class: "state" });
    this.progress = make("progress", { max: 1, value: 0, "aria-label": `${name}: sent` });
    this.chips = make("ul", { class: "chips", "aria-label": "Found" });
    this.again = make("button", { type: "button", class: "quiet", "aria-label": `Try ${name} again`, onclick: () => wishes.again(one) }, "Try again");
    const remove = make("button", { type: "button", class: "round remove", "aria-label": `Take ${name} off the list`, title: "Take off the list", onclick: () => wishes.remove(one) }, "✕");
    const title = make("h3", { class: "name", id: `picture-${one.key}`, dir: "auto", title: name }, name);
    const text = make("div", { class: "text" }, title, this.state, this.progress, this.chips, this.again);
    this.element = make("li", { class: "card", "aria-labelledby": `picture-${one.key}` }, this.stage, text, remove);
    this.update();
  }

  /** Shows what is known now. */
  update() {
    const { one } = this;
    Object.assign(this.element.dataset, { phase: one.phase, group: GROUPS[one.phase] });
    say(this.state, state(one));
    this.progress.hidden = one.phase !== "sending";
    this.progress.value = one.progress;
    this.again.hidden = one.phase !== "unsent" || one.isHopeless;
    if (one.thumb && !this.#url) {
      this.#url = URL.createObjectURL(one.thumb);
      this.image.src = this.#url;
    }
    this.element.classList.toggle("blank", !one.thumb);
    if (one.result !== this.#drawn) {
      this.#drawn = one.result;
      this.#chip();
      this.#draw();
    }
  }

  /** Gives its memory back. */
  end() {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.element.remove();
  }

  #draw() {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    this.#over?.remove();
    this.#over = width && this.one.result ? boxes(this.one.result.detections, width, height, this.stage) : null;
    if (this.#over) this.stage.append(this.#over);
  }

  #chip() {
    const found = this.one.result?.detections ?? [];
    const chips = found.slice(0, CHIPS).map((each, at) => make("li", {}, this.#button(each, at)));
    if (found.length > CHIPS) {
      const more = make("button", { type: "button", class: "chip more", onclick: () => this.wishes.open(this.one) }, `${found.length - CHIPS} more`);
      chips.push(make("li", {}, more));
    }
    this.chips.replaceChildren(...chips);
  }

  #button(found, at) {
    const name = plain(found.name, 120);
    const point = (to) => () => mark(this.#over, to);
    return make(
      "button",
      {
        type: "button", class: "chip", "data-kind": found.kind, "data-who": who(found), title: `Show only pictures with “${name}”`,
        onclick: () => this.wishes.only(name), onpointerenter: point(at), onpointerleave: point(null), onfocus: point(at), onblur: point(null),
      },
      make("span", { class: "unseen" }, `${kind(found)}: `), make("bdi", {}, name), make("small", {}, ` ${percent(found.confidence_percent)}`),
    );
  }
}
