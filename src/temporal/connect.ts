import { readFile } from "node:fs/promises";
import { Client, type WorkflowClientInterceptor } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { messageOf } from "../core/errors.ts";
import type { Config } from "../config/environment.ts";
import type { PayloadKeys } from "../security/payload_keys.ts";
import { dataConverterOf } from "./payload_codec.ts";

/** The address of Temporal and the credentials for it. */
type TemporalConfig = Pick<
  Config,
  | "TEMPORAL_API_KEY"
  | "TEMPORAL_NAMESPACE"
  | "TEMPORAL_TASK_QUEUE"
  | "TEMPORAL_TLS"
  | "TEMPORAL_TLS_CA"
  | "TEMPORAL_TLS_CERT"
  | "TEMPORAL_TLS_KEY"
>;

/** The Temporal server cannot be reached. */
class TemporalUnreachableError extends Error {
  override name = "TemporalUnreachableError";
  constructor(readonly address: string, cause: unknown) {
    super(
      `Cannot reach Temporal at ${address}: ${
        messageOf(cause)
      }; check TEMPORAL_ADDRESS and that the server runs`,
      {
        cause,
      },
    );
  }
}

/**
 * A connection for clients and workers alike. Never the client library's own: it is gRPC over Deno's `node:http2`, which
 * can end the process when a server goes away (docs/decisions/0001-temporal-under-deno.md).
 * @throws {TemporalUnreachableError}
 */
export async function connectTemporal(address: string, config: TemporalConfig): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect({ address, ...await access(config) });
  } catch (error) {
    throw new TemporalUnreachableError(address, error);
  }
}

/** A client whose payloads are encrypted where there is a key. */
export const createTemporalClient = (
  connection: NativeConnection,
  { namespace, keys, workflow = [] }: {
    namespace: string;
    keys: PayloadKeys | null;
    /** interceptors of calls about workflows */
    workflow?: WorkflowClientInterceptor[];
  },
): Client =>
  new Client({ connection, namespace, dataConverter: dataConverterOf(keys), interceptors: { workflow } });

/** TLS and API key, as a managed cluster wants them: a key or a certificate implies TLS. */
async function access(config: TemporalConfig) {
  const { TEMPORAL_API_KEY: apiKey, TEMPORAL_TLS_CA, TEMPORAL_TLS_CERT, TEMPORAL_TLS_KEY } = config;
  const [ca, crt, key] = await Promise.all(
    [TEMPORAL_TLS_CA, TEMPORAL_TLS_CERT, TEMPORAL_TLS_KEY].map((path) =>
      path === undefined ? undefined : readFile(path)
    ),
  );
  const wanted = config.TEMPORAL_TLS ?? (apiKey !== undefined || crt !== undefined || ca !== undefined);
  if (!wanted) return { tls: false as const };
  return {
    tls: { serverRootCACertificate: ca, clientCertPair: crt && key ? { crt, key } : undefined },
    apiKey,
  };
}

/** Begins workflows without search attributes, for a namespace that takes none; their memo says so to them. */
export const WITHOUT_ATTRIBUTES: WorkflowClientInterceptor = {
  start: (input, next) => next({ ...input, options: withoutAttributes(input.options) }),
  startWithDetails: (input, next) => next({ ...input, options: withoutAttributes(input.options) }),
  signalWithStart: (input, next) => next({ ...input, options: withoutAttributes(input.options) }),
};

function withoutAttributes<T extends { memo?: Record<string, unknown> }>(options: T): T {
  const memo = { ...options.memo, searchAttributes: "none" };
  return { ...options, memo, typedSearchAttributes: undefined };
}
