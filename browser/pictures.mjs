// Takes the pictures of docs/pages.md from a demo that was started afresh:
//
//   cargo run -- demo --fresh
//   node browser/pictures.mjs http://localhost:8080 OPERATOR_LINK
//
// where the link is the one that the demo prints. They are WebP, so that all of them together stay small.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [base, link] = process.argv.slice(2);
// The house that `house.mjs` and `steps.mjs` are told of.
process.argv[3] = JSON.stringify({ base, link });
const { DESK, PHONE, browser, buy, open } = await import("./house.mjs");
const { as, comeIn, signInAs } = await import("./steps.mjs");

const FOLDER = fileURLToPath(new URL("../docs/pages", import.meta.url));
const QUALITY = 70;
const SHAPES = [
  { name: "light", viewport: { ...DESK, height: 760 }, colorScheme: "light" },
  { name: "dark", viewport: { ...DESK, height: 760 }, colorScheme: "dark" },
  { name: "phone", viewport: PHONE, colorScheme: "light" },
];
// The simulated supply answers within as many seconds, and figures are counted within as many.
const SMS_S = 12;
const FIGURES_S = 75;
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1_000));

async function take(page, name) {
  const screen = await page.context().newCDPSession(page);
  for (const { name: shape, viewport, colorScheme } of SHAPES) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.reload();
    // Charts are drawn anew a little after a window has another size.
    await pause(0.4);
    const { data } = await screen.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
    writeFileSync(`${FOLDER}/${name}-${shape}.webp`, Buffer.from(data, "base64"));
  }
}

async function report(page, order, kind, words) {
  await page.goto(order.place.replace("orders", "complaints"));
  await page.getByLabel(kind).check();
  await page.getByLabel("What happened").fill(words);
  await page.getByRole("button", { name: "Send report" }).click();
  await page.getByText("reported").first().waitFor();
}

// A day's orders, as far as a minute has them; the order that is shown, and a rental.
async function fill(page) {
  const services = ["Telegram", "Discord", "Google", "Instagram", "Uber", "WhatsApp", "Tinder", "Google", "Telegram", "Instagram"];
  const orders = [];
  for (const service of services) orders.push(await buy(page, new RegExp(`^Code \\$[0-9.]+ for ${service}$`)));
  const rental = await buy(page, /^Month .* for WhatsApp$/);
  await pause(SMS_S);
  await page.goto(rental.place);
  await page.getByLabel("Label").fill("the shop's phone");
  await page.getByRole("button", { name: "Save" }).click();
  await report(page, orders[0], "The number was not accepted", "It said that the number is in use already.");
  await report(page, orders[1], "A wrong text came", "");
  const cancelled = await buy(page, /^Code .* for Airbnb$/);
  await page.getByRole("button", { name: /^Cancel/ }).click();
  await page.getByText("came back").waitFor();
  return { order: orders.at(-1), rental, cancelled };
}

await comeIn();
await signInAs("demo", "demo@example.com", "only a demo, not a secret");
mkdirSync(FOLDER, { recursive: true });
const [visitor, demo, olga] = [await open(null), await as("demo"), await as("olga")];
const { order, rental } = await fill(demo);
await pause(FIGURES_S);
// One more, so that something waits while the console is shown.
await buy(demo, /^Code .* for Uber$/);
const pages = [
  [visitor, "front", "/"],
  [demo, "numbers", "/numbers/"],
  [demo, "order", order.place],
  [demo, "rental", rental.place],
  [demo, "money", "/statement/"],
  [demo, "keys", "/keys/"],
  [olga, "today", "/operator/"],
  [olga, "complaint", "/operator/complaints/1/"],
  [olga, "services", "/operator/services/"],
  [olga, "customer", "/operator/customers/1/"],
];
for (const [page, name, place] of pages) {
  await page.goto(place);
  await take(page, name);
}
await browser.close();
