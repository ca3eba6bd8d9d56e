// How the pages look while there is nothing to show yet.
import assert from "node:assert/strict";
import { open } from "./house.mjs";
import { look, lookAround } from "./look.mjs";
import { as, comeIn, signUp } from "./steps.mjs";

export const journeys = {
  async "no page of an empty house's console overflows or has a fault that axe finds"() {
    await comeIn(look);
    const olga = await as("olga");
    const known = await lookAround(olga, ["/operator/"], "/operator/");
    const kinds = ["orders/", "numbers/import/", "services/new/", "services/prices/import/", "sources/new/", "houses/", "houses/offers/", "houses/days/", "settings/"];
    assert.deepEqual(kinds.filter((kind) => !known.has(`/operator/${kind}`)), [], "links lead to these");
    await olga.context().close();
  },

  async "no page of a visitor or a new customer overflows or has a fault that axe finds"() {
    const visitor = await open(null);
    await lookAround(visitor, ["/", "/sign-in/", "/operator/sign-in/", "/sign-up/confirm/?token=worn"], "/", ["/api-docs"]);
    await visitor.context().close();
    const olga = await as("olga");
    await signUp(olga, "ann", {}, look);
    const ann = await as("ann");
    const known = await lookAround(ann, ["/", "/numbers/?q=nosuch", "/history/?service=&state=expired", "/nosuch/"], "/", ["/sign-in/", "/reset/"]);
    const kinds = ["orders/", "rentals/", "statement/", "keys/", "funds/", "complaints/", "account/password/", "account/second-factor/", "api-docs"];
    assert.deepEqual(kinds.filter((kind) => !known.has(`/${kind}`)), [], "links lead to these");
    await Promise.all([olga, ann].map((page) => page.context().close()));
  },
};

// A page that is not there, and a worn link.
export const meant = ["status of 404", "status of 410", "status of 400", "status of 422"];
