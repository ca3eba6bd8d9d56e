// Passkeys: hands a challenge of the house to the browser, and what the browser made of it to a form. What needs this is
// shown only where it works.

const WORDS = {
  create: {
    NotAllowedError: "Nothing was added: it was cancelled, or it took too long. Try again, or go back.",
    InvalidStateError: "This device keeps a passkey of yours already.",
    NotSupportedError: "This device makes no passkey that the house can check. Take another one.",
  },
  get: {
    NotAllowedError: "It was cancelled, it took too long, or this device has no passkey for this house.",
  },
};
const SORRY = "Your device could not do it just now. Try again, or use your password.";

const can = Boolean(
  navigator.credentials &&
    self.PublicKeyCredential?.parseCreationOptionsFromJSON &&
    self.PublicKeyCredential.parseRequestOptionsFromJSON,
);

class Refused extends Error {}

// A challenge is good for five minutes; one that waits for longer is asked for anew before it is worn.
const RENEW_MS = 4 * 60 * 1000;

// Asks the house for a challenge; what it refuses, it says in a sentence.
async function ask(url, signal) {
  const answer = await fetch(url, { method: "POST", headers: { Accept: "application/json" }, signal });
  if (!answer.headers.get("Content-Type")?.startsWith("application/json")) throw new Refused(SORRY);
  const said = await answer.json();
  if (!answer.ok) throw new Refused(said.sorry ?? SORRY);
  return said;
}

async function create(form) {
  const options = JSON.parse(form.dataset.options);
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
}

async function get(form, how) {
  const options = await ask(form.dataset.ask, how?.signal);
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), ...how });
}

function send(form, key) {
  form.elements.answer.value = JSON.stringify(key);
  form.submit();
}

async function press(form, button) {
  const told = form.querySelector("[role=alert]");
  told.hidden = true;
  button.disabled = true;
  const deed = form.dataset.passkey;
  // A browser asks for one passkey at a time.
  offered?.abort();
  try {
    send(form, await (deed === "create" ? create(form) : get(form)));
  } catch (error) {
    told.textContent = error instanceof Refused ? error.message : (WORDS[deed][error.name] ?? SORRY);
    told.hidden = false;
    button.disabled = false;
    button.focus();
    offer(form);
  }
}

// Offers passkeys among the names that the browser fills in, for as long as the page is open. What goes wrong there says
// nothing: the button and the password stand beside it. The page that refuses a passkey offers none: a device that confirms
// by itself would send the same one again and again.

let offered = null;

const refuses = (form) => location.pathname === new URL(form.action).pathname;

async function offer(form) {
  if (form.dataset.passkey !== "get" || refuses(form)) return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  // Whoever has pressed the button is being asked.
  if (form.querySelector("button").disabled) return;
  offered?.abort();
  const own = new AbortController();
  offered = own;
  const renew = setTimeout(() => offer(form), RENEW_MS);
  own.signal.addEventListener("abort", () => clearTimeout(renew));
  try {
    send(form, await get(form, { mediation: "conditional", signal: own.signal }));
  } catch {
    own.abort();
  }
}

if (can) {
  for (const form of document.querySelectorAll("[data-passkey]")) {
    const button = form.querySelector("button");
    button.addEventListener("click", () => press(form, button));
    form.hidden = false;
    offer(form);
    // Another tab may have asked meanwhile, and a browser keeps one challenge.
    document.addEventListener("visibilitychange", () => document.hidden || offer(form));
  }
  for (const words of document.querySelectorAll("[data-without-passkeys]")) words.hidden = true;
}
