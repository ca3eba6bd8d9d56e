// Runs the journeys of one file in Chromium: node journeys.mjs FILE HOUSE, where FILE is such as `customer` and HOUSE
// is JSON, as house.mjs reads it.
import assert from "node:assert/strict";
import { browser, complaints } from "./house.mjs";

// Far more than a journey takes. What waits for the browser itself, such as for the answer to a message, has no end of its
// own, and whoever runs the journeys would wait with it for ever.
const JOURNEY_MS = 300_000;

function inTime(deed) {
  let alarm;
  const late = new Promise((_, reject) => {
    alarm = setTimeout(() => reject(new Error(`not done in ${JOURNEY_MS / 1_000} s`)), JOURNEY_MS);
  });
  return Promise.race([deed, late]).finally(() => clearTimeout(alarm));
}

const { journeys, meant } = await import(`./${process.argv[2]}.mjs`);
let failed = 0;
for (const [name, journey] of Object.entries(journeys)) {
  const start = performance.now();
  const took = () => `${((performance.now() - start) / 1_000).toFixed(1)} s`;
  try {
    await inTime(journey());
    assert.deepEqual(complaints(meant), [], "the browser complained");
    console.log(`journey ok: ${name} (${took()})`);
  } catch (error) {
    failed += 1;
    console.log(`journey FAILED: ${name}\n${error.stack}`);
  }
}
await inTime(browser.close());
process.exit(failed === 0 ? 0 : 1);
