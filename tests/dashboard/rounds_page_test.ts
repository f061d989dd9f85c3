import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { buildDashboard } from "../../src/dashboard/page_app.ts";
import type { Manifest } from "../../src/registry/version.ts";
import { fixtureDashboard, makeFixture } from "./fixture.ts";

const privacy = {
  unit: "shopper" as const,
  sampling: 0.25,
  noise: 2,
  clip: 0.2,
  delta: 1e-5,
  epsilon: 5.25,
  epsilonInAll: 7.5,
};
const trained = {
  run: "run",
  rounds: 20,
  participants: ["France", "Spain", "Germany"],
  dropOuts: 2,
  privacy,
};

/** A page of the fixture whose newest version of churn was trained in rounds. */
async function pageOf(
  path: (cycleId: string) => string,
  rounds: Pick<Manifest, "federated" | "distributed">,
) {
  const fixture = makeFixture();
  const version = fixture.versions.findLast(({ model }) => model === "churn")!;
  version.manifest = { ...version.manifest, candidate: "federated", ...rounds };
  const handler = await buildDashboard(fixtureDashboard(fixture));
  const response = await handler(new Request(`http://localhost${path(version.cycleId)}`));
  assert.equal(response.status, 200);
  return parseHTML(await response.text()).document.body.textContent!.replaceAll(/\s+/g, " ");
}

Deno.test("the page of a federated cycle says who took part, and what that told of a shopper at most", async () => {
  const text = await pageOf((id) => `/cycles/${id}`, { federated: trained });
  assert.match(text, /20 rounds over France, Spain, Germany ?2 drop-outs/);
  assert.match(text, /ε 5\.25\d* at δ 0\.00001, for each shopper ?ε 7\.5\d* with the trainings before it/);
});

Deno.test("the page of a federated cycle without noise promises nothing", async () => {
  assert.match(
    await pageOf((id) => `/cycles/${id}`, { federated: { ...trained, privacy: null } }),
    /no noise was added/,
  );
});

Deno.test("the table of versions shows epsilon beside the algorithm", async () => {
  assert.match(await pageOf(() => "/versions", { federated: trained }), /federated, ε 5\.25/);
});

Deno.test("the page of a cycle says over how many shards it trained, or why one worker did", async () => {
  const divided = { shards: 4, rounds: 7, why: "1000000 rows are at least 200000 a shard" };
  assert.match(
    await pageOf((id) => `/cycles/${id}`, { distributed: divided }),
    /Distributed ?7 rounds over 4 shards ?1000000 rows are at least/,
  );
  const refused = { shards: 1, rounds: 0, why: "300 rows are too few to divide: need 400 for two shards" };
  assert.match(
    await pageOf((id) => `/cycles/${id}`, { distributed: refused }),
    /Distributed ?no, one worker trained ?300 rows are too few to divide/,
  );
});
