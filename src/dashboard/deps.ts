import type { ApiDeps } from "../api/deps.ts";

/** The dashboard is built from a part of what the API is built from. */
export interface DashboardDeps extends
  Pick<
    ApiDeps,
    | "sql"
    | "clock"
    | "oidc"
    | "pseudonym"
    | "models"
    | "modelSet"
    | "temporalUi"
    | "host"
    | "readsNeedKey"
    | "log"
  > {
  /** opens what impacts were measured on */
  explain: Pick<ApiDeps["explain"], "open">;
  /** origin at which Temporal's own pages answer this process alone; left out: they are not shown here */
  temporalPagesAt?: string;
  /** Temporal's namespace, for links to its UI */
  namespace?: string;
  /** folder that keeps the bundled islands from one start to the next; left out: they are bundled at each start */
  cache?: string;
}
