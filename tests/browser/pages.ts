/** Every page of the dashboard, over the rows of the fixture, for checks that visit all of them. */
import { buildDashboard } from "../../src/dashboard/page_app.ts";
import type { ApiKey } from "../../src/db/access/api_keys.ts";
import type { Dashboard } from "../../src/dashboard/dashboard.ts";
import { ANONYMOUS } from "../../src/dashboard/sessions.ts";
import { type Fixture, fixtureDashboard, makeFixture } from "../dashboard/fixture.ts";
import { FINDING, REASON } from "../dashboard/monitoring_fixture.ts";

export const fixture = makeFixture();

const person = {
  name: "ann",
  role: "admin" as const,
  token: "t",
  until: "2026-03-03T00:00:00.000Z",
  session: "s",
};

const KEYS: ApiKey[] = [
  {
    name: "owner",
    role: "admin",
    createdAt: "2026-03-01T08:00:00.000Z",
    createdBy: null,
    lastUsedAt: null,
    expiresAt: null,
    expired: false,
    scopes: null,
  },
  {
    name: "shop",
    role: "operator",
    createdAt: "2026-03-02T08:00:00.000Z",
    createdBy: "ann",
    lastUsedAt: "2026-03-02T09:00:00.000Z",
    expiresAt: "2026-04-02T09:00:00.000Z",
    expired: false,
    scopes: ["read", "events:write"],
  },
];

/** Once with all it can show. */
export const PAGES = [
  "/",
  "/cycles",
  `/cycles/${fixture.cycles[4].id}`,
  `/cycles/${fixture.cycles.at(-1)!.id}`,
  "/checks",
  `/checks/${fixture.checks[0].id}`,
  "/versions",
  "/rollouts",
  `/rollouts/${fixture.rollouts[0].rollout.id}`,
  "/alerts",
  "/audit",
  "/privacy",
  "/act/person",
  "/configuration",
  "/monitoring",
  "/monitoring?model=spending",
  "/data",
  "/act/import",
  "/act/undo-import?id=1",
  `/act/replay?${new URLSearchParams({ reason: REASON })}`,
  `/act/accept?${new URLSearchParams({ key: FINDING.key })}`,
  "/act/configuration",
  `/act/acknowledge?alert=${fixture.alerts[0].id}`,
  "/backtests",
  ...fixture.backtests.map(({ id }) => `/backtests/${id}`),
  "/act/backtest",
  `/act/cancel-backtest?id=${fixture.backtests[0].id}`,
  "/analysis",
  "/analysis?model=spending",
  "/versions/compare?model=churn&a=2&b=3",
  "/versions/churn/18",
  "/act/note?model=churn&version=18",
  "/sign-in",
  "/act/promote?model=churn&version=1",
  "/act/pause-rollout?model=churn",
  "/act/stop?model=churn",
  "/act/retire?model=order-count",
  "/act/restore?model=returns",
  "/find?q=churn",
  "/help",
  "/help/operating",
  "/help/decisions/README",
  "/keys",
  "/act/add-key",
  "/act/rotate-key?name=shop",
  "/act/revoke-key?name=shop",
  "/nothing",
];

/** Serves the pages over these rows, and what is changed of them, to somebody who has signed in. */
export async function withPages<T>(
  rows: Fixture,
  use: (url: string) => Promise<T>,
  changes: Partial<Dashboard> = {},
): Promise<T> {
  const sessions = {
    ...ANONYMOUS,
    currentUser: () => Promise.resolve(person),
    ask: () => Promise.resolve({ body: { keys: KEYS } }),
  };
  const handler = await buildDashboard(fixtureDashboard(rows, changes), { sessions });
  const gone = new AbortController();
  const listen = { port: 0, hostname: "127.0.0.1", signal: gone.signal };
  const server = Deno.serve({ ...listen, onListen: () => undefined }, handler);
  try {
    return await use(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}`);
  } finally {
    gone.abort();
    await server.finished;
  }
}

/** Each form carries the id of one request: it is another in every answer. */
const REQUEST_ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/**
 * Returns the pages that are not the same, letter by letter, as one of the full fixture's: a form says the same whether
 * anything happened or not. What a browser makes of them is known.
 */
export async function pagesUnlikeFull(url: string): Promise<string[]> {
  const read = (at: string) =>
    Promise.all(PAGES.map(async (path) => {
      const text = await (await fetch(at + path)).text();
      return text.replaceAll(at, "").replace(REQUEST_ID, "ID");
    }));
  const full = await withPages(fixture, read);
  const here = await read(url);
  return PAGES.filter((_, i) => here[i] !== full[i]);
}
