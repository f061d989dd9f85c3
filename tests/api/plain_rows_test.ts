import assert from "node:assert/strict";
import fc from "fast-check";
import { readPlainRows } from "../../src/api/plain_rows.ts";
import { FEATURES } from "../../src/features/definition.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const single = Math.fround(0.1);
const next = single + 2 ** -27; // two neighbours in single precision

/** Numbers of every length, and such that lie almost in the middle between two of single precision. */
const value = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, min: -3e38, max: 3e38 }),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -40, max: 40 }).map((ulps) => (single + next) / 2 + ulps * 2 ** -56),
  fc.constantFrom(null, 0, 1, 9, -0.5, 1e21, 123456789012345680, 0.000001234, 5e-324),
);
const row = fc.record({
  user: fc.option(fc.string({ minLength: 1, maxLength: 20, unit: "grapheme-ascii" }), { nil: undefined }),
  features: fc.array(value, { minLength: FEATURES.length, maxLength: FEATURES.length })
    .map((values) => Object.fromEntries(FEATURES.map((name, i) => [name, values[i]]))),
});
type Row = { user?: string; features: Record<string, number | null> };
const body = fc.oneof(
  row.map((row) => ({ row })),
  fc.array(row, { minLength: 1, maxLength: 4 }).map((rows) => ({ rows })),
);

/** What the slow way makes of a body that it can read. */
function asJson(text: string) {
  const { row, rows = [row] } = JSON.parse(text) as { row: Row; rows?: Row[] };
  return {
    users: rows.map(({ user }) => user ?? null),
    features: Float32Array.from(
      rows.flatMap(({ features }) => FEATURES.map((name) => features[name] ?? NaN)),
    ),
  };
}

const isPlain = ({ user }: Row) => !/["\\]/.test(user ?? "");

Deno.test("readPlainRows() reads what JSON.parse() reads, to the last bit", () => {
  fc.assert(fc.property(body, (body) => {
    const text = JSON.stringify(body);
    const read = readPlainRows(bytes(text));
    const rows = "rows" in body ? body.rows : [body.row];
    assert.equal(read !== null, rows.every(isPlain), text.slice(0, 200));
    if (read) assert.deepEqual(read, asJson(text));
  }));
});

Deno.test("readPlainRows() leaves every body to JSON.parse() that it would refuse, or read as something else", () => {
  const damage = fc.tuple(
    fc.nat(),
    fc.constantFrom("", "0", "-", ".", "e", '"', "}", "]", ",", " ", "n", "9"),
    fc.nat(2),
  );
  fc.assert(
    fc.property(body, fc.array(damage, { minLength: 1, maxLength: 3 }), (body, damages) => {
      let text = JSON.stringify(body);
      for (const [at, put, cut] of damages) {
        const place = at % text.length;
        text = text.slice(0, place) + put + text.slice(place + cut);
      }
      const read = readPlainRows(bytes(text));
      if (read) assert.deepEqual(read, asJson(text), text);
    }),
    { numRuns: 2000 },
  );
});

const plain = (over: object = {}) => ({
  row: { user: "a", features: { ...Object.fromEntries(FEATURES.map((name) => [name, 1])), ...over } },
});
const first = `"${FEATURES[0]}":1`;

for (
  const [what, text] of [
    ["nothing", ""],
    ["another order", JSON.stringify({ row: { features: plain().row.features, user: "a" } })],
    ["something beside the row", JSON.stringify({ ...plain(), asOf: "2026-01-01T00:00:00Z" })],
    ["a feature too many", JSON.stringify(plain({ other: 1 }))],
    ["text for a number", JSON.stringify(plain({ [FEATURES[0]]: "1" }))],
    ["spaces", JSON.stringify(plain(), null, 1)],
    ["an id that is a number", JSON.stringify({ row: { ...plain().row, user: 7 } })],
    ["an id beyond ASCII", JSON.stringify({ row: { ...plain().row, user: "ä" } })],
    ["no rows", '{"rows":[]}'],
    ...["01", "1.", ".1", "+1", "1e", "1e999", "--1", "3.5e38", "nul", "NaN", "1 "].map((number) =>
      [`the number ${number}`, JSON.stringify(plain()).replace(first, first.slice(0, -1) + number)] as const
    ),
  ] as const
) {
  Deno.test(`readPlainRows() leaves ${what} to others`, () => {
    assert.equal(readPlainRows(bytes(text)), null);
  });
}
