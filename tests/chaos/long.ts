/**
 * `deno task chaos`: everything that can die, dies. Workers at each point of every activity, by SIGKILL, frozen, and by a
 * clean stop; each part of a running installation; all of it at once. Prints how long each took to come back. About half
 * an hour on two quiet cores; `deno task chaos workers`, `parts` or `all` runs one of the three.
 * Apart from these: `deno task chaos upgrade [COMMIT]` upgrades an installation from a commit (the one before HEAD) without
 * a pause; `deno task chaos soak [MINUTES]` sends twice what an installation can take, for 30 minutes unless told;
 * `deno task chaos container` follows the Containerfile in a bare root, and runs what comes of it; `deno task chaos many`:
 * four workers and two APIs on one database, Temporal and bucket; cycles a minute with 4, 2 and 1.
 */
import assert from "node:assert/strict";
import { runContainer } from "./container.ts";
import { liveThroughKills } from "./life.ts";
import type { Fate } from "./matrix/kills.ts";
import { ACTIVITIES, planOf } from "./matrix/plan.ts";
import { runMatrix } from "./matrix/run.ts";
import { manyParts } from "./many.ts";
import { killParts } from "./parts.ts";
import { soak } from "./soak.ts";
import { upgradeFrom } from "./upgrade.ts";

const LIVES: readonly { fate: Fate; turn: number }[] = [
  { fate: "kill", turn: 0 },
  { fate: "kill", turn: 1 },
  { fate: "kill", turn: 2 },
  { fate: "freeze", turn: 1 },
  { fate: "stop", turn: 1 },
];

async function workers(): Promise<void> {
  for (const { fate, turn } of LIVES) {
    console.log(`\nWorkers, ${fate}, turn ${turn + 1}`);
    const plan = planOf(ACTIVITIES, { turn, backtests: true });
    const { kills } = await runMatrix(plan, { backtests: true, fate, say: console.log });
    const missed = kills.filter(({ hitAt, recoveredMs }) => hitAt === null || recoveredMs === null);
    assert.deepEqual(missed, [], "each was hit, and done in the end");
  }
}

async function parts(): Promise<void> {
  console.log("\nParts of a running installation, with events coming in");
  await killParts(console.log);
}

async function all(): Promise<void> {
  console.log("\nAll of it");
  await liveThroughKills(async (name, work) => {
    const begunMs = performance.now();
    await work();
    console.log(`  ${name}: ${((performance.now() - begunMs) / 1000).toFixed(0)} s`);
  }, { long: true });
}

async function upgrade(commit = "HEAD~1"): Promise<void> {
  console.log(`\nFrom ${commit} to this, one after the other`);
  await upgradeFrom(commit, console.log);
}

async function soakFor(minutes = "30"): Promise<void> {
  if (!(Number(minutes) > 0)) throw new Error(`Cannot soak for "${minutes}" minutes: need a number above 0`);
  console.log("\nTwice of what it can take");
  await soak(Number(minutes), console.log);
}

async function container(): Promise<void> {
  console.log("\nThe Containerfile, without a container engine");
  await runContainer(console.log);
}

const CHOICES = { workers, parts, all };
async function many(): Promise<void> {
  console.log("\nMany workers and APIs, one bucket");
  await manyParts(console.log);
}

const APART = { upgrade, soak: soakFor, container, many };
const [first, argument] = Deno.args;
if (first in APART) await APART[first as keyof typeof APART](argument);
else {
  for (const name of Deno.args.length === 0 ? Object.keys(CHOICES) : Deno.args) {
    if (!(name in CHOICES)) {
      const known = [...Object.keys(CHOICES), ...Object.keys(APART)].join(", ");
      throw new Error(`Cannot run "${name}": there is ${known}`);
    }
    await CHOICES[name as keyof typeof CHOICES]();
  }
}
console.log("\nNothing was lost, nothing was done twice");
Deno.exit(0);
