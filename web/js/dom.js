// Makes elements. Text only ever becomes text nodes and attributes: nothing here, or anywhere, parses HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (true: present, false or null: absent; on…: a listener) and children. */
export function make(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function draw(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

/** The element with this id; the page is broken without it. */
export function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element #${id}`);
  return found;
}

/** Sets the texts of an element's parts, each a <span>, only where they differ. */
export function sayParts(element, texts) {
  if ([...element.children].map((child) => child.textContent).join("\n") === texts.join("\n")) return;
  element.replaceChildren(...texts.flatMap((text, at) => (at ? [" ", make("span", {}, text)] : [make("span", {}, text)])));
}

/** Sets text only where it differs, so that nothing is read out or selected anew for no reason. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function furnish(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
