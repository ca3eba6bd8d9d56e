// A house from nothing to its first customers, by its pages alone and with really signed SMS.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { PHONE, base, buy, fits } from "./house.mjs";
import { as, comeIn, credit, furnish, push, signUp, sms, untilSold } from "./steps.mjs";

const INSTAGRAM = "Code $0.42 for Instagram";
const balance = async (page) => /\$([0-9.]+)/.exec(await page.locator("#balance").textContent())[1];

// The lines of the open statement that lead to an order, without their time.
async function linesOf(page, order) {
  const lines = await page.getByRole("row").filter({ has: page.locator(`a[href="${order.place}"]`) }).all();
  return Promise.all(lines.map(async (line) => (await line.locator("td:not(.soft)").allTextContents()).map((text) => text.trim())));
}

const signUpAndBuy = {
  async "an operator comes in by the link and sets the house up: source, services and numbers"() {
    await comeIn();
    const olga = await as("olga");
    await furnish(olga, 20);
    await olga.goto("/operator/numbers/");
    await olga.getByRole("link", { name: "(202) 555-0119" }).waitFor();
    await olga.context().close();
  },

  async "somebody signs up, gets funds, orders, and reads the code of a signed SMS without a reload"() {
    const olga = await as("olga");
    await signUp(olga, "ann");
    const ann = await as("ann");
    await ann.goto("/funds/");
    await ann.getByText("$0.00").first().waitFor();
    await credit(olga, "ann", "20.00");
    // The page hears of it by itself.
    await ann.locator("#available").getByText("$20.00").waitFor();

    await untilSold(ann, INSTAGRAM);
    const order = await buy(ann, INSTAGRAM);
    await ann.evaluate(() => (globalThis.wasHere = true));
    const forged = await push(order.number, "666666 is your Instagram code.", { secret: randomBytes(32) });
    assert.equal(forged.status, 401);
    await sms(order.number, "482910 is your Instagram code.");
    await ann.locator(".got").getByText("482910", { exact: true }).waitFor();
    assert.equal(await ann.evaluate(() => globalThis.wasHere), true, "the page was not loaded again");
    assert.equal(await ann.getByText("666666").count(), 0);
    await ann.keyboard.press("Enter");
    await ann.locator(".got").getByText("Copied").waitFor();
    assert.equal(await ann.evaluate(() => navigator.clipboard.readText()), "482910");

    await ann.goto("/history/");
    const line = ann.getByRole("row").filter({ has: ann.locator(`a[href="${order.place}"]`) });
    assert.match(await line.textContent(), /received.*\$0\.42/s);
    await ann.goto("/statement/");
    assert.deepEqual(await linesOf(ann, order), [
      [`Paid for ${order.id}`, "$0.42", "$19.58", "$0.00"],
      [`Set aside for ${order.id}`, "−$0.42", "$19.58", "$0.42"],
    ]);
    assert.equal(await balance(ann), "19.58");
    await Promise.all([olga, ann].map((page) => page.context().close()));
  },
};

