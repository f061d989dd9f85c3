import type { Scope } from "../security/scopes.ts";
import type { Role } from "../security/roles.ts";

/**
 * The access rules of the API. Each route has one line here; the app refuses to start with one that has none, and a
 * test walks over all of them.
 *
 * - `anyone`: says nothing about the shop
 * - `reader`: tells how the models are doing, nothing about a person: open where the server listens on loopback only,
 *   else for viewers
 * - a role: the least one whose key is let in, wherever the server listens. What says something about a person takes a
 *   viewer, what changes something an operator, what changes the rules or who is let in an admin
 */
export type Access = "anyone" | "reader" | Role;

export const ACCESS: Readonly<Record<string, Access>> = {
  "GET /healthz": "anyone",
  "GET /readyz": "anyone",
  "GET /metrics": "reader",
  "GET /openapi.json": "anyone",

  "GET /retraining/status": "reader",
  "POST /retraining/start": "operator",
  "POST /retraining/stop": "operator",
  "POST /retraining/force": "operator",
  "GET /retraining/config": "reader",
  "PATCH /retraining/config": "admin",
  "PUT /retraining/config": "admin",
  "GET /retraining/config/history": "reader",
  "POST /retraining/config/try": "reader",
  "GET /retraining/history": "reader",
  "GET /retraining/history/schema": "anyone",
  "GET /retraining/checks": "reader",
  "GET /retraining/checks/{check}": "reader",
  "GET /retraining/checks/{check}/explain": "reader",
  "GET /retraining/cycles/{id}": "reader",

  "GET /monitoring/drift": "reader",
  "GET /monitoring/quality": "reader",
  "POST /monitoring/quality/accept": "operator",
  "GET /monitoring/performance": "reader",
  "GET /monitoring/trends": "reader",
  "GET /monitoring/impact": "reader",

  "GET /extensions": "reader",
  "GET /models": "reader",
  "GET /models/{name}/versions": "reader",
  "PUT /models/{name}/versions/{version}/note": "operator",
  "GET /models/{name}/versions/{version}/card": "reader",
  "GET /models/{name}/versions/{version}/artefact": "data-scientist",
  "GET /models/{name}/serving": "reader",
  "GET /models/{name}/features": "reader",
  "POST /models/{name}/rollback": "operator",
  "POST /models/{name}/promote": "operator",
  "POST /models/{name}/retire": "operator",
  "POST /models/{name}/restore": "operator",
  "GET /models/{name}/brought": "reader",
  "POST /models/{name}/brought": "operator",
  "DELETE /models/{name}/brought/{candidate}": "operator",

  "POST /models/{name}/rollout": "operator",
  "GET /models/{name}/rollout/plan": "reader",
  "POST /models/{name}/rollout/pause": "operator",
  "POST /models/{name}/rollout/resume": "operator",
  "POST /models/{name}/drill": "operator",
  "POST /models/{name}/federated": "operator",
  "POST /models/{name}/federated/withdraw": "operator",
  "GET /federated": "reader",
  "GET /rollouts": "reader",
  "GET /rollouts/{id}": "reader",
  "POST /rollouts/{id}/look": "operator",
  "GET /backtests": "reader",
  "POST /backtests": "data-scientist",
  "GET /backtests/{backtest}": "reader",
  "POST /backtests/{backtest}/cancel": "data-scientist",
  "GET /approvals": "reader",
  "POST /models/{name}/approve": "operator",
  "POST /models/{name}/reject": "operator",

  "POST /predictions/{model}": "operator",
  "POST /events": "operator",
  "GET /events/quarantine": "viewer",
  "POST /events/quarantine/replay": "operator",

  "DELETE /people/{id}": "privacy-officer",
  "GET /people/{id}/export": "privacy-officer",
  "POST /privacy/erasures": "privacy-officer",
  "POST /privacy/exports": "privacy-officer",
  "POST /privacy/objections": "privacy-officer",
  "GET /privacy/requests": "viewer",
  "GET /privacy/requests/{request}": "viewer",

  "GET /imports": "reader",
  "POST /imports/{import}/undo": "operator",

  "GET /alerts": "reader",
  "POST /alerts/{id}/acknowledge": "operator",
  "POST /temporal/codec/decode": "viewer",
  "POST /temporal/codec/encode": "admin",
  "GET /audit": "viewer",
  "GET /audit/verification": "viewer",

  "GET /keys": "admin",
  "POST /keys": "admin",
  "POST /keys/{name}/rotate": "admin",
  "DELETE /keys/{name}": "admin",
  "POST /sign-in-links": "viewer",
};

/** Paths that only read, although their question comes in a body. */
const READING = new Set(["/retraining/config/try", "/temporal/codec/decode"]);

/** The scope that a key needs which is bounded to some; each route but those for anyone has one. */
export function scopeOf(route: string): Scope {
  const [method, path] = route.split(" ");
  if (/^\/keys/.test(path)) return "keys:manage";
  if (path.endsWith("/artefact")) return "artefacts:read";
  if (/^\/predictions/.test(path)) return "predictions:read";
  if (/^\/events/.test(path) && method !== "GET") return "events:write";
  if (/^\/people\/\{id\}\/export|^\/privacy\/exports/.test(path)) return "people:read";
  if (/^\/people|^\/privacy\/(erasures|objections)/.test(path)) return "people:erase";
  if (method === "GET" || READING.has(path)) return "read";
  if (/^\/retraining\/config$/.test(path)) return "config:write";
  if (/^\/retraining\/(start|stop|force)$|^\/backtests|^\/monitoring|\/federated(\/withdraw)?$/.test(path)) {
    return "retraining:run";
  }
  return "serving:write";
}

/** Routes whose answers tell something of persons: that they were asked stands in the audit, once an hour and key. */
export const ABOUT_PERSONS: ReadonlySet<string> = new Set([
  "POST /predictions/{model}",
  "GET /events/quarantine",
  "GET /audit",
  "POST /temporal/codec/decode",
  "GET /people/{id}/export",
  "POST /privacy/exports",
]);

/**
 * The least role that a call of this class needs on a server that listens on `host`; null: no key is asked for.
 * @param options.readsNeedKey on loopback as well: a proxy lets others in there
 */
export function neededRole(
  access: Access,
  host: string,
  { readsNeedKey = false }: { readsNeedKey?: boolean } = {},
): Role | null {
  if (access === "anyone") return null;
  if (access === "reader" && isLoopback(host) && !readsNeedKey) return null;
  return access === "reader" ? "viewer" : access;
}

/** Whether an address or name means this machine only. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, "");
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" ||
    /^127(\.\d{1,3}){3}$/.test(name);
}

/** A path of the OpenAPI document as the router writes it; ids of cycles and rollouts hold slashes. */
export const routerPath = (path: string): string =>
  path.replace(/\/(cycles|rollouts)\/\{id\}/, "/$1/:id{.+}").replaceAll(/\{(\w+)\}/g, ":$1");

/** The methods of a path of the OpenAPI document, and what addresses it has. */
const ADDRESSES = Object.keys(ACCESS).map((route) => {
  const [method, path] = route.split(" ");
  const pattern = path.replace(/\/(cycles|rollouts)\/\{id\}/, "/$1/.+").replaceAll(/\{\w+\}/g, "[^/]+");
  return { method, pattern: new RegExp(`^${pattern.replaceAll(".json", "\\.json")}$`) };
});

/** Lists the methods that an address of the API takes; none: there is no such address. */
export const methodsAt = (path: string): string[] => {
  const methods = ADDRESSES.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  return methods.includes("GET") ? [...methods, "HEAD"] : methods;
};
