/** The real command on small files of the kinds that shops have, without a database. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { ImportSummary } from "../../src/events/tally.ts";
import { type Ran, runWith } from "./support.ts";

const KEYS = [
  "read",
  "accepted",
  "duplicates",
  "conflicts",
  "refused",
  "shoppers",
  "withoutShopper",
  "types",
  "amount",
  "first",
  "last",
  "encoding",
  "delimiter",
  "columns",
  "refusals",
];

interface Tried extends Ran {
  summary: ImportSummary;
}

async function inFolder<T>(work: (path: (name: string) => string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "perennial-trial-"));
  try {
    return await work((name) => join(folder, name));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Tries an import of one file. */
const attempt = (bytes: string | Uint8Array, ...args: string[]): Promise<Tried> =>
  inFolder(async (path) => {
    await writeFile(path("x"), bytes);
    const ran = await runWith(["import", path("x"), "--dry-run", "--json", ...args]);
    return { ...ran, summary: ran.out === "" ? {} as ImportSummary : JSON.parse(ran.out) };
  });

const csv = (...lines: string[]) => lines.join("\n") + "\n";
/** Lines of characters that are a byte each. */
const inBytes = (...lines: string[]) => Buffer.from(csv(...lines), "latin1");
const HEAD = "user_id,type,timestamp,amount";
const sale = (user: string, day: number, amount: number | string) =>
  `${user},purchase,2024-03-0${day},${amount}`;

