// Whether anything may be asked of the network now: there is one, and a person who may.

export class Gate {
  #waiting = [];

  constructor(person, onChange) {
    Object.assign(this, { person, onChange });
    for (const event of ["online", "offline"]) addEventListener(event, () => this.look());
  }

  get isOpen() {
    return navigator.onLine && this.person.isReady;
  }

  /** Resolves as soon as it is open. */
  open() {
    return this.isOpen ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** To be called when network or person changed. */
  look() {
    if (this.isOpen) this.#waiting.splice(0).forEach((go) => go());
    this.onChange();
  }
}
