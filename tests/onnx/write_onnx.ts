/** Writes small ONNX files, field by field, also those that no tool would write. */
import { Buffer } from "node:buffer";

/** A field of a message: its number, and an integer, a float in an object, or bytes. */
type Field = readonly [number: number, value: number | bigint | { float: number } | string | Uint8Array];

export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, BigInt(value));; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 127n) | 128);
  }
}

export function message(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(fields.map(([number, value]) => {
    if (typeof value === "number" || typeof value === "bigint") {
      return Uint8Array.from([...varint(number << 3), ...varint(value)]);
    }
    if (typeof value === "object" && "float" in value) {
      const float = Buffer.alloc(4);
      float.writeFloatLE(value.float);
      return Buffer.concat([Uint8Array.from(varint(number << 3 | 5)), float]);
    }
    const bytes = Buffer.from(value);
    return Buffer.concat([Uint8Array.from([...varint(number << 3 | 2), ...varint(bytes.length)]), bytes]);
  }));
}

/** A list of numbers or texts that a node is told. */
export const attribute = (name: string, values: readonly (number | { float: number } | string)[]): Field => {
  const number = (value: unknown) => typeof value === "number" ? 8 : typeof value === "string" ? 9 : 7;
  return [5, message([[1, name], ...values.map((value): Field => [number(value), value])])];
};

export const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  told: readonly Field[] = [],
): Field => [
  1,
  message([...inputs.map((name): Field => [1, name]), [2, output], [4, op], ...told]),
];

/** Weights; `more` stands in place of their numbers. */
export const weights = (name: string, dims: readonly number[], more?: Field): Field => [
  5,
  message([
    ...dims.map((size): Field => [1, size]),
    [2, 1],
    [8, name],
    more ?? [9, Buffer.alloc(4 * dims.reduce((all, size) => all * size, 1))],
  ]),
];

/** A file of one input, `x`. */
export const model = (fields: readonly Field[], output: string): Uint8Array =>
  message([[7, message([...fields, [11, message([[1, "x"]])], [12, message([[1, output]])]])]]);
