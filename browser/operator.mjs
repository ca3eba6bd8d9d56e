// A day of an operator, and what the customers see of it. The house begins without a number, so that the one that is
// imported first is the one that everybody gets.
import assert from "node:assert/strict";
import { PASSWORD, PHONE, buy, fits, open, pass, sms } from "./house.mjs";

const COLUMNS = "number,carrier,line_type,supplier,contract,acquired_on,cost";
const row = (number, day = "2026-01-15") => `${number},T-Mobile,mobile,Own SIMs,C-2026-01,${day},0.05`;
const CODE = "Code $0.42 for Instagram";

async function importFile(page, ...rows) {
  await page.goto("/operator/numbers/import/");
  await page.getByLabel("Source that hears these numbers").selectOption("wire");
  const buffer = Buffer.from([COLUMNS, ...rows, ""].join("\n"));
  await page.getByLabel(/^CSV file/).setInputFiles({ name: "numbers.csv", mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "Check and import" }).click();
}

async function setSource(page, reason, button) {
  await page.goto("/operator/sources/wire/");
  await page.getByLabel(/^Why\?/).fill(reason);
  await page.getByRole("button", { name: button }).click();
  await page.getByRole("status").and(page.locator(".notice")).waitFor();
}

async function report(page, order, kind, words) {
  await page.goto(order.place);
  await page.getByRole("link", { name: "Report it" }).click();
  await page.getByLabel(kind).check();
  await page.getByLabel("What happened").fill(words);
  await page.getByRole("button", { name: "Send report" }).click();
  await page.waitForURL(`**${order.place}`);
  await page.locator("#told").getByText(words).waitFor();
}

async function answer(page, order, words, dollars) {
  await page.goto("/operator/complaints/");
  await fits(page);
  const line = page.getByRole("row").filter({ hasText: order.id });
  await line.getByRole("link").first().click();
  await fits(page);
  await page.getByLabel("What the customer reads").fill(words);
  await page.getByLabel("Give back, in dollars").fill(dollars);
  await page.getByRole("button", { name: "Answer", exact: true }).click();
  await page.getByRole("heading", { name: "The answer" }).waitFor();
}

// The newest message of the quarantine, read with a reason.
async function read(page, text) {
  await page.goto("/operator/quarantine/");
  await fits(page);
  await page.locator("tbody tr").first().getByRole("link").first().click();
  assert.equal(await page.getByText(text).count(), 0, "it is not shown without a reason");
  await page.getByLabel("Why do you read it?").fill("both customers ask for it");
  await page.getByRole("button", { name: "Show the text" }).click();
  await page.locator(".text").getByText(text).waitFor();
  await fits(page);
}

// Two customers have the one number; what comes could be either's, and is given to ann.
async function release(service, his, shape) {
  const [olga, ann] = [await open("olga", shape), await open("ann", shape)];
  const hers = await buy(ann, service);
  assert.equal(hers.number, his.number);
  await sms(hers.number, "482910 is your code");
  await read(olga, "482910 is your code");
  await olga.getByLabel(`Give it to ${hers.id}`).check();
  await olga.getByLabel("Why is it theirs?").fill("she told what it says");
  await ann.evaluate(() => (globalThis.wasHere = true));
  await olga.getByRole("button", { name: "Give it to this order" }).click();
  await olga.waitForURL("**/operator/quarantine/");
  await olga.getByText("Nothing is in quarantine").waitFor();
  if (shape.javaScriptEnabled === false) await ann.reload();
  await ann.locator(".got").getByText("482910", { exact: true }).waitFor();
  return [olga, ann];
}

let his;
const balance = async (page) => Number(/\$([0-9.]+)/.exec(await page.locator("#balance").textContent())[1]);

