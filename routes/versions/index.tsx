import { page } from "fresh";
import { Offers } from "../../components/act.tsx";
import { define } from "../../src/dashboard/define.ts";
import { Lineage } from "./(_components)/lineage.tsx";
import { services, VersionRings } from "../../components/version_rings.tsx";
import { ServedWhen } from "./(_components)/served_when.tsx";
import { OutOfUseModels } from "./(_components)/out_of_use.tsx";
import { VersionTable } from "./(_components)/version_table.tsx";
import { follow } from "../../src/dashboard/view.ts";
import type { ModelVersion } from "../../src/registry/version.ts";
import type { ModelStatus } from "../../src/retraining/status.ts";
import { PageHeader } from "../../components/page_header.tsx";
import { listedFew } from "../../src/format/words.ts";

export const handler = define.handlers({
  async GET({ state, url }) {
    const { dashboard } = state;
    const sought = (url.searchParams.get("q") ?? "").trim().slice(0, 100);
    const [{ status: { models, asOf } }, outOfUse] = await Promise.all([
      follow(state, "overview"),
      dashboard.outOfUse(),
    ]);
    const sections = await Promise.all(models.map(async (status) => {
      const [versions, notes, moves, back, lineage] = await Promise.all([
        dashboard.versions(status.model, sought === "" ? {} : { text: sought }),
        dashboard.notes(status.model),
        dashboard.moves(status.model),
        dashboard.knownGood(status.model),
        dashboard.lineage(status.model),
      ]);
      return { status, versions, notes, served: services(moves), back, lineage };
    }));
    state.title = "Models";
    return page({ sections, asOf, outOfUse, sought });
  },
});

export default define.page<typeof handler>(function Versions({ data, state }) {
  const { sections, asOf, outOfUse, sought } = data;
  const isEmpty = sought === "" && sections.every(({ versions }) => versions.length === 0);
  return (
    <>
      <PageHeader>
        <h1>{answer(sections.map((s) => s.status))}</h1>
        <p>
          A version serves from its deployment on; an earlier one can be restored while its file is kept.
        </p>
      </PageHeader>
      <section class="section" aria-labelledby="when">
        <div class="with-note">
          <div>
            <h2 id="when">
              Deployment history <small>By data time. Green: serving now; hatched: rolled back.</small>
            </h2>
            <ServedWhen
              models={sections.map(({ status, served }) => ({ model: status.model, served }))}
              asOf={asOf}
            />
          </div>
          <div class="note">
            <p>
              {sections.map(({ status, served }) => (
                <VersionRings key={status.model} model={status.model} served={served} asOf={asOf} />
              ))}
            </p>
            <p>
              <b>Rings</b>
              One per deployment, oldest inside; a wider gap means a longer time in service. Green: serving
              now. Broken: rolled back.
            </p>
          </div>
        </div>
      </section>
      {isEmpty ? null : <Find sought={sought} />}
      {sections.map(({ status, versions, notes, served, back, lineage }) => (
        <section key={status.model} class="section" aria-labelledby={status.model}>
          <div id={`versions-${status.model}`} data-redraw>
            <VersionTable
              model={status}
              versions={versions}
              served={served}
              notes={notes}
              sought={sought}
              person={state.person}
            />
          </div>
          <CompareChosen model={status.model} versions={versions} />
          <Offers
            person={state.person}
            here="/versions"
            offers={[...offers(status, back), retiring(status)]}
          />
          <Lineage model={status.model} lineage={lineage} served={served} />
        </section>
      ))}
      <OutOfUseModels models={outOfUse} person={state.person} />
    </>
  );
});

/** Finds versions by what people wrote to them. */
function Find({ sought }: { sought: string }) {
  return (
    <form class="row filter" action="/versions" method="get" role="search">
      <span class="pair">
        <label for="q">Find a version</label>
        <input id="q" name="q" type="search" maxLength={100} value={sought} />
      </span>
      <button type="submit">Find</button>
      {sought !== "" && <a href="/versions" aria-current="false">Show all</a>}
      <small>By note, tag or algorithm.</small>
    </form>
  );
}

/** Compares the two versions whose boxes are ticked in the table. */
function CompareChosen({ model, versions }: { model: string; versions: readonly ModelVersion[] }) {
  if (versions.length < 2) return null;
  return (
    <form id={`compare-${model}`} class="row" method="get" action="/versions/compare">
      <input type="hidden" name="model" value={model} />
      <button type="submit">Compare the two chosen</button>
      <small>Tick two versions in the table.</small>
    </form>
  );
}

/** Back to the last known good version; while a rollout runs, to the one that serves beside it. */
function offers({ model, serving, rollout }: ModelStatus, back: number | null) {
  const version = rollout ? serving?.version ?? null : back;
  const text = rollout ? `Roll back v${rollout.version}` : `Roll ${model} back to v${version}`;
  return version === null ? [] : [{ action: "roll-back" as const, model, version, text }];
}

const retiring = ({ model }: ModelStatus) => ({ action: "retire" as const, model, text: `Retire ${model}` });

function answer(models: readonly ModelStatus[]): string {
  const serving = models.flatMap((m) => m.serving ? [`v${m.serving.version} serves ${m.model}`] : []);
  const without = models.filter((m) => !m.serving).map((m) => m.model);
  if (serving.length === 0) return "No version serves yet.";
  const none = without.length > 0 ? ` Nothing serves ${listedFew(without)} yet.` : "";
  return `${listedFew(serving, "other models are served")}.${none}`;
}
