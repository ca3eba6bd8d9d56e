// What a page or a table must not have whatever is written in it.
import assert from "node:assert/strict";
import { DESK, fits } from "./house.mjs";

// None of our pages has these in its midst.
const ALIEN = "#main :is(script, img, svg, iframe, style, link, meta, base, math, video, object, embed, marquee, template, noscript), details[open]";
// Control characters and ends of lines may show otherwise.
const plain = (text) => text.replace(/[\p{Cc}\s\ufffd\u2028\u2029\ufeff]+/gu, "");

// What harm the open page shows: parts that are not ours, scripts in attributes, and letters whose direction reaches
// the words beside them. It runs in the page.
function harmOf(alien) {
  const found = [...document.querySelectorAll(alien)].map((part) => part.outerHTML.slice(0, 200));
  for (const part of document.querySelectorAll("*")) {
    const leads = /^\s*(javascript|data):|^\/\//i.test(part.getAttribute("href") ?? part.getAttribute("action") ?? "");
    if (leads || part.getAttributeNames().some((name) => name.startsWith("on"))) found.push(part.outerHTML.slice(0, 200));
  }
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode;
    // A field is a place of its own.
    if (!/[\u202a-\u202e\u2066-\u2069]/.test(text.data) || text.parentElement.closest("textarea, select")) continue;
    let part = text.parentElement;
    const isAlone = () => part.textContent.trim() === text.data.trim();
    const isIsolated = () => /isolate|plaintext/.test(getComputedStyle(part).unicodeBidi);
    while (getComputedStyle(part).display.startsWith("inline") && !isIsolated()) part = part.parentElement;
    if (!isAlone()) found.push(`directions reach beyond: ${part.outerHTML.slice(0, 300)}`);
  }
  return found;
}

// Fails if a page is harmed by what it shows, or made wider than its window.
export async function isClean(page) {
  assert.deepEqual(await page.evaluate(harmOf, ALIEN), [], page.url());
  await fits(page);
}

// The same, on a desk as well.
export async function isCleanEverywhere(page) {
  await isClean(page);
  const own = page.viewportSize();
  await page.setViewportSize(DESK);
  await fits(page);
  await page.setViewportSize(own);
}

// Fails unless a page shows every one of these as it was written.
export async function shows(page, texts) {
  const inFields = (all) => all.map((field) => field.value).join("\n");
  const shown = plain((await page.locator("#main").textContent()) + (await page.locator("#main :is(input, textarea)").evaluateAll(inFields)));
  for (const text of texts) assert.ok(shown.includes(plain(text)), `${page.url()} does not show ${text.slice(0, 80)}`);
}

// The rows of a table as RFC 4180 has them.
function rowsOf(table) {
  const rows = [[]];
  for (const [, quoted, bare, end] of table.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1).push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
  }
  return rows.filter((row) => row.length > 1);
}

// Fails if a table, which the page downloads, has a cell that a spreadsheet takes for a formula, or a torn row; its rows.
export async function opensHarmless(page, place) {
  const table = await page.evaluate(async (place) => (await fetch(place)).text(), place);
  const [columns, ...rows] = rowsOf(table.replace(/^\ufeff/, ""));
  for (const row of rows) {
    assert.equal(row.length, columns.length, `${place}: ${row}`);
    for (const cell of row) assert.doesNotMatch(cell, /^[=+\-@\t\r]/, place);
  }
  return rows;
}
