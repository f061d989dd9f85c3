import type { ActivityDeps } from "../deps.ts";

/** Dependencies of federated rounds. */
export interface FederatedDeps extends ActivityDeps {
  /** 32 bytes, outside of the database: the participants that live in this installation derive their secrets from it */
  federationSecret: Uint8Array<ArrayBuffer>;
}
