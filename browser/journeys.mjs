// The journeys of a customer in Chromium: node journeys.mjs ADDRESS COOKIE. The house that it is called for hears
// `NUMBER TEXT` at /ingest/wire/REFERENCE, and has 50 dollars for whoever has the cookie.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [, , base, cookie] = process.argv;
const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const cookies = cookie.split("; ").map((pair) => {
  const [name, value] = pair.split(/=(.*)/s);
  return { name, value, url: base.replace("http:", "https:"), secure: true, httpOnly: true, sameSite: "Lax" };
});
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [...FLAGS, "--disable-component-update", "--disable-sync"],
});
const faults = [];

async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, baseURL: base, ...options });
  await context.addCookies(cookies);
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: base });
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`CSP refused ${event.violatedDirective}`));
    globalThis.alert = (words) => console.error(`a script ran: ${words}`);
  });
  const page = await context.newPage();
  page.on("console", (line) => line.type() === "error" && faults.push(`${page.url()}: ${line.text()}`));
  page.on("pageerror", (error) => faults.push(`${page.url()}: ${error.message}`));
  return page;
}

let references = 0;
async function sms(number, text) {
  const answer = await fetch(`${base}/ingest/wire/${++references}/`, { method: "POST", body: `${number} ${text}` });
  assert.equal(answer.status, 200);
}

async function buy(page, name) {
  await page.goto("/numbers/");
  await page.getByRole("button", { name, exact: true }).click();
  await page.waitForURL(/(orders|rentals)\/(ORD|RNT)-/);
  const number = await page.locator('[data-copy^="+"]').first().getAttribute("data-copy");
  return { place: new URL(page.url()).pathname, number: number.slice(1) };
}

const journeys = {
  async "an order's code appears without a reload, is copied, and history and statement agree"() {
    const page = await open();
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

  async "eight tabs share one stream, and the last one hears of a code when the first is closed"() {
    const page = await open();
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
    const page = await open();
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
    const page = await open();
    await page.goto("/statement/");
    const before = await page.locator("#balance").textContent();
    await buy(page, "Code $0.42 for Telegram");
    await page.getByRole("button", { name: "Cancel and get $0.42 back" }).click();
    await page.getByText("came back").waitFor();
    assert.equal(await page.locator("#balance").textContent(), before);
    await page.context().close();
  },

  async "a key is shown once, opens the API, and is revoked at once"() {
    const page = await open();
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
    const page = await open();
    await page.goto("/numbers/");
    await page.getByLabel("Search a service").pressSequentially("tele");
    await page.getByRole("button", { name: /Instagram/ }).first().waitFor({ state: "detached" });
    assert.equal(await page.getByRole("button", { name: /Telegram/ }).count(), 3);
    assert.match(page.url(), /q=tele/);
    await page.context().close();
  },

  async "without script an order is bought and its code read by a reload, also at 390 px"() {
    const page = await open({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
    const order = await buy(page, "Code $0.42 for Instagram");
    await sms(order.number, "7788 is your Instagram code.");
    await page.goto(order.place);
    await page.locator(".got").getByText("7788", { exact: true }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Copy code" }).first().isVisible(), false);
    await page.context().close();
  },

  async "hostile texts are shown as text"() {
    const page = await open();
    const rental = await buy(page, "Day $3.65 for WhatsApp");
    const texts = [
      "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "'><iframe srcdoc='<script>alert(1)</script>'>",
      "</p></li></ol><script>alert(1)</script>", "javascript:alert(1)", "<a href=javascript:alert(1)>x</a>", "{{7*7}} ${7*7} <%= 7 %>",
      "\u202eedoc ruoy\u202c \u2066x\u2069", "zero\u200bwidth\u200d\ufeff", "\u001b[31mred\u001b[0m \u0007", "=HYPERLINK(\"http://x\",\"y\")",
      "+1+1", "-1", "@SUM(A1)", "<meta http-equiv=refresh content='0;url=//x'>", "<style>*{display:none}</style>", "<base href=//x>",
      "<form action=//x><button autofocus onfocus=alert(1)>", "<!--", "]]>", "&#60;script&#62;alert(1)", "\u0000nul", "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    ];
    for (const text of texts) await sms(rental.number, `whatsapp ${text}`);
    await page.goto(rental.place);
    assert.ok((await page.locator("#inbox .text").count()) >= texts.length - 1);
    assert.equal(await page.locator("#inbox :is(script, img, svg, iframe, a, form, style, meta, base, math)").count(), 0);
    await page.context().close();
  },

  async "no page overflows or has a fault that axe finds, in light, dark and on a phone"() {
    const shapes = [
      { colorScheme: "light" },
      { colorScheme: "dark" },
      { colorScheme: "light", viewport: { width: 390, height: 844 } },
      { colorScheme: "dark", viewport: { width: 390, height: 844 } },
    ];
    const places = ["/", "/numbers/", "/numbers/?q=nosuch", "/orders/", "/rentals/", "/history/", "/statement/", "/keys/", "/api-docs", "/account/", "/account/password/", "/account/email/", "/account/second-factor/", "/funds/"];
    for (const shape of shapes) {
      const page = await open(shape);
      await page.goto("/history/");
      const bought = await page.locator("tbody a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
      for (const place of [...places, ...bought]) {
        await page.goto(place);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${place} overflows by ${over} px at ${page.viewportSize().width}`);
        const hidden = await page.locator(".top nav").evaluateAll((all) => all.map((nav) => nav.scrollWidth - nav.clientWidth));
        assert.ok(hidden.every((px) => px <= 0), `the navigation of ${place} scrolls sideways at ${page.viewportSize().width}`);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        const told = violations.map((fault) => `${fault.id} at ${fault.nodes[0].html}`);
        assert.deepEqual(told, [], `${place} in ${shape.colorScheme}`);
      }
      await page.context().close();
    }
  },
};

let failed = 0;
for (const [name, journey] of Object.entries(journeys)) {
  try {
    await journey();
    assert.deepEqual(faults.splice(0), [], "the browser complained");
    console.log(`journey ok: ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`journey FAILED: ${name}\n${error.stack}`);
  }
}
await browser.close();
process.exit(failed === 0 ? 0 : 1);
