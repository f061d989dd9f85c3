/** Any events, as any of five programs writes them, in any encoding, delimiter and line end: they come back as they were. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { readBytes, tryBytes } from "./support.ts";

interface Sent {
  id: string;
  user: string;
  type: string;
  product: string;
  price: number | null;
  time: number;
}

const NAMES = ["event_id", "user_id", "type", "product_id", "price", "timestamp"] as const;

/** How a program writes a cell; `null` is nothing. */
interface Writer {
  readonly name: string;
  readonly cell: (value: string | null, delimiter: string) => string;
  readonly head: string;
  readonly time: (ms: number) => string;
}

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
const whereNeeded = (text: string, delimiter: string) =>
  /["\r\n]/.test(text) || text.includes(delimiter) ? quote(text) : text;
const iso = (ms: number) => new Date(ms).toISOString();
const sql = (ms: number) => iso(ms).replace("T", " ").replace("Z", "");

const WRITERS: readonly Writer[] = [
  { name: "pandas", cell: (v, d) => v === null ? "nan" : whereNeeded(v, d), head: "", time: sql },
  { name: "DuckDB", cell: (v, d) => v === null ? "NULL" : whereNeeded(v, d), head: "", time: sql },
  { name: "a spreadsheet", cell: (v, d) => v === null ? "" : whereNeeded(v, d), head: "sep", time: iso },
  {
    name: "PapaParse",
    cell: (v, d) => v === null ? "" : / ^| $/.test(v) ? quote(v) : whereNeeded(v, d),
    head: "",
    time: iso,
  },
  { name: "Python csv, all quoted", cell: (v) => quote(v ?? ""), head: "", time: (ms) => String(ms) },
];

const ENCODINGS = {
  "utf-8": (text: string) => Buffer.from(text, "utf8"),
  "utf-8 with its mark": (text: string) => Buffer.from(`\ufeff${text}`, "utf8"),
  "utf-16le": (text: string) => Buffer.from(`\ufeff${text}`, "utf16le"),
  "utf-16be": (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
  "windows-1252": (text: string) => Buffer.from(text, "latin1"),
};
type EncodingName = keyof typeof ENCODINGS;

/** Words such as a shop has them, with every character that could be mistaken. */
const word = fc.string({ unit: fc.constantFrom(..."abzA7é ü,;|\t\"'\n\r"), minLength: 1, maxLength: 12 })
  .map((text) => `p${text}z`);
const sent = fc.record({
  id: fc.uuid(),
  user: fc.integer({ min: 1, max: 50 }).map((n) => `Käufer ${n}`),
  type: fc.constantFrom("view", "cart", "purchase"),
  product: word,
  price: fc.option(fc.integer({ min: 0, max: 99_999 }).map((cents) => cents / 100)),
  time: fc.integer({ min: Date.UTC(2001, 9, 1), max: Date.UTC(2025, 0, 1) }),
});

function written(events: readonly Sent[], writer: Writer, delimiter: string, end: string): string {
  const rows = events.map(({ id, user, type, product, price, time }) =>
    [id, user, type, product, price === null ? null : price.toFixed(2), writer.time(time)]
      .map((value) => writer.cell(value, delimiter)).join(delimiter)
  );
  const head = writer.head === "sep" ? [`sep=${delimiter}`] : [];
  return [...head, NAMES.join(delimiter), ...rows, ""].join(end);
}

for (const writer of WRITERS) {
  Deno.test(`what ${writer.name} writes comes back equal, and counts balance`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(sent, { selector: ({ id }) => id, minLength: 1, maxLength: 12 }),
        fc.constantFrom(",", ";", "\t", "|"),
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.constantFrom(...Object.keys(ENCODINGS) as EncodingName[]),
        async (events, delimiter, end, encoding) => {
          const bytes = ENCODINGS[encoding](written(events, writer, delimiter, end));
          const { rows, layout } = await readBytes(bytes);
          assert.equal(layout.delimiter, delimiter);
          const back = rows.map((row) => "raw" in row && !("refused" in row) ? row.raw : row);
          const want = events.map(({ price, ...event }) => price === null ? event : { ...event, price });
          assert.deepEqual(back, want);
          const { summary } = await tryBytes(bytes);
          const { read, accepted, duplicates, conflicts, refused } = summary;
          assert.equal(read, accepted + duplicates + conflicts + refused);
          assert.deepEqual([read, accepted], [events.length, events.length]);
          assert.equal(summary.shoppers, new Set(events.map(({ user }) => user)).size);
          const money = events.filter(({ type }) => type === "purchase").reduce(
            (sum, { price }) => sum + (price ?? 0),
            0,
          );
          assert.ok(Math.abs(summary.amount - money) < 1e-6);
        },
      ),
      { seed: 14, numRuns: 60 },
    );
  });
}

Deno.test("any bytes at all are read or refused aloud, and counts balance", async () => {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(
      '"',
      ",",
      "\n",
      "\r\n",
      "u1,view,2024-03-04\n",
      '"a\nu2,purchase,2024-03-04"',
      "\0",
      "\x1a",
    ).map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 20 }), async (parts) => {
      const bytes = Buffer.concat([Buffer.from("user_id,type,timestamp\n"), ...parts]);
      const trial = await tryBytes(bytes).catch((error) => {
        assert.match(error.message, /--encoding/); // by chance the bytes are words of a language
        return tryBytes(bytes, { encoding: "utf-8" });
      });
      const { read, accepted, duplicates, conflicts, refused } = trial.summary;
      assert.equal(read, accepted + duplicates + conflicts + refused);
    }),
    { seed: 15, numRuns: 150 },
  );
});
