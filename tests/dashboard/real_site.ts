/** The pages over a real database, as its API and its command see it. */
import { openModelSet } from "../../src/app/registry/model_set.ts";
import { buildDashboard } from "../../src/dashboard/page_app.ts";
import { readDashboard } from "../../src/dashboard/read_dashboard.ts";
import { ANONYMOUS, type SessionService } from "../../src/dashboard/sessions.ts";
import type { Database } from "../../src/db/connect.ts";
import { NOW, pseudonym } from "../api/support.ts";
import { bundledModels } from "../support/models.ts";

/** Pages over this database; `refresh` has them read which models are in use. */
export async function realSite(sql: Database, sessions: SessionService = ANONYMOUS) {
  const modelSet = await openModelSet(sql, bundledModels());
  const open = () => Promise.reject(new Error("nothing is sealed here"));
  const site = await buildDashboard(
    readDashboard({
      sql,
      modelSet,
      pseudonym,
      models: modelSet.inUse,
      clock: () => Date.parse(NOW),
      temporalUi: null,
      explain: { open },
      log: () => undefined,
    }),
    { sessions },
  );
  const get = async (path: string) => await (await site(new Request(`http://localhost${path}`))).text();
  return { get, refresh: () => modelSet.refresh() };
}
