// The upper part of the page: what the chosen model does now, said in a headline and shown as day, dawn or night.

import { make, part, say, sayParts } from "./dom.js";
import { instant, when } from "./times.js";
import { counted, plain, size } from "./words.js";

const LIGHTS = { awake: "day", always: "day", starting: "dawn", asleep: "night" };

/** Draws the models and the sky. */
export class Sky {
  #choices = new Map();

  constructor(models, person) {
    Object.assign(this, { models, person });
    part("choices").addEventListener("change", (event) => models.choose(event.target.value));
    part("power").addEventListener("click", (event) => {
      const to = event.target.dataset?.switch;
      if (to) this.#power(to);
    });
  }

  /** Shows what is known now. */
  update() {
    const { models, person } = this;
    const model = models.current;
    part("sky").dataset.light = (person.isReady && model && LIGHTS[model.state]) || "unknown";
    part("signing-in").hidden = !person.needsSignIn || person.isReady;
    part("giving").hidden = !person.isReady || !model;
    part("person").hidden = !(person.needsSignIn && person.isReady);
    say(part("person-name"), plain(person.name, 60));
    sayParts(part("headline"), headline(person, model));
    say(part("promise"), promise(person, model, models.trouble));
    if (model) this.#show(model);
  }

  #show(model) {
    this.#list();
    say(part("limits"), `${formats(model)}, up to ${size(model.maximum_bytes)} each.`);
    part("power").hidden = !(model.power && this.person.needsSignIn);
    say(part("power-summary"), model.override ? overridden(model.override) : `Wake or rest ${plain(model.name, 60)} yourself`);
    part("models").hidden = this.models.all.length < 2;
  }

  #list() {
    const names = this.models.all.map((model) => model.name);
    if (names.join("\n") !== [...this.#choices.keys()].join("\n")) {
      this.#choices = new Map(names.map((name) => [name, choice(name)]));
      part("choices").replaceChildren(...[...this.#choices.values()].map(({ label }) => label));
    }
    for (const model of this.models.all) {
      const { label, input, said } = this.#choices.get(model.name);
      input.checked = model.name === this.models.chosen;
      label.dataset.light = LIGHTS[model.state] ?? "unknown";
      say(said, short(model));
    }
  }

  async #power(to) {
    const said = part("power-said");
    try {
      await this.models.power(to, Number(part("power-minutes").value));
      say(said, "Done. It follows within a minute or two.");
    } catch (problem) {
      say(said, problem.status === 403 ? "You may not do this; an operator may." : problem.message);
    }
  }
}

function choice(name) {
  const input = make("input", { type: "radio", name: "model", value: name });
  const said = make("small", {});
  const text = make("span", { class: "choice-text" }, make("b", {}, plain(name, 60)), said);
  return { input, said, label: make("label", { class: "choice" }, input, make("span", { class: "lamp", "aria-hidden": "true" }), text) };
}

function headline(person, model) {
  if (!person.isReady) return ["Sign in,", "then drop pictures."];
  const wakes = model && instant(model.next_change);
  const name = plain(model?.name, 60);
  switch (model?.state) {
    case "awake":
    case "always": return ["Drop pictures.", isReadInJobs(model) ? "They are read together, in a job." : "They are read at once."];
    case "starting": return ["Drop pictures.", `${name} is waking up.`];
    case "asleep": return ["Drop pictures.", wakes ? `They wait till ${name} wakes ${when(wakes)}.` : model.workers ? `They wake ${name} up.` : `${name} sleeps; they wait.`];
    default: return ["Drop pictures."];
  }
}

function promise(person, model, trouble) {
  if (person.trouble) return person.trouble;
  if (!person.isReady) return "Your pictures and their results are yours alone.";
  if (trouble) return `The models do not answer: ${trouble}`;
  if (!model) return "Looking for the models …";
  if (isReadInJobs(model)) return jobs(model);
  if (model.state === "asleep") return "Nothing is paid while it sleeps, and nothing you drop is lost.";
  if (model.state === "starting") return "It reads what waits as soon as it answers.";
  if (reading(model)) return `${counted(reading(model), "worker")} read${reading(model) === 1 ? "s" : ""} them.`;
  const until = model.state === "awake" ? instant(model.next_change) : null;
  return until ? `${plain(model.name, 60)} stays awake until ${when(until, "")}.` : "Boxes and labels appear below.";
}

function short(model) {
  const there = reading(model);
  if (isReadInJobs(model)) return `${awake(model)} · read in jobs`;
  return there ? `${awake(model)} · ${counted(there, "worker")}` : awake(model);
}

/** How many workers a model has now; 0 for one that is no fleet. */
function reading(model) {
  const now = model.workers?.now;
  return Number.isSafeInteger(now) && now > 0 ? now : 0;
}

function isReadInJobs(model) {
  return Boolean(model.jobs);
}

/** When a job of a model begins; when it will be over nobody can tell. */
function jobs(model) {
  if (model.state === "asleep") return "No job begins while it sleeps, and nothing you drop is lost.";
  const minutes = model.jobs.gather_minutes;
  const waits = Number.isSafeInteger(minutes) && minutes > 0;
  return `A job begins ${waits ? `at most ${counted(minutes, "minute")} after the first picture` : "within minutes"}. Come back later, if you like.`;
}

function awake(model) {
  const at = instant(model.next_change);
  switch (model.state) {
    case "always": return "always awake";
    case "awake": return at ? `awake until ${when(at, "")}` : "awake";
    case "starting": return "waking up";
    case "asleep": return at ? `wakes ${when(at)}` : "asleep";
    default: return plain(model.state, 40);
  }
}

function overridden(override) {
  const until = instant(override.until);
  return `Kept ${override.running ? "on" : "off"} by hand${until ? ` until ${when(until, "")}` : ""}`;
}

function formats(model) {
  return (model.formats ?? []).map((name) => plain(name, 20).replace(/^image\//, "").toUpperCase()).join(" or ") || "JPEG or PNG";
}
