import assert from "node:assert/strict";
import { join } from "node:path";
import { defineChannel, defineCheck } from "../../src/app/define.ts";
import { hearExtensions, loadExtensions } from "../../src/app/extensions.ts";
import { policyNamed } from "../../src/backtest/policies/mod.ts";
import { OWN_DISTANCES } from "../../src/drift/own_distance.ts";
import { STREAM_READERS } from "../../src/drift/stream/mod.ts";
import { judgeWithOwn } from "../../src/quality/own.ts";
import { ownStrategyNamed } from "../../src/rollout/strategies/mod.ts";
import type { Channel } from "../../src/app/alerts/channels/channel.ts";
import { evidenceAt, healthyDays } from "../quality/shop.ts";
import { withServed } from "../cli/support.ts";

const channel = (name: string, more = "") =>
  `export default { name: "${name}", sends: "rings a bell", send: async () => {}, ${more} };`;

Deno.test("loadExtensions() names what it cannot use, leaves it out, and takes the rest", async () => {
  const files = {
    "a_broken.ts": "throw new Error('no bell');",
    "b_nothing.ts": "export const x = 1;",
    "c_name.ts": channel("The Bell"),
    "d_taken.ts": channel("log"),
    "e_silent.ts": channel("silent").replace('"rings a bell"', '""'),
    "f_deaf.ts": channel("deaf", "send: 1"),
    "g_good.ts": channel("bell"),
    "notes.md": "# ours",
  };
  await withFolder(files, async (folder) => {
    const { channels, extensions, close } = await loadExtensions(folder, { taken: ["log"] });
    assert.deepEqual(channels.map(({ name }) => name), ["bell"]);
    assert.deepEqual(extensions.map(({ file, fault }) => [file, fault]), [
      ["a_broken.ts", "no bell"],
      ["b_nothing.ts", NONE],
      ["c_name.ts", extensions[2].fault],
      ["d_taken.ts", 'another channel has the name "log"'],
      ["e_silent.ts", 'Cannot use the alert channel: sends: has to say it in words, on one line, not ""'],
      ["f_deaf.ts", NONE],
      ["g_good.ts", null],
    ]);
    assert.match(extensions[2].fault!, /^Cannot use the alert channel: name: /);
    assert.match(extensions.at(-1)!.may, /names no shopper; rings a bell$/);
    close();
  });
});

async function withFolder(files: Record<string, string>, work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, name), text);
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const NONE =
  "its default export has none of the functions send (alert channel), look (quality check), compare " +
  "(drift distance), create and restore (stream detector), begin and decide (rollout strategy), decide (policy)";

Deno.test("defineChannel() refuses what cannot be used, and says why", () => {
  const send = () => Promise.resolve();
  assert.throws(() => defineChannel({ name: "A b", sends: "x", send }), /the alert channel: name: /);
  assert.throws(() => defineChannel({ name: "bell", sends: "", send }), /sends: has to say it in words/);
  assert.throws(
    () => defineCheck({ name: "odd", means: " ", look: () => [] }),
    /quality check: means: has to say/,
  );
});

Deno.test("perennial extensions says how to add some where there are none", () =>
  withServed(async ({ run }) => {
    assert.match(
      (await run(["extensions"])).out,
      /No extensions: set PERENNIAL_MODELS or PERENNIAL_EXTENSIONS/,
    );
    assert.deepEqual(JSON.parse((await run(["extensions", "--json"])).out), []);
  }));

/** One extension of each kind, whose function does `what`, and how it is asked. */
const EACH_KIND = (what: string) => ({
  "channel.ts": `export default { name: "c-loops", sends: "nothing", send: async () => { ${what} } };`,
  "check.ts": `export default { name: "q-loops", means: "loops", look() { ${what} } };`,
  "distance.ts": `export default { name: "d-loops", of: "both", symmetric: true, compare() { ${what} } };`,
  "policy.ts":
    `export default { name: "p-loops", means: "loops", looks: false, validates: "never", decide() { ${what} } };`,
  "strategy.ts":
    `export default { name: "r-loops", means: "loops", begin() { ${what} }, decide() { ${what} } };`,
  "stream.ts": `export default { name: "s-loops", source: "none", budgeted: false, kinds: ["binary"],
    create() { ${what} }, restore() { ${what} } };`,
});

const KNOWN = { asOf: "2026-01-01T00:00:00.000Z", lastTrained: null, findings: null, losses: null };
const TABLE = { names: ["a"], kinds: ["numeric" as const], rows: 1, values: Float32Array.of(1) };

/** Asks each of them as Perennial does. */
const ask: Record<string, (channels: readonly Channel[]) => Promise<unknown>> = {
  "c-loops": ([channel]) => channel.send({} as never),
  "d-loops": () => OWN_DISTANCES.find(({ name }) => name === "d-loops")!.distances(TABLE, TABLE),
  "p-loops": async () => await policyNamed("own:p-loops").decide(KNOWN, { days: null }),
  "r-loops": async () => await ownStrategyNamed("own:r-loops").decide({} as never, {} as never, {} as never),
  "s-loops": () =>
    STREAM_READERS.find(({ name }) => name === "s-loops")!.read({
      state: null,
      options: { runLength: 1000, kind: "binary", seed: 1 },
      errors: [1],
    }),
};

Deno.test("an extension of any kind that loops for ever is ended, and its news tell of it", () =>
  withFolder(EACH_KIND("for (;;);"), async (folder) => {
    const news: Record<string, string | null> = {};
    const unhear = hearExtensions(({ name, fault }) => void (news[name] = fault));
    const own = await loadExtensions(folder, { withinMs: 1000, channelWithinMs: 1000 });
    try {
      assert.deepEqual(own.extensions.map(({ fault }) => fault), [null, null, null, null, null, null]);
      for (const [name, asking] of Object.entries(ask)) {
        await assert.rejects(asking(own.channels), /did not answer within 1 s/, name);
        assert.match(news[name]!, /did not answer within 1 s/);
      }
      const days = healthyDays(40);
      const { findings } = await judgeWithOwn(evidenceAt(days, days.at(-1)!.day + 1));
      const [{ subject, means, text }] = findings.filter(({ kind }) => kind === "own check");
      assert.deepEqual([subject, means], ["q-loops", "passing"]);
      assert.match(text, /^the check "q-loops" failed: it did not answer within 1 s/);
    } finally {
      unhear();
      own.close();
    }
  }));
