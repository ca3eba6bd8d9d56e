// How the pages look: whether they fit, and what axe-core finds.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PHONE, buy, fits, open, sms } from "./house.mjs";

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

export const journeys = {
  async "no page overflows or has a fault that axe finds, in light, dark and on a phone"() {
    const shapes = [
      { colorScheme: "light" },
      { colorScheme: "dark" },
      { colorScheme: "light", viewport: PHONE },
      { colorScheme: "dark", viewport: PHONE },
    ];
    const places = ["/", "/numbers/", "/numbers/?q=nosuch", "/orders/", "/rentals/", "/history/", "/statement/", "/keys/", "/api-docs", "/account/", "/account/password/", "/account/email/", "/account/second-factor/", "/funds/"];
    const ann = await open("ann");
    const order = await buy(ann, "Code $0.42 for Instagram");
    await sms(order.number, "482910 is your Instagram code.");
    await buy(ann, "Code $0.42 for Telegram");
    const rental = await buy(ann, "Day $3.65 for WhatsApp");
    await sms(rental.number, "Your whatsapp code is 111222");
    await ann.context().close();
    for (const shape of shapes) {
      const page = await open("ann", shape);
      await page.goto("/history/");
      const bought = await page.locator("tbody a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
      for (const place of [...places, ...bought]) {
        await page.goto(place);
        await fits(page);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        const told = violations.map((fault) => `${fault.id} at ${fault.nodes[0].html}`);
        assert.deepEqual(told, [], `${place} in ${shape.colorScheme}`);
      }
      await page.context().close();
    }
  },
};
