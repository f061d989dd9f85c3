/** Simulates: a shop of its own follows docs/your-own-shop.md, from its export to a first deployed model. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DAY_MS } from "../../src/core/time.ts";
import { seededRandom } from "../../src/core/random.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { newPlace, startCommand } from "../chaos/installation.ts";

const PAGE = new URL("../../docs/your-own-shop.md", import.meta.url);

/** The commands of the block of code that follows a sentence of the page, without their comments. */
async function commandsAfter(sentence: string): Promise<string[][]> {
  const [, after] = (await Deno.readTextFile(PAGE)).split(sentence);
  assert.ok(after, `docs/your-own-shop.md says no longer: ${sentence}`);
  const [block] = after.match(/(?:^ {4}deno task .*\n)+/m)!;
  return block.trim().split("\n").map((line) =>
    line.trim().replace(/ +#.*/, "").replace(/^deno task (perennial )?/, "").split(" ")
  );
}

const SHOPPERS = 150;
const DAYS = 230;

/** An export of orders as Shopify writes it, until yesterday: regular shoppers, and half of them stop some day. */
function shopifyExport(nowMs: number): string {
  const random = seededRandom(7);
  const rows = [
    "Name,Email,Created at,Currency,Shipping Country,Cancelled at,Refunded Amount,Lineitem quantity," +
    "Lineitem name,Lineitem sku,Lineitem price",
  ];
  let order = 1000;
  for (let shopper = 0; shopper < SHOPPERS; shopper++) {
    const every = 5 + 25 * random();
    const until = random() < 0.5 ? DAYS : DAYS * random();
    for (let day = every * random(); day < until; day += every * (0.5 + random())) {
      const at = new Date(nowMs - (DAYS + 1 - day) * DAY_MS).toISOString().slice(0, 19).replace("T", " ");
      const price = (5 + 40 * random()).toFixed(2);
      rows.push(`#${order++},shopper${shopper}@example.test,${at} +0000,EUR,DE,,0.00,1,Tea,TEA-1,${price}`);
    }
  }
  return rows.join("\n") + "\n";
}

Deno.test({
  name: "docs/your-own-shop.md leads from a Shopify export to a first deployed model, command by command",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const [dryRun, importing, up, status, ...others] = await commandsAfter(
      "A first model from a Shopify export, in four commands:",
    );
    assert.deepEqual([dryRun[0], importing[0], up, status, others], [
      "import",
      "import",
      ["up"],
      ["status"],
      [],
    ]);
    const folder = await Deno.makeTempDir({ prefix: "perennial-tutorial-" });
    await Deno.chmod(folder, 0o755); // the embedded Postgres may run as a user of its own
    const { env } = await newPlace(join(folder, "state"));
    await Deno.writeTextFile(join(folder, "orders_export.csv"), shopifyExport(Date.now()));
    const run = async (args: string[]) => {
      const command = startCommand({ env, folder }, args);
      const { code } = await command.ended;
      return { code, said: command.output() };
    };
    let service: ReturnType<typeof startCommand> | null = null;
    try {
      const tried = await run(dryRun);
      assert.deepEqual([tried.code, /[1-9][\d,]* accepted/.test(tried.said)], [0, true], tried.said);
      const imported = await run(importing);
      assert.deepEqual([imported.code, /events added now/.test(imported.said)], [0, true], imported.said);
      assert.match(imported.said, /Next: perennial start .*perennial up, where nothing runs yet/);
      service = startCommand({ env, folder }, up);
      let answer = "";
      const serves = async () => {
        answer = (await run(status)).said;
        return /serving +version 1 /.test(answer);
      };
      const inTime = await waitUntil(serves, { withinMs: 300_000, everyMs: 3_000 });
      assert.ok(inTime, `${answer}\n${service.output()}`);
      assert.match(answer, /is healthy|are healthy/);
    } finally {
      if (service) {
        Deno.kill(service.pid, "SIGTERM");
        await service.ended;
      }
      await Deno.remove(folder, { recursive: true });
    }
  },
});
