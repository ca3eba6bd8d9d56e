// Texts that mean harm to whoever shows them.
import assert from "node:assert/strict";
import { buy, open, sms } from "./house.mjs";

export const journeys = {
  async "hostile texts are shown as text"() {
    const page = await open("ann");
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
};
