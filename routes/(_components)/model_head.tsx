import type { ServingMove } from "../../src/registry/version.ts";
import type { ModelStatus } from "../../src/retraining/status.ts";
import { services, VersionRings } from "../../components/version_rings.tsx";
import { StatusBadge } from "../../components/status_badge.tsx";
import { HEALTH, withInterval } from "../../components/labels.ts";
import { isSamePredictions } from "../../src/stats/same_predictions.ts";
import { figureOf } from "../../components/model_figure.ts";

type Difference = NonNullable<NonNullable<ModelStatus["serving"]>["difference"]>;

const againstText = (difference: Difference): string =>
  isSamePredictions(difference)
    ? "at validation the same predictions as the version before"
    : `change in loss at validation ${withInterval(difference)} (lower is better)`;

/** A model's name, how it is, and the one figure people quote, with the sample it rests on. */
export function ModelHead(
  { model, moves, asOf }: { model: ModelStatus; moves: readonly ServingMove[]; asOf: string },
) {
  const { question, unit, health, serving } = model;
  const shown = figureOf(model);
  return (
    <>
      <header>
        <VersionRings model={model.model} served={services(moves)} asOf={asOf} />
        <h2 id={model.model}>
          {model.model} <small>{question} In {unit}.</small>
        </h2>
        <p>
          <StatusBadge badge={HEALTH[health.state]} />
        </p>
      </header>
      {shown && (
        <p class="big-number">
          <strong>{shown.value}</strong>
          <span>
            {shown.name}, {shown.basis}
            <br />
            <small>
              {shown.others}
              {serving?.difference &&
                `${shown.others && "; "}${againstText(serving.difference)}`}
            </small>
          </span>
        </p>
      )}
      {health.state !== "healthy" && <p class="health-text">{health.text}</p>}
    </>
  );
}
