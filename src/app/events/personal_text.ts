import { InvalidInputError } from "../../core/errors.ts";
import { maskPersonal, personalKinds } from "../../core/personal_text.ts";
import type { Sql } from "../../db/connect.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import type { Refused } from "../../events/refusal.ts";
import type { Pseudonym } from "../../privacy/pseudonym.ts";

/** Fields of an event in which a person's data have no place; the shopper's id is never stored. */
const FIELDS = ["id", "session", "product", "category", "country"] as const;

type Fields = Readonly<Record<string, unknown>>;

/** An event without personal text, and why it is refused where the settings say so. */
export interface Cleaned {
  readonly fields: Fields;
  readonly refused?: Refused;
}

/** A text as it would be kept: a number is one too. */
const textOf = (value: unknown): string | null =>
  typeof value === "string" || typeof value === "number" ? String(value) : null;

function holdsPersonal(fields: Fields): boolean {
  for (const name of FIELDS) {
    const text = textOf(fields[name]);
    if (text !== null && personalKinds(text).length > 0) return true;
  }
  return false;
}

/** The places of events that hold some. */
function placesOf(events: readonly unknown[]): number[] {
  const places: number[] = [];
  events.forEach((event, i) => {
    if (isObject(event) && holdsPersonal(event)) places.push(i);
  });
  return places;
}

/**
 * Takes e-mail addresses, phone numbers and card numbers out of events, by the setting `personal_text`: masked each by a
 * token of its own, so that products and sessions stay apart, or refused. The settings are read only where some are found.
 * @param events fields under their own names; what is no object is passed over
 * @returns by place, those that held something
 */
export async function cleaned(
  { sql, pseudonym }: { sql: Sql; pseudonym: Pseudonym },
  events: readonly unknown[],
): Promise<Map<number, Cleaned>> {
  const found = placesOf(events);
  if (found.length === 0) return new Map();
  const { personal_text: policy } = (await currentConfig(sql)).config;
  const tokenOf = (value: string) => pseudonym(`text ${value}`).slice(0, 8);
  return new Map(
    found.map((i) => [i, clean(events[i] as Fields, { tokenOf, refuses: policy === "refuse" })]),
  );
}

function clean(
  fields: Fields,
  { tokenOf, refuses }: { tokenOf: (value: string) => string; refuses: boolean },
): Cleaned {
  const out: Record<string, unknown> = { ...fields };
  let refused: Refused | undefined;
  for (const name of FIELDS) {
    const text = textOf(fields[name]);
    const [kind] = text === null ? [] : personalKinds(text);
    if (text === null || kind === undefined) continue;
    out[name] = maskPersonal(text, tokenOf);
    refused ??= { field: name, reason: `${name} holds ${WORDS[kind]}`, value: String(out[name]) };
  }
  return refuses ? { fields: out, refused } : { fields: out };
}

const WORDS = { "e-mail": "an e-mail address", "phone": "a phone number", "card": "a card number" } as const;

/**
 * Returns a text that a person wrote, or a file's name, as it may be kept.
 * @throws {InvalidInputError} it holds personal data, and the settings refuse that
 */
export async function cleanProse(sql: Sql, field: string, text: string): Promise<string> {
  const [kind] = personalKinds(text);
  if (kind === undefined) return text;
  const { personal_text: policy } = (await currentConfig(sql)).config;
  if (policy === "mask") return maskPersonal(text);
  throw new InvalidInputError(`${field}: holds ${WORDS[kind]}; say it without`, field);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
