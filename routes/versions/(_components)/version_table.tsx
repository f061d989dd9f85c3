import type { ModelVersion } from "../../../src/registry/version.ts";
import type { ModelStatus } from "../../../src/retraining/status.ts";
import { ActButton, actPath } from "../../../components/act.tsx";
import type { Person } from "../../../src/dashboard/session.ts";
import { count, counted, figure, metricFigure } from "../../../src/format/numbers.ts";
import { moment } from "../../../src/format/times.ts";
import { isDrillVersion, type VersionStatus, versionStatus } from "../../../src/retraining/version_status.ts";
import { stateWord } from "../../../src/format/state_words.ts";
import { capital, metricName } from "../../../src/format/words.ts";
import type { Service } from "../../../components/version_rings.tsx";
import { StatusBadge } from "../../../components/status_badge.tsx";
import type { Badge } from "../../../components/labels.ts";

interface Props {
  model: ModelStatus;
  versions: readonly ModelVersion[];
  served: readonly Service[];
  /** who has not signed in is offered nothing in the rows */
  person: Person | null;
}

const GLYPHS: Partial<Record<VersionStatus, readonly [Badge["glyph"], Badge["tone"]]>> = {
  "serving": ["good", "good"],
  "file damaged": ["bad", "bad"],
  "rolled back": ["back", "bad"],
  "drill": ["watch", "watch"],
};

/** The status of a version: a badge where it asks for attention, else a word. */
function Status({ version: v, model, served }: { version: ModelVersion } & Pick<Props, "model" | "served">) {
  const status = versionStatus(v, {
    serving: model.serving?.version ?? null,
    rolledBack: served.findLast((s) => s.version === v.version)?.rolledBack ?? false,
  });
  const word = capital(stateWord(status));
  const [glyph, tone] = GLYPHS[status] ?? [];
  return glyph && tone ? <StatusBadge badge={{ glyph, tone, word }} /> : <>{word}</>;
}

const canServe = (v: ModelVersion, { serving }: ModelStatus): boolean =>
  v.version !== serving?.version && v.damagedAt === null && v.artefactRemovedAt === null &&
  !isDrillVersion(v);

/** Every version of a model, newest first. */
export function VersionTable({ model, versions: all, served, person }: Props) {
  const name = model.model;
  const versions = all.filter((v) => v.state !== "reference"); // those serve nobody: a replay's other policies
  if (versions.length === 0) {
    return (
      <>
        <h2 id={name}>{name}</h2>
        <p>No versions yet. The first is trained once there are enough labelled rows.</p>
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
          <th scope="col" class="num">{metricName(model.primaryMetric)} at validation</th>
          <th scope="col">Unit</th>
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
          const metric = v.manifest.metrics[model.primaryMetric];
          return (
            <tr key={v.version}>
              <th scope="row">v{v.version}</th>
              <td data-label="Status">
                <Status version={v} model={model} served={served} />
              </td>
              <td data-label="Served">{spans(served.filter((s) => s.version === v.version))}</td>
              <td data-label="At validation" class="num">
                {metric === undefined ? "not measured" : metricFigure(metric)}
              </td>
              <td data-label="Unit">{v.manifest.unit ?? "not stated"}</td>
              <td data-label="Algorithm">{algorithm(v)}</td>
              <td data-label="Training rows" class="num">{count(v.manifest.served.rows)}</td>
              <td data-label="Artefact">
                <code>{v.artefactSha256.slice(0, 10)}</code>
              </td>
              <td data-label="Cycle">
                <a href={`/cycles/${v.cycleId}`}>{v.cycleId.split("/").at(-1)}</a>
              </td>
              {person && (
                <td>
                  {canServe(v, model) && (
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

const spans = (served: readonly Service[]): string =>
  served.map((s) =>
    s.until ? `${moment(s.from, "day")} to ${moment(s.until, "day")}` : `since ${moment(s.from, "day")}`
  )
    .join(", ") || "never";
