// The list of cards, what stands above it, and what can be done with all of them.

import { Card } from "./card.js";
import { part, say } from "./dom.js";
import { Filters } from "./filters.js";
import { GROUPS } from "./pictures.js";
import { fileName, save, sheet } from "./sheet.js";
import { state } from "./telling.js";
import { instant, when } from "./times.js";
import { Viewer } from "./viewer.js";
import { counted } from "./words.js";

const NEWS = { found: "read", empty: "read", rejected: "not read", failed: "not read", gone: "not read", unsent: "not sent", asleep: "wait for the model" };

export class Board {
  #cards = new Map();
  #isPlanned = false;

  /** `again(picture)` sends one anew. */
  constructor(pictures, voice, again) {
    Object.assign(this, { pictures, voice, again });
    this.filters = new Filters(() => this.update(true));
    this.viewer = new Viewer(() => this.shown());
    pictures.watch((one, what, before) => this.#changed(one, what, before));
    part("show-all").addEventListener("click", () => this.filters.only(""));
    part("csv-shown").addEventListener("click", () => save(sheet(this.shown()), fileName("results")));
    part("clear").addEventListener("click", () => this.#clear());
  }

  /** The pictures that the filter lets through, in the order in which they stand. */
  shown() {
    return this.pictures.list().filter((one) => this.filters.fits(one));
  }

  /** Everything that depends on more than one picture. */
  update(aloud = false) {
    this.#isPlanned = false;
    const shown = new Set(this.shown());
    for (const [one, card] of this.#cards) card.element.hidden = !shown.has(one);
    const counts = this.pictures.counts();
    this.filters.count(counts);
    say(part("summary"), summary(this.pictures.list(), counts));
    Object.assign(part("overall"), { max: counts.all || 1, value: counts.all - counts.waiting, hidden: counts.waiting === 0 });
    part("welcome").hidden = counts.all > 0;
    part("no-match").hidden = counts.all === 0 || shown.size > 0;
    for (const id of ["csv-shown", "clear"]) part(id).hidden = counts.all === 0;
    part("csv-shown").disabled = shown.size === 0;
    document.body.classList.toggle("busy", counts.all > 0);
    document.title = counts.waiting ? `(${counts.waiting}) Dayshift` : "Dayshift";
    if (aloud) this.voice.say(`${shown.size} of ${counted(counts.all, "picture")} shown.`);
  }

  #changed(one, what, before) {
    if (what === "added") this.#add(one);
    else if (what === "removed") this.#remove(one);
    else {
      this.#cards.get(one)?.update();
      this.viewer.update(one);
    }
    if (what === "changed" && one.phase !== before && NEWS[one.phase]) this.voice.tell(one, NEWS[one.phase], spoken(one));
    if (!this.#isPlanned) {
      this.#isPlanned = true;
      setTimeout(() => this.update(), 0); // once for fifty changes
    }
  }

  #add(one) {
    const card = new Card(one, {
      open: () => this.viewer.open(one),
      again: () => this.again(one),
      remove: () => this.pictures.remove(one),
      only: (name) => this.filters.only(name),
    });
    this.#cards.set(one, card);
    part("cards").prepend(card.element);
  }

  #remove(one) {
    const card = this.#cards.get(one);
    const hadFocus = card.element.contains(document.activeElement);
    const next = card.element.nextElementSibling ?? card.element.previousElementSibling;
    card.end();
    this.#cards.delete(one);
    if (hadFocus) (next?.querySelector(".remove") ?? part("results")).focus();
  }

  #clear() {
    const waiting = this.pictures.counts().waiting;
    const question = `${counted(waiting, "picture")} not read yet. What was sent is read all the same; clear the list?`;
    if (waiting > 0 && !confirm(question)) return;
    for (const one of this.pictures.list()) this.pictures.remove(one);
    part("results").focus();
  }
}

function spoken(one) {
  const names = (one.result?.detections ?? []).slice(0, 3).map((found) => found.name).join(", ");
  return one.phase === "found" ? `read, ${names}` : state(one);
}

function summary(pictures, counts) {
  if (counts.all === 0) return "";
  const due = pictures.filter((one) => GROUPS[one.phase] === "waiting").map((one) => instant(one.readBy ?? one.wakesAt)).filter((at) => at > new Date());
  const read = counts.found + counts.empty;
  const parts = [`${read} of ${counts.all} read`];
  if (counts.waiting) parts.push(due.length ? `${counts.waiting} waiting, the first is read ${when(new Date(Math.min(...due)), "by")}` : `${counts.waiting} on the way`);
  if (counts.refused) parts.push(`${counts.refused} not read`);
  return parts.join(" · ");
}
