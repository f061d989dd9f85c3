import type { OnnxNode, Tensor } from "./file.ts";

/** A node of a tree: a question, or a leaf with what it adds to each output. */
interface TreeNode {
  readonly mode: string;
  readonly feature: number;
  readonly value: number;
  readonly yes: number;
  readonly no: number;
  /** where a missing number goes */
  readonly missing: boolean;
  readonly adds: (readonly [output: number, weight: number])[];
}

interface Ensemble {
  readonly nodes: readonly TreeNode[];
  /** places of the first node of each tree */
  readonly roots: readonly number[];
  readonly outputs: number;
}

const ANSWERS: Readonly<Record<string, (x: number, value: number) => boolean>> = {
  BRANCH_LEQ: (x, value) => x <= value,
  BRANCH_LT: (x, value) => x < value,
  BRANCH_GTE: (x, value) => x >= value,
  BRANCH_GT: (x, value) => x > value,
  BRANCH_EQ: (x, value) => x === value,
  BRANCH_NEQ: (x, value) => x !== value,
};

/** More answers a row than any model has classes. */
const OUTPUTS_MAX = 1000;

const known = new WeakMap<OnnxNode, Ensemble>();

function ensembleOf(node: OnnxNode, what: "class" | "target"): Ensemble {
  const found = known.get(node);
  if (found) return found;
  const ints = (name: string) => node.attributes.get(name)?.ints ?? [];
  const floats = (name: string) => node.attributes.get(name)?.floats ?? [];
  const strange = node.attributes.get("nodes_modes")?.strings.find((m) => m !== "LEAF" && !ANSWERS[m]);
  if (strange) throw new RangeError(`trees ask ${strange}, which is not known`);
  const aggregate = node.attributes.get("aggregate_function")?.s ?? "SUM";
  if (aggregate !== "SUM") throw new RangeError(`trees are put together by ${aggregate}, which is not known`);
  const trees = ints("nodes_treeids");
  const numbers = ints("nodes_nodeids");
  const place = new Map(trees.map((tree, i) => [`${tree}/${numbers[i]}`, i]));
  const [values, features, missing] = [
    floats("nodes_values"),
    ints("nodes_featureids"),
    ints("nodes_missing_value_tracks_true"),
  ];
  const [yes, no] = [ints("nodes_truenodeids"), ints("nodes_falsenodeids")];
  const modes = node.attributes.get("nodes_modes")?.strings ?? [];
  const nodes = modes.map((mode, i): TreeNode => ({
    mode,
    feature: features[i],
    value: values[i],
    yes: place.get(`${trees[i]}/${yes[i]}`) ?? -1,
    no: place.get(`${trees[i]}/${no[i]}`) ?? -1,
    missing: missing[i] === 1,
    adds: [],
  }));
  const [ids, weights] = [ints(`${what}_ids`), floats(`${what}_weights`)];
  const [ofTree, ofNode] = [ints(`${what}_treeids`), ints(`${what}_nodeids`)];
  const most = ids.reduce((a, b) => Math.max(a, b), 0);
  const outputs = what === "target" ? node.attributes.get("n_targets")?.i ?? 1 : 1 + most;
  if (!(outputs >= 1 && outputs <= OUTPUTS_MAX)) throw new RangeError(`trees have ${outputs} outputs`);
  ids.forEach((id, i) => {
    const leaf = nodes[place.get(`${ofTree[i]}/${ofNode[i]}`) ?? -1];
    if (!leaf || !(id >= 0 && id < outputs)) {
      throw new RangeError(`a leaf adds to output ${id} of ${outputs}`);
    }
    leaf.adds.push([id, weights[i]]);
  });
  const first = new Map<number, number>();
  trees.forEach((tree, i) => first.has(tree) || first.set(tree, i));
  const made = { nodes, roots: [...first.values()], outputs };
  checkTrees(made);
  known.set(node, made);
  return made;
}

/** @throws {RangeError} a way from a root comes back to a node, or leads to none: it would never end */
function checkTrees({ nodes, roots }: Ensemble): void {
  const seen = new Set<number>();
  const open = [...roots];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (!nodes[at]) throw new RangeError("a node of a tree leads to none");
    if (seen.has(at)) throw new RangeError("a node of a tree is reached twice");
    seen.add(at);
    if (nodes[at].mode !== "LEAF") open.push(nodes[at].yes, nodes[at].no);
  }
}

/**
 * The sum of what a row's leaves add, per output, shape `[n, outputs]`; of two classes that are told by one number, `[n, 1]`.
 * A tree compares in single precision, as it was written.
 */
export function treeScores({ dims: [n], data }: Tensor, node: OnnxNode, what: "class" | "target"): Tensor {
  const { nodes, roots, outputs } = ensembleOf(node, what);
  const base = node.attributes.get("base_values")?.floats ?? [];
  const k = data.length / Math.max(1, n);
  const scores = new Float64Array(n * outputs);
  for (let row = 0; row < n; row++) {
    for (let c = 0; c < outputs; c++) scores[row * outputs + c] = base[c] ?? 0;
    for (const root of roots) {
      let at = nodes[root];
      while (at.mode !== "LEAF") {
        const x = Math.fround(data[row * k + at.feature]);
        const isYes = Number.isNaN(x) ? at.missing : ANSWERS[at.mode](x, at.value);
        at = nodes[isYes ? at.yes : at.no];
      }
      for (const [output, weight] of at.adds) scores[row * outputs + output] += weight;
    }
  }
  return { dims: [n, outputs], data: scores };
}
