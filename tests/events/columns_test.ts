import assert from "node:assert/strict";
import type { ImportPlan } from "../../src/events/plan.ts";
import { rawsOf, readBytes, tryBytes } from "./support.ts";

const csv = (...lines: string[]) => lines.join("\n");
const taken = async (text: string, plan: ImportPlan = {}) =>
  (await readBytes(text, plan)).layout.columns.taken;

for (
  const [name, header, line, field, want] of [
    ["user_id before user", "user,user_id,type,timestamp", "Anna,17850,view,2024-03-04", "user", "user_id"],
    ["event_id before id", "id,event_id,type,timestamp", "17850,e1,view,2024-03-04", "id", "event_id"],
    ["timestamp before time", "time,type,timestamp", "2024-03-05,view,2024-03-04", "time", "timestamp"],
    ["timestamp before date", "date,type,timestamp", "2024-03-05,view,2024-03-04", "time", "timestamp"],
    ["event_type before type", "type,event_type,time", "web,view,2024-03-04", "type", "event_type"],
    ["product_id before sku", "sku,product_id,type,time", "a,b,view,2024-03-04", "product", "product_id|sku"],
    [
      "a name in any case and spelling",
      "UserId,EVENT TYPE,Event-Time",
      "1,view,2024-03-04",
      "user",
      "UserId",
    ],
    ["an amount with its unit", "type,time,Amount (EUR)", "purchase,2024-03-04,10", "amount", "Amount (EUR)"],
  ] as const
) {
  Deno.test(`of columns that could carry a field, ${name} counts`, async () =>
    assert.equal((await taken(csv(header, line)))[field], want));
}

Deno.test("event counts where type is the same word throughout, and type where it is not", async () => {
  const header = "type,event,userId,timestamp";
  const track = ["track,Product Viewed,u1,2024-03-04", "track,Order Completed,u1,2024-03-04"];
  assert.equal((await taken(csv(header, ...track))).type, "event");
  assert.equal((await taken(csv(header, ...track, "page,Home,u1,2024-03-04"))).type, "type");
  await assert.rejects(
    taken(csv(header, "view,A,u1,2024-03-04", "view,B,u1,2024-03-04")),
    /say --map type=type or --map type=event/,
  );
});

Deno.test("columns of one meaning that never stand together are one, as where two senders write a file", async () => {
  const lines = [
    '{"id":"a","type":"view","time":"2024-03-04"}',
    '{"event_id":"b","type":"view","time":"2024-03-04"}',
  ];
  const raws = await rawsOf(csv(...lines)) as { id: string }[];
  assert.deepEqual(raws.map(({ id }) => id), ["a", "b"]);
});

for (
  const [name, text, say] of [
    [
      "date, time and timestamp",
      csv("date,time,timestamp,type", "2024-03-04,10:00,2024-03-05T10:00:00Z,view"),
      /"timestamp", "time", "date" differ, and each could be the time; say --map time=timestamp .* or --map time=date\+time/,
    ],
    ["date and time of day", csv("date,time,type", "2024-03-04,10:00,view"), /--map time=date\+time/],
    [
      "two ids of shoppers",
      csv("user_id,customer_id,type,time", "a,b,view,2024-03-04"),
      /--map user=user_id or --map user=customer_id/,
    ],
  ] as const
) {
  Deno.test(`${name} are refused with the option that settles it`, async () => {
    await assert.rejects(readBytes(text), (error: Error) => {
      assert.equal(error.name, "InvalidInputError");
      assert.match(error.message, say);
      return true;
    });
  });
}

const DAY = Date.UTC(2024, 2, 4);

for (
  const [name, text, plan, want] of [
    ["a map of columns", csv("who,what,at", "u1,view,2024-03-04"), {
      map: { user: "who", type: "what", time: "at" },
    }, {
      user: "u1",
      type: "view",
      time: DAY,
    }],
    ["the first of two columns that holds something", csv("a,b,type,time", ",u2,view,2024-03-04"), {
      map: { user: "a|b" },
    }, {
      user: "u2",
      type: "view",
      time: DAY,
    }],
    ["date and time of day together", csv("date,time,type", "2024-03-04,10:00,view"), {
      map: { time: "date+time" },
    }, {
      type: "view",
      time: DAY + 36e5 * 10,
    }],
    ["a constant", csv("user_id,time", "u1,2024-03-04"), { map: { type: ":purchase", country: ":DE" } }, {
      user: "u1",
      type: "purchase",
      country: "DE",
      time: DAY,
    }],
    ["one type", csv("user_id,date", "u1,2024-03-04"), { type: "purchase" }, {
      user: "u1",
      type: "purchase",
      time: DAY,
    }],
    ["a column left out", csv("id,user_id,type,time", "17850,u1,view,2024-03-04"), { map: { id: "-" } }, {
      user: "u1",
      type: "view",
      time: DAY,
    }],
    ["words for types", csv("user_id,type,time", "u1,Kauf,2024-03-04"), { types: { Kauf: "purchase" } }, {
      user: "u1",
      type: "purchase",
      time: DAY,
    }],
    ["an id of several columns", csv("order,line,type,time", "7,1,view,2024-03-04"), {
      idFrom: ["order", "line"],
    }, {
      id: "7-1",
      type: "view",
      time: DAY,
    }],
    ["returns by their quantity", csv("type,time,quantity,price", "purchase,2024-03-04,-2,5"), {
      returns: "negative",
    }, {
      type: "return",
      time: DAY,
      quantity: 2,
      price: 5,
    }],
    ["a zone", csv("type,time", "view,2024-03-04 01:00:00"), { zone: "Europe/Berlin" }, {
      type: "view",
      time: DAY,
    }],
    ["a time format", csv("type,time", "view,03/04/2024"), { timeFormat: "mdy" }, {
      type: "view",
      time: DAY,
    }],
    ["a decimal mark", csv("type;time;price", "view;2024-03-04;1.000"), { decimal: "," }, {
      type: "view",
      time: DAY,
      price: 1000,
    }],
    ["a delimiter", "type~time\nview~2024-03-04", { delimiter: "~" }, { type: "view", time: DAY }],
    [
      "columns of further numbers",
      csv("type,time,Stars,Wait (min)", "review,2024-03-04,4,2.5"),
      { map: { fields: "Stars|Wait (min)" } },
      { type: "review", time: DAY, fields: { stars: 4, wait_min: 2.5 } },
    ],
    ["further numbers as they are sent", '{"type":"review","time":"2024-03-04","fields":{"stars":4}}', {}, {
      type: "review",
      time: DAY,
      fields: { stars: 4 },
    }],
    ["a path", '{"e":{"type":"view"},"time":"2024-03-04"}', { map: { type: "e.type" } }, {
      type: "view",
      time: DAY,
    }],
  ] as const
) {
  Deno.test(`a plan can name ${name}`, async () => {
    const raws = await rawsOf(text, plan as unknown as ImportPlan);
    assert.deepEqual(raws.map((raw) => JSON.parse(JSON.stringify(raw))), [want]);
  });
}

