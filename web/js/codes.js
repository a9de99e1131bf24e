// Random texts, and the encodings of OpenID Connect.

/** A text that nobody guesses. */
export function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(24)));
}

/** base64url without its padding (RFC 7636, appendix A). */
export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** An address with these parameters besides its own. */
export function withQuery(url, query) {
  const made = new URL(url);
  for (const [name, value] of Object.entries(query)) made.searchParams.set(name, value);
  return made;
}

/** The claims of a token that came straight from the provider over TLS (OpenID Connect Core, 3.1.3.7, 6). */
export function claimsOf(token) {
  const bytes = Uint8Array.from(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}
