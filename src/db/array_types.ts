import { parse } from "postgres-array";
import { arrayLiteral } from "./array_literal.ts";

/** How values of a type go into a database, and come out of it as text. */
interface ElementType {
  serialize?: (value: never) => unknown;
  parse?: (text: string) => unknown;
}

const asNumber: ElementType = { parse: Number };
const asText: ElementType = {};
const asBoolean: ElementType = { parse: (text) => text === "t" };
const asJson: ElementType = {
  serialize: (value) => JSON.stringify(value),
  parse: (text) => JSON.parse(text),
};

/** The oids of arrays, by the name of their elements' type: built into Postgres, the same in each of its versions. */
export const ARRAY_OIDS = {
  bool: 1000,
  char: 1002,
  name: 1003,
  int2: 1005,
  int4: 1007,
  text: 1009,
  bpchar: 1014,
  varchar: 1015,
  int8: 1016,
  float4: 1021,
  float8: 1022,
  oid: 1028,
  timestamp: 1115,
  date: 1182,
  timestamptz: 1185,
  numeric: 1231,
  uuid: 2951,
  json: 199,
  jsonb: 3807,
} as const;

const ELEMENTS: Partial<Record<keyof typeof ARRAY_OIDS, ElementType>> = {
  bool: asBoolean,
  int2: asNumber,
  int4: asNumber,
  int8: asNumber,
  float4: asNumber,
  float8: asNumber,
  oid: asNumber,
  json: asJson,
  jsonb: asJson,
};

/**
 * The array types of a connection, for the driver's option `types`. Left to itself it asks the server for them over a
 * pool's first connections, and what comes meanwhile is read as text.
 * @param time how moments travel
 */
export function arrayTypes(time: ElementType) {
  const moments = { timestamp: time, date: time, timestamptz: time };
  const elements: Partial<Record<string, ElementType>> = { ...ELEMENTS, ...moments };
  return Object.fromEntries(
    Object.entries(ARRAY_OIDS).map(([name, oid]) => [`${name}s`, arrayType(oid, elements[name] ?? asText)]),
  );
}

function arrayType(
  oid: number,
  { serialize = (value) => value, parse: parseElement = (text) => text }: ElementType,
) {
  const elementOf = (value: unknown) => value === null ? null : serialize(value as never) as string | number;
  return {
    to: oid,
    from: [oid],
    serialize: (value: unknown) => Array.isArray(value) ? arrayLiteral(value.map(elementOf)) : value,
    parse: (text: string) => parse(text, parseElement),
  };
}
