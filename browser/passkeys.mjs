// Passkeys, made and used by a virtual device of the browser that recognises its person.
import assert from "node:assert/strict";
import { PASSWORD, open } from "./house.mjs";
import { look } from "./look.mjs";

const DEVICE = {
  protocol: "ctap2",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
};
// What is refused is answered with 422, which the browser tells as a fault.
export const meant = ["status of 422"];

async function device(page) {
  const wire = await page.context().newCDPSession(page);
  await wire.send("WebAuthn.enable");
  const { authenticatorId } = await wire.send("WebAuthn.addVirtualAuthenticator", { options: DEVICE });
  return { wire, authenticatorId };
}

async function add(page, home, name) {
  await page.goto(home);
  const form = page.locator("form", { has: page.getByLabel(/^Name of the new passkey/) });
  await page.getByLabel(/^Name of the new passkey/).fill(name);
  await form.getByLabel("Your password").fill("not the password");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("alert").getByText("another one").waitFor();
  assert.equal(await page.getByLabel(/^Name of the new passkey/).inputValue(), name);
  await form.getByLabel("Your password").fill(PASSWORD);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("button", { name: "Make the passkey" }).waitFor();
  await look(page);
  await page.getByRole("button", { name: "Make the passkey" }).click();
  await page.getByText("The passkey is added").waitFor();
  await page.getByText("not used yet").waitFor();
  await page.getByText("Rename or remove").click();
  await look(page);
}

async function remove(page, home, name) {
  await page.goto(home);
  const line = page.getByRole("listitem").filter({ hasText: name });
  await line.getByText("Rename or remove").click();
  await line.getByLabel("Name").fill(`${name} of old`);
  await line.getByRole("button", { name: "Rename" }).click();
  await page.getByText("has its new name").waitFor();
  await page.getByRole("listitem").getByText("Rename or remove").click();
  await page.getByRole("listitem").getByLabel("Your password").fill(PASSWORD);
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByText("You have no passkey yet").waitFor();
}

const signOut = (page) => page.getByRole("button", { name: "Sign out", exact: true }).click();
const press = (page) => page.getByRole("button", { name: "Sign in with a passkey" }).click();

// Whether somebody touches the device as soon as it asks. Where nobody does, a browser that offers passkeys among the names
// it fills in just waits.
const touch = ({ wire, authenticatorId }, enabled) => wire.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
const recognise = ({ wire, authenticatorId }, isUserVerified) => wire.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });

// The page to sign in on, in a browser that nobody is signed in with.
async function outside(page, own, place) {
  await touch(own, false);
  await signOut(page);
  await page.goto(place);
  await page.getByRole("button", { name: "Sign in with a passkey" }).waitFor();
}

// From the first passkey to its removal, and what the sign-in says then.
async function live(who, home, signIn, next) {
  const page = await open(who);
  const own = await device(page);
  await add(page, home, "My laptop");

  // It is offered among the names that the browser fills in: choosing it there is enough.
  await page.goto(next);
  await outside(page, own, `${signIn}?next=${next}`);
  assert.equal(await page.locator("[autocomplete~=username]").getAttribute("autocomplete"), "username webauthn");
  await touch(own, true);
  await page.reload();
  await page.waitForURL((url) => url.pathname === next);

  await outside(page, own, `${signIn}?next=${next}`);
  await touch(own, true);
  await press(page);
  await page.waitForURL((url) => url.pathname === next);
  await page.goto(home);
  await page.getByText("last used").waitFor();

  // Nobody is recognised, as when somebody else holds the device: the browser says no before the house is asked.
  await outside(page, own, signIn);
  await recognise(own, false);
  await touch(own, true);
  await press(page);
  await page.getByRole("alert").getByText("no passkey for this house").waitFor();
  await look(page);
  await recognise(own, true);
  await press(page);
  await page.getByRole("button", { name: "Sign out", exact: true }).waitFor();

  // A device that still has it sends it once, although it would confirm as often as it is asked.
  await remove(page, home, "My laptop");
  await outside(page, own, signIn);
  let sent = 0;
  page.on("request", (asked) => (sent += asked.method() === "POST" && asked.url().endsWith("/passkey/")));
  await touch(own, true);
  await press(page);
  await page.getByRole("alert").getByText("not known here").waitFor();
  await look(page);
  assert.equal(sent, 1);
  await page.context().close();
}

export const journeys = {
  async "without script nothing is offered that would not work"() {
    const page = await open("ann", { javaScriptEnabled: false });
    await page.goto("/account/passkeys/");
    await page.getByLabel(/^Name of the new passkey/).fill("My laptop");
    await page.getByLabel("Your password").fill(PASSWORD);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText("runs no scripts").waitFor();
    assert.equal(await page.getByRole("button", { name: "Make the passkey" }).count(), 0);
    const nobody = await open(null, { javaScriptEnabled: false });
    await nobody.goto("/sign-in/");
    assert.equal(await nobody.getByRole("button", { name: "Sign in with a passkey" }).count(), 0);
    await page.context().close();
    await nobody.context().close();
  },

  async "a customer adds a passkey, signs in with it, and removes it"() {
    await live("ann", "/account/passkeys/", "/sign-in/", "/account/");
  },

  async "an operator adds a passkey, signs in with it, and removes it"() {
    await live("olga", "/operator/own/", "/operator/sign-in/", "/operator/stops/");
  },
};
