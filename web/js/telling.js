// What a picture's state is, in a sentence; and the quiet voice that tells a screen reader of changes.

import { counted, nothing, plain, sentence, things } from "./words.js";
import { clock, instant, when } from "./times.js";

const GATHER_MS = 900; // so that fifty pictures are not fifty announcements

/** One line for the card. */
export function state(one) {
  const [wakes, due] = [instant(one.wakesAt), instant(one.readBy)];
  const model = plain(one.model, 60);
  switch (one.phase) {
    case "line": return one.note || "In line";
    case "sending": return one.progress < 1 ? `Sending, ${Math.floor(one.progress * 100)} %` : "Sent, nearly there";
    case "queued":
      if (due && due > Date.now()) return `${model} reads this ${when(due, "by")}`;
      return one.family === "gpu_job" ? `Waiting for a job of ${model}` : `Waiting for ${model}`;
    case "asleep":
      if (due && due > Date.now()) return `${model} reads this ${when(due, "by")}`;
      return wakes && wakes > Date.now() ? `${model} wakes ${when(wakes)} and reads this` : `${model} sleeps; this waits`;
    case "found": return `Found ${things(one.result.detections)}${at(one)}`;
    case "empty": return `Read${at(one)}; ${nothing(one.family)}`;
    case "gone": return "Deleted before it was read";
    case "rejected": return sentence(one.reason) || "The model cannot read this picture";
    default: return sentence(one.reason) || "Given up";
  }
}

function at(one) {
  const finished = instant(one.result?.finished_at);
  return finished ? ` at ${clock(finished)}` : "";
}

/** Gathers what happened and says it, in one sentence, to a live region. */
export class Voice {
  #heard = new Map();
  #timer = null;

  constructor(region) {
    this.region = region;
  }

  /** Something about one picture; `sort` is what several have in common: "read". */
  tell(one, sort, sentence) {
    const heard = this.#heard.get(sort) ?? [];
    this.#heard.set(sort, [...heard, `${plain(one.name, 80)}: ${sentence}`]);
    this.#timer ??= setTimeout(() => this.#speak(), GATHER_MS);
  }

  /** Something at once. */
  say(text) {
    this.region.textContent = "";
    this.region.append(text);
  }

  #speak() {
    this.#timer = null;
    const said = [...this.#heard].map(([sort, all]) => (all.length > 2 ? `${counted(all.length, "picture")} ${sort}.` : all.map(ended).join(" ")));
    this.#heard.clear();
    this.say(said.join(" "));
  }
}

function ended(text) {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
