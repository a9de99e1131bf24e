// The models: what they are, which is chosen, and when one wakes. Asks again now and then, and when one should change.

import { Problem } from "./api.js";
import { instant } from "./times.js";

const EVERY_MS = 20_000;
const LONGEST_MS = 180_000;
const AFTER_CHANGE_MS = 3_000;
const AWAKE = new Set(["awake", "always"]);

export class Models {
  all = [];
  chosen = null;
  trouble = "";
  #timer = null;
  #waitMs = EVERY_MS;

  /** `onChange()` after every answer; `onWoken(name)` when one has become able to read. */
  constructor(api, gate, onChange, onWoken) {
    Object.assign(this, { api, gate, onChange, onWoken });
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
  }

  get current() {
    return this.named(this.chosen);
  }

  named(name) {
    return this.all.find((model) => model.name === name) ?? null;
  }

  choose(name) {
    this.chosen = name;
    this.onChange();
  }

  /** Asks now, and later again by itself. */
  async refresh() {
    clearTimeout(this.#timer);
    if (this.gate.isOpen && !document.hidden) await this.#ask();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), this.#untilNext());
  }

  /** Keeps the chosen model on or off for some minutes, or gives it back to its hours. */
  async power(to, minutes) {
    this.#put([await this.api.power(this.chosen, to, minutes)]);
    this.refresh();
  }

  async #ask() {
    try {
      const all = await this.api.models();
      const before = this.all;
      this.all = [];
      this.#put(all, before);
      this.#waitMs = EVERY_MS;
      this.trouble = "";
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.#waitMs = Math.min(LONGEST_MS, Math.max(this.#waitMs * 1.6, (problem.retryAfterSeconds ?? 0) * 1000));
      this.trouble = problem.status === 401 || !this.gate.isOpen ? "" : problem.message;
    }
    this.onChange();
  }

  #put(news, before = this.all) {
    const old = new Map(before.map((model) => [model.name, model]));
    const names = new Set(news.map((model) => model.name));
    this.all = this.all.length ? this.all.map((model) => news.find((each) => each.name === model.name) ?? model) : news;
    if (!this.named(this.chosen)) this.chosen = (this.all.find((model) => AWAKE.has(model.state)) ?? this.all[0])?.name ?? null;
    for (const model of news) {
      const was = old.get(model.name);
      if (names.has(model.name) && was && !AWAKE.has(was.state) && AWAKE.has(model.state)) this.onWoken(model.name);
    }
    this.onChange();
  }

  #untilNext() {
    const changes = this.all.map((model) => instant(model.next_change)?.getTime() - Date.now()).filter((ms) => ms > 0);
    return Math.min(this.#waitMs, ...changes.map((ms) => ms + AFTER_CHANGE_MS));
  }
}
