import { gaussian, seededRandom } from "../core/random.ts";
import { layerPlaces, weightCount } from "../training/network.ts";
import type { Formula, Part, Predictor } from "../training/artifact.ts";
import type { TrainingTask } from "../training/protocol.ts";
import type { Shape } from "./gradient.ts";
import type { FederatedPlan } from "./plan.ts";
import type { Agreed } from "./moments.ts";

/** The weights that all participants begin with: He's for hidden layers, zeros elsewhere. */
export function initialWeights({ inputs, hidden }: Shape, seed: number): Float64Array {
  const weights = new Float64Array(weightCount(inputs, hidden));
  const random = gaussian(seededRandom(seed));
  for (const { rows, cols, weightsAt, biasAt } of layerPlaces(inputs, hidden)) {
    if (biasAt === undefined) continue;
    for (let i = 0; i < rows * cols; i++) weights[weightsAt + i] = Math.sqrt(2 / rows) * random();
  }
  return weights;
}

/** The columns that a federation learns from: a calendar column tells shoppers apart by nothing but their cut-off. */
export function federatedColumns(
  { features, columns }: Pick<TrainingTask, "features" | "columns">,
): number[] {
  const places = columns ?? features.map((_, place) => place);
  return places.filter((place) => !features[place].startsWith("as_of_"));
}

/** The finished model as every other version is kept. */
export function predictorOf(
  task: Pick<TrainingTask, "name" | "features" | "featureHash" | "horizonDays">,
  { agreed, weights, plan, ...about }: {
    agreed: Agreed;
    weights: Float64Array;
    plan: FederatedPlan;
    seed: number;
    newestCutoffMs: number;
    rows: number;
  },
): Predictor {
  const inputs = agreed.preprocessing.columns.length;
  const network = { inputs, hidden: plan.hidden, weights: Float32Array.from(weights) };
  const part: Part = { role: "class", preprocessing: 0, network, link: "sigmoid", scale: 1, min: 0, max: 1 };
  const formula: Formula = { op: "part", part: 0 };
  return {
    ...about,
    model: task.name,
    kind: "classification",
    features: task.features,
    featureHash: task.featureHash,
    horizonDays: task.horizonDays,
    preprocessings: [agreed.preprocessing],
    parts: [part],
    formula,
    recipe: { recipe: { family: "linear", name: FEDERATED, inputs: "log", target: "identity" } },
    cap: 1,
  };
}

/** What a federated model is called among the candidates. */
export const FEDERATED = "federated";
