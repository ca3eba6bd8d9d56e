// How the pages look in a house that is at work.
import assert from "node:assert/strict";
import { PASSWORD, buy } from "./house.mjs";
import { look, lookAround } from "./look.mjs";
import { as, comeIn, credit, furnish, importFile, signUp, sms, untilSold } from "./steps.mjs";

const INSTAGRAM = "Code $0.42 for Instagram";
const TELEGRAM = "Code $0.75 for Telegram";

async function report(page, order, kind, words) {
  await page.goto(order.place.replace("orders", "complaints"));
  await page.getByLabel(kind).check();
  await page.getByLabel("What happened").fill(words);
  await page.getByRole("button", { name: "Send report" }).click();
  await page.getByText("reported").waitFor();
}

// Orders in every state, and a rental with a label.
async function order(page) {
  await untilSold(page, INSTAGRAM);
  const received = await buy(page, INSTAGRAM);
  await sms(received.number, "482910 is your Instagram code.");
  await report(page, received, "The number was not accepted", "It was taken already.");
  const other = await buy(page, INSTAGRAM);
  await sms(other.number, "Tap https://instagram.example/confirm/9f3 to sign in to Instagram");
  await report(page, other, "A wrong text came", "");
  const cancelled = await buy(page, TELEGRAM);
  await page.getByRole("button", { name: /^Cancel/ }).click();
  await page.getByText("came back").waitFor();
  const rental = await buy(page, "Day $4.25 for WhatsApp");
  await sms(rental.number, "Your WhatsApp code is 111222");
  await page.goto(rental.place);
  await page.getByLabel("Label").fill("the shop's own");
  await page.getByRole("button", { name: "Save" }).click();
  const waiting = await buy(page, TELEGRAM);
  await sms("12025550199", "999 is your code");
  return { received, other, cancelled, rental, waiting };
}

async function make(page, path, label, words, button) {
  await page.goto(path);
  await page.getByLabel(label).first().fill(words);
  await page.getByRole("button", { name: button, exact: true }).click();
}

async function answer(page) {
  await page.goto("/operator/complaints/");
  await page.locator("tbody a").first().click();
  await page.getByLabel("What the customer reads").fill("Sorry, take another one.");
  await page.getByLabel("Give back, in dollars").fill("0.42");
  await page.getByRole("button", { name: "Answer", exact: true }).click();
  await page.getByRole("heading", { name: "The answer" }).waitFor();
}

// What looks the same with and without orders.
const ELSEWHERE = ["/api-docs", "/sign-in/", "/reset/", "/account/email/", "/account/password/", "/account/second-factor/", "/funds/"];
let bought;

export const journeys = {
  async "no page of a customer with orders overflows or has a fault that axe finds"() {
    await comeIn();
    const olga = await as("olga");
    await furnish(olga, 60);
    await signUp(olga, "ann");
    await credit(olga, "ann", "50.00");
    const ann = await as("ann");
    bought = await order(ann);
    await make(ann, "/keys/", "What is it for?", "a laptop", "Create key");
    await look(ann);
    await answer(olga);
    const states = Object.values(bought).map((order) => order.place);
    const known = await lookAround(ann, ["/", ...states, "/history/?service=instagram&state=received"], "/", ELSEWHERE);
    const kinds = ["orders/N/", "rentals/N/", "complaints/N/", "complaints/"];
    assert.deepEqual(kinds.filter((kind) => !known.has(`/${kind}`)), [], "links lead to these");
    await Promise.all([olga, ann].map((page) => page.context().close()));
  },

  async "no page of an account that is made safer overflows or has a fault that axe finds"() {
    const ann = await as("ann");
    await make(ann, "/account/second-factor/", "Your password", PASSWORD, "Set up");
    await look(ann);
    await make(ann, "/account/password/", "New password", "short", "Change password").catch(() => {});
    await ann.getByLabel("Password until now").fill("another one");
    await ann.getByRole("button", { name: "Change password" }).click();
    await ann.getByRole("alert").waitFor();
    await look(ann);
    await ann.context().close();
  },

  async "no page of the console of a house at work overflows or has a fault that axe finds"() {
    const olga = await as("olga");
    await importFile(olga, ["12025550100,T,mobile,Own,C-1,2026-01-15,0.05", "1202,T,mobile,Own,C-1,yesterday,much"]);
    await olga.locator(".notice.bad").waitFor();
    await look(olga);
    await make(olga, "/operator/operators/", /^Name, as/, "Sam", "Make a link");
    await look(olga);
    await make(olga, "/operator/services/prices/", "By percent", "+5", "Look");
    await look(olga);
    await make(olga, "/operator/stops/", /^Why\?/, "a SIM bank is moved", "Pause all sales");
    await olga.goto("/operator/");
    await look(olga);
    await make(olga, "/operator/stops/", /^Why\?/, "it is done", "Sell again");
    await make(olga, `/operator/orders/${bought.received.id}/`, /^Why must/, "a report", "Read the texts");
    await look(olga);
    await olga.goto("/operator/quarantine/");
    await olga.locator("tbody a").first().click();
    await look(olga);
    await olga.getByLabel("Why do you read it?").fill("nobody had the number");
    await olga.getByRole("button", { name: "Show the text" }).click();
    await look(olga);
    await olga.goto("/operator/ledger/");
    await olga.getByRole("button", { name: "Check everything now" }).click();

    const places = Object.values(bought).map((order) => `/operator/orders/${order.id}/`);
    const known = await lookAround(olga, ["/operator/?span=week", ...places, "/operator/quarantine/?reason=none"], "/operator/");
    const kinds = ["customers/N/", "customers/N/messages/", "complaints/N/", "numbers/N/", "sources/S/", "sources/S/sims/", "services/S/", "mails/N/", "ledger/N/", "audit/"];
    assert.deepEqual(kinds.filter((kind) => !known.has(`/operator/${kind}`)), [], "links lead to these");
    await olga.context().close();
  },
};

export const meant = ["status of 422"];