for (
  const [name, bytes, args, code, want] of [
    [
      "words for nothing as shoppers",
      csv(HEAD, sale("NULL", 4, 10), sale("nan", 5, 20), sale("u1", 6, 5)),
      [],
      0,
      {
        accepted: 3,
        shoppers: 1,
        withoutShopper: 2,
        amount: 35,
      },
    ],
    ["ids of a float column", csv(HEAD, sale("17850.0", 4, 10), sale("17850.0", 5, 10)), [], 0, {
      accepted: 2,
      shoppers: 1,
    }],
    [
      "an order's id as the event's",
      csv(
        `event_id,${HEAD}`,
        `o1,${sale("u1", 4, 10)}`,
        `o1,${sale("u1", 4, 20)}`,
        `o1,${sale("u1", 4, 30)}`,
      ),
      [],
      1,
      {
        read: 3,
        accepted: 1,
        conflicts: 2,
        amount: 10,
      },
    ],
    [
      "the same without that id",
      csv(`event_id,${HEAD}`, `o1,${sale("u1", 4, 10)}`, `o1,${sale("u1", 4, 20)}`),
      ["--map", "id=-"],
      0,
      {
        accepted: 2,
        amount: 30,
      },
    ],
    [
      "a decimal comma",
      csv(
        "user_id;type;timestamp;price",
        "u1;purchase;2024-03-04;12,50",
        "u2;purchase;2024-03-05;1.000",
        "u3;purchase;2024-03-06;0x10",
      ),
      ["--decimal", ","],
      0,
      {
        accepted: 2,
        refused: 1,
        amount: 1012.5,
        delimiter: ";",
      },
    ],
    [
      "a decimal comma that is not told",
      csv("user_id;type;timestamp;price", "u1;purchase;2024-03-04;1.000", "u2;purchase;2024-03-05;1.234"),
      [],
      1,
      {
        accepted: 0,
        refused: 2,
      },
    ],
    [
      "words in Cyrillic, whose encoding is named",
      inBytes(HEAD, "\xc8\xe2\xe0,purchase,2024-03-04,10"),
      ["--encoding", "windows-1251"],
      0,
      { accepted: 1, encoding: "windows-1251" },
    ],
    [
      "a column whose name holds = and |",
      csv("a=b|c,when", "u1,2024-03-04"),
      ["--type", "purchase", "--map", "user=a=b|c,time=when"],
      0,
      { accepted: 1, shoppers: 1 },
    ],
    [
      "money that goes back, told",
      csv(HEAD, sale("u1", 4, 10), sale("u2", 4, '"(5.00)"')),
      ["--returns", "negative"],
      0,
      { accepted: 2, amount: 5, types: { purchase: 1, return: 1 } },
    ],
    ["views alone", csv(HEAD, "u1,view,2024-03-04,"), [], 1, { accepted: 1, types: { view: 1 } }],
    ["no column of shoppers", csv("type,timestamp,amount", "purchase,2024-03-04,1"), [], 1, { accepted: 1 }],
    [
      "no column of shoppers, taken as it is",
      csv("type,timestamp,amount", "purchase,2024-03-04,1"),
      ["--min-usable", "0"],
      0,
      { accepted: 1, withoutShopper: 1 },
    ],
    ["guests alone", csv(HEAD, sale("guest", 4, 10), sale("NULL", 5, 10)), [], 1, { withoutShopper: 2 }],
    [
      "shoppers who only look",
      csv(HEAD, "u1,view,2024-03-04,", "u2,view,2024-03-04,", sale("", 5, 10)),
      [],
      1,
      { shoppers: 2, withoutShopper: 1 },
    ],
    [
      "one sale of ten that names its shopper",
      csv(HEAD, ...Array.from({ length: 10 }, (_, i) => sale(i === 0 ? "u1" : "", 4, i + 1))),
      [],
      0,
      { accepted: 10, withoutShopper: 9 },
    ],
    ["a header alone", csv(HEAD), [], 1, { read: 0, accepted: 0, first: null, last: null }],
    ["half of it usable", csv(HEAD, sale("u1", 4, 10), sale("u1", 5, -10)), [], 0, {
      accepted: 1,
      refused: 1,
    }],
    ["less than it usable", csv(HEAD, sale("u1", 4, 10), sale("u1", 5, -10), sale("u1", 5, -11)), [], 1, {
      refused: 2,
    }],
    [
      "less than it usable, and that is enough",
      csv(HEAD, sale("u1", 4, 10), sale("u1", 5, -10), sale("u1", 5, -11)),
      ["--min-usable", "30"],
      0,
      {
        refused: 2,
      },
    ],
    ["a carriage return alone", csv(HEAD, sale("u1", 4, 10)).replaceAll("\n", "\r"), [], 0, { accepted: 1 }],
    [
      "Windows-1252",
      new Uint8Array(
        [...csv(HEAD, sale("M\xf6ller", 4, 10), sale("M\xfcller", 5, 10))].map((c) => c.charCodeAt(0)),
      ),
      [],
      0,
      {
        shoppers: 2,
        encoding: "windows-1252",
      },
    ],
    [
      "large whole numbers",
      csv(
        '{"id":8007199254740993001,"type":"purchase","user_id":9007199254740993,"time":"2024-03-04"}',
        '{"id":8007199254740993002,"type":"purchase","user_id":9007199254740992,"time":"2024-03-04"}',
      ),
      [],
      0,
      {
        accepted: 2,
        shoppers: 2,
        delimiter: null,
      },
    ],
    [
      "a JSON array, packed",
      gzipSync('[{"type":"purchase","user":"u1","time":"2024-03-04","price":"199.00"}]'),
      [],
      0,
      { amount: 199 },
    ],
    [
      "a note of many lines",
      csv(
        `${HEAD},note`,
        `${sale("u1", 4, 10)},"${csv("ok", ...Array(40).fill(sale("u9", 5, 999) + ",x"))}"`,
        `${sale("u2", 5, 20)},ok`,
      ),
      [],
      0,
      {
        accepted: 2,
        amount: 30,
        shoppers: 2,
      },
    ],
    [
      "a stray quote",
      csv(
        `${HEAD},note`,
        `${sale("u1", 4, 10)},"open`,
        `${sale("u2", 5, 20)},ok`,
        `${sale("u3", 5, 20)},"closed"`,
        `${sale("u4", 7, 20)},ok`,
      ),
      ["--min-usable", "0"],
      0,
      {
        accepted: 1,
        refused: 1,
        amount: 20,
      },
    ],
    ["money with a currency", csv(HEAD, sale("u1", 4, "$10.50"), sale("u1", 5, "€9")), [], 0, {
      accepted: 1,
      refused: 1,
      amount: 10.5,
    }],
    ["money in brackets", csv(HEAD, sale("u1", 4, 10), "u1,return,2024-03-05,(4.00)"), [], 0, {
      accepted: 2,
      amount: 6,
    }],
    ["the header once more", csv(HEAD, sale("u1", 4, 10), HEAD, sale("u2", 4, 10)), [], 0, {
      read: 2,
      refused: 0,
    }],
    ["a guest among float ids", csv(HEAD, sale("7.0", 4, 1), sale("7", 5, 1), sale("guest", 5, 1)), [], 0, {
      shoppers: 1,
      withoutShopper: 1,
    }],
    [
      "two ids that differ in half a surrogate pair",
      ["d800", "d801"].map((half) => `{"user_id":"\\u${half}","type":"purchase","timestamp":"2024-03-04"}\n`)
        .join(""),
      ["--min-usable", "0"],
      1,
      { accepted: 0, refused: 2 },
    ],
    [
      "bytes that are not of a named encoding",
      Buffer.from(csv(HEAD, sale("u1", 4, 10), "u\xff,purchase,2024-03-04,1"), "latin1"),
      ["--encoding", "shift_jis"],
      0,
      { accepted: 1, refused: 1, encoding: "shift_jis" },
    ],
    [
      "events within a list",
      '{"count":1,"orders":[{"user_id":"u1","type":"purchase","timestamp":"2024-03-04","amount":3}]}',
      ["--explode", "orders"],
      0,
      { accepted: 1, amount: 3 },
    ],
    [
      "ids that JSON would round",
      ["1.2345678901234567e20", "1.23456789012345671e20"].map((id) =>
        `{"user":${id},"type":"purchase","time":"2024-03-04"}\n`
      ).join(""),
      [],
      1,
      { accepted: 0, refused: 2 },
    ],
    [
      "a list in a column, as text",
      csv(`${HEAD},items`, `${sale("u1", 4, "")},"[{""price"":2,""quantity"":2},{""price"":1}]"`),
      ["--explode", "items"],
      0,
      { accepted: 2, amount: 5 },
    ],
    [
      "a list with items that are none",
      '{"user":"u1","type":"purchase","time":"2024-03-04","items":[{"price":2},null,5]}',
      ["--explode", "items", "--min-usable", "10"],
      0,
      { accepted: 1, refused: 2, amount: 2 },
    ],
    [
      "times as JavaScript and calendars write them",
      csv(
        HEAD,
        "u1,purchase,Mon Mar 04 2024 10:00:00 GMT+0100 (Central European Standard Time),1",
        "u1,purchase,20240304T110000Z,1",
      ),
      [],
      0,
      { first: "2024-03-04T09:00:00.000Z", last: "2024-03-04T11:00:00.000Z" },
    ],
    [
      "a type named as a part of JavaScript",
      csv(HEAD, "u1,constructor,2024-03-04,", sale("u1", 4, 1)),
      [],
      0,
      {
        accepted: 2,
        refused: 0,
      },
    ],
    ["days of a spreadsheet", csv(HEAD, "u1,purchase,45355.5,10"), ["--time-format", "excel"], 0, {
      first: "2024-03-04T12:00:00.000Z",
    }],
    ["files of orders", csv("user_id,date,price", "u1,2024-03-04,5"), ["--type", "purchase"], 0, {
      accepted: 1,
      amount: 5,
    }],
    [
      "mapped columns and words",
      csv("who,what,at", "u1,Kauf,2024-03-04"),
      ["--map", "user=who,type=what", "--map", "time=at", "--types", "Kauf=purchase"],
      0,
      {
        accepted: 1,
        shoppers: 1,
      },
    ],
  ] as const
) {
  Deno.test(`perennial import --dry-run --json of ${name}`, async () => {
    const { code: have, summary } = await attempt(bytes, ...args);
    assert.deepEqual(Object.keys(summary), KEYS);
    const { read, accepted, duplicates, conflicts, refused } = summary;
    assert.equal(read, accepted + duplicates + conflicts + refused);
    assert.deepEqual(
      Object.fromEntries(Object.keys(want).map((key) => [key, summary[key as keyof ImportSummary]])),
      want,
    );
    assert.equal(have, code);
  });
}

