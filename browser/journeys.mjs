// Runs the journeys of one file in Chromium: node journeys.mjs FILE HOUSE, where FILE is such as `customer` and HOUSE
// is JSON, as house.mjs reads it.
import assert from "node:assert/strict";
import { browser, complaints } from "./house.mjs";

const { journeys, meant } = await import(`./${process.argv[2]}.mjs`);
let failed = 0;
for (const [name, journey] of Object.entries(journeys)) {
  const start = performance.now();
  const took = () => `${((performance.now() - start) / 1_000).toFixed(1)} s`;
  try {
    await journey();
    assert.deepEqual(complaints(meant), [], "the browser complained");
    console.log(`journey ok: ${name} (${took()})`);
  } catch (error) {
    failed += 1;
    console.log(`journey FAILED: ${name}\n${error.stack}`);
  }
}
await browser.close();
process.exit(failed === 0 ? 0 : 1);
