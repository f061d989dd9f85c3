import { InvalidInputError } from "./errors.ts";

/**
 * What one unit of other currencies is worth in the shop's own, by code, or by code and first UTC day: `USD`,
 * `GBP@2024-06-01`.
 */
export type Rates = Readonly<Record<string, number>>;

/** The money of a shop. */
export interface ShopMoney {
  /** the shop's own currency; empty: not stated */
  readonly currency: string;
  readonly rates: Rates;
}

/** A shop of which nobody said what its money is. */
export const NO_MONEY: ShopMoney = { currency: "", rates: {} };

const KEY = /^[A-Z]{3}(@\d{4}-\d{2}-\d{2})?$/;
/** Rates as they are written: `USD=0.92,GBP@2024-06-01=1.18`. */
const RATES_TEXT = /^([A-Za-z]{3}(@\d{4}-\d{2}-\d{2})?=\d+(\.\d+)?(,(?=.)|$))*$/;

const SYMBOLS: Readonly<Record<string, string>> = {
  "€": "EUR",
  "$": "USD",
  "US$": "USD",
  "CA$": "CAD",
  "C$": "CAD",
  "A$": "AUD",
  "AU$": "AUD",
  "NZ$": "NZD",
  "HK$": "HKD",
  "S$": "SGD",
  "MX$": "MXN",
  "R$": "BRL",
  "£": "GBP",
  "¥": "JPY",
  "₹": "INR",
  "₽": "RUB",
  "₺": "TRY",
  "₩": "KRW",
  "₪": "ILS",
  "₫": "VND",
  "₴": "UAH",
  "₦": "NGN",
  "₱": "PHP",
  "฿": "THB",
  "zł": "PLN",
  "Kč": "CZK",
  "Ft": "HUF",
  "lei": "RON",
  "Fr.": "CHF",
  "kr": "SEK",
};

/** Currencies that write themselves with a sign of several. */
const SHARED: Readonly<Record<string, ReadonlySet<string>>> = {
  "$": new Set("USD CAD AUD NZD SGD HKD MXN TWD ARS CLP COP".split(" ")),
  "¥": new Set(["JPY", "CNY"]),
  "£": new Set(["GBP", "EGP", "GIP"]),
  "kr": new Set(["SEK", "NOK", "DKK", "ISK"]),
};

/** Signs of currencies beside a number, the longest first. */
export const CURRENCY_SIGNS: readonly string[] = Object.keys(SYMBOLS).sort((a, b) => b.length - a.length);

/** Whether a sign or a code can mean a currency: `$` is written for dollars of every country. */
export function canMean(written: string, currency: string): boolean {
  const code = currencyCode(currency);
  return currencyCode(written) === code || SHARED[written.trim()]?.has(code) === true;
}

/** The code of a currency as it was written: `eur`, `€` and ` EUR ` are EUR. */
export function currencyCode(text: string): string {
  const word = text.trim();
  return SYMBOLS[word] ?? word.toUpperCase();
}

/** Reads rates as people write them. @throws {InvalidInputError} they are not */
export function parseRates(text: string): Rates {
  if (!RATES_TEXT.test(text)) {
    const need = "need CODE=RATE, or CODE@DAY=RATE from a day on, as in USD=0.92,GBP@2024-06-01=1.18";
    throw new InvalidInputError(`Cannot read the rates "${text}": ${need}`, "rates");
  }
  const pairs = text.split(",").filter((pair) => pair !== "").map((pair) => {
    const [key, rate] = pair.split("=");
    return [key.toUpperCase(), Number(rate)] as const;
  });
  return checkRates(Object.fromEntries(pairs));
}

/** Whether a text is rates. */
export function isRates(text: string): boolean {
  try {
    parseRates(text);
    return true;
  } catch {
    return false;
  }
}

/** @throws {InvalidInputError} a rate is nothing, or is of no currency or day */
function checkRates(rates: Rates): Rates {
  for (const [key, rate] of Object.entries(rates)) {
    const day = key.split("@")[1];
    const isDay = day === undefined || !Number.isNaN(Date.parse(day));
    if (KEY.test(key) && isDay && rate > 0 && Number.isFinite(rate)) continue;
    throw new InvalidInputError(
      `Cannot use the rate ${key}=${rate}: need CODE or CODE@DAY, and a number`,
      "rates",
    );
  }
  return rates;
}

/** The rates as {@link parseRates} reads them. */
export const ratesText = (rates: Rates): string =>
  Object.entries(rates).map(([key, rate]) => `${key}=${rate}`).join(",");

/**
 * What one unit of another currency was worth in the shop's own at a moment: the rate of the newest day that had come,
 * else the one without a day. Null: none is stated.
 */
export function rateAt({ rates }: Pick<ShopMoney, "rates">, code: string, atMs: number): number | null {
  const day = new Date(atMs).toISOString().slice(0, 10);
  let best = "";
  for (const key in rates) {
    const [ofCode, from = ""] = key.split("@");
    if (ofCode === code && from <= day && (from > best || (from === "" && best === ""))) best = from;
  }
  return rates[best === "" ? code : `${code}@${best}`] ?? null;
}
