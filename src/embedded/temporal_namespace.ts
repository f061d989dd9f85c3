import type { NativeConnection } from "@temporalio/worker";
import { waitUntil } from "./waiting.ts";

/** Search attributes of Perennial's workflows. */
export const SEARCH_ATTRIBUTES = ["PerennialModel", "PerennialVerdict", "PerennialTrigger"] as const;

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;

/** The part of a connection that is needed here; a `NativeConnection` has it. */
type Operator = Pick<NativeConnection, "operatorService">;

/**
 * Makes sure that a namespace of a server that is not ours has Perennial's search attributes.
 *
 * New ones take a moment to be known to every part of the server: it is asked again for up to half a minute.
 * @throws {Error} the server did not take them in that time, perhaps for want of rights
 */
export async function prepareNamespace(connection: Operator, namespace: string): Promise<void> {
  let lastError: unknown;
  const done = await waitUntil(async () => {
    try {
      return await addMissing(connection, namespace);
    } catch (error) {
      lastError = error;
      return false;
    }
  }, { withinMs: 30_000, everyMs: 250 });
  if (!done) {
    throw new Error(`Cannot add search attributes to the Temporal namespace "${namespace}"`, {
      cause: lastError,
    });
  }
}

async function addMissing({ operatorService }: Operator, namespace: string): Promise<boolean> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.filter((name) => !(name in customAttributes));
  if (missing.length === 0) return true;
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
  await operatorService.addSearchAttributes({ namespace, searchAttributes });
  return false; // looked up once more: it is done when the server says so
}
