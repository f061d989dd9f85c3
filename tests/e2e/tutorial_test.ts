/** Simulates: a shop of its own follows docs/your-own-shop.md, from its export to a first deployed model. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { keyFile, readKey } from "../../src/app/security/key_file.ts";
import { createClient } from "../../src/client/client.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { seededRandom } from "../../src/core/random.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { newPlace, type Place, startCommand } from "../chaos/installation.ts";

const PAGE = new URL("../../docs/your-own-shop.md", import.meta.url);

/** The commands of the block of code that follows a sentence of the page, without their comments. */
async function commandsAfter(sentence: string): Promise<string[][]> {
  const [, after] = (await Deno.readTextFile(PAGE)).split(sentence);
  assert.ok(after, `docs/your-own-shop.md says no longer: ${sentence}`);
  const [block] = after.match(/(?:^ {4}deno task .*\n)+/m)!;
  return block.trim().split("\n").map((line) =>
    line.trim().replace(/ +#.*/, "").replace(/^deno task (perennial )?/, "").replaceAll("'", "").split(" ")
  );
}

const SHOPPERS = 150;
const DAYS = 230;

interface Purchase {
  order: number;
  shopper: number;
  atMs: number;
  price: string;
}

/** Purchases until yesterday: regular shoppers, and half of them stop some day. */
function purchases(nowMs: number): Purchase[] {
  const random = seededRandom(7);
  const made: Purchase[] = [];
  for (let shopper = 0; shopper < SHOPPERS; shopper++) {
    const every = 5 + 25 * random();
    const until = random() < 0.5 ? DAYS : DAYS * random();
    for (let day = every * random(); day < until; day += every * (0.5 + random())) {
      const atMs = nowMs - (DAYS + 1 - day) * DAY_MS;
      made.push({ order: 1000 + made.length, shopper, atMs, price: (5 + 40 * random()).toFixed(2) });
    }
  }
  return made;
}

/** Orders as Shopify exports them. */
function shopifyExport(bought: readonly Purchase[]): string {
  const head =
    "Name,Email,Created at,Currency,Shipping Country,Cancelled at,Refunded Amount,Lineitem quantity," +
    "Lineitem name,Lineitem sku,Lineitem price";
  const rows = bought.map(({ order, shopper, atMs, price }) => {
    const at = new Date(atMs).toISOString().slice(0, 19).replace("T", " ");
    return `#${order},shopper${shopper}@example.test,${at} +0000,EUR,DE,,0.00,1,Tea,TEA-1,${price}`;
  });
  return `${[head, ...rows].join("\n")}\n`;
}

/** Events as BigQuery exports those of Google Analytics 4. */
const ga4Export = (bought: readonly Purchase[]): string =>
  bought.map(({ order, shopper, atMs, price }) =>
    JSON.stringify({
      event_name: "purchase",
      event_timestamp: String(Math.round(atMs) * 1000),
      user_pseudo_id: `${shopper}.77`,
      geo: { country: "Germany" },
      ecommerce: { transaction_id: `T${order}` },
      event_params: [{ key: "currency", value: { string_value: "EUR" } }],
      items: [{ item_id: "TEA-1", price: Number(price), quantity: 1 }],
    })
  ).join("\n");

const TUTORIALS = [
  {
    shop: "a Shopify export",
    sentence: "A first model from a Shopify export, in four commands:",
    file: "orders_export.csv",
    write: shopifyExport,
  },
  {
    shop: "Google Analytics 4",
    sentence: "of a day's table):",
    file: "events_20260101.json",
    write: ga4Export,
  },
];

for (const { shop, sentence, file, write } of TUTORIALS) {
  Deno.test({
    name: `docs/your-own-shop.md leads from ${shop} to a first deployed model, command by command`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => follow(sentence, { file, text: write(purchases(Date.now())) }),
  });
}

/** Says whether a model serves, for less than `perennial status` takes to start. */
async function serves({ home, url }: Place): Promise<boolean> {
  const apiKey = await readKey(keyFile(home));
  if (apiKey === null) return false;
  const status = await createClient({ url, apiKey }).status().catch(() => null); // it may still be starting
  return status !== null && status.models.some(({ serving }) => serving?.version === 1);
}

/** Runs the four commands after a sentence, on a file that lies where they are typed. */
async function follow(sentence: string, { file, text }: { file: string; text: string }): Promise<void> {
  const [dryRun, importing, up, status, ...others] = await commandsAfter(sentence);
  assert.deepEqual([dryRun[0], importing[0], up, status, others], [
    "import",
    "import",
    ["up"],
    ["status"],
    [],
  ]);
  const folder = await Deno.makeTempDir({ prefix: "perennial-tutorial-" });
  await Deno.chmod(folder, 0o755); // the embedded Postgres may run as a user of its own
  const place = await newPlace(join(folder, "state"));
  const { env } = place;
  await Deno.writeTextFile(join(folder, file), text);
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
    const inTime = await waitUntil(() => serves(place), { withinMs: 300_000, everyMs: 1_000 });
    const answer = (await run(status)).said;
    assert.ok(inTime && /serving +version 1 /.test(answer), `${answer}\n${service.output()}`);
    assert.match(answer, /is healthy|are healthy/);
  } finally {
    if (service) {
      Deno.kill(service.pid, "SIGTERM");
      await service.ended;
    }
    await Deno.remove(folder, { recursive: true });
  }
}
