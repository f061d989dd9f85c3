import { overview } from "../src/dashboard/browser/live.ts";
import { Countdown, LiveTime } from "../src/dashboard/browser/live_time.tsx";
import { count, counted, moment } from "../src/format/figures.ts";
import { ProgressBar, StatusBadge } from "../components/status_badge.tsx";
import { answerBadge, mainReason, outcomeBadge, outcomesText } from "../components/labels.ts";
import type { ModelStatus } from "../src/retraining/status.ts";

const ACTIVE = { glyph: "running", tone: "good", word: "Active" } as const;
const STOPPED = { glyph: "stopped", tone: "unknown", word: "Stopped" } as const;

/** The facts of one model, kept current. */
export default function ModelFacts({ initial }: { initial: ModelStatus }) {
  const model = overview.value?.status.models.find((m) => m.model === initial.model) ?? initial;
  const { active, nextCheckAt, serving, lastCycle, lastCheck, openAlerts, outcomes } = model;
  return (
    <dl class="facts">
      <dt>State</dt>
      <dd>
        <StatusBadge badge={active ? ACTIVE : STOPPED} />
        {!active && serving && (
          <small>v{serving.version} still serves; nothing retrains until it is started</small>
        )}
      </dd>
      <dt>Next check</dt>
      <dd>
        {active && nextCheckAt
          ? <Countdown iso={nextCheckAt} />
          : active
          ? "not set yet"
          : "none while stopped"}
      </dd>
      <dt>Serving</dt>
      <dd>
        {serving ? <Serving {...serving} model={model.model} /> : "nothing yet: the naive baseline answers"}
      </dd>
      <dt>Samples</dt>
      <dd>
        <Samples model={model.model} {...model.samples} />
      </dd>
      <dt>Last check</dt>
      <dd>
        {lastCheck
          ? (
            <>
              <StatusBadge badge={answerBadge(lastCheck.answer)} />{" "}
              <small>
                <LiveTime iso={lastCheck.checkedAt} as="moment" />
              </small>
              <small class="whole">{mainReason(lastCheck)?.text}</small>
              <details class="whole">
                <summary>{counted(lastCheck.reasons.length, "reason")}</summary>
                {lastCheck.reasons.map(({ code, text }) => (
                  <p key={code}>
                    <small>{text}</small>
                  </p>
                ))}
              </details>
            </>
          )
          : "none yet"}
      </dd>
      <dt>Last cycle</dt>
      <dd>
        {lastCycle
          ? (
            <>
              <span>
                <a href={`/cycles/${lastCycle.id}`}>{lastCycle.number}</a>,{" "}
                <StatusBadge badge={outcomeBadge(lastCycle.outcome)} />
              </span>
              <small>as of {moment(lastCycle.asOf, "day")}</small>
              <small class="whole">{lastCycle.text}</small>
            </>
          )
          : "none yet"}
      </dd>
      <dt>Cycles</dt>
      <dd>
        <a href={`/cycles?model=${model.model}`}>{outcomesText(outcomes) ?? "none yet"}</a>
      </dd>
      <dt>Alerts</dt>
      <dd>{openAlerts > 0 ? <a href="#alerts">{count(openAlerts)} open</a> : "none open"}</dd>
    </dl>
  );
}

function Serving({ model, version, since, asOf }: NonNullable<ModelStatus["serving"]> & { model: string }) {
  return (
    <>
      <span>
        <a href={`/versions#${model}`}>v{version}</a> since <LiveTime iso={since} as="moment" />
      </span>
      <small>trained as of {moment(asOf, "day")}</small>
    </>
  );
}

function Samples({ model, collected, needed }: ModelStatus["samples"] & { model: string }) {
  const text = `${count(collected)} of ${count(needed)} needed`;
  return (
    <>
      {text} <small>since the last training</small>
      <div
        class="meter-box"
        role="meter"
        aria-label={`Samples collected for ${model}`}
        aria-valuemin={0}
        aria-valuemax={needed}
        aria-valuenow={Math.min(collected, needed)}
        aria-valuetext={text}
      >
        <ProgressBar meter grown={needed > 0 ? collected / needed : 1} />
      </div>
    </>
  );
}
