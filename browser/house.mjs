// A house under test, and the browser that its pages are opened in. The house is told as JSON: where it is, and either
// the cookies of the people who are signed in, or the link that lets its first operator in. The house of such people
// hears what comes at /ingest/wire/REFERENCE.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

export const { base, clock, people, link } = JSON.parse(process.argv[3]);
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1200, height: 900 };
// What everybody signs in with.
export const PASSWORD = "plover tin harbour seven";
// How long something may take to show.
const WAIT_MS = 10_000;
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

export const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [...FLAGS, "--disable-component-update", "--disable-sync"],
});
const faults = [];

function cookiesOf(who) {
  return people[who].split("; ").map((pair) => {
    const [name, value] = pair.split(/=(.*)/s);
    return { name, value, url: base.replace("http:", "https:"), secure: true, httpOnly: true, sameSite: "Lax" };
  });
}

// A page in a browser of its own, of somebody who is signed in, or of nobody.
export async function open(who, options = {}) {
  const context = await browser.newContext({ viewport: DESK, baseURL: base, ...options });
  if (who !== null) await context.addCookies(cookiesOf(who));
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: base });
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`CSP refused ${event.violatedDirective}`));
    globalThis.alert = (words) => console.error(`a script ran: ${words}`);
  });
  context.setDefaultTimeout(WAIT_MS);
  context.on("page", (page) => watch(page));
  return context.newPage();
}

function watch(page) {
  page.on("console", (line) => line.type() === "error" && faults.push(`${page.url()}: ${line.text()}`));
  page.on("pageerror", (error) => faults.push(`${page.url()}: ${error.message}`));
}

// What the browsers complained of since this was asked last, but for what the journey meant to see.
export function complaints(meant = []) {
  return faults.splice(0).filter((fault) => !meant.some((words) => fault.includes(words)));
}

// Moves the house's clock, which stands still otherwise. Stock is counted every half a minute by it.
export async function pass(seconds) {
  await fetch(`${clock}/${seconds * 1_000}`);
}

let references = 0;
// An SMS comes in, from a short code or from a sender by name.
export async function sms(number, text, sender = "") {
  const line = sender === "" ? number : `${number}/${Buffer.byteLength(sender)}`;
  const body = `${line} ${sender}${text}`;
  const answer = await fetch(`${base}/ingest/wire/${++references}/`, { method: "POST", body });
  assert.equal(answer.status, 200);
}

// Presses a button on the page of numbers; where the order or rental is, its number, and its id.
export async function buy(page, name) {
  await page.goto("/numbers/");
  await page.getByRole("button", { name, exact: true }).click();
  await page.waitForURL(/(orders|rentals)\/(ORD|RNT)-/);
  const number = await page.locator('[data-copy^="+"]').first().getAttribute("data-copy");
  const place = new URL(page.url()).pathname;
  return { place, number: number.slice(1), id: place.split("/")[2] };
}

// Fails if a page is wider than its window, or its navigation scrolls sideways.
export async function fits(page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${page.url()} overflows by ${over} px at ${page.viewportSize().width}`);
  const hidden = await page.locator(".top nav").evaluateAll((all) => all.map((nav) => nav.scrollWidth - nav.clientWidth));
  assert.ok(hidden.every((px) => px <= 0), `the navigation of ${page.url()} scrolls sideways`);
}
