// Texts, senders and words that mean harm, on every page that shows them and in every table that holds them.
import assert from "node:assert/strict";
import { PHONE, base, buy, open, pass, sms } from "./house.mjs";
import { isClean, isCleanEverywhere, opensHarmless, shows } from "./harm.mjs";
import { LINES, LONG, NAMES, TEXTS } from "./hostile-texts.mjs";

// An order takes so many messages.
const ORDER_MESSAGES = 10;
const REASON = "a journey";
const HOSTILE = { viewport: PHONE };
// What was bought by the first journey.
const orders = [];
let rental;

// Sends a form as a page of the house does, without loading the page anew; it must be taken.
async function send(page, place, fields) {
  const status = await page.evaluate(
    async ([place, fields]) => (await fetch(place, { method: "POST", body: new URLSearchParams(fields) })).status,
    [place, fields],
  );
  assert.equal(status, 200, `${place} ${JSON.stringify(fields)}`);
}

async function visit(page, ...places) {
  for (const place of places) {
    await page.goto(place);
    await isCleanEverywhere(page);
  }
}

async function readWithReason(page, button) {
  await page.getByRole("textbox", { name: /^Why (do|must) you read/ }).fill(REASON);
  await page.getByRole("button", { name: button }).click();
  await page.getByText("the audit log.").last().waitFor();
}

async function order(page, from) {
  const bought = await buy(page, "Code $0.42 for Instagram");
  const to = from + ORDER_MESSAGES;
  for (let at = from; at < to; at++) await sms(bought.number, `instagram ${TEXTS[at]}`, LINES[at]);
  return { ...bought, texts: TEXTS.slice(from, to).filter((text) => text.length < 1_000), senders: LINES.slice(from, to) };
}

const messages = {
  async "sixty texts and senders are shown as text on a customer's pages, and are in none of their tables"() {
    assert.equal(new Set(TEXTS).size, 60);
    const page = await open("ann", HOSTILE);
    for (let from = 0; from < TEXTS.length; from += ORDER_MESSAGES) orders.push(await order(page, from));
    for (const { place, texts, senders } of orders) {
      await visit(page, place);
      await shows(page, [...texts, ...senders]);
    }
    await visit(page, "/orders/", "/history/");
    const rows = await opensHarmless(page, "/history/history.csv");
    assert.equal(rows.length, orders.length);
    rental = await buy(page, "Day $3.65 for WhatsApp");
    for (const text of TEXTS.slice(-20, -1)) await sms(rental.number, `whatsapp ${text}`, LONG);
    await visit(page, rental.place);
    await shows(page, [...TEXTS.slice(-20, -1), LONG]);
    await page.context().close();
  },

  async "a push of a megabyte is refused as the documentation says, and nothing of it is kept"() {
    const before = await fetch(`${base}/ingest/wire/m/`, { method: "POST", body: `12025550198 ${"x".repeat(1_000_000)}` });
    const { message, ...answer } = await before.json();
    assert.deepEqual([before.status, answer], [400, { success: false, error: "invalid_request" }]);
    assert.match(message, /too large/);
    const page = await open("olga");
    await page.goto("/operator/quarantine/");
    assert.equal(await page.getByText("Nothing is in quarantine").count(), 1);
    await page.context().close();
  },

  async "they are shown as text where an operator reads an order's messages"() {
    const page = await open("olga", HOSTILE);
    for (const { id, texts, senders } of orders) {
      await page.goto(`/operator/orders/${id}/`);
      await readWithReason(page, "Read the texts");
      await isClean(page);
      await shows(page, [...texts, ...senders]);
    }
    await page.goto("/operator/customers/");
    await page.locator("tbody a").first().click();
    await page.getByRole("link", { name: "Read what came" }).click();
    await page.getByLabel("Order or rental").fill(orders[0].id);
    await readWithReason(page, "Show the messages");
    await isClean(page);
    await shows(page, orders[0].texts);
    await page.context().close();
  },

  async "they are shown as text in the quarantine, one by one and in its list"() {
    for (const [at, text] of TEXTS.entries()) await sms("12025550199", text, LINES[at]);
    const page = await open("olga", HOSTILE);
    const places = [];
    for (let next = "/operator/quarantine/"; next; ) {
      await visit(page, next);
      places.push(...(await page.locator("tbody td:first-child > a").evaluateAll((all) => all.map((link) => link.getAttribute("href")))));
      const older = page.getByRole("link", { name: "Older" });
      next = (await older.count()) > 0 ? await older.getAttribute("href") : null;
    }
    assert.equal(places.length, TEXTS.length);
    for (const [at, place] of places.reverse().entries()) {
      await page.goto(place);
      await readWithReason(page, "Show the text");
      await isClean(page);
      await shows(page, [TEXTS[at], LINES[at]]);
    }
    await page.context().close();
  },
};

