import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { buildDashboard } from "../../src/api/dashboard.ts";
import { NOBODY } from "../../src/api/desk.ts";
import { EMPTY, fixtureDashboard, makeFixture } from "../fresh/fixture.ts";
import { FINDING, REASON } from "../fresh/monitoring_fixture.ts";
import { hasChromium, withChromium } from "./chromium.ts";

const fixture = makeFixture();
const person = {
  ...{ name: "ann", role: "admin" as const, token: "t" },
  ...{ until: "2026-03-03T00:00:00.000Z", session: "s" },
};
const desk = { ...NOBODY, personOf: () => Promise.resolve(person) };

/** Every page, once with all it can show. */
const PAGES = [
  ...["/", "/cycles", `/cycles/${fixture.cycles[4].id}`, `/cycles/${fixture.cycles.at(-1)!.id}`, "/versions"],
  ...["/rollouts", `/rollouts/${fixture.rollouts[0].rollout.id}`, "/alerts", "/audit", "/configuration"],
  ...[
    "/monitoring",
    "/monitoring?model=spending",
    "/data",
    `/act/replay?${new URLSearchParams({ reason: REASON })}`,
  ],
  ...["/backtests", ...fixture.backtests.map(({ id }) => `/backtests/${id}`), "/act/backtest"],
  `/act/cancel-backtest?id=${fixture.backtests[0].id}`,
  ...[`/act/accept?${new URLSearchParams({ key: FINDING.key })}`],
  ...["/analysis", "/analysis?model=spending", "/versions/compare?model=churn&a=2&b=3"],
  ...["/sign-in", "/act/promote?model=churn&version=1", "/act/stop?model=churn", "/nothing"],
];
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds wrong with a page, a line each. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source); // a script of the page itself would be refused by its policy
  return await page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document, { runOnly: rules });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  }, RULES);
}

for (const [what, rows] of [["full", fixture], ["empty", EMPTY]] as const) {
  for (const colorScheme of ["light", "dark"] as const) {
    Deno.test({
      name: `axe finds nothing on any ${what} page in ${colorScheme}`,
      ignore: !hasChromium(),
      sanitizeResources: false,
      sanitizeOps: false,
      async fn() {
        const handler = await buildDashboard(fixtureDashboard(rows), { desk });
        const gone = new AbortController(), listen = { port: 0, hostname: "127.0.0.1", signal: gone.signal };
        const server = Deno.serve({ ...listen, onListen: () => undefined }, handler);
        const found: string[] = [];
        await withChromium(async (browser) => {
          const page = await browser.newPage();
          await page.emulateMedia({ colorScheme });
          for (const path of PAGES) {
            await page.goto(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}${path}`);
            for (const fault of await faults(page)) found.push(`${path} ${fault}`);
          }
        }).finally(() => gone.abort());
        await server.finished;
        assert.deepEqual([...new Set(found)], []);
      },
    });
  }
}
