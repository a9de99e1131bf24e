// Puts the page together.

import { Api } from "./api.js";
import { Board } from "./board.js";
import { part, say } from "./dom.js";
import { welcome } from "./dropping.js";
import { Gate } from "./gate.js";
import { Keeping } from "./keeping.js";
import { Models } from "./models.js";
import { Anybody, Person } from "./person.js";
import { Pictures, picture } from "./pictures.js";
import { Sending } from "./sending.js";
import { fileName, save } from "./sheet.js";
import { Sky } from "./sky.js";
import { Voice } from "./telling.js";
import { thumb } from "./thumbs.js";
import { Watching } from "./watching.js";
import { counted } from "./words.js";

async function main() {
  const config = await fetch("config.json", { cache: "no-store" }).then((answer) => answer.json());
  const person = config.authentication === "jwt" ? new Person(config, () => gate.look()) : new Anybody();
  const gate = new Gate(person, () => look());
  const api = new Api(config.api, person);
  const pictures = new Pictures();
  const voice = new Voice(part("saying"));
  const models = new Models(api, gate, () => sky.update(), (name) => watching.hurry(name));
  const sky = new Sky(models, person);
  const sending = new Sending(pictures, api, gate, (name) => models.named(name)?.maximum_bytes ?? null);
  const watching = new Watching(pictures, api, gate);
  const board = new Board(pictures, voice, (one) => sending.push(one));
  let keeping = null;

  pictures.watch((one, what, before) => {
    if (what === "removed") keeping?.forget(one);
    else if (one.id && (one.phase !== before || what === "added")) keeping?.keep(one);
  });

  function take(files) {
    if (!models.current) return;
    const { name: model, family } = models.current;
    const added = files.map((file) => picture({ file, name: file.name, bytes: file.size, model, family }));
    for (const one of [...added].reverse()) pictures.add(one);
    voice.say(`${counted(added.length, "picture")} added.`);
    for (const one of added) {
      sending.push(one);
      thumb(one.file).then((small) => {
        pictures.update(one, { thumb: small });
        if (one.id) keeping?.keep(one);
      });
    }
  }

  /** The network or the person changed. */
  async function look() {
    const offline = !navigator.onLine;
    part("notice").hidden = !offline;
    say(part("notice"), offline ? "You are offline. Pictures stay in line and go on by themselves when you are back." : "");
    say(part("foot-note"), footNote(person));
    part("csv-all").hidden = !person.isReady;
    part("document").hidden = person.needsSignIn; // a link sends no token
    sky.update();
    if (!gate.isOpen) return;
    if (keeping?.subject !== person.subject) {
      keeping = new Keeping(person.subject);
      for (const kept of await keeping.load()) pictures.add(picture(kept));
    }
    models.refresh();
  }

  part("sign-in").addEventListener("click", () => person.signIn());
  part("sign-out").addEventListener("click", async () => {
    for (const one of pictures.list()) pictures.remove(one);
    await keeping?.clear();
    keeping = null;
    await person.signOut();
  });
  part("csv-all").addEventListener("click", () => all(api, voice));
  addEventListener("beforeunload", (event) => {
    if (pictures.list().some((one) => one.phase === "line" || one.phase === "sending")) event.preventDefault();
  });
  welcome(take, () => person.isReady && models.current !== null);
  await person.begin();
  board.update();
  await look();
}

/** Saves all rows that the API has for this person. */
async function all(api, voice) {
  const button = part("csv-all");
  button.disabled = true;
  try {
    const pages = [];
    for await (const page of api.results()) pages.push(pages.length ? page.replace(/^[^\n]*\n/, "") : page);
    save(pages.join("").replace(/^\ufeff/, ""), fileName("all results"));
  } catch (problem) {
    voice.say(`The results cannot be had now: ${problem.message}`);
    part("notice").hidden = false;
    say(part("notice"), `The results cannot be had now: ${problem.message}`);
  } finally {
    button.disabled = false;
  }
}

function footNote(person) {
  return person.needsSignIn
    ? "This list is kept on this device until you sign out; pictures and results are kept in your organisation’s AWS account."
    : "An open demonstration: whoever has this address may drop pictures. The list is kept on this device only.";
}

main().catch((error) => {
  say(part("promise"), `The page could not start: ${error.message}`);
  throw error;
});
