/**
 * Who may call what. Each route of the API has one line here; the app refuses to start with one that has none, and a
 * test walks over all of them.
 *
 * - `anyone`: says nothing about the shop
 * - `reader`: tells how the models are doing, nothing about a person: open where the server listens on loopback only,
 *   else a key is needed
 * - `key`: changes something, or says something about a person
 */
export type Access = "anyone" | "reader" | "key";

export const ACCESS: Readonly<Record<string, Access>> = {
  "GET /healthz": "anyone",
  "GET /readyz": "anyone",
  "GET /openapi.json": "anyone",

  "GET /retraining/status": "reader",
  "POST /retraining/start": "key",
  "POST /retraining/stop": "key",
  "POST /retraining/force": "key",
  "GET /retraining/config": "reader",
  "PATCH /retraining/config": "key",
  "PUT /retraining/config": "key",
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
  "POST /monitoring/quality/accept": "key",
  "GET /monitoring/performance": "reader",
  "GET /monitoring/trends": "reader",
  "GET /monitoring/impact": "reader",

  "GET /models": "reader",
  "GET /models/{name}/versions": "reader",
  "GET /models/{name}/serving": "reader",
  "GET /models/{name}/features": "reader",
  "POST /models/{name}/rollback": "key",
  "POST /models/{name}/promote": "key",

  "POST /models/{name}/rollout": "key",
  "GET /models/{name}/rollout/plan": "reader",
  "POST /models/{name}/drill": "key",
  "GET /rollouts": "reader",
  "GET /rollouts/{id}": "reader",
  "POST /rollouts/{id}/look": "key",
  "GET /backtests": "reader",
  "POST /backtests": "key",
  "GET /backtests/{backtest}": "reader",
  "POST /backtests/{backtest}/cancel": "key",
  "GET /approvals": "reader",
  "POST /models/{name}/approve": "key",
  "POST /models/{name}/reject": "key",

  "POST /predictions/{model}": "key",
  "POST /events": "key",
  "GET /events/quarantine": "key",
  "POST /events/quarantine/replay": "key",

  "GET /alerts": "reader",
  "POST /alerts/{id}/acknowledge": "key",
  "GET /audit": "key",
};

/** Whether a call of this class needs a key on a server that listens on `host`. */
export function needsKey(access: Access, host: string): boolean {
  return access === "key" || (access === "reader" && !isLoopback(host));
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