const buyMore = {
  async "a rental shows three signed SMS as they come, the newest first"() {
    const ann = await as("ann");
    const rental = await buy(ann, "Day $4.25 for WhatsApp");
    await ann.evaluate(() => (globalThis.wasHere = true));
    for (const code of ["111222", "333444", "555666"]) {
      await sms(rental.number, `Your WhatsApp code is ${code}`);
      await ann.locator("#inbox strong").getByText(code, { exact: true }).waitFor();
    }
    assert.deepEqual(await ann.locator("#inbox strong").allTextContents(), ["555666", "333444", "111222"]);
    assert.equal(await ann.evaluate(() => globalThis.wasHere), true, "the page was not loaded again");
    await ann.context().close();
  },

  async "an order is cancelled, a paid one is refunded by an operator, and the statement says both"() {
    const [olga, ann] = [await as("olga"), await as("ann")];
    await ann.goto("/statement/");
    const before = await balance(ann);
    const cancelled = await buy(ann, "Code $0.75 for Telegram");
    await ann.getByRole("button", { name: "Cancel and get $0.75 back" }).click();
    await ann.getByText("came back").waitFor();
    assert.equal(await balance(ann), before);
    assert.equal((await push(cancelled.number, "Telegram code 12345")).status, 200);
    await ann.reload();
    assert.equal(await ann.getByText("12345").count(), 0, "what comes later is nobody's");

    const paid = await buy(ann, INSTAGRAM);
    await sms(paid.number, "7788 is your Instagram code.");
    await ann.locator(".got").getByText("7788", { exact: true }).waitFor();
    await olga.goto(`/operator/orders/${paid.id}/`);
    await olga.getByLabel("Dollars, up to 0.42").fill("0.42");
    await olga.getByLabel(/^Why\?/).fill("the number was used up");
    await olga.getByRole("button", { name: "Give it back" }).click();
    await ann.locator("#refunded").getByText("$0.42 of what you paid came back").waitFor();
    await ann.goto("/statement/");
    assert.equal(await balance(ann), before);
    assert.deepEqual((await linesOf(ann, paid)).map((line) => line[1]), ["+$0.42", "$0.42", "−$0.42"]);
    assert.deepEqual((await linesOf(ann, cancelled)).map((line) => line[1]), ["+$0.75", "−$0.75"]);
    await Promise.all([olga, ann].map((page) => page.context().close()));
  },

  async "a key made on the page orders, reads and cancels at once, and is refused once revoked"() {
    const ann = await as("ann");
    await ann.goto("/keys/");
    await ann.getByLabel("What is it for?").fill("a journey");
    await ann.getByRole("button", { name: "Create key" }).click();
    const key = await ann.locator("#fresh-key").textContent();
    const call = async (method, path, body) => {
      const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
      const answer = await fetch(`${base}/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
      return { status: answer.status, ...(await answer.json()) };
    };
    const order = await call("POST", "short-term/order/", { service: "instagram" });
    assert.equal(order.status, 200);
    await sms(order.number, "334455 is your Instagram code.");
    assert.equal((await call("GET", `short-term/sms/?order_id=${order.order_id}&wait=10`)).code, "334455");
    await ann.goto(`/orders/${order.order_id}/`);
    await ann.locator(".got").getByText("334455", { exact: true }).waitFor();
    await ann.goto("/keys/");
    await ann.getByRole("button", { name: "Revoke a journey" }).click();
    await ann.getByText("revoked").waitFor();
    assert.deepEqual([await call("GET", "balance/"), await call("POST", "short-term/order/", { service: "instagram" })].map((answer) => answer.status), [401, 401]);
    await ann.context().close();
  },
};

const withoutScript = {
  async "without script at 390 px somebody signs up, gets funds, orders, reads a code, rents and cancels"() {
    const shape = { javaScriptEnabled: false, viewport: PHONE };
    const olga = await as("olga", shape);
    await signUp(olga, "bob", shape);
    await credit(olga, "bob", "20.00");
    await fits(olga);
    const bob = await as("bob", shape);
    const order = await buy(bob, INSTAGRAM);
    await fits(bob);
    await sms(order.number, "5566 is your Instagram code.");
    await bob.goto(order.place);
    await bob.locator(".got").getByText("5566", { exact: true }).waitFor();
    const rental = await buy(bob, "Day $4.25 for WhatsApp");
    await bob.getByRole("button", { name: "Cancel and get $4.25 back" }).click();
    await bob.getByText("$4.25 of what you paid came back").waitFor();
    await fits(bob);
    await bob.goto("/statement/");
    await fits(bob);
    assert.equal((await linesOf(bob, rental)).length, 3);
    assert.equal(await balance(bob), "19.58");
    await Promise.all([olga, bob].map((page) => page.context().close()));
  },
};

export const journeys = { ...signUpAndBuy, ...buyMore, ...withoutScript };
