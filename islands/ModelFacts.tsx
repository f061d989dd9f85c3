import { overview } from "../src/dashboard/browser/live.ts";
import { Countdown, LiveTime } from "../src/dashboard/browser/live_time.tsx";
import { count, counted } from "../src/format/numbers.ts";
import { moment } from "../src/format/times.ts";
import { ProgressBar, StatusBadge } from "../components/status_badge.tsx";
import { answerBadge, mainReason, outcomeBadge, outcomesText } from "../components/labels.ts";
import { shownText } from "../src/format/rollout_text.ts";
import type { ModelStatus } from "../src/retraining/status.ts";

const STOPPED = { glyph: "stopped", tone: "unknown", word: "Automatic retraining is stopped" } as const;

/** The facts of one model, kept current. */
export default function ModelFacts({ initial }: { initial: ModelStatus }) {
  const model = overview.value?.status.models.find((m) => m.model === initial.model) ?? initial;
  const { active, approval, nextCheckAt, rollout, serving, lastCycle, lastCheck, outcomes } = model;
  return (
    <dl class="facts">
      <dt>Serving</dt>
      <dd>
        {serving
          ? <Serving {...serving} model={model.model} />
          : "none yet: predictions are refused (409) until the first deployment"}
      </dd>
      {rollout && (
        <>
          <dt>Rollout</dt>
          <dd>
            <a href={`/rollouts/${rollout.id}`}>
              {shownText({ ...rollout, version: `v${rollout.version}` })}
            </a>{" "}
            <small>{rollout.drill ? "drill" : rollout.strategy}</small>
          </dd>
        </>
      )}
      {approval && (
        <>
          <dt>Approval</dt>
          <dd>
            <a href="/rollouts">v{approval.version} waits</a>{" "}
            <small>
              until <LiveTime iso={approval.expiresAt} as="moment" />
            </small>
          </dd>
        </>
      )}
      <dt>Last check</dt>
      <dd>
        {lastCheck
          ? (
            <>
              <StatusBadge badge={answerBadge(lastCheck.answer)} />{" "}
              <small>
                <LiveTime iso={lastCheck.checkedAt} as="moment" />
              </small>
              <details>
                <summary>{counted(lastCheck.reasons.length, "reason")}</summary>
                {lastCheck.reasons.map(({ code, text }) => (
                  <p key={code}>
                    <small>{text}</small>
                  </p>
                ))}
              </details>
              <small class="whole">{mainReason(lastCheck)?.text}</small>
            </>
          )
          : "none yet"}
      </dd>
      <dt>Next check</dt>
      <dd>
        {active && nextCheckAt
          ? <Countdown iso={nextCheckAt} />
          : active
          ? "not scheduled yet"
          : <StatusBadge badge={STOPPED} />}
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
      <dt>New events</dt>
      <dd>
        <Samples model={model.model} {...model.samples} />
      </dd>
      <dt>Cycles</dt>
      <dd>
        <a href={`/cycles?model=${model.model}`}>{outcomesText(outcomes) ?? "none yet"}</a>
      </dd>
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

function Samples({ model, collected, needed, since }: ModelStatus["samples"] & { model: string }) {
  const text = `${count(collected)} (threshold ${count(needed)})`;
  return (
    <>
      {text}{" "}
      <small>
        {since ? <>since the training as of {moment(since, "day")}</> : "before the first training"}
      </small>
      <div
        class="meter-box"
        role="meter"
        aria-label={`New events for ${model}`}
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
