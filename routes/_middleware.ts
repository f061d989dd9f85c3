import { HttpError } from "fresh";
import { numbersCsv } from "../components/charts.ts";
import { themeOf } from "../src/dashboard/theme.ts";
import { define } from "../src/dashboard/define.ts";

/**
 * Any page answers `?csv=ID` with the numbers of the chart that has this id on it: the page is drawn, and its charts put
 * their numbers down while it is.
 */
export default define.middleware(async (ctx) => {
  const { state, url, req } = ctx;
  const charts = state.charts = { url, numbers: new Map() };
  state.theme = themeOf(req);
  state.readAt = state.dashboard.now();
  if (isPage(req, url)) state.openAlerts = await state.dashboard.openAlerts().catch(() => undefined);
  const answer = await ctx.next();
  const id = url.searchParams.get("csv");
  const isHtml = answer.headers.get("content-type")?.startsWith("text/html") ?? false; // else it is a CSV already
  if (id === null || req.method !== "GET" || answer.status !== 200 || !isHtml) return answer;
  await answer.body?.cancel();
  const numbers = charts.numbers.get(id);
  if (!numbers) throw new HttpError(404, `There is no chart "${id}" on this page`);
  const headers = {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="${id.replaceAll(/[^\w.-]/g, "_")}.csv"`,
  };
  return new Response(numbersCsv(numbers), { headers });
});

/** Whether the top bar is drawn: not for what the islands poll. A page is drawn all the same where the number cannot be read. */
const isPage = ({ headers }: Request, { pathname }: URL) =>
  pathname !== "/live" && (headers.get("accept")?.includes("text/html") ?? true);
