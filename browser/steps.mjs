// What people do on the pages of a house that begins with nothing but the link of its first operator.
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { codeAt } from "./codes.mjs";
import { PASSWORD, base, link, open } from "./house.mjs";

// Stock is counted every half a minute, so new numbers may take as long to be for sale.
const STOCK_S = 40;
// What the house's one source signs with.
const SECRET = randomBytes(32);
const COLUMNS = "number,carrier,line_type,supplier,contract,acquired_on,cost";
// Who is signed in, each with the cookies of their browser.
const signedIn = {};

// A page in a fresh window of somebody's browser.
export function as(who, options = {}) {
  return open(null, { storageState: signedIn[who], ...options });
}

async function keep(who, page) {
  signedIn[who] = await page.context().storageState();
  await page.context().close();
}

// The first operator sets password and second factor, and is signed in from then on as olga.
export async function comeIn(seen = async () => {}) {
  const page = await open(null);
  await page.goto(link);
  await seen(page);
  const secret = await page.locator(".secret").textContent();
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByLabel(/^The code that/).fill(codeAt(secret, Date.now()));
  await page.getByRole("button", { name: "Set up and sign in" }).click();
  await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
  await seen(page);
  await page.getByRole("link", { name: "I have written them down" }).click();
  await page.getByRole("heading", { name: "Today" }).waitFor();
  await keep("olga", page);
}

// Somebody who has a password signs in.
export async function signInAs(who, email, password) {
  const page = await open(null);
  await page.goto("/sign-in/");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).waitFor();
  await keep(who, page);
}

export async function importFile(page, rows) {
  await page.goto("/operator/numbers/import/");
  await page.getByLabel("Source that hears these numbers").selectOption("gateway");
  const buffer = Buffer.from([COLUMNS, ...rows, ""].join("\n"));
  await page.getByLabel(/^CSV file/).setInputFiles({ name: "numbers.csv", mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "Check and import" }).click();
}

// A source of our own signed JSON, so many numbers from (202) 555-0100 on, and the shipped catalogue.
export async function furnish(page, numbers) {
  await page.goto("/operator/sources/");
  await page.getByRole("link", { name: "Make one with jesusnumber" }).click();
  await page.getByLabel("Name", { exact: true }).fill("gateway");
  await page.getByLabel("Signing secret").fill(`whsec_${SECRET.toString("base64")}`);
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByText("/ingest/gateway/").first().waitFor();
  const rows = Array.from({ length: numbers }, (_, at) => `1202555${String(100 + at).padStart(4, "0")},T-Mobile,mobile,Own SIMs,C-2026-01,2026-01-15,0.05`);
  await importFile(page, rows);
  await page.getByText(`is complete: ${numbers} numbers.`).waitFor();
  await page.goto("/operator/services/");
  await page.getByLabel("Sell all of them at once").check();
  await page.getByRole("button", { name: "Load it" }).click();
  await page.getByRole("link", { name: "Airbnb" }).waitFor();
}

// The address in the newest mail to somebody, as the console shows it with a reason.
async function linkFor(page, email) {
  await page.goto("/operator/mails/");
  await page.getByRole("row").filter({ hasText: email }).getByRole("link").first().click();
  await page.getByLabel("Why do you read it?").fill("there is no mail server yet");
  await page.getByRole("button", { name: "Show the mail" }).click();
  const text = await page.locator(".text").textContent();
  return /http:\S+token=\S+/.exec(text)[0];
}

// Somebody signs up, chooses a password with the link of the mail, and is signed in from then on.
export async function signUp(olga, who, options = {}, seen = async () => {}) {
  const page = await open(null, options);
  const email = `${who}@example.org`;
  await page.goto("/sign-up/");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Send me a link" }).click();
  await page.getByRole("heading", { name: "Look into your mailbox" }).waitFor();
  await seen(page);
  await page.goto(await linkFor(olga, email));
  await seen(page);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).waitFor();
  await keep(who, page);
}

// An operator adds dollars to somebody's account, and lets it order as much as it likes.
export async function credit(olga, who, dollars) {
  await olga.goto("/operator/customers/");
  await olga.getByRole("row").filter({ hasText: `${who}@example.org` }).getByRole("link").first().click();
  await olga.getByLabel("Dollars").fill(dollars);
  await olga.locator("#money-reason").fill("a bank transfer");
  await olga.getByRole("button", { name: "Add", exact: true }).click();
  await olga.getByRole("row").filter({ hasText: "a bank transfer" }).waitFor();
  await olga.getByLabel("Tier").selectOption("business");
  await olga.locator("#tier-reason").fill("known in person");
  await olga.getByRole("button", { name: "Change", exact: true }).click();
  await olga.locator(".badge").getByText("business").waitFor();
}

let pushed = 0;
// An SMS as the source tells it, signed as Standard Webhooks describes; the answer.
export function push(to, text, { from = "22395", secret = SECRET } = {}) {
  const id = `m-${++pushed}`;
  const body = JSON.stringify({ id, to, from, text });
  const at = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", secret).update(`${id}.${at}.${body}`).digest("base64");
  const headers = { "Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": at, "webhook-signature": `v1,${signature}` };
  return fetch(`${base}/ingest/gateway/`, { method: "POST", headers, body });
}

// An SMS that the house must keep.
export async function sms(to, text, from) {
  assert.equal((await push(to, text, { from })).status, 200);
}

// Waits until the page of numbers, opened anew every second, sells something.
export async function untilSold(page, name) {
  for (let tries = 0; tries < STOCK_S; tries++) {
    await page.goto("/numbers/");
    if (await page.getByRole("button", { name, exact: true }).isEnabled()) return;
    await new Promise((done) => setTimeout(done, 1_000));
  }
  assert.fail(`${name} is not for sale after ${STOCK_S} s`);
}
