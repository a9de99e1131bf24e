// Who uses the page. Without sign-in: anybody. With it: OpenID Connect, authorization code with PKCE (RFC 7636).
// The token is kept in memory only; what must outlive the redirect (state, nonce, verifier) is used once and forgotten.

import { base64url, claimsOf, random, withQuery } from "./codes.js";

const KEPT = "dayshift-signing-in";
const EARLY_MS = 60_000; // a token is renewed a minute before it ends

/** A page that asks nobody who they are. */
export class Anybody {
  isReady = true;
  needsSignIn = false;
  name = "";
  subject = "open";

  async token() {
    return null;
  }

  refused() {}

  async begin() {}
}

/** A person known to an OpenID provider. */
export class Person {
  needsSignIn = true;
  name = "";
  subject = "";
  trouble = "";
  #tokens = null;
  #provider = null;

  /** `config`: issuer, client_id, scope. `onChange` is called when the person comes or goes. */
  constructor(config, onChange) {
    Object.assign(this, { config, onChange });
  }

  get isReady() {
    return this.#tokens !== null;
  }

  /** Ends a sign-in that is under way: the address holds the provider's answer. */
  async begin() {
    const answer = new URLSearchParams(location.search);
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    if (!answer.has("state")) return;
    sessionStorage.removeItem(KEPT);
    history.replaceState(null, "", location.pathname);
    if (!kept || answer.get("state") !== kept.state) this.trouble = "The sign-in was not begun here. Try again.";
    else if (answer.has("error")) this.trouble = answer.get("error_description") ?? answer.get("error");
    else await this.#redeem({ grant_type: "authorization_code", code: answer.get("code"), redirect_uri: here(), code_verifier: kept.verifier }, kept.nonce);
  }

  /** Leaves for the provider. */
  async signIn() {
    const kept = { state: random(), nonce: random(), verifier: random() + random() };
    const provider = await this.#discover().catch((error) => this.#fail(error));
    if (!provider) return;
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(kept.verifier));
    location.assign(withQuery(provider.authorization_endpoint, {
      response_type: "code", client_id: this.config.client_id, redirect_uri: here(), scope: this.config.scope ?? "openid",
      state: kept.state, nonce: kept.nonce, code_challenge: base64url(new Uint8Array(hash)), code_challenge_method: "S256",
    }));
  }

  /** Forgets the person, here and, where it offers that, at the provider. */
  async signOut() {
    const hint = this.#tokens?.id;
    this.#forget();
    const end = (await this.#discover().catch(() => null))?.end_session_endpoint;
    if (end) location.assign(withQuery(end, { client_id: this.config.client_id, post_logout_redirect_uri: here(), ...(hint && { id_token_hint: hint }) }));
  }

  /** The token to send; renewed where the provider allows it. */
  async token() {
    const tokens = this.#tokens;
    if (tokens?.refresh && Date.now() > tokens.endsAt - EARLY_MS) {
      this.renewing ??= this.#redeem({ grant_type: "refresh_token", refresh_token: tokens.refresh }).finally(() => { this.renewing = null; });
      await this.renewing;
    }
    return this.#tokens?.token ?? null;
  }

  /** The API did not take the token. */
  refused() {
    if (!this.#tokens) return;
    this.trouble = "Your sign-in has ended. Sign in again to go on.";
    this.#forget();
  }

  async #redeem(grant, nonce) {
    try {
      const { token_endpoint: url } = await this.#discover();
      const body = new URLSearchParams({ client_id: this.config.client_id, ...grant });
      const answer = await fetch(url, { method: "POST", body, credentials: "omit", cache: "no-store" });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.error_description ?? told.error ?? `the provider answered ${answer.status}`);
      this.#take(told, nonce);
    } catch (error) {
      this.#fail(error);
    }
  }

  #take(told, nonce) {
    const claims = told.id_token ? claimsOf(told.id_token) : this.claims ?? {};
    if (nonce && told.id_token && claims.nonce !== nonce) throw new Error("its answer is not to our question");
    const isJwt = String(told.access_token ?? "").split(".").length === 3; // an opaque one is of no use to the API
    this.#tokens = {
      token: isJwt ? told.access_token : told.id_token,
      id: told.id_token,
      refresh: told.refresh_token ?? this.#tokens?.refresh ?? null,
      endsAt: Date.now() + (told.expires_in ?? 300) * 1000,
    };
    Object.assign(this, { claims, subject: claims.sub ?? "", name: claims.name ?? claims.email ?? claims.sub ?? "", trouble: "" });
    this.onChange();
  }

  #fail(error) {
    this.trouble = `The sign-in failed: ${error.message}.`;
    this.#forget();
  }

  #forget() {
    this.#tokens = null;
    this.onChange();
  }

  async #discover() {
    const issuer = this.config.issuer.replace(/\/$/, "");
    if (!this.#provider) {
      const answer = await fetch(`${issuer}/.well-known/openid-configuration`, { credentials: "omit" });
      if (!answer.ok) throw new Error(`the provider answered ${answer.status}`);
      this.#provider = await answer.json();
    }
    return this.#provider;
  }
}

function here() {
  return `${location.origin}${location.pathname}`;
}
