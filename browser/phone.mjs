// What customers and operators do on a phone, each with script and without: where nothing comes by itself, the page is
// loaded again.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { STEP_MS, codeAt } from "./codes.mjs";
import { PASSWORD, PHONE, buy, fits, open, pass, sms } from "./house.mjs";

const CODE = "Code $0.42 for Instagram";
const DAY = "Day $3.65 for WhatsApp";
const balance = async (page) => (await page.locator("#balance").textContent()).trim();

// Waits for what has come.
async function comes(page, place, shape) {
  if (shape.javaScriptEnabled === false) await page.reload();
  await place.waitFor();
  await fits(page);
}

async function close(...pages) {
  await Promise.all(pages.map((page) => page.context().close()));
}

// Answers of a command as the page shows it: the status alone.
function statusOf(command) {
  return execFileSync("sh", ["-c", `${command} -s -o /dev/null -w '%{http_code}'`], { encoding: "utf8" });
}

const deeds = {
  async "an order's code is read, and history and statement agree"(shape) {
    const ann = await open("ann", shape);
    const order = await buy(ann, CODE);
    await fits(ann);
    await sms(order.number, "482910 is your Instagram code.");
    await comes(ann, ann.locator(".got").getByText("482910", { exact: true }), shape);
    assert.match(await ann.title(), /^482910 · Instagram/);
    for (const [place, times] of [["/history/", 1], ["/statement/", 2], ["/orders/", 1]]) {
      await ann.goto(place);
      await fits(ann);
      assert.equal(await ann.locator(`a[href="${order.place}"]`).count(), times, place);
    }
    await close(ann);
  },

  async "three messages of a rental are read, the newest first, and it is labelled and renewed"(shape) {
    const ann = await open("ann", shape);
    const rental = await buy(ann, DAY);
    for (const code of ["111222", "333444", "555666"]) {
      await pass(1);
      await sms(rental.number, `Your whatsapp code is ${code}`);
      await comes(ann, ann.locator("#inbox strong").getByText(code, { exact: true }), shape);
    }
    assert.deepEqual(await ann.locator("#inbox strong").allTextContents(), ["555666", "333444", "111222"]);
    await ann.getByLabel("Label").fill("the shop");
    await ann.getByRole("button", { name: "Save" }).click();
    await ann.getByRole("heading", { level: 1 }).getByText("the shop").waitFor();
    const ends = () => ann.locator("#number time").first().getAttribute("datetime").then(Date.parse);
    const first = await ends();
    await ann.getByRole("button", { name: /^Renew for/ }).click();
    await ann.waitForURL(`**${rental.place}`);
    assert.equal((await ends()) - first, 86_400_000);
    await ann.getByRole("button", { name: /^Switch on/ }).click();
    await ann.getByRole("button", { name: "Switch off" }).waitFor();
    await fits(ann);
    await close(ann);
  },

  async "an order is cancelled, a paid one is given back by an operator, and the balance is as before"(shape) {
    const [ann, olga] = [await open("ann", shape), await open("olga", shape)];
    await ann.goto("/statement/");
    const before = await balance(ann);
    await buy(ann, CODE);
    await ann.getByRole("button", { name: "Cancel and get $0.42 back" }).click();
    await ann.getByText("came back").first().waitFor();
    assert.equal(await balance(ann), before);
    const paid = await buy(ann, CODE);
    await sms(paid.number, "7788 is your Instagram code.");
    await comes(ann, ann.locator(".got").getByText("7788", { exact: true }), shape);
    await olga.goto(`/operator/orders/${paid.id}/`);
    await olga.getByLabel("Dollars, up to 0.42").fill("0.42");
    await olga.getByLabel(/^Why\?/).fill("the number was used up");
    await olga.getByRole("button", { name: "Give it back" }).click();
    await olga.getByText("All of it came back").waitFor();
    await fits(olga);
    await comes(ann, ann.locator("#refunded").getByText("$0.42 of what you paid came back"), shape);
    assert.equal(await balance(ann), before);
    await close(ann, olga);
  },

  async "a key is made, its command works as it is shown, and is refused once the key is revoked"(shape) {
    const ann = await open("ann", shape);
    await ann.goto("/keys/");
    const name = `a phone ${Math.random()}`;
    await ann.getByLabel("What is it for?").fill(name);
    await ann.getByRole("button", { name: "Create key" }).click();
    const key = await ann.locator("#fresh-key").textContent();
    await fits(ann);
    const command = await ann.locator("figure.code code").textContent();
    assert.ok(command.includes(key));
    const here = command.replace(/http:\/\/localhost:[0-9]+/, new URL(ann.url()).origin);
    assert.equal(statusOf(here), "200");
    await ann.goto("/keys/");
    await ann.getByRole("button", { name: `Revoke ${name}` }).click();
    await ann.getByRole("row").filter({ hasText: name }).getByText("revoked").waitFor();
    await fits(ann);
    assert.equal(statusOf(here), "401");
    await close(ann);
  },

  async "a second factor is set up, asked for, and switched off"(shape) {
    const bob = await open("bob", shape);
    await bob.goto("/account/second-factor/");
    await bob.getByLabel("Your password").fill(PASSWORD);
    await bob.getByRole("button", { name: "Set up" }).click();
    const secret = await bob.locator(".secret").textContent();
    assert.ok(await bob.locator("svg.qr").isVisible());
    await fits(bob);
    const now = Number(await bob.locator("body").getAttribute("data-now"));
    await bob.getByLabel(/^The code that/).fill(codeAt(secret, now));
    await bob.getByRole("button", { name: "Switch on" }).click();
    await bob.getByRole("heading", { name: "Your recovery codes" }).waitFor();
    await fits(bob);
    await bob.getByRole("link", { name: "I have written them down" }).click();
    const other = await open(null, shape);
    await other.goto("/sign-in/");
    await other.getByLabel("E-mail address").fill("bob@example.org");
    await other.getByLabel("Password").fill(PASSWORD);
    await other.getByRole("button", { name: "Sign in", exact: true }).click();
    await pass(STEP_MS / 1_000);
    await other.getByLabel(/^Code of your generator/).fill(codeAt(secret, now + STEP_MS));
    await other.getByRole("button", { name: "Sign in", exact: true }).click();
    await other.getByRole("button", { name: "Sign out", exact: true }).waitFor();
    await bob.goto("/account/second-factor/");
    await bob.getByLabel("Your password").fill(PASSWORD);
    await bob.getByRole("button", { name: "Switch off" }).click();
    await bob.goto("/account/second-factor/");
    await bob.getByRole("button", { name: "Set up" }).waitFor();
    await close(bob, other);
  },

  async "an operator pauses a source, and sells from it again"(shape) {
    const [ann, olga] = [await open("ann", shape), await open("olga", shape)];
    for (const [button, isSold] of [["Stop selling its numbers", false], ["Sell its numbers", true]]) {
      await olga.goto("/operator/sources/wire/");
      await olga.getByLabel(/^Why\?/).last().fill("the phone is replaced");
      await olga.getByRole("button", { name: button }).click();
      await olga.locator(".notice.good").waitFor();
      await fits(olga);
      await pass(31);
      await ann.goto("/numbers/");
      assert.equal(await ann.getByRole("button", { name: CODE, exact: true }).isEnabled(), isSold);
    }
    await close(ann, olga);
  },

  async "a text that is nobody's is read with a reason, and dropped"(shape) {
    const olga = await open("olga", shape);
    await sms("12025550199", "482911 is your code");
    await olga.goto("/operator/quarantine/");
    await fits(olga);
    await olga.locator("tbody tr").first().getByRole("link").first().click();
    await olga.getByLabel("Why do you read it?").fill("to see what it is");
    await olga.getByRole("button", { name: "Show the text" }).click();
    await olga.locator(".text").getByText("482911").waitFor();
    await fits(olga);
    await olga.getByLabel("Why?", { exact: true }).fill("nobody had the number");
    await olga.getByRole("button", { name: "Drop the message" }).click();
    await olga.waitForURL("**/operator/quarantine/");
    await close(olga);
  },
};

const SHAPES = { "at 390 px": { viewport: PHONE }, "at 390 px without script": { viewport: PHONE, javaScriptEnabled: false } };
const told = Object.entries(SHAPES).flatMap(([words, shape]) =>
  Object.entries(deeds).map(([deed, go]) => [`${words} ${deed}`, () => go(shape)]),
);
export const journeys = Object.fromEntries(told);
