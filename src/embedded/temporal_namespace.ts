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
const ALREADY_EXISTS = 6;
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
export const namespaceId = async (service: Service, place: Place): Promise<string | null> =>
  (await describe(service, place)).id;

/** Where the data of a namespace say whose it is. */
const SHOP = "perennialShop";
/** Closed workflows are kept so long; what they came to is in Postgres. */
const KEPT_S = 3 * 86_400;

/**
 * Makes the namespace of a shop; one that is there already stays.
 * @throws {TemporalSetupError} it is not that shop's
 */
export async function makeShopNamespace(service: Service, place: Place, shop: string): Promise<void> {
  const { namespace, address } = place;
  try {
    const workflowExecutionRetentionPeriod = { seconds: KEPT_S as never }; // a Long, which a number is taken for
    await service.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod,
      data: { [SHOP]: shop },
    });
  } catch (error) {
    if (codeOf(error) !== ALREADY_EXISTS) {
      throw new TemporalSetupError(
        `Cannot make the Temporal namespace "${namespace}" at ${address}: ${
          wordsOf(error)
        }. Make it by hand, ` +
          `with ${SHOP}=${shop} among its data, and run this again`,
        { cause: error },
      );
    }
  }
  await needNamespaceOf(service, place, shop);
}

/**
 * Refuses a namespace that is another's: two shops' workflows would have the same ids. Its data say whose it is; one
 * without, as a managed Temporal has them, is a shop's by its name.
 * @param shop undefined: none of several   @throws {TemporalSetupError}
 */
export async function needNamespaceOf(
  service: Service,
  place: Place,
  shop: string | undefined,
): Promise<void> {
  const { id, shop: marked } = await describe(service, place);
  if (id === null || marked === (shop ?? null)) return;
  const [name] = place.namespace.split("."); // a managed one is NAME.ACCOUNT
  if (marked === null && [shop, `perennial-${shop}`].includes(name)) return;
  throw new TemporalSetupError(
    `Cannot use the Temporal namespace "${place.namespace}" at ${place.address} ` +
      `${shop === undefined ? "without a shop" : `for the shop "${shop}"`}: it belongs to ` +
      `${marked === null ? "no shop of several" : `the shop "${marked}"`}. Set TEMPORAL_NAMESPACE, or ` +
      "PERENNIAL_SHOP, to the right one",
  );
}

/** Deletes the namespace of a shop with its workflows. One that is gone already is left alone. */
export async function removeNamespace({ operatorService }: Operator, { namespace }: Place): Promise<void> {
  try {
    await operatorService.deleteNamespace({ namespace });
  } catch (error) {
    if (codeOf(error) !== NOT_FOUND) throw error;
  }
}

/** What a namespace says of itself; no id: nobody may ask. @throws {TemporalSetupError} there is none */
async function describe(
  { workflowService }: Service,
  { address, namespace }: Place,
): Promise<{ id: string | null; shop: string | null }> {
  try {
    const { namespaceInfo } = await workflowService.describeNamespace({ namespace });
    return { id: namespaceInfo?.id ?? null, shop: namespaceInfo?.data?.[SHOP] ?? null };
  } catch (error) {
    if (NO_RIGHT.has(codeOf(error))) return { id: null, shop: null };
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
