import type { ServingMove } from "../../src/registry/version.ts";
import type { ModelStatus } from "../../src/retraining/status.ts";
import { counted, metricFigure } from "../../src/format/numbers.ts";
import { metricName } from "../../src/format/words.ts";
import { services, VersionRings } from "../../components/version_rings.tsx";
import { StatusBadge } from "../../components/status_badge.tsx";
import { HEALTH, withInterval } from "../../components/labels.ts";

/** A model's name, how it is, and the one figure people quote, with the sample it rests on. */
export function ModelHead(
  { model, moves, asOf }: { model: ModelStatus; moves: readonly ServingMove[]; asOf: string },
) {
  const { question, kind, unit, primaryMetric, health, serving } = model;
  const judged = `${kind === "classification" ? "Classification" : "Regression"}, judged by ${
    metricName(primaryMetric)
  }`;
  return (
    <>
      <header>
        <VersionRings model={model.model} served={services(moves)} asOf={asOf} />
        <h2 id={model.model}>
          {model.model} <small>{question} In {unit}. {judged}</small>
        </h2>
        <p>
          <StatusBadge badge={HEALTH[health.state]} />
        </p>
      </header>
      {serving && serving.metrics[primaryMetric] !== undefined && (
        <p class="big-number">
          <strong>{metricFigure(serving.metrics[primaryMetric])}</strong>
          <span>
            {metricName(primaryMetric)} of v{serving.version}, on {counted(serving.validationRows, "row")}
            {" "}
            it had not seen
            <br />
            <small>
              {serving.difference
                ? `loss against the one it replaced ${withInterval(serving.difference)}`
                : "the first version: nothing to compare with"}
            </small>
          </span>
        </p>
      )}
      <p class="health-text">{health.text}</p>
    </>
  );
}
