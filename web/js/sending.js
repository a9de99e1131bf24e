// Sends pictures, a few at once; tries again what may go well later, waits while offline or signed out.

import { Problem } from "./api.js";
import { check } from "./checks.js";
import { post } from "./posting.js";
import { pause } from "./times.js";

const AT_ONCE = 3;
const TRIES = 6;
const FIRST_WAIT_SECONDS = 1;
const LONGEST_WAIT_SECONDS = 30;
const LONGEST_ASKED_WAIT_SECONDS = 120; // a daily cap asks for hours: that is said, not waited for
const SPARE_MS = 15_000;

export class Sending {
  #line = [];
  #busy = 0;

  /** `gate.open()` resolves when there is a network and a person; `limitOf(model)` is in bytes. */
  constructor(pictures, api, gate, limitOf) {
    Object.assign(this, { pictures, api, gate, limitOf });
  }

  /** Puts it at the end of the line. */
  push(one) {
    this.pictures.update(one, { phase: "line", note: "", reason: "", progress: 0 });
    this.#line.push(one);
    this.#next();
  }

  #next() {
    while (this.#busy < AT_ONCE && this.#line.length > 0) {
      const one = this.#line.shift();
      if (!this.pictures.has(one)) continue;
      this.#busy += 1;
      this.#send(one).finally(() => {
        this.#busy -= 1;
        this.#next();
      });
    }
  }

  async #send(one) {
    const seen = await check(one.file, this.limitOf(one.model));
    if (seen.refusal) return this.#give(one, seen.refusal, true);
    let ticket = null;
    for (let attempt = 1; this.pictures.has(one); ) {
      await this.gate.open();
      try {
        ticket = fresh(ticket) ?? (await this.api.createUpload(one.model, seen.type));
        this.pictures.update(one, { phase: "sending", note: "", progress: 0 });
        await post(ticket.upload, one.file, (share) => this.pictures.update(one, { progress: share }));
        return this.pictures.update(one, { phase: "queued", id: ticket.id, progress: 1, sentAt: Date.now() });
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        if (problem.status === 401) continue; // the gate closes until somebody signs in
        if (problem.status === 403 && ticket) ticket = null; // the form may have expired
        else if (!problem.isPassing) return this.#give(one, problem.message, problem.status === 413);
        if (!navigator.onLine) continue;
        attempt += 1;
        const seconds = waitSeconds(attempt, problem.retryAfterSeconds);
        if (attempt > TRIES || seconds > LONGEST_ASKED_WAIT_SECONDS) return this.#give(one, spoken(problem));
        this.pictures.update(one, { phase: "line", note: `${spoken(problem)} Next try in ${Math.ceil(seconds)} s.` });
        await pause(seconds * 1000);
      }
    }
    return undefined;
  }

  #give(one, reason, isHopeless = false) {
    this.pictures.update(one, { phase: "unsent", note: "", reason, isHopeless });
  }
}

function fresh(ticket) {
  return ticket && Date.parse(ticket.expires_at) - SPARE_MS > Date.now() ? ticket : null;
}

function waitSeconds(attempt, asked) {
  const grown = Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (attempt - 2));
  return Math.max(asked ?? 0, grown * (0.75 + Math.random() / 2)); // apart from each other, else they return together
}

function spoken(problem) {
  if (problem.status === 0) return "No answer.";
  if (problem.status === 429) return problem.detail || "Too many at once.";
  return problem.message.endsWith(".") ? problem.message : `${problem.message}.`;
}
