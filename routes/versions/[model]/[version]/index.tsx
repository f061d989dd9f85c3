import { HttpError, page } from "fresh";
import CopyButton from "../../../../islands/CopyButton.tsx";
import { ActButton, Offers } from "../../../../components/act.tsx";
import { Crumbs } from "../../../../components/crumbs.tsx";
import { PageHeader } from "../../../../components/page_header.tsx";
import { StatusBadge } from "../../../../components/status_badge.tsx";
import { statusBadge } from "../../../../components/version_badge.ts";
import { define } from "../../../../src/dashboard/define.ts";
import type { DocumentSection } from "../../../../src/format/document.ts";
import { isPromotable, versionStatus, wasRolledBack } from "../../../../src/retraining/version_status.ts";
import { follow } from "../../../../src/dashboard/view.ts";
import { versionPath } from "../../(_components)/version_path.ts";

export const handler = define.handlers({
  async GET({ params, state }) {
    const { dashboard } = state;
    const { model } = params;
    const number = Number(params.version);
    const { status } = await follow(state, "overview");
    const known = Number.isInteger(number) && number > 0 && number < 1e9;
    const version = known ? await dashboard.version(model, number) : null;
    const card = version && await dashboard.modelCard(model, number);
    if (!card) throw new HttpError(404, `There is no v${params.version} of "${model}"`);
    const [moves, notes] = await Promise.all([dashboard.moves(model), dashboard.notes(model)]);
    const serving = status.models.find((m) => m.model === model)?.serving?.version ?? null;
    const note = notes.find((note) => note.version === number) ?? null;
    state.title = `${model} v${number}`;
    return page({ version, card, serving, note, moves });
  },
});

export default define.page<typeof handler>(function OneVersion({ data, state }) {
  const { version: v, card, serving, note, moves } = data;
  const { model, version } = v;
  const here = versionPath(v);
  const status = versionStatus(v, { serving, rolledBack: wasRolledBack(version, moves) });
  return (
    <div id="version" data-redraw>
      <PageHeader>
        <Crumbs
          above={["/versions", { href: `/versions#${model}`, name: model }]}
          here={`v${version}`}
        >
          <a href={`/cycles/${v.cycleId}`}>its cycle</a>
        </Crumbs>
        <h1>
          {model} v{version} <StatusBadge badge={statusBadge(status)} />
        </h1>
        <p class="note-text">
          {note?.note || "No note."} {note?.tags.map((tag) => <Tag key={tag} tag={tag} />)}
        </p>
        <p class="row">
          {state.person && (
            <ActButton
              person={state.person}
              href={`/act/note?${new URLSearchParams({ model, version: String(version) })}`}
            >
              Write a note
            </ActButton>
          )}
          <a href={`${here}/download?what=card.md`} download>Model card, Markdown</a>
          <a href={`${here}/download?what=card.html`} download>Model card, HTML</a>
          {state.person && v.artefactRemovedAt === null && (
            <a href={`${here}/download?what=artefact`} download>Artefact</a>
          )}
        </p>
        <p>
          <small>
            Artefact sha256 <code class="hash">{v.artefactSha256}</code>
          </small>{" "}
          <CopyButton text={v.artefactSha256} what="the sha256 of the artefact" />
        </p>
        {isPromotable(v, serving) && (
          <Offers
            person={state.person}
            here={here}
            offers={[{ action: "promote", model, version, text: `Promote v${version}` }]}
          />
        )}
      </PageHeader>
      {card.sections.map((section) => <Section key={section.title} {...section} />)}
    </div>
  );
});

/** A tag, which leads to the versions that have it. */
export const Tag = ({ tag }: { tag: string }) => (
  <a class="tag" href={`/versions?${new URLSearchParams({ q: tag })}`}>{tag}</a>
);

function Section({ title, lines, table }: DocumentSection) {
  const id = `card-${title.toLowerCase()}`;
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul class="plain">{lines.map((line) => <li key={line}>{line}</li>)}</ul>
      {table && (
        <table class="records">
          <caption class="visually-hidden">{title}</caption>
          <thead>
            <tr>{table.columns.map((name) => <th key={name} scope="col">{name}</th>)}</tr>
          </thead>
          <tbody>
            {table.rows.map(([first, ...cells]) => (
              <tr key={first}>
                <th scope="row">{first}</th>
                {cells.map((cell, i) => <td key={i} data-label={table.columns[i + 1]}>{cell}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
