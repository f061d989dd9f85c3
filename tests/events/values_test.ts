import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { parquetWriteBuffer } from "hyparquet-writer";
import { isNobody, isNullWord } from "../../src/events/null_words.ts";
import { NumberSurvey, readNumber } from "../../src/events/number_text.ts";
import { shownValue } from "../../src/events/refusal.ts";
import { readTime, TimeSurvey } from "../../src/events/time_text.ts";
import { createZone, UTC } from "../../src/events/zone.ts";
import { rawsOf, readBytes, tryBytes } from "./support.ts";

const UNCLEAR = "can be a thousand or a fraction (--decimal , or --decimal . says which)";
const WANTS_COMMA = "has a decimal point, its column a comma (--decimal . takes points)";
const WANTS_POINT = "has a decimal comma, its column a point (--decimal , takes commas)";
const NONE = "is not a number";

for (
  const [column, decimal, want] of [
    [["12.50", "3", "-0.5", ".5", "1e3", " 7 "], undefined, [12.5, 3, -0.5, 0.5, 1000, 7]],
    [["12,50", "3", "0,5"], undefined, [12.5, 3, 0.5]],
    [["12.50", "1.000"], undefined, [12.5, 1]],
    [["0.850", "1.250"], undefined, [0.85, 1.25]],
    [["1.000", "2.000"], undefined, [UNCLEAR, UNCLEAR]],
    [["1,000", "2,000"], undefined, [UNCLEAR, UNCLEAR]],
    [["1,234.50", "1,234"], undefined, [1234.5, 1234]],
    [["1.234,50", "1.234"], undefined, [1234.5, 1234]],
    [["1.234.567", "1.000"], undefined, [1234567, 1000]],
    [["12,50", "1.000"], undefined, [12.5, UNCLEAR]],
    [["12,50", "1.000", "1,250"], ",", [12.5, 1000, 1.25]],
    [["12.50", "1.000", "1,250"], ".", [12.5, 1, 1250]],
    [["12.50"], ",", [WANTS_COMMA]],
    [["12,50"], ".", [WANTS_POINT]],
    [["1 234,50", "1'234,50", "1\u202f234"], undefined, [1234.5, 1234.5, 1234]],
    [["0x10", "0b1", "Infinity", "12.50 XQZ", "1.2.3", "--1", "", "1,2,3"], undefined, Array(8).fill(NONE)],
  ] as const
) {
  Deno.test(`readNumber() of ${JSON.stringify(column)} with mark ${decimal ?? "of the column"}`, () => {
    const survey = new NumberSurvey();
    for (const text of column) survey.add(text);
    assert.deepEqual(column.map((text) => readNumber(text, survey.rule(decimal))), want);
  });
}

Deno.test("readNumber() takes one odd mark among many for a mistake of its line", () => {
  const survey = new NumberSurvey();
  for (let i = 0; i < 50; i++) survey.add("12.50");
  survey.add("12,50");
  assert.deepEqual(["12.50", "12,50"].map((text) => readNumber(text, survey.rule())), [12.5, WANTS_POINT]);
});

const TEN = Date.UTC(2024, 2, 4, 10);
const DAY = Date.UTC(2024, 2, 4);
const EITHER_DAY = "can have the day or the month first (--time-format dmy or mdy says which)";

