// What a customer does: buys, reads codes as they come, cancels, makes keys.
import assert from "node:assert/strict";
import { base, buy, open, pass, sms } from "./house.mjs";

export const journeys = {
  async "an order's code appears without a reload, is copied, and history and statement agree"() {
    const page = await open("ann");
    const order = await buy(page, "Code $0.42 for Instagram");
    await page.evaluate(() => (globalThis.wasHere = true));
    await sms(order.number, "482910 is your Instagram code.");
    await page.locator(".got").getByText("482910", { exact: true }).waitFor();
    assert.equal(await page.evaluate(() => globalThis.wasHere), true, "the page was not loaded again");
    assert.match(await page.title(), /^482910 · Instagram/);
    await page.keyboard.press("Enter");
    await page.locator(".got").getByText("Copied").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "482910");
    await page.goto("/history/");
    assert.equal(await page.locator(`a[href="${order.place}"]`).count(), 1);
    await page.goto("/statement/");
    assert.equal(await page.locator(`a[href="${order.place}"]`).count(), 2);
    await page.context().close();
  },

  async "whoever looks elsewhere is notified once a code comes, if they asked for it, and its tab is called by the code"() {
    const page = await open("ann");
    // The browser under test asks nobody for permission and shows no notifications, so both are played.
    await page.addInitScript(() => {
      globalThis.told = [];
      globalThis.Notification = class {
        static permission = "default";
        static async requestPermission() {
          return (this.permission = "granted");
        }
        constructor(words) {
          globalThis.told.push(words);
        }
      };
      Object.defineProperty(document, "hidden", { get: () => globalThis.isElsewhere ?? false });
    });
    const order = await buy(page, "Code $0.42 for Instagram");
    assert.match(await page.title(), /^Waiting · Instagram/);
    await page.getByRole("button", { name: "Tell me when a code comes" }).click();
    await page.getByRole("button", { name: "Tell me when a code comes" }).waitFor({ state: "hidden" });
    await page.evaluate(() => (globalThis.isElsewhere = true));
    await sms(order.number, "482910 is your Instagram code.");
    await page.waitForFunction(() => globalThis.told.length > 0);
    assert.deepEqual(await page.evaluate(() => globalThis.told), ["A code came for Instagram."]);
    assert.match(await page.title(), /^482910 · Instagram/);
    // Whoever sees the page, or never asked, is not notified.
    const other = await buy(page, "Code $0.42 for Telegram");
    await sms(other.number, "571234 is your Telegram code.");
    await page.locator(".got").getByText("571234", { exact: true }).waitFor();
    assert.deepEqual(await page.evaluate(() => globalThis.told), []);
    await page.context().close();
  },

  async "the keys for copying copy the code where nothing is selected, and leave what is selected and typed alone"() {
    const page = await open("ann");
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    const order = await buy(page, "Code $0.42 for Instagram");
    await page.evaluate(() => navigator.clipboard.writeText("of before"));
    await page.keyboard.press("Control+c");
    assert.equal(await copied(), "of before", "there is no code yet");
    await page.getByRole("link", { name: "Another number" }).focus();
    await sms(order.number, "334411 is your Instagram code.");
    const button = page.locator(".got").getByRole("button", { name: "Copy code" });
    await button.waitFor();
    await page.locator(".got").getByText("or Ctrl C, on a Mac ⌘ C").waitFor();
    await page.keyboard.press("Control+c");
    await page.locator(".got").getByText("Copied").waitFor();
    assert.equal(await page.locator("#status").textContent(), "Copied", "whoever does not see it hears it");
    assert.equal(await copied(), "334411");
    await page.evaluate(() => getSelection().selectAllChildren(document.querySelector("h1")));
    await page.keyboard.press("Control+c");
    assert.equal(await copied(), "Instagram");
    await page.evaluate(() => {
      const field = document.createElement("input");
      document.body.append(field);
      field.focus();
    });
    await page.keyboard.press("Control+c");
    assert.equal(await copied(), "Instagram", "who is in a field wants nothing but what is in it");
    await page.context().close();
  },

  async "another code is waited for without a reload, and once the time is over the number is had again"() {
    const page = await open("ann");
    const order = await buy(page, "Code $0.42 for Instagram");
    await sms(order.number, "482910 is your Instagram code.");
    await page.getByRole("button", { name: "Wait for another code, free" }).click();
    await page.locator(".state").getByText("waiting").waitFor();
    assert.match(await page.title(), /^Waiting · Instagram/);
    assert.equal(await page.locator(".got").count(), 0);
    await page.goto("/history/?state=waiting");
    await page.locator(`a[href="${order.place}"]`).waitFor();
    await page.goto(order.place);
    await pass(1);
    await sms(order.number, "553811 is your Instagram code.");
    await page.locator(".got").getByText("553811", { exact: true }).waitFor();
    await pass(20 * 60);
    await page.reload();
    await page.getByRole("button", { name: "Order this number again for $0.42" }).click();
    await page.waitForURL((url) => url.pathname !== order.place);
    assert.equal(await page.locator('[data-copy^="+"]').first().getAttribute("data-copy"), `+${order.number}`);
    await page.getByRole("button", { name: /^Cancel/ }).click();
    await page.getByText("came back").waitFor();
    await page.context().close();
  },

  async "eight tabs share one stream, and the last one hears of a code when the first is closed"() {
    const page = await open("ann");
    const order = await buy(page, "Code $0.42 for Instagram");
    const tabs = [];
    for (let count = 0; count < 7; count++) {
      const tab = await page.context().newPage();
      await tab.goto(order.place);
      tabs.push(tab);
    }
    const held = await page.evaluate(async () => (await navigator.locks.query()).held.length);
    assert.equal(held, 1, "one tab listens");
    await page.close();
    const waiting = tabs[0].waitForFunction(async () => (await navigator.locks.query()).held.length === 1);
    await waiting;
    await sms(order.number, "571234 is your Instagram code.");
    for (const tab of tabs) await tab.locator(".got").getByText("571234", { exact: true }).waitFor();
    await tabs[0].context().close();
  },

  async "a rental's messages show as they come, newest first"() {
    const page = await open("ann");
    const rental = await buy(page, "Day $3.65 for WhatsApp");
    for (const code of ["111222", "333444", "555666"]) {
      await sms(rental.number, `Your whatsapp code is ${code}`);
      await page.locator("#inbox strong").getByText(code, { exact: true }).waitFor();
    }
    const codes = await page.locator("#inbox strong").allTextContents();
    assert.deepEqual(codes, ["555666", "333444", "111222"]);
    await page.context().close();
  },

  async "a cancelled order shows what came back, and the balance with it"() {
    const page = await open("ann");
    await page.goto("/statement/");
    const before = await page.locator("#balance").textContent();
    await buy(page, "Code $0.42 for Telegram");
    await page.getByRole("button", { name: "Cancel and get $0.42 back" }).click();
    await page.getByText("came back").waitFor();
    assert.equal(await page.locator("#balance").textContent(), before);
    await page.context().close();
  },

  async "a key is shown once, opens the API, and is revoked at once"() {
    const page = await open("ann");
    await page.goto("/keys/");
    await page.getByLabel("What is it for?").fill("a journey");
    await page.getByRole("button", { name: "Create key" }).click();
    const key = await page.locator("#fresh-key").textContent();
    const call = () => fetch(`${base}/api/v1/balance/`, { headers: { Authorization: `Bearer ${key}` } });
    assert.equal((await call()).status, 200);
    await page.goto("/keys/");
    await page.getByRole("button", { name: "Revoke a journey" }).click();
    await page.getByText("revoked").waitFor();
    assert.equal((await call()).status, 401);
    await page.context().close();
  },

  async "typing into the search finds a service without a reload"() {
    const page = await open("ann");
    await page.goto("/numbers/");
    await page.getByLabel("Search a service").pressSequentially("tele");
    await page.getByRole("button", { name: /Instagram/ }).first().waitFor({ state: "detached" });
    assert.equal(await page.getByRole("button", { name: /Telegram/ }).count(), 3);
    assert.match(page.url(), /q=tele/);
    await page.context().close();
  },

  async "without script an order is bought and its code read by a reload, also at 390 px"() {
    const page = await open("ann", { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
    const order = await buy(page, "Code $0.42 for Instagram");
    await sms(order.number, "7788 is your Instagram code.");
    await page.goto(order.place);
    await page.locator(".got").getByText("7788", { exact: true }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Copy code" }).first().isVisible(), false);
    await page.context().close();
  },
};
