import { HttpError, page } from "fresh";
import { Offers } from "../../components/act.tsx";
import { Beside, SameRows } from "./(_components)/compare_parts.tsx";
import { compareHeadline } from "./(_components)/compare_labels.ts";
import { define } from "../../src/dashboard/define.ts";
import { CompareForm } from "./(_components)/lineage.tsx";
import { isPromotable } from "../../src/retraining/version_status.ts";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";

/** A version's number in an address; null: none. */
function numberOf(text: string | null): number | null {
  const number = Number(text?.replace(/^v/, ""));
  return Number.isInteger(number) && number > 0 && number < 1e9 ? number : null;
}

export const handler = define.handlers({
  async GET({ url, state }) {
    const { dashboard } = state;
    const query = url.searchParams;
    const model = query.get("model") ?? "";
    const chosen = query.getAll("v").map(numberOf).filter((version) => version !== null);
    const [a, b] = chosen.length === 2 ? chosen.sort((x, y) => x - y) : [
      numberOf(query.get("a")),
      numberOf(query.get("b")),
    ];
    if (chosen.length !== 2 && query.has("v")) {
      throw new HttpError(422, "Tick two versions, no more and no fewer");
    }
    if (a === null || b === null) {
      throw new HttpError(404, "Name a model and two of its versions: /versions/compare?model=churn&a=1&b=2");
    }
    const [view, versions, { models }] = await Promise.all([
      dashboard.comparison({ model, a, b }),
      dashboard.versions(model),
      dashboard.status(),
    ]);
    if (!view) throw new HttpError(404, `There is no v${a} or no v${b} of "${model}" to compare`);
    const serving = models.find((m) => m.model === model)?.serving?.version ?? null;
    state.title = `v${b} and v${a} of ${model}`;
    return page({
      view,
      serving,
      versions: versions.filter((v) => v.state !== "reference").map((v) => v.version),
    });
  },
});

export default define.page<typeof handler>(
  function Compare({ data: { view, versions, serving }, state, url }) {
    const { model, a, b } = view;
    const [one, other] = [a.version.version, b.version.version];
    const promotable = [
      ...new Set(
        [b, a].filter((side) => isPromotable(side.version, serving)).map((side) => side.version.version),
      ),
    ];
    const offers = promotable.map((version) => ({
      action: "promote" as const,
      model,
      version,
      text: `Promote v${version}`,
    }));
    return (
      <>
        <PageHeader>
          <Crumbs
            above={["/versions", { href: `/versions#${model}`, name: model }]}
            here={`v${other} and v${one}`}
          />
          <h1>
            {one === other
              ? `v${one} of ${model} is compared with itself: choose another.`
              : compareHeadline(view)}
          </h1>
          <CompareForm model={model} versions={listed(versions, one, other)} a={one} b={other} />
        </PageHeader>
        {one !== other && (
          <section class="section" aria-labelledby="same-rows">
            <SameRows view={view} />
          </section>
        )}
        <Beside view={view} />
        {offers.length > 0 && (
          <section class="section" aria-labelledby="act">
            <h2 id="act">Actions</h2>
            <Offers person={state.person} here={url.pathname + url.search} offers={offers} />
          </section>
        )}
      </>
    );
  },
);

/** Those of the form, and the two that are shown, which may be older; newest first. */
const listed = (versions: readonly number[], ...shown: number[]): number[] =>
  [...new Set([...versions, ...shown])].sort((x, y) => y - x);
