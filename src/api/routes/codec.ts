import { createRoute } from "@hono/zod-openapi";
import { cors } from "hono/cors";
import { InvalidInputError } from "../../core/errors.ts";
import { PayloadKeyError } from "../../security/payload_keys.ts";
import type { PayloadJson } from "../../temporal/payload_codec.ts";
import { body, json, PayloadsAnswer, PayloadsBody, problem } from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";

const tags = ["Operations"];

/** Where Temporal's pages send payloads to be read. */
export const CODEC_PATH = "/temporal/codec";

const decode = createRoute({
  method: "post",
  path: `${CODEC_PATH}/decode`,
  tags,
  summary: "Payloads of Temporal, decrypted: a codec server as Temporal's pages and command line ask one",
  description: "A payload that is not encrypted comes back as it is.",
  request: { body: body(PayloadsBody, true) },
  responses: { 200: json(PayloadsAnswer, "In the order sent"), default: problem },
});

const encode = createRoute({
  method: "post",
  path: `${CODEC_PATH}/encode`,
  tags,
  summary: "Payloads for Temporal, encrypted where a key is set",
  request: { body: body(PayloadsBody, true) },
  responses: { 200: json(PayloadsAnswer, "In the order sent"), default: problem },
});

/** Has the pages of a Temporal elsewhere ask us from a browser: that one origin, and no other. */
export function addCodecOrigin(app: Api, { temporalUi }: Pick<ApiDeps, "temporalUi">): void {
  if (!temporalUi) return; // left out, too, where only the document is made
  const allowed = cors({
    origin: new URL(temporalUi).origin,
    allowMethods: ["POST"],
    allowHeaders: ["authorization", "authorization-extras", "content-type", "x-namespace"],
    credentials: true,
    maxAge: 600,
  });
  app.use(`${CODEC_PATH}/*`, allowed);
}

/** The codec server: reads for viewers, writes for who may change something from Temporal's pages. */
export function addCodecRoutes(app: Api, { codec }: Pick<ApiDeps, "codec">): void {
  app.openapi(decode, async (c) => {
    const { payloads } = c.req.valid("json");
    return c.json({ payloads: codec ? await readable(() => codec.decode(payloads)) : payloads }, 200);
  });
  app.openapi(encode, async (c) => {
    const { payloads } = c.req.valid("json");
    return c.json({ payloads: codec ? await codec.encode(payloads) : payloads }, 200);
  });
}

/** What cannot be decrypted is the caller's to mend: another key, or other bytes. */
async function readable(read: () => Promise<PayloadJson[]>): Promise<PayloadJson[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PayloadKeyError) throw new InvalidInputError(error.message, "payloads");
    throw error;
  }
}