for (
  const [column, want] of [
    [["1709546400", "1000000000"], [TEN, 1e12]],
    [["1709546400.123"], [TEN + 123]],
    [["1709546400000"], [TEN]],
    [["1709546400000000"], [TEN]],
    [["1709546400000000001"], [TEN]],
    [["20240304"], [DAY]],
    [["2024030410"], [TEN]],
    [["202403041000"], [TEN]],
    [["20240304100000"], [TEN]],
    [["Mon, 04 Mar 2024 10:00:00 +0000", "4 Mar 2024 10:00:00 GMT"], [TEN, TEN]],
    [["Mar 4, 2024, 10:00 AM", "March 4 2024 10:00"], [TEN, TEN]],
    [["2024-03-04 10:00:00 GMT", "2024/03/04 10:00", "2024-03-04 9:05:00"], [TEN, TEN, TEN - 55 * 60_000]],
    [["2024-03-04T10:00:00.123456Z", "2024-03-04T11:00:00+01:00[Europe/Berlin]"], [TEN + 123, TEN]],
    [["04.03.2024 10:00"], [TEN]],
    [["03/04/2024 10:00"], [EITHER_DAY]],
    [["03/04/2024 10:00", "03/13/2024 10:00"], [TEN, TEN + 9 * 86_400_000]],
    [["04/03/2024 10:00", "13/03/2024 10:00"], [TEN, TEN + 9 * 86_400_000]],
    [["04/04/2024"], [Date.UTC(2024, 3, 4)]],
    [["30/02/2024"], ["names a day or hour that does not exist"]],
    [["2024-03-04 25:00"], ["names a day or hour that does not exist"]],
    [["yesterday"], ["is no time (--time-format says how times are written)"]],
    [["123"], ["is no time in s, ms, us or ns since 1970 between 1990 and 2100, nor digits as 20240304"]],
  ] as const
) {
  Deno.test(`readTime() of ${JSON.stringify(column)}`, () => {
    const survey = new TimeSurvey();
    for (const text of column) survey.add(text);
    assert.deepEqual(column.map((text) => readTime(text, survey.rule({ zone: UTC }))), want);
  });
}

Deno.test("readTime() holds a column to one unit, so that a damaged number is refused", () => {
  const survey = new TimeSurvey();
  for (let i = 0; i < 30; i++) survey.add(1709546400000 + i);
  survey.add("1709546400");
  assert.equal(readTime("1709546400", survey.rule({ zone: UTC })), "is not in ms as the rest of its column");
  assert.equal(readTime(1709546400000, survey.rule({ zone: UTC })), TEN);
});

for (
  const [format, text, want] of [
    ["s", "1709546400", TEN],
    ["excel", "45355.41666667", TEN],
    ["dmy", "04/03/2024 10:00", TEN],
    ["mdy", "3/4/24 10:00", TEN],
    ["dd/MM/yyyy HH:mm", "04/03/2024 10:00", TEN],
    ["%m/%d/%Y %I:%M %p", "03/04/2024 10:00 AM", TEN],
    ["%d-%b-%Y", "04-Mar-2024", DAY],
    ["dd/MM/yyyy", "2024-03-04", "is not written as dd/MM/yyyy"],
  ] as const
) {
  Deno.test(`readTime() reads ${JSON.stringify(text)} as ${format}`, () =>
    assert.equal(readTime(text, new TimeSurvey().rule({ format, zone: UTC })), want));
}

Deno.test("readTime() refuses a format that names no day", () =>
  assert.throws(
    () => new TimeSurvey().rule({ format: "HH:mm", zone: UTC }),
    /Cannot read times as "HH:mm": need s, ms/,
  ));

for (
  const [wall, utc] of [
    ["2024-01-15 12:00:00", "2024-01-15T11:00:00.000Z"],
    ["2024-07-15 12:00:00", "2024-07-15T10:00:00.000Z"],
    ["2024-03-31 01:59:59", "2024-03-31T00:59:59.000Z"],
    ["2024-03-31 02:30:00", "2024-03-31T01:30:00.000Z"], // in the gap: as far behind it
    ["2024-03-31 03:00:00", "2024-03-31T01:00:00.000Z"],
    ["2024-10-27 02:30:00", "2024-10-27T00:30:00.000Z"], // twice: the first
    ["2024-10-27 03:00:00", "2024-10-27T02:00:00.000Z"],
    ["2024-07-15T12:00:00Z", "2024-07-15T12:00:00.000Z"],
  ] as const
) {
  Deno.test(`createZone() takes ${wall} in Berlin for ${utc}`, () => {
    const read = readTime(wall, new TimeSurvey().rule({ zone: createZone("Europe/Berlin") }));
    assert.equal(new Date(read).toISOString(), utc);
  });
}

