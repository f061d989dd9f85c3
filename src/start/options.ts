import type { Config } from "../config/environment.ts";
import type { Channel } from "../app/alerts/channels/mod.ts";
import type { Installation, Log } from "../embedded/types.ts";
import type { ModelDefinition } from "../models/model.ts";
import type { Pseudonym } from "../privacy/pseudonym.ts";

/** The parts of Perennial that one process can run. */
export type ServicePart = "api" | "worker";

export interface ServiceOptions {
  config: Config;
  /** the environment as it is: children inherit what they need of it */
  env: Readonly<Record<string, string | undefined>>;
  /** folder of the installation's state */
  home: string;
  /** folder of what can be fetched or built again */
  cache: string;
  parts: readonly ServicePart[];
  log: Log;
  /** whether Postgres and Temporal are started here where no address is given; `api` and `worker` alone never do */
  embedded: boolean;
  /** servers that are starting already; left out: they are found, or started */
  startingServers?: Promise<Installation>;
  /** whether another Temporal or artefact folder than before takes their place */
  adopt?: boolean;
  /** whether retrainers that start for the first time check by themselves, and the monitor looks by itself */
  active?: boolean;
  /** data that everybody has, with pseudonyms that everybody can make: only they are read with these */
  publicData?: { pseudonym: Pseudonym; isKnown: (key: string) => boolean };
  /** folder whose files define the models; left out: src/models */
  modelsFolder?: URL;
  /** models of the program that embeds the service, beside those that files define */
  ownModels?: readonly ModelDefinition[];
  /** channels of the program that embeds the service, beside those that the environment configures */
  ownChannels?: readonly Channel[];
}
