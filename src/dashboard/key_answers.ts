import { Keys, NewKey } from "../api/messages.ts";
import type { ApiKey } from "../db/access/api_keys.ts";

/** A key that was just made, with its secret. */
export type MadeKey = NewKey;

/** Reads the API's answer about all keys. */
export const readKeys = (answer: unknown): ApiKey[] => Keys.parse(answer).keys;

/** Reads the API's answer about a key that was made. */
export const readMadeKey = (answer: unknown): MadeKey => NewKey.parse(answer);
