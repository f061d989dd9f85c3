/** Values that are no good anywhere, and go everywhere. */
const EVERYWHERE: Readonly<Record<string, unknown>> = {
  "NUL": "a\0b",
  "a lone surrogate": "\ud83d",
  "2^31": 2 ** 31,
  "2^63": "9223372036854775808",
  "a negative number": -1,
  "the year 0": "0000-01-01T00:00:00Z",
  "a huge text": "x".repeat(5_000),
  "an object": { toString: 1, constructor: null },
};

/** Others of the kinds that a database, a clock or a parser may choke on: they take turns. */
const IN_TURN: Readonly<Record<string, unknown>> = {
  "a reversed pair": "\udc00\ud83d",
  "a long number": "9".repeat(40),
  "2^53": 2 ** 53,
  "-2^63": -(2 ** 63),
  "a fraction": 0.5,
  "1e308": 1e308,
  "1e400": "1e400",
  "the year 1": "0001-01-01",
  "the year 9999": "9999-12-31T23:59:59+14:00",
  "the year 275761": "+275761-01-01T00:00:00Z",
  "a day that is none": "2011-02-30",
  "SQL": "'); drop table audit; --",
  "a path": "../../../../etc/passwd",
  "a percent sign": "%",
  "nothing": "",
  "null": null,
  "a list": [[[]]],
  "a prototype": JSON.parse('{"__proto__": {"role": "admin"}}'),
};

const turns = Object.entries(IN_TURN);
const always = Object.entries(EVERYWHERE);

/**
 * The values for one place: those that go everywhere, or of a place among hundreds alike three of them, and one of the
 * others, by the place's number.
 */
export function valuesFor(place: number, { isOfMany = false } = {}): [what: string, value: unknown][] {
  const chosen = isOfMany ? [0, 1, 2].map((n) => always[(place * 3 + n) % always.length]) : always;
  return [...chosen, turns[place % turns.length]];
}

/** All of them. */
export const HOSTILE_VALUES: readonly (readonly [what: string, value: unknown])[] = [...always, ...turns];

/** Headers that say what cannot be, of any request. */
export const HOSTILE_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ["X-Request-Id", "\xff".repeat(20)],
  ["X-Request-Id", "../../etc/passwd"],
  ["Idempotency-Key", "x".repeat(5_000)],
  ["Idempotency-Key", "\xff\xfe"],
  ["Last-Event-ID", "9223372036854775808"],
  ["Range", "bytes=-9999999999999999999"],
  ["Range", "lines=5-2,1-"],
  ["Accept", "text/html;q=NaN,*/*;q=1e999"],
  ["Accept", "text/event-stream"],
  ["If-Match", 'W/"9223372036854775808"'],
  ["If-Match", '"1e999"'],
  ["If-None-Match", `"${"x".repeat(5_000)}"`],
  ["Content-Encoding", "gzip"],
  ["Content-Encoding", "gzip, br"],
  ["Content-Type", "application/json; charset=utf-16"],
  ["Content-Type", "multipart/form-data; boundary="],
  ["Content-Type", "text/csv"],
  ["Content-Type", "/"],
  ["Content-Length", "-1"],
  ["Authorization", "Bearer a.b.c"],
  ["Authorization", "Basic \xff"],
  ["Cookie", "perennial_session=%00;%ff=%;a;=;;"],
  ["Origin", "http://[::1"],
  ["X-Forwarded-For", "1.2.3.4,\xff"],
  ["X-Forwarded-Proto", "javascript"],
  ["Traceparent", "00-0-0-01"],
  ["Expect", "nonsense"],
];

/** Bodies that are no object of JSON, or one that a parser may choke on. */
export const HOSTILE_BODIES: readonly string[] = [
  "",
  "{",
  "null",
  "[]",
  "[[[]]]",
  '"x"',
  "1e999",
  '{"a":NaN}',
  "\ufeff{}",
  '{"why":"x","why":["y"],"model":"churn","model":{}}',
  '{"__proto__":{"role":"admin"},"constructor":{"prototype":{}}}',
  `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
  `${'{"a":'.repeat(70)}1${"}".repeat(70)}`,
  '{"model":"__proto__","name":"constructor","user":"__proto__","why":"\\u202e\\u0007"}',
  '{"length":4294967296,"rows":{"length":-1},"users":{"0":1}}',
];