for (
  const [name, text, args, say] of [
    [
      "a column twice",
      csv("user_id,type,timestamp,user_id", "u1,view,2024-03-04,u2"),
      [],
      /"user_id" is there twice/,
    ],
    ["no type", csv("user_id,timestamp", "u1,2024-03-04"), [], /need a column type .*--type purchase/],
    [
      "unclear columns",
      csv("user_id,customer_id,type,time", "a,b,view,2024-03-04"),
      [],
      /--map user=user_id or --map user=customer_id/,
    ],
    [
      "an unknown field to map",
      csv(HEAD),
      ["--map", "shopper=user_id"],
      /no field "shopper": there are id, type, user/,
    ],
    ["events within a list", '{"orders":[{"user_id":"u1"}]}', [], /or --explode orders where the events/],
    ["another delimiter", csv("user_id^type^timestamp", "u1^view^2024-03-04"), [], /or --delimiter where/],
    [
      "names of columns with a stray quote",
      'user_id,"type,timestamp\nu1,view,2024-03-04\n',
      [],
      /line 1\): quote is never/,
    ],
    ["a list of nothing", "[]", [], /holds no JSON objects/],
    ["lists in a list", '[["user_id","type"],["u1","view"]]', [], /holds no JSON objects/],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), [], /it is UTF-32; save it as UTF-8/],
    [
      "no such column for ids",
      csv(HEAD, sale("u1", 4, 1)),
      ["--id-from", "user_id,order"],
      /no column "order" for --id-from, have "user_id"/,
    ],
    [
      "no such key for ids",
      '{"user":"u1","type":"purchase","time":"2024-03-04"}',
      ["--id-from", "order"],
      /no column "order" for --id-from/,
    ],
    [
      "no such column to fill down",
      csv(HEAD, sale("u1", 4, 1)),
      ["--fill-down", "order:user_id"],
      /no column "order" for --fill-down/,
    ],
    [
      "no such list",
      '{"user":"u1","type":"purchase","time":"2024-03-04"}',
      ["--explode", "items"],
      /no list "items" for --explode/,
    ],
    [
      "names in Cyrillic of an encoding that nobody named",
      inBytes("\xca\xeb\xe8\xe5\xed\xf2,type,time", "u1,view,2024-03-04"), // Клиент in Windows-1251
      ["--map", "user=Клиент"],
      /without its encoding.*--encoding windows-1251 reads "Клиент"/,
    ],
    [
      "words in Cyrillic of an encoding that nobody named",
      inBytes(HEAD, "\xc8\xe2\xe0\xed\xee\xe2,purchase,2024-03-04,10"), // Иванов in Windows-1251
      [],
      /without its encoding.*--encoding windows-1251 reads "Иванов"/,
    ],
    [
      "names with control characters",
      csv("user\x1b[31m,when", "u1,2024-03-04"),
      [],
      /have "user\\x1b\[31m", "when"/,
    ],
    [
      "a name with control characters twice",
      csv("a\x07,a\x07", "1,2"),
      [],
      /column "a\\x07" is there twice/,
    ],
    ["a web page", "<html><body>Sign in</body></html>", [], /it is a web page/],
    ["a zone that is none", csv(HEAD), ["--zone", "Europe/Bonn"], /"Europe\/Bonn"/],
    ["a preset that is none", csv(HEAD), ["--preset", "magento"], /no preset "magento"; there are rees46/],
    [
      "a preset that is misspelt",
      csv(HEAD),
      ["--preset", "shopfy"],
      /no preset "shopfy"; did you mean shopify\?/,
    ],
    [
      "an export it knows",
      csv("Name,Email,Created at,Lineitem price", "#1,a@x,2024-03-04,5"),
      [],
      /looks like an export of shopify: --preset shopify/,
    ],
  ] as const
) {
  Deno.test(`perennial import ends with 2 and says the cure, given ${name}`, async () => {
    const ran = await attempt(text, ...args);
    assert.deepEqual([ran.code, ran.out], [2, ""]);
    assert.match(ran.err, say);
  });
}

