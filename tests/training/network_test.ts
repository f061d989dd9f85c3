import assert from "node:assert/strict";
import fc from "fast-check";
import { forward, layerPlaces, type Network, weightCount } from "../../src/training/network.ts";

/** The definition: every sum in double precision, one input after another. */
function byDefinition({ inputs, hidden, weights }: Network, row: Float32Array): number {
  const linear = row.reduce((sum, value, j) => sum + weights[j] * value, weights[inputs]);
  let values = [...row];
  for (const { cols, weightsAt, biasAt } of layerPlaces(inputs, hidden)) {
    values = Array.from({ length: cols }, (_, c) => {
      const bias = biasAt === undefined ? 0 : weights[biasAt + c];
      const sum = values.reduce((sum, value, r) => sum + value * weights[weightsAt + r * cols + c], bias);
      return biasAt !== undefined && sum < 0 ? 0 : sum;
    });
  }
  return Math.fround(linear + (hidden.length > 0 ? values[0] : 0));
}

const single = fc.float({ noNaN: true, min: -100, max: 100 });
const network = fc.record({
  inputs: fc.integer({ min: 0, max: 20 }),
  hidden: fc.array(fc.integer({ min: 1, max: 19 }), { maxLength: 3 }),
}).chain(({ inputs, hidden }) => {
  const length = weightCount(inputs, hidden);
  return fc.array(single, { minLength: length, maxLength: length })
    .map((weights): Network => ({ inputs, hidden, weights: Float32Array.from(weights) }));
});

Deno.test("forward() gives the digits of its definition, for networks of every shape and any number of rows", () => {
  const asked = network.chain((network) =>
    fc.tuple(
      fc.constant(network),
      fc.array(fc.array(single, { minLength: network.inputs, maxLength: network.inputs })),
    )
  );
  fc.assert(fc.property(asked, ([network, rows]) => {
    const out = forward(network, Float32Array.from(rows.flat()), rows.length);
    const wanted = rows.map((row) => byDefinition(network, Float32Array.from(row)));
    assert.deepEqual([...out], wanted);
    assert.deepEqual(forward(network, Float32Array.from(rows.flat()), rows.length), out, "asked again");
  }));
});
