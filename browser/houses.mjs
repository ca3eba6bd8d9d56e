// Another house that an operator connects by the pages alone: a customer buys its number and reads its code, and a purchase
// that it keeps silent about is settled.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { PHONE, base, buy, fits } from "./house.mjs";
import { look } from "./look.mjs";
import { as, comeIn, credit, signUp, untilSold } from "./steps.mjs";

const TELEGRAM = "Code $0.75 for Telegram";
// The list of a house is read at most so long after it was asked what is bought there.
const READ_S = 75;
// What is answered with 409 and 422 is meant.
export const meant = ["status of 409", "status of 422"];

// A house that speaks handler_api, and sells one number after the other.
const upstream = { sold: 0, code: null, isSilent: false, loses: false };
const server = createServer((asked, answer) => {
  const action = new URL(asked.url, base).searchParams.get("action");
  if (upstream.isSilent) return asked.socket.destroy();
  if (action === "getNumber" && upstream.loses) {
    upstream.isSilent = true;
    return asked.socket.destroy();
  }
  const said = {
    getBalance: () => "ACCESS_BALANCE:20.00",
    getPrices: () => JSON.stringify({ 187: { tg: { cost: 0.3, count: 9 }, "<b>": { cost: 1, count: 1 } } }),
    getNumber: () => `ACCESS_NUMBER:77${++upstream.sold}:1312555010${upstream.sold}`,
    getStatus: () => (upstream.code ? `STATUS_OK:${upstream.code}` : "STATUS_WAIT_CODE"),
    setStatus: () => "ACCESS_ACTIVATION",
  }[action];
  answer.end(said ? said() : "BAD_ACTION");
});

const close = (...pages) => Promise.all(pages.map((page) => page.context().close()));
const balance = async (page) => (await page.locator("#balance").textContent()).trim();

async function until(page, place, words) {
  for (let tries = 0; tries < READ_S; tries++) {
    await page.goto(place);
    if ((await page.getByText(words, { exact: true }).count()) > 0) return;
    await new Promise((done) => setTimeout(done, 1_000));
  }
  assert.fail(`${place} does not say ${words} after ${READ_S} s`);
}

export const journeys = {
  async "an operator connects another house, asks what it sells, and buys there"() {
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    await comeIn();
    const olga = await as("olga");
    await olga.goto("/operator/services/");
    await olga.getByLabel("Sell all of them at once").check();
    await olga.getByRole("button", { name: "Load it" }).click();
    await olga.getByRole("link", { name: "Airbnb" }).waitFor();
    await olga.goto("/operator/houses/");
    await olga.getByRole("link", { name: "Make a source" }).click();
    await olga.getByRole("link", { name: "Make one with handler_api" }).click();
    await olga.getByLabel("Name", { exact: true }).fill("upstream");
    await olga.locator("#set-address").fill(`http://127.0.0.1:${server.address().port}/stubs/handler_api.php`);
    await olga.locator("#set-key").fill("a-key-of-theirs");
    await olga.locator("#set-list").fill("no");
    await olga.locator("#set-allow_network").fill("127.0.0.1");
    await olga.getByRole("button", { name: "Make it" }).click();
    await olga.getByRole("status").and(olga.locator(".notice")).waitFor();
    await olga.goto("/operator/houses/offers/");
    await look(olga);
    await olga.getByRole("button", { name: "Ask it" }).click();
    await olga.getByRole("cell", { name: "$0.30" }).waitFor();
    await look(olga);
    await olga.getByRole("link", { name: "Buy tg" }).click();
    assert.equal(await olga.getByLabel("Its code").inputValue(), "tg");
    await olga.getByLabel("Is our service").selectOption("telegram");
    await olga.getByLabel("Sold as").selectOption("short_term");
    await olga.getByRole("button", { name: "Buy it" }).click();
    await olga.locator(".notice.good").waitFor();
    await until(olga, "/operator/houses/offers/", "$0.30");
    await look(olga);
    await close(olga);
  },

  async "a customer buys its number and reads the code without a reload, and the day's money goes together"() {
    const olga = await as("olga");
    await signUp(olga, "ann");
    await credit(olga, "ann", "5.00");
    const ann = await as("ann");
    await untilSold(ann, TELEGRAM);
    const order = await buy(ann, TELEGRAM);
    assert.equal(order.number, "13125550101");
    upstream.code = "48291";
    await ann.locator(".got").getByText("48291", { exact: true }).waitFor({ timeout: 40_000 });
    await olga.goto("/operator/houses/?show=all");
    await olga.getByRole("row").filter({ hasText: order.id }).getByText("bought").waitFor();
    await look(olga);
    await olga.goto(`/operator/orders/${order.id}/`);
    await olga.getByRole("heading", { name: "Other houses" }).waitFor();
    await look(olga);
    await olga.goto("/operator/houses/days/");
    await olga.getByText("Everything fits").waitFor();
    await look(olga);
    await close(olga, ann);
  },

  async "a purchase that nobody knows of is settled with a reason, and the price comes back"() {
    const [olga, ann] = [await as("olga"), await as("ann")];
    await ann.goto("/statement/");
    const before = await balance(ann);
    upstream.loses = true;
    await ann.goto("/numbers/");
    await ann.getByRole("button", { name: TELEGRAM, exact: true }).click();
    await ann.locator(".notice.bad").waitFor({ timeout: 40_000 });
    assert.match(await balance(ann), /0\.75 held/);
    await olga.goto("/operator/houses/");
    await olga.getByText("in doubt").waitFor();
    await look(olga);
    await olga.locator("tbody a").first().click();
    await olga.waitForURL("**/operator/houses/purchases/*/");
    await look(olga);
    const place = new URL(olga.url()).pathname;
    const phone = await as("olga", { javaScriptEnabled: false, viewport: PHONE });
    await phone.goto(place);
    await phone.getByRole("radio", { name: /^It was bought/ }).check();
    await phone.getByLabel(/^Why\?/).fill("their list has it");
    await phone.getByRole("button", { name: "Settle" }).click();
    await phone.getByRole("alert").getByText("type the id").waitFor();
    await fits(phone);
    await phone.getByRole("radio", { name: /^Nothing was bought/ }).check();
    await phone.getByRole("button", { name: "Settle" }).click();
    await phone.getByText("There is nothing to settle").waitFor();
    await fits(phone);
    await ann.goto("/statement/");
    assert.equal(await balance(ann), before);
    await olga.goto("/operator/houses/days/");
    await look(olga);
    await close(olga, ann, phone);
    server.close();
  },
};
