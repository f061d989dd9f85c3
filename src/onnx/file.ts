/** Reads an ONNX file: protocol buffers by their field numbers, those alone that inference needs. */

/** Numbers of any shape, row-major. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

/** What a node is told besides its inputs. */
export interface Attribute {
  readonly f?: number;
  readonly i?: number;
  readonly s?: string;
  readonly t?: Tensor;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly string[];
}

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** The computation of a file. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, Tensor>;
  /** names of what is given, and of what comes out */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** One field: its number, and its value by how it is written. */
interface Field {
  readonly number: number;
  /** of a varint, or of four or eight fixed bytes */
  readonly value: number;
  /** of a field with a length */
  readonly bytes: Uint8Array;
  readonly wire: number;
}

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const none = new Uint8Array();
  for (let at = 0; at < bytes.length;) {
    const [key, after] = varint(bytes, at);
    at = after;
    const [number, wire] = [Math.floor(key / 8), key % 8];
    if (wire === 0) {
      const [value, next] = varint(bytes, at);
      at = next;
      yield { number, wire, value, bytes: none };
    } else if (wire === 2) {
      const [length, start] = varint(bytes, at);
      at = start + length;
      if (length < 0 || at > bytes.length) throw new TypeError("Cannot read the ONNX file: it is cut short");
      yield { number, wire, value: NaN, bytes: bytes.subarray(start, at) };
    } else if (wire === 5 || wire === 1) {
      const size = wire === 5 ? 4 : 8;
      if (at + size > bytes.length) throw new TypeError("Cannot read the ONNX file: it is cut short");
      yield {
        number,
        wire,
        value: wire === 5 ? view.getFloat32(at, true) : view.getFloat64(at, true),
        bytes: none,
      };
      at += size;
    } else throw new TypeError("Cannot read the ONNX file: these are no protocol buffers");
  }
}

/** A number of seven bits a byte, and where the next field begins; signed as two's complement of 64 bits. */
function varint(bytes: Uint8Array, start: number): [number, number] {
  let value = 0n;
  for (let at = start, shift = 0n; at < bytes.length && shift < 70n; at++, shift += 7n) {
    value |= BigInt(bytes[at] & 127) << shift;
    if (bytes[at] < 128) return [Number(BigInt.asIntN(64, value)), at + 1];
  }
  throw new TypeError("Cannot read the ONNX file: it is cut short");
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The numbers of a repeated field, packed or one by one. */
function numbersOf(field: Field, kind: "float" | "double" | "int"): number[] {
  if (field.wire !== 2) return [field.value];
  const { bytes } = field;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (kind !== "int") {
    const size = kind === "float" ? 4 : 8;
    const read = (at: number) => size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
    return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => read(i * size));
  }
  const found: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const [value, next] = varint(bytes, at);
    found.push(value);
    at = next;
  }
  return found;
}

/** By number of the type: bytes of an element, and how it is read. */
const RAW: Readonly<Record<number, [size: number, read: (view: DataView, at: number) => number]>> = {
  1: [4, (view, at) => view.getFloat32(at, true)],
  6: [4, (view, at) => view.getInt32(at, true)],
  7: [8, (view, at) => Number(view.getBigInt64(at, true))],
  9: [1, (view, at) => view.getUint8(at)],
  11: [8, (view, at) => view.getFloat64(at, true)],
};

function tensorOf(bytes: Uint8Array): { name: string; tensor: Tensor } {
  const dims: number[] = [];
  const data: number[] = [];
  let [name, type, isElsewhere] = ["", 1, false];
  let raw: Uint8Array | undefined;
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) dims.push(...numbersOf(field, "int"));
    else if (field.number === 2) type = field.value;
    else if (field.number === 4) append(data, numbersOf(field, "float"));
    else if (field.number === 5 || field.number === 7) append(data, numbersOf(field, "int"));
    else if (field.number === 8) name = text(field.bytes);
    else if (field.number === 9) raw = field.bytes;
    else if (field.number === 10) append(data, numbersOf(field, "double"));
    else if (field.number === 13 || field.number === 14 && field.value === 1) isElsewhere = true;
  }
  const about = `Cannot read the ONNX file: its tensor "${name}"`;
  if (isElsewhere) throw new TypeError(`${about} is kept in another file; save the model as one file`);
  if (!raw) return { name, tensor: shaped(dims, data, about) };
  if (!RAW[type]) throw new TypeError(`${about} is of type ${type}`);
  const [size, read] = RAW[type];
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const numbers = Array.from({ length: Math.floor(raw.length / size) }, (_, i) => read(view, i * size));
  return { name, tensor: shaped(dims, numbers, about) };
}

/** @throws {TypeError} there are not as many numbers as the shape says */
function shaped(dims: readonly number[], data: readonly number[], about: string): Tensor {
  const needs = dims.reduce((all, size) => all * size, 1);
  if (dims.every((size) => size >= 0) && needs === data.length) return { dims, data };
  throw new TypeError(`${about} of shape ${dims.join(" x ")} holds ${data.length} numbers`);
}

/** Some write each number as a field of its own: none may copy those before it. */
function append(all: number[], more: readonly number[]): void {
  for (const number of more) all.push(number);
}

function attributeOf(bytes: Uint8Array): [name: string, Attribute] {
  let name = "";
  const [floats, ints, strings]: [number[], number[], string[]] = [[], [], []];
  const found: { -readonly [K in keyof Attribute]: Attribute[K] } = { floats, ints, strings };
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) name = text(field.bytes);
    else if (field.number === 2) found.f = field.value;
    else if (field.number === 3) found.i = field.value;
    else if (field.number === 4) found.s = text(field.bytes);
    else if (field.number === 5) found.t = tensorOf(field.bytes).tensor;
    else if (field.number === 7) append(floats, numbersOf(field, "float"));
    else if (field.number === 8) append(ints, numbersOf(field, "int"));
    else if (field.number === 9) strings.push(text(field.bytes));
  }
  return [name, found];
}

function nodeOf(bytes: Uint8Array): OnnxNode {
  const [inputs, outputs]: string[][] = [[], []];
  const attributes = new Map<string, Attribute>();
  let op = "";
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) inputs.push(text(field.bytes));
    else if (field.number === 2) outputs.push(text(field.bytes));
    else if (field.number === 4) op = text(field.bytes);
    else if (field.number === 5) attributes.set(...attributeOf(field.bytes));
  }
  return { op, inputs, outputs, attributes };
}

/** The name is the first field of what describes a value. */
function nameOf(bytes: Uint8Array): string {
  for (const field of fieldsOf(bytes)) if (field.number === 1) return text(field.bytes);
  return "";
}

/** Reads the computation of an ONNX file. @throws {TypeError} it is none, or is cut short */
export function readOnnx(bytes: Uint8Array): OnnxGraph {
  const graph = [...fieldsOf(bytes)].find(({ number, wire }) => number === 7 && wire === 2);
  if (!graph) throw new TypeError("Cannot read the ONNX file: there is no graph in it");
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, Tensor>();
  const [inputs, outputs]: string[][] = [[], []];
  for (const field of fieldsOf(graph.bytes)) {
    if (field.number === 1) nodes.push(nodeOf(field.bytes));
    else if (field.number === 5) {
      const { name, tensor } = tensorOf(field.bytes);
      constants.set(name, tensor);
    } else if (field.number === 11) inputs.push(nameOf(field.bytes));
    else if (field.number === 12) outputs.push(nameOf(field.bytes));
  }
  return { nodes, constants, inputs: inputs.filter((name) => !constants.has(name)), outputs };
}
