/** Where a service that a program starts keeps its state, listens, and finds its servers. */
export interface PlaceOptions {
  /** folder of what can be fetched or built again */
  cache?: string;
  /** folder of the models' files */
  artefacts?: string;
  /** Postgres to use; left out: DATABASE_URL, else an embedded one */
  databaseUrl?: string;
  /** Temporal to use; left out: TEMPORAL_ADDRESS, else an embedded one */
  temporalAddress?: string;
  /** namespace of that Temporal: services that share one need one each */
  temporalNamespace?: string;
  host?: string;
  /** of the API; left out: 8000 */
  port?: number;
  /** of the embedded servers; left out: their usual ones, or free ones where those are taken */
  ports?: { postgres?: number; temporal?: number; temporalUi?: number };
  /** makes pseudonyms of user ids, at least 16 characters; left out: one that is kept in `home` */
  secret?: string;
  /** the owner's key; left out: one that is kept in `home` */
  apiKey?: string;
}
