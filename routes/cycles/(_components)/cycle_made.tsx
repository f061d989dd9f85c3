import type { ModelVersion, ServingMove } from "../../../src/registry/version.ts";
import type { Cycle } from "../../../src/retraining/cycle.ts";
import { count, counted, figure, metricFigure } from "../../../src/format/numbers.ts";
import { moment } from "../../../src/format/times.ts";
import { metricName } from "../../../src/format/words.ts";
import { services } from "../../../components/version_rings.tsx";
import { stateWord } from "../../../src/format/state_words.ts";
import { fileText, versionStatus, wasRolledBack } from "../../../src/retraining/version_status.ts";

interface Props {
  cycle: Cycle;
  made: ModelVersion | null;
  moves: readonly ServingMove[];
}

/** Shows the version that the cycle made, its data, and what it served. */
export function Made({ cycle, made, moves }: Props) {
  return (
    <section class="section" aria-labelledby="made">
      <h2 id="made">Resulting version and its data</h2>
      <dl class="facts wide">
        {made ? <VersionFacts made={made} moves={moves} /> : (
          <>
            <dt>Version</dt>
            <dd>none: the cycle {cycle.endedAt ? "ended" : "has not come"} before one was trained</dd>
          </>
        )}
        <dt>Snapshot</dt>
        <dd>{cycle.snapshotId ? <code>{cycle.snapshotId}</code> : "none yet"}</dd>
        <dt>Workflow</dt>
        <dd>
          <code>{cycle.id}</code>{" "}
          <small>
            run <code>{cycle.runId}</code>
          </small>
        </dd>
      </dl>
    </section>
  );
}

function VersionFacts({ made, moves }: { made: ModelVersion; moves: readonly ServingMove[] }) {
  const { version, model, manifest, artefactSha256 } = made;
  const served = services(moves).filter((s) => s.version === version);
  const status = versionStatus(made, {
    serving: moves.find(({ kind }) => kind !== "share")?.version ?? null,
    rolledBack: wasRolledBack(version, moves),
  });
  return (
    <>
      <dt>Version</dt>
      <dd>
        <a href={`/versions#${model}`}>v{version}</a>{" "}
        <small>{stateWord(status)}, seed {manifest.seed}, code {manifest.codeVersion}</small>
      </dd>
      <dt>Served</dt>
      <dd>
        {served.length === 0
          ? "never"
          : served.map((s) => `${moment(s.from, "day")} to ${s.until ? moment(s.until, "day") : "now"}`).join(
            ", ",
          )}
      </dd>
      <dt>Algorithm</dt>
      <dd>
        {manifest.candidate} <small>{competition(manifest)}</small>
      </dd>
      {manifest.recalibrated && (
        <>
          <dt>Recalibrated</dt>
          <dd>
            intercept {figure(manifest.recalibrated.intercept)}, slope {figure(manifest.recalibrated.slope)}
            <small>
              adjusts the predictions of v{manifest.recalibrated.of}; fitted on{" "}
              {counted(manifest.recalibrated.rows, "row")}
            </small>
          </dd>
        </>
      )}
      {manifest.distributed && <Distributed of={manifest.distributed} />}
      {manifest.federated && <Federated of={manifest.federated} />}
      <dt>Training rows</dt>
      <dd>
        {counted(manifest.served.rows, "row")} of {counted(manifest.served.cutoffs.length, "cut-off")}
        {manifest.served.sampled && `, ${count(manifest.served.sampled)} taken`}
        <small>
          labels through {moment(manifest.served.labelledThrough, "day")}; {manifest.served.refitted
            ? `refitted after validation, which used ${count(manifest.tested.rows)}`
            : "the validated model itself"}
        </small>
      </dd>
      <dt>Unit</dt>
      <dd>{manifest.unit ?? "not recorded by the release that trained it"}</dd>
      <dt>At validation</dt>
      <dd>
        {Object.entries(manifest.metrics).filter(([m]) => m !== "n").map(([m, x]) =>
          `${metricName(m)} ${metricFigure(x)}`
        ).join(", ")}
      </dd>
      <dt>Artefact</dt>
      <dd>
        <code>sha256:{artefactSha256}</code> <small>{fileText(made)}</small>
      </dd>
    </>
  );
}

/** Shows over how many shards a version was trained, or why over none. */
function Distributed(
  { of: { shards, rounds, why } }: { of: NonNullable<ModelVersion["manifest"]["distributed"]> },
) {
  return (
    <>
      <dt>Distributed</dt>
      <dd>
        {shards === 1
          ? "no, one worker trained"
          : `${counted(rounds, "round")} over ${counted(shards, "shard")}`}
        <small>{why}</small>
      </dd>
    </>
  );
}

/** Shows over whom a version was trained in rounds, and what that told of a shopper at most. */
function Federated({ of }: { of: NonNullable<ModelVersion["manifest"]["federated"]> }) {
  const { privacy, participants, rounds, dropOuts } = of;
  return (
    <>
      <dt>Federated</dt>
      <dd>
        {counted(rounds, "round")} over {participants.join(", ")}
        <small>{dropOuts === 0 ? "nobody dropped out" : counted(dropOuts, "drop-out")}</small>
      </dd>
      <dt>Privacy</dt>
      <dd>
        {privacy === null
          ? "no noise was added"
          : `ε ${figure(privacy.epsilon)} at δ ${privacy.delta}, for each shopper`}
        {privacy && (
          <small>
            {privacy.epsilonInAll === null
              ? "an earlier federated training had no noise"
              : `ε ${figure(privacy.epsilonInAll)} with the trainings before it`}
          </small>
        )}
      </dd>
    </>
  );
}

/** Shows the candidates of the competition inside training, with their losses. */
const competition = ({ competition }: ModelVersion["manifest"]): string =>
  competition.length < 2
    ? ""
    : `out of ${competition.map((c) => `${c.candidate} ${figure(c.loss)}`).join(", ")}`;
