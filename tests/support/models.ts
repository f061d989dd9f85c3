import churn from "../../src/models/churn.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import spending from "../../src/models/spending.ts";

/** The two models that Perennial brings: a test that counts models counts these, whatever files lie beside theirs. */
export const bundledModels = (): ReadonlyMap<string, ModelDefinition> =>
  new Map([churn, spending].map((model) => [model.name, model]));
