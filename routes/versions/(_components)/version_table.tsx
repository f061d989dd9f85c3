import type { ModelVersion } from "../../../src/registry/version.ts";
import type { ModelStatus } from "../../../src/retraining/status.ts";
import { ActButton, actPath } from "../../../components/act.tsx";
import type { Person } from "../../../src/dashboard/session.ts";
import { count, counted, figure, metricFigure } from "../../../src/format/numbers.ts";
import { moment } from "../../../src/format/times.ts";
import { isPromotable, versionStatus } from "../../../src/retraining/version_status.ts";
import { metricName } from "../../../src/format/words.ts";
import type { Service } from "../../../components/version_rings.tsx";
import { StatusBadge } from "../../../components/status_badge.tsx";
import { needsBadge, statusBadge } from "../../../components/version_badge.ts";
import type { VersionNote } from "../../../src/registry/version_note.ts";
import { versionPath } from "./version_path.ts";

interface Props {
  model: ModelStatus;
  versions: readonly ModelVersion[];
  served: readonly Service[];
  notes: readonly VersionNote[];
  /** what versions were looked for by; empty: all are shown */
  sought: string;
  /** who has not signed in is offered nothing in the rows */
  person: Person | null;
}

/** The status of a version: a badge where it asks for attention, else a word. */
function Status({ version: v, model, served }: { version: ModelVersion } & Pick<Props, "model" | "served">) {
  const status = versionStatus(v, {
    serving: model.serving?.version ?? null,
    rolledBack: served.findLast((s) => s.version === v.version)?.rolledBack ?? false,
  });
  const badge = statusBadge(status);
  return needsBadge(status) ? <StatusBadge badge={badge} /> : <>{badge.word}</>;
}

/** Every version of a model, newest first. */
export function VersionTable({ model, versions: all, served, notes, sought, person }: Props) {
  const name = model.model;
  const versions = all.filter((v) => v.state !== "reference"); // those serve nobody: a replay's other policies
  const hasUnits = versions.some((v) => v.manifest.unit != null);
  const metric = metricName(model.primaryMetric);
  if (versions.length === 0) {
    return (
      <>
        <h2 id={name}>{name}</h2>
        <p>
          {sought === ""
            ? "No versions yet. The first is trained once there are enough labelled rows."
            : `No version holds "${sought}".`}
        </p>
      </>
    );
  }
  return (
    <table class="records">
      <caption>
        <h2 id={name}>
          {name}: {counted(versions.length, "version")} <small>{model.question}</small>
        </h2>
      </caption>
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">Status</th>
          <th scope="col">Served</th>
          <th scope="col" class="num">{metric.charAt(0).toUpperCase() + metric.slice(1)} at validation</th>
          {hasUnits && <th scope="col">Unit</th>}
          <th scope="col">Algorithm</th>
          <th scope="col" class="num">Training rows</th>
          <th scope="col">Artefact</th>
          <th scope="col">Cycle</th>
          {person && (
            <th scope="col">
              <span class="visually-hidden">Act</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {versions.map((v) => {
          const value = v.manifest.metrics[model.primaryMetric];
          return (
            <tr key={v.version}>
              <th scope="row">
                <span class="pick">
                  <input
                    type="checkbox"
                    name="v"
                    value={v.version}
                    form={`compare-${name}`}
                    aria-label={`Compare v${v.version}`}
                  />
                  <a href={versionPath(v)}>v{v.version}</a>
                </span>
                <Note note={notes.find((note) => note.version === v.version)} />
              </th>
              <td data-label="Status" class="unbroken">
                <Status version={v} model={model} served={served} />
              </td>
              <td data-label="Served">{spans(served.filter((s) => s.version === v.version))}</td>
              <td data-label="At validation" class="num">
                {value === undefined ? "not measured" : metricFigure(value)}
              </td>
              {hasUnits && <td data-label="Unit" class="unbroken">{v.manifest.unit ?? "not stated"}</td>}
              <td data-label="Algorithm">{algorithm(v)}</td>
              <td data-label="Training rows" class="num">{count(v.manifest.served.rows)}</td>
              <td data-label="Artefact" class="unbroken">
                <code>{v.artefactSha256.slice(0, 8)}</code>
              </td>
              <td data-label="Cycle">
                <a href={`/cycles/${v.cycleId}`}>{v.cycleId.split("/").at(-1)}</a>
              </td>
              {person && (
                <td>
                  {isPromotable(v, model.serving?.version ?? null) && (
                    <ActButton person={person} href={actPath("promote", { model: name, version: v.version })}>
                      Promote <span class="visually-hidden">v{v.version}</span>
                    </ActButton>
                  )}
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const algorithm = ({ manifest: { candidate, federated } }: ModelVersion): string =>
  federated?.privacy ? `${candidate}, ε ${figure(federated.privacy.epsilon)}` : candidate;

/** Tags, and the beginning of a note: all of it stands on the version's own page. */
function Note({ note }: { note: VersionNote | undefined }) {
  if (!note) return null;
  const text = note.note.length > 60 ? `${note.note.slice(0, 60)}…` : note.note;
  return (
    <small class="own">
      {note.tags.map((tag) => (
        <a key={tag} class="tag" href={`/versions?${new URLSearchParams({ q: tag })}`}>{tag}</a>
      ))} {text}
    </small>
  );
}

/** A day that no line breaks. */
const dayOf = (iso: string): string => moment(iso, "day").replaceAll(" ", "\u00a0");

const spans = (served: readonly Service[]): string =>
  served.map((s) => s.until ? `${dayOf(s.from)} to ${dayOf(s.until)}` : `since ${dayOf(s.from)}`)
    .join(", ") || "never";
