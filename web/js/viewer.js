// One picture, large: its boxes, a table of what was found and where, and the way to the next.

import { boxes, mark } from "./boxes.js";
import { make, part, say } from "./dom.js";
import { state } from "./telling.js";
import { clock, instant } from "./times.js";
import { kind, percent, place, plain, size, who } from "./words.js";

export class Viewer {
  #one = null;
  #url = null;
  #over = null;
  #image = null;

  /** `neighbours()` answers the pictures that are shown, in order. */
  constructor(neighbours) {
    this.neighbours = neighbours;
    this.dialog = part("viewer");
    part("viewer-close").addEventListener("click", () => this.dialog.close());
    part("viewer-previous").addEventListener("click", () => this.#turn(-1));
    part("viewer-next").addEventListener("click", () => this.#turn(1));
    this.dialog.addEventListener("close", () => this.#end());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.dialog.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) this.#turn(step);
    });
  }

  open(one) {
    this.#show(one);
    this.dialog.showModal();
  }

  /** What is shown changed, perhaps. */
  update(one) {
    if (one === this.#one) this.#tell();
  }

  #show(one) {
    this.#end();
    this.#one = one;
    this.#image = make("img", { alt: plain(one.name), onload: () => this.#tell() });
    const source = one.thumb && (one.file ?? one.thumb);
    if (source) this.#image.src = this.#url = URL.createObjectURL(source);
    part("viewer-stage").replaceChildren(source ? this.#image : make("p", { class: "no-picture" }, "This picture cannot be shown."));
    this.#tell();
  }

  #tell() {
    const one = this.#one;
    const found = one.result?.detections ?? [];
    say(part("viewer-name"), plain(one.name));
    say(part("viewer-state"), state(one));
    part("viewer-table").hidden = found.length === 0;
    part("viewer-rows").replaceChildren(...found.map((each, at) => this.#row(each, at)));
    const finished = instant(one.result?.finished_at);
    const facts = [["Read by", one.model], ["Version", one.result?.model_version], ["Read at", finished && clock(finished)], ["Size", one.bytes ? size(one.bytes) : null], ["Reference", one.id]];
    part("viewer-facts").replaceChildren(...facts.filter(([, value]) => value).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, plain(value))]));
    this.#draw(found);
    const all = this.neighbours();
    const at = all.indexOf(one);
    say(part("viewer-place"), `${at + 1} of ${all.length}`);
    part("viewer-previous").disabled = at <= 0;
    part("viewer-next").disabled = at < 0 || at === all.length - 1;
  }

  #draw(found) {
    const { naturalWidth: width, naturalHeight: height } = this.#image;
    this.#over?.remove();
    if (!width) return;
    this.#over = boxes(found, width, height, part("viewer-stage"));
    part("viewer-stage").append(this.#over);
  }

  #row(found, at) {
    const point = (to) => () => mark(this.#over, to);
    const whose = { "data-kind": found.kind, "data-who": who(found) };
    const name = make("th", { scope: "row", ...whose }, make("span", { class: "dot", ...whose, "aria-hidden": "true" }), make("bdi", {}, plain(found.name)), make("small", {}, ` ${kind(found)}`));
    return make("tr", { tabindex: found.box ? 0 : null, onpointerenter: point(at), onpointerleave: point(null), onfocus: point(at), onblur: point(null) },
      name, make("td", {}, percent(found.confidence_percent)), make("td", {}, place(found.box)));
  }

  #turn(step) {
    const all = this.neighbours();
    const next = all[all.indexOf(this.#one) + step];
    if (next) this.#show(next);
  }

  #end() {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = this.#over = null;
  }
}
