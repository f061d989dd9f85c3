import { FEATURES } from "../features/definition.ts";

/** Rows of features, as they were sent. */
export interface SentRows {
  /** the shoppers' ids; null: none was sent */
  readonly users: readonly (string | null)[];
  /** shape `[users.length, features of the model]` */
  readonly features: Float32Array;
}

/** Largest number of single precision. */
const SINGLE_MAX = 3.4028234663852886e38;
export const isSingle = (value: unknown): value is number =>
  typeof value === "number" && value <= SINGLE_MAX && value >= -SINGLE_MAX;

const WIDTH = FEATURES.length;
const ROWS_FIRST = 128;
const USER_MAX = 200;
/** Thrown where a body does not go on as expected. */
const ELSE = -1;

const code = (text: string) => new TextEncoder().encode(text);
const ROW = code('{"row":');
const ROWS = code('{"rows":[');
const USER = code('{"user":"');
const NULL = code("null");
const FEATURES_NEXT = code(',"features":{');
const FEATURES_FIRST = code('{"features":{');
const [QUOTE, COMMA, MINUS, DOT, ZERO, E, SMALL_E, SMALL_N, BACKSLASH, CLOSE_LIST, CLOSE] = code(
  `",-.0Een\\]}`,
);

/**
 * Reads a body in the form that `JSON.stringify` gives to the features by name in our order, as most clients send it,
 * straight from its bytes: making an object of 97 values a row costs more than the model's answer.
 * @returns what `JSON.parse` would have brought; null: the body has another form, or is at fault
 */
export function readPlainRows(body: Uint8Array): SentRows | null {
  const bytes = new Plain(body);
  const users: (string | null)[] = [];
  let at = bytes.skip(ROWS, 0);
  const isMany = at !== ELSE;
  if (!isMany && (at = bytes.skip(ROW, 0)) === ELSE) return null;
  let rows = new Float32Array((isMany ? ROWS_FIRST : 1) * WIDTH);
  for (;; at++) {
    const first = users.length * WIDTH;
    if (first === rows.length) rows = larger(rows);
    at = bytes.user(at, users);
    if (at !== ELSE) at = bytes.features(at, rows, first);
    if (at === ELSE) return null;
    if (!isMany || body[at] !== COMMA) break;
  }
  if (isMany && body[at++] !== CLOSE_LIST) return null;
  const isWhole = body[at] === CLOSE && at + 1 === body.length;
  return isWhole ? { users, features: rows.subarray(0, users.length * WIDTH) } : null;
}

function larger(rows: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const grown = new Float32Array(rows.length * 2);
  grown.set(rows);
  return grown;
}

/** The text before a feature's value, as words of four bytes: the last one may overlap the one before. */
const NAMES = FEATURES.map((name, i) => {
  const bytes = code(`${i === 0 ? "" : ","}"${name}":`);
  const view = new DataView(bytes.buffer);
  const last = bytes.length - 4;
  const places = Int32Array.from(
    { length: Math.ceil(bytes.length / 4) },
    (_, word) => Math.min(4 * word, last),
  );
  return { length: bytes.length, places, words: places.map((place) => view.getInt32(place)) };
});

/** So many digits make a number that a double holds exactly, and one division of it is rounded rightly. */
const DIGITS_KEPT = 15;
const POWERS = Float64Array.from({ length: DIGITS_KEPT + 1 }, (_, i) => 10 ** i);

/** Bytes of a body. Each method reads what it is named for at a place, and returns the place behind it, or ELSE. */
class Plain {
  private readonly view: DataView;
  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  skip(expected: Uint8Array, at: number): number {
    for (let i = 0; i < expected.length; i++) if (this.bytes[at + i] !== expected[i]) return ELSE;
    return at + expected.length;
  }

  /** A row up to its features. */
  user(at: number, into: (string | null)[]): number {
    const { bytes } = this;
    const unnamed = this.skip(FEATURES_FIRST, at);
    const from = this.skip(USER, at);
    if (unnamed !== ELSE || from === ELSE) {
      into.push(null);
      return unnamed;
    }
    let to = from;
    for (; bytes[to] !== QUOTE; to++) {
      const isPlain = bytes[to] >= 0x20 && bytes[to] < 0x7f && bytes[to] !== BACKSLASH; // past the end neither
      if (!isPlain || to - from >= USER_MAX) return ELSE;
    }
    into.push(String.fromCharCode.apply(null, bytes.subarray(from, to) as unknown as number[]));
    return this.skip(FEATURES_NEXT, to + 1);
  }

  /** A row's features, and its end. In one piece, and in whole numbers of 32 bits: each call and float would show. */
  features(at: number, into: Float32Array, first: number): number {
    const { bytes } = this;
    for (let i = 0; i < WIDTH; i++) {
      at = this.name(at, i);
      if (at === ELSE) return ELSE;
      if (bytes[at] === SMALL_N) {
        at = this.skip(NULL, at);
        into[first + i] = NaN;
        if (at === ELSE) return ELSE;
        continue;
      }
      const one = bytes[at] - ZERO;
      if (one >= 0 && one <= 9 && (bytes[at + 1] === COMMA || bytes[at + 1] === CLOSE)) {
        into[first + i] = one;
        at++;
        continue;
      }
      const from = at;
      const begin = bytes[at] === MINUS ? at + 1 : at;
      let dot = 0;
      let digits = 0;
      let high = 0;
      let low = 0;
      for (at = begin;; at++) {
        const digit = bytes[at] - ZERO; // past the end: NaN
        if (digit >= 0 && digit <= 9) {
          if (digits < 9) high = high * 10 + digit;
          else if (digits < DIGITS_KEPT) low = low * 10 + digit;
          digits++;
        } else if (bytes[at] === DOT && dot === 0) dot = at;
        else break;
      }
      const whole = dot === 0 ? digits : dot - begin;
      const kept = digits < DIGITS_KEPT ? digits : DIGITS_KEPT;
      const isUsual = whole > 0 && whole <= kept && (whole === 1 || bytes[begin] !== ZERO) &&
        at !== dot + 1 &&
        bytes[at] !== E && bytes[at] !== SMALL_E;
      const number = digits <= 9 ? high : high * POWERS[kept - 9] + low;
      const power = POWERS[kept - whole];
      const value = number / power;
      // digits that were not kept may decide how it is rounded
      if (isUsual && (digits === kept || Math.fround(value) === Math.fround((number + 1) / power))) {
        into[first + i] = begin === from ? value : -value;
        continue;
      }
      at = this.unusual(from, into, first + i);
      if (at === ELSE) return ELSE;
    }
    return bytes[at] === CLOSE && bytes[at + 1] === CLOSE ? at + 2 : ELSE;
  }

  private name(at: number, feature: number): number {
    const { length, places, words } = NAMES[feature];
    if (at + length > this.bytes.length) return ELSE;
    for (let i = 0; i < words.length; i++) {
      if (this.view.getInt32(at + places[i]) !== words[i]) return ELSE;
    }
    return at + length;
  }

  /** A number that takes more care. */
  private unusual(from: number, into: Float32Array, place: number): number {
    const { bytes } = this;
    let to = from;
    while (to - from < NUMBER_MAX && IN_NUMBER.includes(bytes[to])) to++;
    const text = String.fromCharCode(...bytes.subarray(from, to));
    const value = Number(text);
    if (!NUMBER.test(text) || !isSingle(value)) return ELSE;
    into[place] = value;
    return to;
  }
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const IN_NUMBER = code("0123456789+-.eE");
const NUMBER_MAX = 100;