Deno.test("perennial import takes several files and patterns as one: what they share counts once", () =>
  inFolder(async (path) => {
    const lines = Array.from(
      { length: 410 },
      (_, i) => `u${i % 9},purchase,${new Date(Date.UTC(2024, 2, 1) + i * 9e6).toISOString()},5`,
    );
    await writeFile(path("a-march.csv"), csv(HEAD, ...lines.slice(0, 233).toReversed()));
    await writeFile(path("b-both.csv"), csv(HEAD, ...lines));
    const ran = await runWith(["import", path("*.csv"), "--dry-run", "--json"]);
    const { read, accepted, duplicates } = JSON.parse(ran.out);
    assert.deepEqual([read, accepted, duplicates], [643, 410, 233]);
    assert.match((await runWith(["import", path("*.txt"), "--dry-run"])).err, /No file fits/);
  }));

Deno.test("perennial import tells a person what it found, what it refused and how to go on", async () => {
  const text = csv(
    "user_id;type;timestamp;price;note",
    "u1;purchase;2024-03-04;12,50;x",
    "u2;purchase;2024-03-05;dear\u0007;x",
    ";view;2024-03-06;;x",
  );
  const { out, code } = await inFolder(async (path) => {
    await writeFile(path("x.csv"), text);
    return await runWith(["import", path("x.csv"), "--dry-run", "--returns", "negative"]);
  });
  assert.equal(code, 0);
  assert.match(out, /^3 read: 2 accepted, 0 duplicates, 0 conflicts, 1 refused$/m);
  assert.match(out, /^Written as utf-8, columns divided by ;$/m);
  assert.match(out, /^Columns taken: type, user from user_id, price, time from timestamp$/m);
  assert.match(out, /^Columns left: note$/m);
  assert.match(
    out,
    /^2024-03-04 00:00 to 2024-03-06 00:00 UTC; 1 shopper; 1 event \(50.0 %\) without one$/m,
  );
  assert.match(out, /^purchase +1 +12\.50$/m);
  assert.match(out, /^1 refused, first in line 3 price "dear\\x07": price is not a number$/m);
  assert.match(
    out,
    /^Nothing was written\. To import: perennial import \S+x\.csv --returns negative --yes$/m,
  );
});