Deno.test("createZone() refuses a zone that is none", () =>
  assert.throws(() => createZone("Europe/Bonn"), {
    name: "InvalidInputError",
    message: /"Europe\/Bonn".*Europe\/Berlin/,
  }));

for (
  const word of [
    "NULL",
    "nan",
    "NaN",
    "None",
    "undefined",
    "N/A",
    "(not set)",
    "[object Object]",
    "<NA>",
    "\\N",
    " null ",
  ]
) {
  Deno.test(`isNullWord() knows ${JSON.stringify(word)}, which is nobody either`, () =>
    assert.ok(isNullWord(word) && isNobody(word)));
}
for (
  const word of [
    "guest",
    "Anonymous",
    "unknown",
    "-",
    "\u2014",
    "n/d",
    "NA",
    "00000000-0000-0000-0000-000000000000",
  ]
) {
  Deno.test(`isNobody() knows ${word}, which may be something else elsewhere`, () =>
    assert.ok(isNobody(word) && !isNullWord(word)));
}
for (const word of ["{{ user_id }}", "${userId}", "%USER_ID%", "null null", "None None", "Gast", "Walk-in"]) {
  Deno.test(`isNobody() knows ${word}, which a program did not fill in, or another language has`, () =>
    assert.ok(isNobody(word)));
}
for (
  const word of [
    "null island",
    "none nan",
    "{id}",
    "50%",
    "Nadia",
    "Nullmeyer",
    "guest-7",
    "none@example.test",
    "n",
    "",
  ]
) {
  Deno.test(`isNobody() leaves ${JSON.stringify(word)} alone`, () =>
    assert.ok(!isNobody(word) && !isNullWord(word)));
}

Deno.test("words for nothing are no shopper, and the summary says how many", async () => {
  const users = [
    "NULL",
    "nan",
    "None",
    "undefined",
    "N/A",
    "(not set)",
    "[object Object]",
    "guest",
    "",
    "u1",
  ];
  const lines = users.map((user, i) => `${user},purchase,2024-03-0${1 + i % 9},10,NULL,none`);
  const { summary } = await tryBytes(
    ["user_id,type,timestamp,amount,quantity,session_id", ...lines].join("\n"),
  );
  assert.deepEqual([summary.accepted, summary.shoppers, summary.withoutShopper], [10, 1, 9]);
});

const ids = async (...users: string[]) => {
  const raws = await rawsOf(
    ["user_id,type,timestamp", ...users.map((user) => `${user},view,2024-03-04`)].join("\n"),
  );
  return raws.map((raw) => typeof raw === "string" ? raw : (raw as { user: string }).user);
};

Deno.test("ids of a column of floating-point numbers lose their .0, and only those", async () => {
  assert.deepEqual(await ids("17850.0", "17850", "NULL", "13047.00"), ["17850", "17850", undefined, "13047"]);
  assert.deepEqual(await ids("17850.0", "A1"), ["17850.0", "A1"]);
  assert.deepEqual(await ids("1.0.0", "2.0"), ["1.0.0", "2.0"]);
  assert.deepEqual(await ids("00017", "18"), ["00017", "18"]);
  const lost = "user is a rounded number: digits of it are lost";
  assert.deepEqual(await ids("17850.0", "1.7e+18", "9007199254740992.0"), ["17850", lost, lost]);
  const { layout } = await readBytes("user_id,type,timestamp\n17850.0,view,2024-03-04");
  assert.deepEqual(layout.notes, ['ids of "user_id" are read without their .0']);
});

