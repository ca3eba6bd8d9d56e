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

// Asks the house for a challenge; what it refuses, it says in a sentence.
async function ask(url) {
  const answer = await fetch(url, { method: "POST", headers: { Accept: "application/json" } });
  if (!answer.headers.get("Content-Type")?.startsWith("application/json")) throw new Refused(SORRY);
  const said = await answer.json();
  if (!answer.ok) throw new Refused(said.sorry ?? SORRY);
  return said;
}

async function create(form) {
  const options = JSON.parse(form.dataset.options);
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
}

async function get(form) {
  const options = await ask(form.dataset.ask);
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

async function press(form, button) {
  const told = form.querySelector("[role=alert]");
  told.hidden = true;
  button.disabled = true;
  const deed = form.dataset.passkey;
  try {
    const key = await (deed === "create" ? create(form) : get(form));
    form.elements.answer.value = JSON.stringify(key);
    form.submit();
  } catch (error) {
    told.textContent = error instanceof Refused ? error.message : (WORDS[deed][error.name] ?? SORRY);
    told.hidden = false;
    button.disabled = false;
    button.focus();
  }
}

if (can) {
  for (const form of document.querySelectorAll("[data-passkey]")) {
    const button = form.querySelector("button");
    button.addEventListener("click", () => press(form, button));
    form.hidden = false;
  }
  for (const words of document.querySelectorAll("[data-without-passkeys]")) words.hidden = true;
}
