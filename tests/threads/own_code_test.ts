import assert from "node:assert/strict";
import { join } from "node:path";
import { OwnCode } from "../../src/threads/own_code.ts";

const FILE = `export default {
  name: "odd",
  list: [1, 2],
  hidden: new Map(),
  echo: (value) => value,
  undefined: () => undefined,
  loop() { for (;;); },
  never: () => new Promise(() => {}),
  fail() { throw new TypeError("no such shop"); },
  failText() { throw "just text"; },
  failBare() { throw Object.create(null); },
  failOddly() { throw Object.assign(new Error(), { message: { at: 7 } }); },
  reject() { Promise.reject(new Error("nobody waits for this")); return new Promise(() => {}); },
  leave() { Deno.exit(3); },
  nan: () => [{ p: 0 / 0 }],
  huge: () => "x".repeat(2e6),
  nul: () => ({ text: "a\\0b\\ud800" }),
  cyclic() { const a = {}; a.a = a; return a; },
  big: () => 1n,
  write: () => Deno.writeTextFile("/no/such/place", ""),
  run: () => new Deno.Command("true").output(),
  ask: () => fetch("http://127.0.0.1:9/"),
  hog() { const all = []; for (;;) all.push(new Array(100000).fill(Math.random())); },
};`;

/** What the file does, and how its asker hears of it. */
const ODD: readonly (readonly [call: string, error: RegExp])[] = [
  ["loop", /^it did not answer within 2 s: it loops, waits, or needs over 256 MB$/],
  ["never", /did not answer within 2 s/],
  ["hog", /did not answer within 2 s|ended by itself|memory/],
  ["leave", /did not answer within 2 s|ended by itself/],
  ["reject", /nobody waits for this/],
  ["fail", /^no such shop$/],
  ["failText", /^just text$/],
  ["failBare", /^what has no text$/],
  ["failOddly", /^\[object Object\]$/],
  ["nan", /^it answers NaN as "p", where a finite number is needed$/],
  ["huge", /^it answers 2000002 characters, at most 1000000 are taken$/],
  ["cyclic", /circular/i],
  ["big", /BigInt/],
  ["noSuch", /not a function/],
  ["write", /write access/],
  ["run", /run access/],
  ["ask", /net access|blocked/],
];

async function withFiles(files: Record<string, string>, work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, name), text);
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("OwnCode answers whatever its file does, and answers again afterwards", () =>
  withFiles({ "odd.ts": FILE }, async (folder) => {
    const heard: (string | null)[] = [];
    const hears = (fault: string | null) => void heard.push(fault);
    const code = new OwnCode(join(folder, "odd.ts"), {
      rights: "compute",
      withinMs: 2000,
      pauseMs: 0,
      hears,
    });
    const ask = (call: string, ...args: unknown[]) => code.ask({ call, args, read: (answer) => answer });
    try {
      const { values, functions } = await code.shape();
      assert.deepEqual(values, { name: "odd", list: [1, 2] });
      assert.ok(functions.includes("loop") && !functions.includes("hidden"));
      for (const [call, error] of ODD) {
        await assert.rejects(ask(call), (reason: Error) => error.test(reason.message), call);
        assert.match(heard.at(-1)!, error);
      }
      assert.deepEqual(await ask("echo", { a: [1, null] }), { a: [1, null] });
      assert.equal(heard.at(-1), null);
      assert.deepEqual([await ask("undefined"), await ask("nul")], [null, { text: "ab\ufffd" }]);
      const read = () => {
        throw new RangeError("not what was asked for");
      };
      await assert.rejects(code.ask({ call: "echo", args: [1], read }), /not what was asked for/);
    } finally {
      code.close();
    }
  }));

Deno.test("OwnCode asks nothing for a while after an answer that did not come", () =>
  withFiles({ "odd.ts": FILE }, async (folder) => {
    const code = new OwnCode(join(folder, "odd.ts"), { rights: "compute", withinMs: 300 });
    const ask = (call: string) => code.ask({ call, args: [], read: (answer) => answer });
    await assert.rejects(ask("loop"), /did not answer within 0.3 s/);
    await assert.rejects(ask("undefined"), /did not answer within 0.3 s/);
    code.close();
  }));

Deno.test("OwnCode says of a file that never loads so, or why it cannot be loaded", () =>
  withFiles(
    { "loops.ts": "for (;;);", "fails.ts": "throw new Error('no bell')", "odd.ts": FILE },
    async (folder) => {
      const shape = (file: string, loadWithinMs?: number) =>
        new OwnCode(join(folder, file), { rights: "compute", withinMs: 2000, loadWithinMs }).shape();
      await assert.rejects(shape("loops.ts", 2000), /has not loaded within 2 s: what does it wait for\?/);
      await assert.rejects(shape("fails.ts"), /^Error: no bell$/);
      await assert.rejects(shape("gone.ts"), /not found/i);
    },
  ));