const words = {
  async "they are shown as text as names of services, on the pages that sell and count them"() {
    const [olga, ann] = [await open("olga", HOSTILE), await open("ann", HOSTILE)];
    await olga.goto("/operator/services/");
    for (const [at, name] of [...NAMES, LONG].entries()) {
      const slug = `h${at}`;
      await send(olga, "/operator/services/new/", { slug, name, category: "x<b>y", senders: name, texts: "", on: "yes" });
      await send(olga, "/operator/services/price/", { service: slug, short_term: "0.10", rental_1day: "", rental_30day: "" });
    }
    await pass(31);
    await visit(ann, "/", "/numbers/", "/numbers/?q=h5");
    await shows(ann, [NAMES[5]]);
    for (const name of [NAMES[38], NAMES[42], LONG]) await visit(ann, (await buy(ann, `Code $0.10 for ${name}`)).place);
    await visit(ann, "/orders/", "/history/", "/statement/", "/keys/");
    await opensHarmless(ann, "/history/history.csv");
    await opensHarmless(ann, "/statement/statement.csv");
    await visit(olga, "/operator/services/", "/operator/services/?q=h3", "/operator/services/h42/", "/operator/services/h60/", "/operator/services/prices/", "/operator/orders/", "/operator/");
    await olga.goto("/operator/services/prices/");
    await olga.getByLabel("or to, dollars").fill("0.20");
    await olga.getByRole("button", { name: "Look" }).click();
    await isClean(olga);
    await opensHarmless(olga, "/operator/services/prices.csv");
    await Promise.all([olga, ann].map((page) => page.context().close()));
  },

  async "they are shown as text as a customer's own words: labels, notes, names of keys, reports"() {
    const ann = await open("ann", HOSTILE);
    await ann.goto(rental.place);
    const note = NAMES.join("\n").slice(0, 2_000);
    for (const label of [NAMES[0], NAMES[42], NAMES[43], LONG]) {
      await send(ann, `${rental.place}note/`, { label, note });
      await visit(ann, rental.place, "/rentals/");
    }
    await ann.goto(rental.place);
    await shows(ann, [note, LONG]);
    for (const name of NAMES.slice(-45)) await send(ann, "/keys/", { name, days: "", networks: "", cap: "", read: "1", order: "1" });
    await visit(ann, "/keys/");
    await shows(ann, NAMES.slice(-45));
    const place = orders[0].place.replace("orders", "complaints");
    await send(ann, place, { kind: "no_code", words: NAMES.join(" ").slice(0, 1_000) });
    await visit(ann, place, orders[0].place, "/complaints/");
    await shows(ann, NAMES.slice(0, 15));
    await ann.context().close();
  },

  async "they are shown as text as an operator's words: reasons, answers, notes, and in the audit log"() {
    const [olga, ann] = [await open("olga", HOSTILE), await open("ann", HOSTILE)];
    await olga.goto("/operator/stops/");
    for (const [at, reason] of NAMES.entries()) await send(olga, "/operator/stops/", { to: at % 2 ? "open" : "paused", reason });
    await visit(olga, "/operator/stops/");
    await shows(olga, NAMES.slice(-20));
    await visit(olga, "/operator/complaints/");
    await olga.locator("tbody a").first().click();
    await isClean(olga);
    await send(olga, `${new URL(olga.url()).pathname}answer/`, { text: NAMES.join(" ").slice(0, 2_000), refund: "", pause: "" });
    await olga.reload();
    await isClean(olga);
    await visit(ann, orders[0].place, "/complaints/");
    await olga.goto("/operator/customers/");
    await isClean(olga);
    await olga.locator("tbody a").first().click();
    const customer = new URL(olga.url()).pathname;
    await send(olga, `${customer}note/`, { note: TEXTS.slice(0, -1).join(" ").replaceAll("\0", "").slice(0, 2_000) });
    const money = { form: "0".repeat(32), amount: "0.01", reason: `${NAMES[42]} ${LONG}`, deed: "credit" };
    await send(olga, `${customer}money/`, money);
    await visit(olga, customer, customer.replace("customers", "ledger"), "/operator/mails/");
    await olga.locator("tbody a").first().click();
    await readWithReason(olga, "Show the mail");
    await isClean(olga);
    for (let next = "/operator/audit/"; next; ) {
      await visit(olga, next);
      const older = olga.getByRole("link", { name: "Older" });
      next = (await older.count()) > 0 ? await older.getAttribute("href") : null;
    }
    const rows = await opensHarmless(olga, "/operator/audit/audit.csv");
    assert.ok(rows.length > NAMES.length);
    await Promise.all([olga, ann].map((page) => page.context().close()));
  },

  async "they are shown as text as carriers and suppliers of numbers, and where a file is refused for them"() {
    const olga = await open("olga", HOSTILE);
    const cell = (text) => `"${text.replaceAll('"', '""')}"`;
    const load = async (rows) => {
      await olga.goto("/operator/numbers/import/");
      await olga.getByLabel("Source that hears these numbers").selectOption("wire");
      const buffer = Buffer.from(`number,carrier,line_type,supplier,contract,acquired_on,cost\n${rows.join("\n")}\n`);
      await olga.getByLabel(/^CSV file/).setInputFiles({ name: `${LONG}<b>.csv`, mimeType: "text/csv", buffer });
      await olga.getByRole("button", { name: "Check and import" }).click();
      await olga.locator(".notice").waitFor();
      await isClean(olga);
    };
    await load(NAMES.flatMap((name) => [`${cell(name)},T,mobile,S,C,2026-01-15,0.05`, `12025550198,T,${cell(name)},S,C,${cell(name)},${cell(name)}`]));
    const lines = [...NAMES.filter((name) => name !== ""), LONG];
    await load(lines.map((name, at) => `1305555${String(100 + at).padStart(4, "0")},${cell(name)},mobile,${cell(name)},${cell(name)},2026-01-15,0.05`));
    await olga.getByText(`is complete: ${lines.length} numbers.`).waitFor();
    await visit(olga, "/operator/numbers/?area=305", `/operator/numbers/1305555${100 + lines.length - 1}/`.replace("305555", "3055550"), "/operator/numbers/13055550138/", "/operator/numbers/13055550142/");
    await send(olga, "/operator/sources/wire/sims/", { sim: `${NAMES[42]} ${LONG}`, number: "13055550142" });
    await visit(olga, "/operator/sources/wire/sims/", "/operator/numbers/13055550142/", "/operator/sources/", "/operator/sources/wire/");
    await olga.context().close();
  },
};

export const journeys = { ...messages, ...words };