export const journeys = {
  async "a file with a bad row loads nothing, and the mended file puts its number up for sale"() {
    const [olga, ann] = [await open("olga"), await open("ann")];
    await importFile(olga, row("12025550147"), row("12025550148", "yesterday"));
    await olga.locator(".notice.bad").waitFor();
    assert.match(await olga.locator("section tbody").first().textContent(), /^\s*3.*day/s, "the line and why");
    await ann.goto("/numbers/");
    assert.equal(await ann.getByRole("button", { name: CODE }).isDisabled(), true);
    await importFile(olga, row("12025550147"));
    await olga.getByText("is complete: 1 number.").waitFor();
    await olga.goto("/operator/numbers/");
    await olga.getByRole("link", { name: "(202) 555-0147" }).waitFor();
    await pass(31);
    await ann.goto("/numbers/");
    assert.equal(await ann.getByRole("button", { name: CODE }).isEnabled(), true);
    await Promise.all([olga, ann].map((page) => page.context().close()));
  },

  async "a text that could be two customers' is read with a reason and reaches the right one without a reload"() {
    const bob = await open("bob");
    his = await buy(bob, "Code $0.42 for WhatsApp");
    const [olga, ann] = await release(CODE, his, {});
    assert.equal(await ann.evaluate(() => globalThis.wasHere), true, "the page was not loaded again");
    await bob.reload();
    assert.equal(await bob.getByText("482910").count(), 0);
    await olga.goto("/operator/audit/");
    await olga.getByText("both customers ask for it").first().waitFor();
    await olga.getByText("she told what it says").first().waitFor();
    await Promise.all([olga, ann, bob].map((page) => page.context().close()));
  },

  async "without script at 390 px such a text reaches the right one, too"() {
    const pages = await release("Code $0.42 for Telegram", his, { javaScriptEnabled: false, viewport: PHONE });
    await fits(pages[1]);
    await Promise.all(pages.map((page) => page.context().close()));
  },

  async "without script at 390 px a file is imported, and its end shows by itself"() {
    const olga = await open("olga", { javaScriptEnabled: false, viewport: PHONE });
    await importFile(olga, ...["150", "151", "152", "153"].map((end) => row(`12025550${end}`)));
    await olga.getByText("is complete: 4 numbers").waitFor();
    await pass(31);
    await fits(olga);
    await olga.context().close();
  },

  async "a paused source is not sold from, and sold again once it is resumed"() {
    const [olga, ann] = [await open("olga"), await open("ann")];
    await setSource(olga, "the phone is replaced", "Stop selling its numbers");
    await pass(31);
    await ann.goto("/numbers/");
    assert.equal(await ann.getByRole("button", { name: CODE }).isDisabled(), true);
    await setSource(olga, "it is replaced", "Sell its numbers");
    await pass(31);
    await ann.goto("/numbers/");
    await buy(ann, CODE);
    await Promise.all([olga, ann].map((page) => page.context().close()));
  },

  async "a complaint is answered with a refund, which its customer sees without a reload"() {
    const [olga, ann] = [await open("olga"), await open("ann")];
    const order = await buy(ann, CODE);
    await sms(order.number, "7788 is your Instagram code.");
    await ann.locator(".got").getByText("7788", { exact: true }).waitFor();
    await report(ann, order, "The number was not accepted", "It said <b>no</b>.");
    const before = await balance(ann);
    await ann.evaluate(() => (globalThis.wasHere = true));
    await answer(olga, order, "Sorry, take another one.", "0.42");
    await ann.locator("#told").getByText("Sorry, take another one.").waitFor();
    await ann.locator("#told").getByText("$0.42 came back to your balance.").waitFor();
    assert.equal(await ann.evaluate(() => globalThis.wasHere), true, "the page was not loaded again");
    assert.equal((await balance(ann)).toFixed(2), (before + 0.42).toFixed(2));
    await Promise.all([olga, ann].map((page) => page.context().close()));
  },

  async "without script at 390 px a complaint is made and answered, and a text is read and dropped"() {
    const shape = { javaScriptEnabled: false, viewport: PHONE };
    const [olga, ann] = [await open("olga", shape), await open("ann", shape)];
    const order = await buy(ann, CODE);
    await sms(order.number, "5566 is your Instagram code.");
    await report(ann, order, "A wrong text came", "Not mine.");
    await fits(ann);
    await answer(olga, order, "It was for somebody else.", "0.42");
    await ann.goto(order.place);
    await ann.locator("#told").getByText("It was for somebody else.").waitFor();
    await sms("12025550199", "9911 is your code");
    await read(olga, "9911 is your code");
    await olga.getByLabel("Why?", { exact: true }).fill("nobody had the number");
    await olga.getByRole("button", { name: "Drop the message" }).click();
    await olga.getByText("Nothing is in quarantine").waitFor();
    await Promise.all([olga, ann].map((page) => page.context().close()));
  },

  async "another code generator is offered on a card that stands apart from its heading"() {
    const olga = await open("olga");
    await olga.goto("/operator/own/");
    await olga.locator("#second-password").fill(PASSWORD);
    await olga.getByRole("button", { name: "Use another generator" }).click();
    const heading = await olga.getByRole("heading", { name: "Another code generator" }).boundingBox();
    const card = await olga.locator(".card").boundingBox();
    const apart = card.y - heading.y - heading.height;
    assert.ok(apart >= 16, `${apart} px`);
    await fits(olga);
    await olga.context().close();
  },
};
