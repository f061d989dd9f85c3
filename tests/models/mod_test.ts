import assert from "node:assert/strict";
import { unitIn } from "../../src/models/unit.ts";
import { loadModels } from "../../src/models/mod.ts";
import { FEATURES } from "../../src/features/definition.ts";
import { defineModel, type ModelDefinition } from "../../src/models/model.ts";
import { dayOf } from "../features/shoppers.ts";

Deno.test("loadModels() finds churn and spending by reading the folder", async () => {
  const models = await loadModels();
  assert.ok(models.has("churn") && models.has("spending"));
  assert.equal(models.get("churn")!.kind, "classification");
  assert.equal(models.get("spending")!.kind, "regression");
});

Deno.test("loadModels() takes a third model from one more file and nothing else", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const models = new URL("../../src/models/", import.meta.url);
    for (const name of ["churn.ts", "spending.ts"]) {
      const source = await Deno.readTextFile(new URL(name, models));
      await Deno.writeTextFile(`${dir}/${name}`, source.replaceAll('from "./', `from "${models.href}`));
    }
    await Deno.writeTextFile(`${dir}/basket.ts`, THIRD.replace("MODEL", `${models.href}model.ts`));
    const found = await loadModels(new URL(`file://${dir}/`));
    assert.deepEqual([...found.keys()], ["basket", "churn", "spending"]);
    assert.equal(found.get("basket")!.label([dayOf(1, { purchases: 4 })]), 4);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

const THIRD = `import { defineModel } from "MODEL";
export default defineModel({
  name: "basket",
  kind: "regression",
  question: "How many lines will this shopper buy?",
  unit: "lines",
  primaryMetric: "mse",
  loss: "mse",
  metrics: ["mse"],
  label: (future) => future.reduce((sum, d) => sum + d.purchases, 0),
  network: "linear",
  candidates: [{ family: "linear", name: "linear", inputs: "log", target: "identity" }],
});`;

Deno.test("defineModel() refuses names that do not fit into ids, and candidates of one name", async () => {
  const { churn } = Object.fromEntries(await loadModels());
  assert.throws(() => defineModel({ ...churn, name: "Churn 2" }), RangeError);
  assert.throws(
    () => defineModel({ ...churn, candidates: [churn.candidates[0], churn.candidates[0]] }),
    RangeError,
  );
  assert.throws(() => defineModel({ ...churn, candidates: [] }), RangeError);
});

for (
  const [name, future, churned, spent] of [
    ["who stays away", [], 1, 0],
    ["who only looks", [dayOf(1, { views: 5 })], 1, 0],
    ["who buys", [dayOf(1, { purchases: 1, spend: 12.5 }), dayOf(2, { purchases: 1, spend: 5 })], 0, 17.5],
    [
      "who buys and returns",
      [dayOf(1, { purchases: 1, spend: 20 }), dayOf(2, { returns: 1, returned: 15 })],
      0,
      5,
    ],
    ["who returns more than was bought", [dayOf(1, { returns: 1, returned: 9 })], 1, 0],
    ["who takes something free", [dayOf(1, { purchases: 1, spend: 0 })], 0, 0],
  ] as const
) {
  Deno.test(`label() of churn and spending, for a shopper ${name}`, async () => {
    const models = await loadModels();
    assert.deepEqual([models.get("churn")!.label(future), models.get("spending")!.label(future)], [
      churned,
      spent,
    ]);
  });
}

for (
  const [unit, shop, want] of [
    ["shop currency", { hasMoney: true, currency: "EUR" }, "EUR"],
    ["shop currency", { hasMoney: true, currency: "" }, "shop currency"],
    ["shop currency", { hasMoney: false, currency: "EUR" }, "lines bought"],
    ["probability", { hasMoney: false, currency: "EUR" }, "probability"],
  ] as const
) {
  Deno.test(`unitIn() of ${unit} is ${want}, ${shop.hasMoney ? "with" : "without"} money in "${shop.currency}"`, () =>
    assert.equal(unitIn({ unit }, shop), want));
}

const linear = { family: "linear", name: "linear", inputs: "log", target: "identity" };
const warm = { family: "warm-start", name: "warm" };
const network = { weightDecay: 0, learningRate: 0.1, batchSize: 10, epochsMax: 3, patience: 1 };

/** A training would have been the first to find them. */
const CANDIDATES: readonly (readonly [what: string, candidates: readonly unknown[], message: RegExp])[] = [
  ["none", [], /candidates: needs at least 1 entry/],
  ["one name twice", [linear, linear], /candidates name "linear" twice/],
  [
    "an unknown family",
    [{ ...linear, family: "forest" }],
    /candidates\.0\.family: needs a family: linear, .*, not "forest"/,
  ],
  [
    "unknown inputs",
    [{ ...linear, inputs: "raw" }],
    /candidates\.0\.inputs: needs one of log, log\+raw, .*, not "raw"/,
  ],
  [
    "an unknown target",
    [{ ...linear, target: "sqrt" }],
    /candidates\.0\.target: needs one of identity, .*, not "sqrt"/,
  ],
  [
    "a slip",
    [{ ...linear, penalty: {} }],
    /candidates\.0: there is no field "penalty"; did you mean penalties\?/,
  ],
  [
    "a penalty of nothing",
    [{ ...linear, penalties: { class: [0] } }],
    /penalties\.class\.0: needs more than 0, not 0/,
  ],
  ["an unknown role", [{ ...linear, penalties: { clas: [1] } }], /no field "clas"; did you mean class\?/],
  [
    "half a unit",
    [{ ...linear, family: "network", network: { ...network, hidden: [0.5] } }],
    /candidates\.0\.network\.hidden\.0: needs a whole number, not 0\.5/,
  ],
  [
    "no number to learn by",
    [linear, { ...warm, network: { ...network, learningRate: NaN } }],
    /candidates\.1\.network\.learningRate: needs a number, not NaN/,
  ],
  ["only what goes on", [{ ...warm, network }], /candidates only go on from a champion/],
  [
    "a blend of what is not there",
    [linear, { family: "blend", name: "b", of: ["linear", "liner"] }],
    /did you mean linear/,
  ],
  [
    "a blend of one",
    [linear, { family: "blend", name: "b", of: ["linear", "linear"] }],
    /a blend of one candidate twice/,
  ],
];

for (
  const [what, declared, message] of [
    ["a loss of another kind", { loss: "mse" }, /"mse" is no metric of a classification; there are accuracy/],
    ["a metric of another kind", { metrics: ["accuracy", "r2"] }, /"r2" is no metric of a classification/],
    [
      "a primary metric that it does not measure",
      { metrics: ["auc"] },
      /metrics lack the primaryMetric "accuracy"/,
    ],
    ["a feature that there is not", { features: ["orders_90", "shoe_size"] }, /there is no feature "/],
    ["a feature of a slip", { features: ["recencey"] }, /"recencey"; did you mean recency\?$/],
    ["a feature twice", { features: [FEATURES[0], FEATURES[0]] }, /name "recency" twice|name ".*" twice/],
    ["a metric twice", { metrics: ["auc", "accuracy", "auc"] }, /metrics name "auc" twice/],
    ["a blank unit", { unit: " " }, /unit: needs words on one line, without control characters, not " "$/],
    ["a unit that cannot be stored", { unit: "a\0" }, /unit: needs words on one line.*, not "a\\x00"$/],
    ["a question whose letters turn", { question: "a\u202eb" }, /question: needs .*, not "a\\u202eb"$/],
    [
      "the name of what every object has",
      { name: "constructor" },
      /need a lower-case letter.*, not "constructor"/,
    ],
    ["economics of another kind", { economics: "sales" }, /economics: "sales" is of a regression, and this/],
    ["classes of none", { classes: [] }, /classes are those of the kind "classes"/],
    [
      "a slip in a metric",
      { ownMetrics: [{ name: "a", dir: "lower" }] },
      /ownMetrics\.0: there is no field "dir"/,
    ],
    [
      "a slip in a feature",
      { ownFeatures: [{ name: "a", means: "a", of: () => 1, move: true }] },
      /ownFeatures\.0: there is no field "move"; did you mean moves\?/,
    ],
    [
      "a feature that says neither that it moves nor that it does not",
      { ownFeatures: [{ name: "a", means: "a", of: () => 1, moves: "no" }] },
      /"a" needs true or false as moves, not no/,
    ],
    [
      "a slip in a segment",
      { segments: [{ name: "a", fit: () => true }] },
      /did you mean fits\?|fits: needs a function/,
    ],
    ...CANDIDATES.map(([what, candidates, message]) =>
      [`${what}, among candidates`, { candidates }, message] as const
    ),
    ["no feature", { features: [] }, /features name none/],
    ["half a day", { horizonDays: 0.5 }, /horizonDays has to be whole days from 1 to 365, not 0.5/],
    ["no day", { activeDays: 0 }, /activeDays has to be whole days from 1 to 3650, not 0/],
  ] as const
) {
  Deno.test(`defineModel() refuses ${what}, and says which field`, async () => {
    const { churn } = Object.fromEntries(await loadModels());
    assert.throws(() => defineModel({ ...churn, ...declared } as ModelDefinition), message);
  });
}

for (const kind of ["classification", "regression"] as const) {
  Deno.test(`defineModel() takes the top-decile lift as the metric of a ${kind}, and no loss of its name`, async () => {
    const model = [...(await loadModels()).values()].find((m) => m.kind === kind)!;
    const ranked = {
      ...model,
      primaryMetric: "topDecileLift",
      metrics: ["topDecileLift", model.loss],
    } as const;
    assert.equal(defineModel(ranked).primaryMetric, "topDecileLift");
    assert.throws(() => defineModel({ ...ranked, loss: "topDecileLift" } as never), /mean over rows/);
  });
}
