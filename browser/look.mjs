// How pages look: whether they fit their window, and what axe-core finds, in light and dark, on a desk and on a phone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DESK, PHONE, fits } from "./house.mjs";

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
// Colours are all that light and dark change, so the second of them is asked about contrast alone.
const COLOURS = { runOnly: ["color-contrast"] };
const SHAPES = [
  { viewport: DESK, colorScheme: "light", asked: {} },
  { viewport: DESK, colorScheme: "dark", asked: COLOURS },
  { viewport: PHONE, colorScheme: "dark", asked: COLOURS },
  { viewport: PHONE, colorScheme: "light", asked: {} },
];
// Kinds of pages that are looked at from one place, at most.
const KINDS_MAX = 80;
// Places of one fault that are told.
const TOLD_MAX = 3;

// What axe-core finds, each with the first places where it is so. It runs in the page.
async function violations({ asked, most }) {
  const { violations } = await globalThis.axe.run({ ...asked, resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id} at ${nodes.slice(0, most).map((node) => node.html.slice(0, 200)).join(" and ")}`);
}

// What is wrong with how the open page looks, as sentences.
export async function faultsOf(page) {
  const faults = [];
  await page.evaluate(axe);
  for (const { viewport, colorScheme, asked } of SHAPES) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await fits(page).catch((error) => faults.push(error.message));
    for (const fault of await page.evaluate(violations, { asked, most: TOLD_MAX })) {
      faults.push(`${page.url()}, ${colorScheme} at ${viewport.width}: ${fault}`);
    }
  }
  return faults;
}

// Fails if something is wrong with how the open page looks.
export async function look(page) {
  assert.deepEqual(await faultsOf(page), []);
  await page.setViewportSize(DESK);
}

// Pages of one kind differ in an id, a number, or the name of a service or a source.
function kindOf(place) {
  const path = place.split(/[?#]/)[0].replace(/[A-Z]+-([0-9]D-)?[0-9]+|[0-9]+/g, "N");
  return path.replace(/^(\/operator\/(services|sources)\/)(?!new|prices)[^/]+/, "$1S");
}

// Looks at some places, and at a page of each further kind that links lead to from there, but for those that were looked
// at elsewhere; the kinds that are known then.
export async function lookAround(page, places, within, elsewhere = []) {
  const queue = [...places];
  const known = new Set([...queue, ...elsewhere].map(kindOf));
  const faults = [];
  for (let next = 0; next < queue.length; next++) {
    assert.ok(next < KINDS_MAX, "more kinds of pages than are looked at");
    const answer = await page.goto(queue[next]);
    // What links lead to is there; a place to begin at may be one that is not.
    if (next >= places.length && answer.status() !== 200) faults.push(`${queue[next]} answers ${answer.status()}`);
    faults.push(...(await faultsOf(page)));
    const links = await page.locator("a[href^='/']").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    for (const link of links.filter((link) => link.startsWith(within) && !/\.(csv|json)/.test(link))) {
      if (!known.has(kindOf(link))) queue.push(link);
      known.add(kindOf(link));
    }
  }
  assert.deepEqual(faults, []);
  return known;
}
