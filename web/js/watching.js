// Asks what became of the pictures that were sent: seldom and more seldom, and not before a sleeping model wakes.

import { Problem } from "./api.js";
import { instant } from "./times.js";

const BEAT_MS = 250; // at most four questions a second, however many pictures wait
const AT_ONCE = 3;
const FIRST_MS = 1_500;
const LONGEST_MS = 60_000;
const LONGEST_ASLEEP_MS = 300_000; // somebody may wake it by hand
const GROWTH = 1.6;
const UNKNOWN_FOR_MS = 60_000;
const OPEN = new Set(["queued", "asleep"]);

export class Watching {
  #plans = new Map(); // picture → {dueAt, waitMs}
  #asking = 0;

  constructor(pictures, api, gate) {
    Object.assign(this, { pictures, api, gate });
    pictures.watch((one) => this.#plan(one));
    setInterval(() => this.#beat(), BEAT_MS);
  }

  /** The model has just woken: its pictures are asked about soon. */
  hurry(model) {
    for (const [one, plan] of this.#plans) {
      if (one.model === model) Object.assign(plan, { dueAt: Date.now() + FIRST_MS, waitMs: FIRST_MS });
    }
  }

  #plan(one) {
    const waits = this.pictures.has(one) && OPEN.has(one.phase);
    if (!waits) this.#plans.delete(one);
    else if (!this.#plans.has(one)) this.#plans.set(one, { dueAt: Date.now() + FIRST_MS, waitMs: FIRST_MS });
  }

  #beat() {
    if (document.hidden || !this.gate.isOpen || this.#asking >= AT_ONCE) return;
    const now = Date.now();
    const due = [...this.#plans].filter(([, plan]) => plan.dueAt <= now).sort(([, a], [, b]) => a.dueAt - b.dueAt);
    if (due.length === 0) return;
    const [one, plan] = due[0];
    plan.dueAt = Infinity;
    this.#asking += 1;
    this.#ask(one, plan).finally(() => { this.#asking -= 1; });
  }

  async #ask(one, plan) {
    try {
      const image = await this.api.image(one.id);
      this.pictures.update(one, news(image));
      plan.waitMs = Math.min(LONGEST_MS, Math.max(plan.waitMs * GROWTH, (image.retryAfterSeconds ?? 0) * 1000));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      plan.waitMs = Math.min(LONGEST_MS, Math.max(plan.waitMs * GROWTH, (problem.retryAfterSeconds ?? 0) * 1000));
      if (problem.status === 404 && Date.now() - one.sentAt > UNKNOWN_FOR_MS) {
        this.pictures.update(one, { phase: "failed", reason: "The service does not know this picture." });
      }
    }
    plan.dueAt = Date.now() + untilNext(one, plan.waitMs);
  }
}

/** What an answer of GET /images/{id} says, in the page's words. */
export function news(image) {
  const result = image.result ?? null;
  const nothing = { done: result?.detections?.length ? "found" : "empty" };
  const phase = nothing[image.state] ?? image.state;
  const known = ["queued", "asleep", "found", "empty", "rejected", "gone", "failed"];
  return {
    phase: known.includes(phase) ? phase : "queued",
    readBy: image.read_by ?? null,
    wakesAt: image.wakes_at ?? null,
    reason: image.reason ?? "",
    ...(result && { result: { ...result, detections: result.detections ?? [] } }),
  };
}

function untilNext(one, waitMs) {
  const wakes = one.phase === "asleep" ? instant(one.wakesAt ?? one.readBy) : null;
  const sleeps = wakes ? wakes.getTime() - Date.now() : 0;
  return sleeps > waitMs ? Math.min(sleeps + FIRST_MS, LONGEST_ASLEEP_MS) : waitMs;
}
