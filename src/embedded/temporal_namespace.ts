import type { NativeConnection } from "@temporalio/worker";
import { messageOf } from "../core/errors.ts";
import { waitUntil } from "./waiting.ts";

/** Search attributes of Perennial's workflows. */
export const SEARCH_ATTRIBUTES = ["PerennialModel", "PerennialVerdict", "PerennialTrigger"] as const;

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;
/** The types of Temporal's API, by their numbers. */
const TYPES = ["Unspecified", "Text", "Keyword", "Int", "Double", "Bool", "Datetime", "KeywordList"];

/** gRPC's codes of what trying again does not mend. */
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const FAILED_PRECONDITION = 9;
const UNIMPLEMENTED = 12;
const UNAUTHENTICATED = 16;
const NO_RIGHT = new Set([PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED]);
const REFUSED = new Set([INVALID_ARGUMENT, NOT_FOUND, RESOURCE_EXHAUSTED, FAILED_PRECONDITION]);

/** The part of a connection that is needed here; a `NativeConnection` has it. */
type Operator = Pick<NativeConnection, "operatorService">;
type Service = Pick<NativeConnection, "workflowService">;

/** Temporal lacks something that a person has to set up; the message ends with the command that does it. */
export class TemporalSetupError extends Error {
  override name = "TemporalSetupError";
}

/** A namespace of a server. */
interface Place {
  address: string;
  namespace: string;
}

/**
 * Returns the id of a namespace, which stays the same for as long as the server's store; null: nobody may ask.
 * @throws {TemporalSetupError} there is no such namespace
 */
export async function namespaceId(
  { workflowService }: Service,
  { address, namespace }: Place,
): Promise<string | null> {
  try {
    const { namespaceInfo } = await workflowService.describeNamespace({ namespace });
    return namespaceInfo?.id ?? null;
  } catch (error) {
    if (NO_RIGHT.has(codeOf(error))) return null;
    if (codeOf(error) !== NOT_FOUND) throw error;
    throw new TemporalSetupError(
      `Cannot use the Temporal namespace "${namespace}" at ${address}: ${
        wordsOf(error)
      }. Set TEMPORAL_NAMESPACE, ` +
        `or make it: temporal operator namespace create --namespace ${namespace} --retention 3d --address ${address}`,
      { cause: error },
    );
  }
}

/**
 * Makes sure that a namespace has Perennial's search attributes. New ones take a moment to be known to every part of the
 * server: it is asked again for up to half a minute.
 * @returns false: this server lets us neither see nor add them, and Perennial works without
 * @throws {TemporalSetupError} one has another type, or the server takes none
 */
export async function prepareNamespace(connection: Operator, place: Place): Promise<boolean> {
  let lastError: unknown;
  let allowed = true;
  const done = await waitUntil(async () => {
    try {
      return await addMissing(connection, place);
    } catch (error) {
      if (error instanceof TemporalSetupError) throw error;
      if (NO_RIGHT.has(codeOf(error))) return !(allowed = false);
      if (REFUSED.has(codeOf(error))) throw notAdded(place, error);
      lastError = error;
      return false;
    }
  }, { withinMs: 30_000, everyMs: 250 });
  if (!done) throw notAdded(place, lastError);
  return allowed;
}

/**
 * Returns the search attributes that a namespace lacks; none where nobody may ask, and Perennial works without.
 * @throws {TemporalSetupError} one has another type
 */
export async function missingAttributes(connection: Operator, place: Place): Promise<string[]> {
  try {
    return await lackedBy(connection, place);
  } catch (error) {
    if (NO_RIGHT.has(codeOf(error))) return [];
    throw error;
  }
}

async function lackedBy({ operatorService }: Operator, place: Place): Promise<string[]> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace: place.namespace });
  for (const name of SEARCH_ATTRIBUTES) {
    const type = customAttributes[name];
    if (type !== undefined && type !== null && type !== KEYWORD) throw wrongType(place, name, Number(type));
  }
  return SEARCH_ATTRIBUTES.filter((name) => !(name in customAttributes));
}

async function addMissing(connection: Operator, place: Place): Promise<boolean> {
  const { operatorService } = connection;
  const { namespace } = place;
  const missing = await lackedBy(connection, place);
  if (missing.length === 0) return true;
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
  await operatorService.addSearchAttributes({ namespace, searchAttributes });
  return false; // looked up once more: it is done when the server says so
}

function wrongType({ address, namespace }: Place, name: string, type: number): TemporalSetupError {
  const where = `--namespace ${namespace} --address ${address}`;
  return new TemporalSetupError(
    `Cannot use the search attribute ${name} of the Temporal namespace "${namespace}": its type is ` +
      `${
        TYPES[type] ?? type
      }, and Keyword is needed. Make it anew: temporal operator search-attribute remove ` +
      `--name ${name} ${where} --yes && temporal operator search-attribute create --name ${name} --type Keyword ${where}`,
  );
}

function notAdded({ address, namespace }: Place, error: unknown): TemporalSetupError {
  const attributes = SEARCH_ATTRIBUTES.map((name) => `--name ${name} --type Keyword`).join(" ");
  return new TemporalSetupError(
    `Cannot add the search attributes ${
      SEARCH_ATTRIBUTES.join(", ")
    } to the Temporal namespace "${namespace}": ` +
      `${
        wordsOf(error)
      }. Make room (temporal operator search-attribute list --namespace ${namespace} --address ` +
      `${address}, then remove), or add them yourself: temporal operator search-attribute create ${attributes} ` +
      `--namespace ${namespace} --address ${address}`,
    { cause: error },
  );
}

const codeOf = (error: unknown): number => Number((error as { code?: unknown } | null)?.code);

/** Returns what the server said. */
function wordsOf(error: unknown): string {
  const { details, cause } = error as { details?: string; cause?: unknown };
  return details || messageOf(error) + (cause instanceof Error ? ` (${cause.message})` : "");
}
