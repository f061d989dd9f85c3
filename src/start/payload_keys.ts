import type { Config } from "../config/environment.ts";
import { openPayloadKeys, type PayloadKeys } from "../security/payload_keys.ts";

/** The keys of payloads that the environment gives; null: none. @throws {InvalidInputError} one cannot be used */
export const payloadKeysOf = (
  config: Pick<Config, "PERENNIAL_TEMPORAL_PAYLOAD_KEY" | "PERENNIAL_TEMPORAL_OLDER_PAYLOAD_KEYS">,
): Promise<PayloadKeys | null> =>
  openPayloadKeys({
    current: config.PERENNIAL_TEMPORAL_PAYLOAD_KEY,
    older: config.PERENNIAL_TEMPORAL_OLDER_PAYLOAD_KEYS,
  });