Deno.test("perennial import asks on a terminal, and writes nothing after a no", () =>
  inFolder(async (path) => {
    await writeFile(path("x.csv"), csv(HEAD, sale("u1", 4, 10)));
    const asked: string[] = [];
    const ask = (question: string) => Promise.resolve(asked.push(question) > 1);
    const ran = await runWith(["import", path("x.csv")], { isTerminal: true, ask });
    assert.deepEqual([ran.code, asked], [1, ["Import?"]]);
    assert.match(ran.out, /1 read: 1 accepted/);
    assert.match(ran.err, /Nothing was imported/);
  }));

Deno.test("perennial import keeps a plan in a file, and reads it from there", () =>
  inFolder(async (path) => {
    await writeFile(path("x.csv"), csv("who;at;price", "u1;04/03/2024;12,50"));
    const options = [
      "--map",
      "user=who,time=at",
      "--type",
      "purchase",
      "--time-format",
      "dmy",
      "--decimal",
      ",",
    ];
    const first = await runWith([
      "import",
      path("x.csv"),
      "--dry-run",
      "--json",
      "--plan",
      path("shop.json"),
      ...options,
    ]);
    assert.match(first.err, /Plan written/);
    assert.deepEqual(JSON.parse(await readFile(path("shop.json"), "utf8")), {
      map: { user: "who", time: "at" },
      type: "purchase",
      timeFormat: "dmy",
      decimal: ",",
    });
    const second = await runWith([
      "import",
      path("x.csv"),
      "--dry-run",
      "--json",
      "--plan",
      path("shop.json"),
    ]);
    assert.deepEqual([second.code, second.err, second.out], [0, "", first.out]);
    await writeFile(path("bad.json"), '{"typo":1}');
    const bad = await runWith(["import", path("x.csv"), "--dry-run", "--plan", path("bad.json")]);
    assert.equal(bad.code, 2);
    assert.match(bad.err, /Cannot use the plan/);
  }));

Deno.test("import --dry-run warns, when only some purchases carry money", () =>
  inFolder(async (path) => {
    const free = Array.from({ length: 30 }, (_, i) => sale(`u${i}`, 1 + i % 9, ""));
    await writeFile(path("x"), csv(HEAD, ...free, sale("u1", 4, 10)));
    const { out } = await runWith(["import", path("x"), "--dry-run"]);
    assert.match(
      out,
      /^Only 1 of 31 purchases carry a price or an amount: spending is counted in lines bought$/m,
    );
    await writeFile(path("x"), csv(HEAD, ...free));
    assert.doesNotMatch((await runWith(["import", path("x"), "--dry-run"])).out, /carry a price/);
  }));

Deno.test("perennial import shows refused values as the file has them, and what reads them", async () => {
  const { summary } = await attempt(csv(
    HEAD,
    sale("u1", 4, '"(5.00)"'),
    'u2,"bad  type!",2024-03-04,1',
    "u3,purchase,2124-01-01,1",
    "u4,purchase,1.1.1909,1",
    sale("u5", 4, '"$2,000,000,000,000.00"'),
    sale("u6", 4, 1),
  ));
  assert.deepEqual(
    summary.refusals.map(({ field, value, reason }) => [field, value, reason]),
    [
      [
        "amount",
        "(5.00)",
        "amount is negative (what comes back is of type return; --returns negative reads a file so)",
      ],
      ["type", "bad  type!", "type must be 1 to 40 letters, digits, _ . -"],
      ["time", "2124-01-01", "time is after 2099"],
      ["time", "1.1.1909", "time is before 1990"],
      ["amount", "$2,000,000,000,000.00", "amount must be a number between -1000000000000 and 1000000000000"],
    ],
  );
});

Deno.test("perennial import counts the lines that a damaged record costs", async () => {
  const lines = [`${sale("u1", 4, 10)},"open`, `${sale("u2", 5, 20)},ok`, `${sale("u3", 5, 20)},"closed"`];
  const { err } = await attempt(csv(`${HEAD},note`, ...lines, `${sale("u4", 7, 20)},ok`));
  assert.match(err, /Only 1 of 4 lines could be used \(25\.0 %/);
});

Deno.test("perennial import says that a file has names of columns alone", async () => {
  const { err } = await attempt(csv(HEAD));
  assert.match(err, /There is no event to import/);
});
