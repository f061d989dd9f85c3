import ModelFacts from "../../islands/ModelFacts.tsx";
import { Offers } from "../../components/act.tsx";
import { HEALTH } from "../../components/labels.ts";
import { figureOf } from "../../components/model_figure.ts";
import { retrainerActions } from "../../components/retrainer_actions.ts";
import { StatusBadge } from "../../components/status_badge.tsx";
import type { Person } from "../../src/dashboard/session.ts";
import type { ServingMove } from "../../src/registry/version.ts";
import type { ModelStatus } from "../../src/retraining/status.ts";
import { ModelHead } from "./model_head.tsx";

interface Props {
  model: ModelStatus;
  moves: readonly ServingMove[];
  asOf: string;
  person: Person | null;
}

/** One model: its figure, what can be done, and its facts. */
export function ModelSection(props: Props) {
  return (
    <article class="section model" aria-labelledby={props.model.model}>
      <Model {...props} />
    </article>
  );
}

/** One model of many: a line that tells how it is, and the rest behind it. */
export function FoldedModel(props: Props) {
  const { model } = props;
  const shown = figureOf(model);
  return (
    <details class="section folded" id={`model-${model.model}`}>
      <summary>
        <span id={`brief-${model.model}`} data-redraw>
          <strong>{model.model}</strong> <StatusBadge badge={HEALTH[model.health.state]} />
          {shown && <small>{shown.value} {shown.name}</small>}
        </span>
      </summary>
      <article class="model" aria-labelledby={model.model}>
        <Model {...props} />
      </article>
    </details>
  );
}

function Model({ model, moves, asOf, person }: Props) {
  const offers = retrainerActions(model).map((offer) => ({ ...offer, model: model.model }));
  return (
    <>
      <div id={`head-${model.model}`} data-redraw>
        <ModelHead model={model} moves={moves} asOf={asOf} />
      </div>
      <div id={`acts-${model.model}`} data-redraw>
        <Offers person={person} here="/" offers={offers} />
      </div>
      <ModelFacts initial={model} />
    </>
  );
}