Deno.test("a plan fills down what only an order's first line holds", async () => {
  const text = csv(
    "session_id,user_id,type,time,sku",
    "#1,ann,purchase,2024-03-04,a",
    "#1,,purchase,2024-03-04,b",
    "#2,,purchase,2024-03-04,c",
  );
  const raws = await rawsOf(text, { fillDown: { by: "session", columns: ["user"] } }) as { user?: string }[];
  assert.deepEqual(raws.map(({ user }) => user), ["ann", "ann", undefined]);
});

const ORDER = {
  id: "o1",
  type: "purchase",
  user_id: "u1",
  time: "2024-03-04",
  ecommerce: { items: [{ item_id: "p1", price: 4, quantity: 2 }, { item_id: "p2", price: 5, quantity: 1 }] },
};

for (
  const plan of [
    { explode: "ecommerce.items" },
    {
      map: {
        product: "ecommerce.items[].item_id",
        price: "ecommerce.items[].price",
        quantity: "ecommerce.items[].quantity",
      },
    },
  ] as ImportPlan[]
) {
  Deno.test(`a record of several lines becomes as many events, by ${Object.keys(plan)[0]}`, async () => {
    const raws = await rawsOf(JSON.stringify(ORDER), plan) as Record<string, unknown>[];
    assert.deepEqual(raws.map(({ id, product, price, quantity }) => [id, product, price, quantity]), [
      ["o1-1", "p1", 4, 2],
      ["o1-2", "p2", 5, 1],
    ]);
  });
}

Deno.test("a column that a plan names and the file has not is refused, with those there are", async () => {
  const text = csv("user_id,type,time", "u1,view,2024-03-04");
  const error = {
    name: "InvalidInputError",
    message: /no column "visitor" for user, have "user_id", "type", "time"/,
  };
  await assert.rejects(readBytes(text, { map: { user: "visitor" } }), error);
  await assert.rejects(
    readBytes('{"user_id":"u1","type":"view","time":"2024-03-04"}', { map: { user: "visitor" } }),
    error,
  );
});

Deno.test("money of another currency is put aside, or converted by the rate of its day", async () => {
  const lines = ["10,EUR", "1200,JPY", "11,eur", "12,"].map((end) => `u1,purchase,2024-03-04,${end}`);
  const text = csv("user_id,type,timestamp,amount,currency", ...lines);
  const { summary } = await tryBytes(text);
  assert.deepEqual([summary.accepted, summary.refused, summary.amount], [3, 1, 33]);
  assert.deepEqual(summary.refusals[0].value, "JPY");
  const yen = await tryBytes(text, { currency: "JPY" });
  assert.deepEqual([yen.summary.accepted, yen.summary.refused, yen.summary.amount], [2, 2, 1212]);
  const rates = { JPY: 0.01, "JPY@2024-03-04": 0.005, "JPY@2024-03-05": 1 };
  const all = await tryBytes(text, { currency: "EUR", rates });
  assert.deepEqual([all.summary.accepted, all.summary.refused, all.summary.amount], [4, 0, 39]);
  assert.match(
    all.details.notes.join(),
    /money is in EUR, other currencies by JPY=0.01,JPY@2024-03-04=0.005/,
  );
});

Deno.test("an id that is a shopper's or an order's is a conflict, and equal lines of one file are two sales", async () => {
  const { summary } = await tryBytes(
    csv(
      "id,type,timestamp,amount",
      "17850,purchase,2024-03-04,10",
      "17850,purchase,2024-03-05,20",
      "17850,purchase,2024-03-04,10",
    ),
  );
  assert.deepEqual([summary.accepted, summary.duplicates, summary.conflicts], [1, 1, 1]);
  const line = "u1,purchase,2024-03-04,10";
  const equal = await tryBytes(csv("user_id,type,timestamp,amount", line, line));
  assert.deepEqual([equal.summary.accepted, equal.summary.amount], [2, 20]);
});
