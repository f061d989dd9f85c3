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

/** What a key is bounded to; null: its role alone counts. */
export type Scopes = readonly Scope[] | null;

/** Returns the scopes of `asked` that a key with the scopes `own` does not have; null asks for all there are. */
export const beyond = (own: Scopes, asked: Scopes): Scope[] =>
  own === null ? [] : (asked ?? SCOPES).filter((scope) => !own.includes(scope));

/** Whether a key with these scopes may do what takes `needed`; null: its role alone counts. */
export const covers = (scopes: Scopes, needed: Scope): boolean => scopes === null || scopes.includes(needed);