Deno.test("whole numbers of JSON keep every digit, and NaN is nothing", async () => {
  const lines = [
    '{"user_id":9007199254740993,"type":"purchase","timestamp":1709546400000000000,"category_id":2053013552259662037}',
    '{"user_id":9007199254740992,"type":"purchase","timestamp":1709546400000000000,"price":NaN}',
  ];
  assert.deepEqual(await rawsOf(lines.join("\n")), [
    { user: "9007199254740993", type: "purchase", time: TEN, category: "2053013552259662037" },
    { user: "9007199254740992", type: "purchase", time: TEN },
  ]);
});

Deno.test("NaN in Parquet is missing, whole numbers keep their digits", async () => {
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: "user_id", data: [9007199254740993n, 9007199254740992n], type: "INT64" },
      { name: "type", data: ["purchase", "purchase"], type: "STRING" },
      { name: "timestamp", data: [TEN, TEN + 1], type: "DOUBLE" },
      { name: "price", data: [NaN, 2.5], type: "DOUBLE" },
    ],
  });
  assert.deepEqual(await rawsOf(Buffer.from(bytes)), [
    { user: "9007199254740993", type: "purchase", time: TEN },
    { user: "9007199254740992", type: "purchase", time: TEN + 1, price: 2.5 },
  ]);
});

for (
  const [value, want] of [
    ["a\u001b[31mb\r\n\t\0", "a\\x1b[31mb\\r\\n\\t\\x00"],
    ["\u202egnp", "\\u202egnp"],
    ["x".repeat(100), `${"x".repeat(60)}...`],
    ["😀".repeat(61), `${"😀".repeat(60)}...`],
    [{ id: 1 }, '{"id":1}'],
  ] as const
) {
  Deno.test(`shownValue() cuts and escapes ${JSON.stringify(value).slice(0, 30)}`, () =>
    assert.equal(shownValue(value), want));
}

Deno.test("a refused value is told with its line, its field and what takes it", async () => {
  const { summary } = await tryBytes(
    "user_id,type,timestamp,price\nu1,purchase,03/04/2024,9.50\nu2,purchase,2024-03-04,9,50\nu3,purchase,2024-03-04,dear\u0007\nu4,purchase,2031-03-04,1",
  );
  assert.deepEqual(summary.refusals.map(({ line, field, value }) => [line, field, value]), [
    [2, "time", "03/04/2024"],
    [3, null, "line 3"],
    [4, "price", "dear\\x07"],
    [5, "time", "2031-03-04"],
  ]);
  assert.match(summary.refusals[0].reason, /--time-format dmy or mdy/);
});

Deno.test("limits count code points at each door", async () => {
  const { summary } = await tryBytes(
    `user_id,type,timestamp\n${"😀".repeat(200)},purchase,2024-03-04\n${
      "😀".repeat(201)
    },purchase,2024-03-04`,
  );
  assert.deepEqual([summary.accepted, summary.refused], [1, 1]);
  assert.match(summary.refusals[0].reason, /at most 200 characters/);
});

Deno.test("what the columns said about their values is told", async () => {
  const text = "user_id;type;timestamp;price\nu1;purchase;1709546400;9,50\nu2;purchase;1709546401;12,00";
  assert.deepEqual((await readBytes(text)).layout.notes, [
    '"timestamp" is in s',
    '"price" has decimal commas',
  ]);
  const slashed = "user_id,type,timestamp\nu1,purchase,13/03/2024 10:00";
  assert.deepEqual((await readBytes(slashed, { zone: "Europe/Berlin" })).layout.notes, [
    '"timestamp" has the day first',
    "times that do not say their zone are of Europe/Berlin",
  ]);
  const mixed = "user_id,type,timestamp\nu1,purchase,1709546400\nu1,purchase,1709546400000";
  assert.deepEqual((await readBytes(mixed)).layout.notes, [
    '"timestamp" has numbers of several units, each read by its size',
  ]);
});
