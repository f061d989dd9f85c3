import { page } from "fresh";
import { search } from "./(_components)/search.ts";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";
import { define } from "../../src/dashboard/define.ts";
import type { Found } from "../../src/dashboard/found.ts";
import { wantsPage } from "../../src/dashboard/requests.ts";
import { counted } from "../../src/format/numbers.ts";

const TEXT_MAX = 100;

/** A page to who navigates; its findings alone, as JSON, to the search that opens over any page. */
export const handler = define.handlers({
  async GET({ req, url, state }) {
    const text = (url.searchParams.get("q") ?? "").slice(0, TEXT_MAX);
    const found = await search(state.dashboard, text);
    if (!wantsPage(req)) return Response.json({ found }, { headers: { "cache-control": "no-store" } });
    state.title = "Find";
    return page({ text, found });
  },
});

export default define.page<typeof handler>(function Find({ data: { text, found } }) {
  return (
    <>
      <PageHeader>
        <Crumbs above={["/"]} here="Find" />
        <h1>{headline(text, found)}</h1>
        <p>Pages, models, versions, cycles, settings and help. On any page: Ctrl and K.</p>
      </PageHeader>
      <form class="row filter" action="/find" method="get" role="search">
        <span class="pair">
          <label for="text">Find</label>
          <input id="text" name="q" type="search" value={text} maxLength={TEXT_MAX} />
        </span>
        <button type="submit">Find</button>
      </form>
      <ul class="guides">
        {found.map(({ kind, name, about, path }) => (
          <li key={kind + name}>
            <a href={path}>{name}</a>
            <p>
              {kind}: {about}
            </p>
          </li>
        ))}
      </ul>
    </>
  );
});

function headline(text: string, found: readonly Found[]): string {
  if (text.trim() === "") return "Find anything";
  return found.length === 0
    ? `Nothing holds every word of "${text}"`
    : `${counted(found.length, "result")} for "${text}"`;
}
