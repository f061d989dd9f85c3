import assert from "node:assert/strict";
import { seededRandom } from "../../../src/core/random.ts";
import { DAY_MS } from "../../../src/core/time.ts";
import { buildFeatures, buildLabels } from "../../../src/app/features/blocks.ts";
import { insertEvents } from "../../../src/db/events/events.ts";
import spending from "../../../src/models/spending.ts";
import { createPseudonymizer } from "../../../src/privacy/pseudonym.ts";
import { withDatabase } from "../../db/database.ts";
import { event } from "../../db/events_support.ts";

const START_MS = Date.UTC(2024, 0, 1);
const CUTOFF_MS = START_MS + 60 * DAY_MS;
const PROTOCOL = { activeDays: 90, activity: "purchase", horizonDays: 28 } as const;

/** The rows and outcomes of a shop whose pseudonyms are made with a secret. */
async function blockUnder(secret: string) {
  const pseudonym = createPseudonymizer(secret);
  const random = seededRandom(4);
  const events = Array.from({ length: 400 }, (_, i) =>
    event({
      id: `e${i}`,
      userKey: pseudonym(`shopper ${Math.floor(random() * 60)}`),
      atMs: START_MS + Math.floor(random() * 88 * DAY_MS),
      amount: Math.round(random() * 10_000) / 100,
    }));
  let found: { features: number[]; labels: number[]; users: readonly string[] } | undefined;
  await withDatabase(async (sql) => {
    await insertEvents(sql, events);
    const { users, features } = await buildFeatures(sql, PROTOCOL, CUTOFF_MS);
    const toMs = CUTOFF_MS + 28 * DAY_MS;
    const labels = await buildLabels(sql, spending, { fromMs: CUTOFF_MS, toMs, users });
    found = { features: [...features], labels: [...labels], users };
  });
  return found!;
}

Deno.test("buildFeatures() gives the same rows in the same order under another secret", async () => {
  const one = await blockUnder("a secret of this test, the first");
  const other = await blockUnder("a secret of this test, the second");
  assert.deepEqual(other.features, one.features);
  const cents = ({ labels }: typeof one) => labels.map((label) => label.toFixed(6)); // sums differ in the last digit
  assert.deepEqual(cents(other), cents(one));
  assert.ok(one.users.every((user) => !other.users.includes(user)), "the pseudonyms are others");
});
