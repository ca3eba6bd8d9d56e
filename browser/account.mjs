// How a customer makes signing in safer, and what it asks for then.
import assert from "node:assert/strict";
import { STEP_MS, codeAt } from "./codes.mjs";
import { PASSWORD, open, pass } from "./house.mjs";

// A wrong code is answered with 422, which the browser tells as a fault.
export const meant = ["status of 422"];

const now = (page) => page.evaluate(() => Number(document.body.dataset.now));

async function enter(page, code) {
  await page.getByLabel(/^Code of your generator/).fill(code);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

async function signIn(page) {
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.goto("/sign-in/");
  await page.getByLabel("E-mail address").fill("ann@example.org");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Your code" }).waitFor();
}

export const journeys = {
  async "a second factor is set up, and signing in asks for its code, each of which counts once"() {
    const page = await open("ann");
    await page.goto("/account/");
    await page.getByRole("link", { name: "Set up the second factor" }).click();
    await page.getByLabel("Your password").fill(PASSWORD);
    await page.getByRole("button", { name: "Set up" }).click();
    const secret = (await page.locator(".secret").textContent()).replaceAll(" ", "");
    assert.ok(await page.locator("svg.qr").isVisible());
    const start = await now(page);
    const first = codeAt(secret, start);
    await page.getByLabel(/^The code that/).fill(first);
    await page.getByRole("button", { name: "Switch on" }).click();
    const recovery = await page.locator(".codes code").allTextContents();
    assert.equal(recovery.length, 10);
    await page.getByRole("link", { name: "I have written them down" }).click();
    await page.getByText("10 recovery codes left").waitFor();

    await signIn(page);
    await enter(page, first);
    await page.getByRole("alert").waitFor();
    await pass(STEP_MS / 1_000);
    const second = codeAt(secret, start + STEP_MS);
    await enter(page, second);
    await page.getByRole("button", { name: "Sign out", exact: true }).waitFor();

    await signIn(page);
    await enter(page, second);
    await page.getByRole("alert").waitFor();
    await enter(page, recovery[0]);
    await page.getByRole("button", { name: "Sign out", exact: true }).waitFor();
    await page.goto("/account/");
    await page.getByText("9 recovery codes left").waitFor();
    await page.context().close();
  },
};
