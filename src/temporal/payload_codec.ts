import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import type { DataConverter, Payload, PayloadCodec } from "@temporalio/common";
import proto from "@temporalio/proto";
import type { PayloadKeys } from "../security/payload_keys.ts";

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

const ENCODING = "encoding";
const ENCRYPTED = "binary/encrypted";
const KEY_ID = "encryption-key-id";

/** Puts messages and traces of errors where the codec reaches them; the workflows' bundle takes it in as well. */
export const FAILURE_CONVERTER = fileURLToPath(
  new URL("../../workflows/failure_converter.ts", import.meta.url),
);

/**
 * Encrypts whole payloads, their encoding included; one that came in clear is read as it is.
 * @param options.isPatient a payload that cannot be decrypted is left as it is: anybody can send one to a workflow, whose
 * task would else be tried for ever
 */
export function createPayloadCodec(
  keys: PayloadKeys,
  { isPatient = false }: { isPatient?: boolean } = {},
): PayloadCodec {
  const open = (payload: Payload) =>
    opened(keys, payload).catch((error) => {
      if (isPatient) return payload;
      throw error;
    });
  return {
    encode: (payloads) =>
      keys.keyId === null ? Promise.resolve(payloads) : Promise.all(payloads.map((one) => sealed(keys, one))),
    decode: (payloads) => Promise.all(payloads.map(open)),
  };
}

/** How clients and workers turn values into payloads; undefined: as Temporal's library does by itself. */
export function dataConverterOf(
  keys: PayloadKeys | null,
  options: { isPatient?: boolean } = {},
): DataConverter | undefined {
  if (keys === null) return undefined;
  const failures = keys.keyId === null ? {} : { failureConverterPath: FAILURE_CONVERTER };
  return { payloadCodecs: [createPayloadCodec(keys, options)], ...failures };
}

async function sealed(keys: PayloadKeys, payload: Payload): Promise<Payload> {
  const plain = PayloadMessage.encode(payload).finish();
  const metadata = { [ENCODING]: bytesOf(ENCRYPTED), [KEY_ID]: bytesOf(keys.keyId!) };
  return { metadata, data: await keys.encrypt(plain) };
}

async function opened(keys: PayloadKeys, payload: Payload): Promise<Payload> {
  const { metadata, data } = payload;
  if (textOf(metadata?.[ENCODING]) !== ENCRYPTED) return payload;
  const keyId = textOf(metadata?.[KEY_ID]);
  const { metadata: plain, data: value } = PayloadMessage.decode(
    await keys.decrypt(keyId, data ?? new Uint8Array()),
  );
  return { metadata: plain, data: value };
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | null | undefined): string => bytes ? new TextDecoder().decode(bytes) : "";

/** A payload as Temporal's pages send it to a codec server: bytes as base64. */
export interface PayloadJson {
  metadata?: Record<string, string>;
  data?: string;
}

/** Encrypts and decrypts payloads as Temporal's pages send them. */
export interface CodecServer {
  encode(payloads: readonly PayloadJson[]): Promise<PayloadJson[]>;
  /** @throws {PayloadKeyError} one cannot be decrypted */
  decode(payloads: readonly PayloadJson[]): Promise<PayloadJson[]>;
}

/** Returns the codec of these keys for payloads in their JSON form. */
export function codecServer(keys: PayloadKeys): CodecServer {
  const codec = createPayloadCodec(keys);
  return {
    encode: async (payloads) => (await codec.encode(payloads.map(fromJson))).map(toJson),
    decode: async (payloads) => (await codec.decode(payloads.map(fromJson))).map(toJson),
  };
}

const fromJson = ({ metadata = {}, data = "" }: PayloadJson): Payload => ({
  metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, fromBase64(value)])),
  data: fromBase64(data),
});

const toJson = ({ metadata, data }: Payload): PayloadJson => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, toBase64(value)]),
  ),
  data: toBase64(data ?? new Uint8Array()),
});

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
