/** What a key can be bounded to, besides by its role. */
export const SCOPES = [
  "read",
  "artefacts:read",
  "events:write",
  "predictions:read",
  "people:read",
  "people:erase",
  "retraining:run",
  "serving:write",
  "config:write",
  "keys:manage",
] as const;
export type Scope = (typeof SCOPES)[number];

/** Whether a key with these scopes may do what takes `needed`; null: its role alone counts. */
export const covers = (scopes: readonly Scope[] | null, needed: Scope): boolean =>
  scopes === null || scopes.includes(needed);
