import { decodeBytes, encodeBytes } from "./artifact.ts";
import type { NetworkState } from "./fit_network.ts";
import type { CandidateResult } from "./protocol.ts";

/** A candidate that has been compared: its result, and its predictions on the validation slice. */
export interface FinishedCandidate {
  readonly result: CandidateResult;
  readonly predictions: Float32Array;
}

/**
 * The progress of an interrupted run: candidates compared, and the networks of the one under way. Everything else
 * is exact and quick, and computed again to the same numbers.
 */
export interface Checkpoint {
  readonly finished: Map<string, FinishedCandidate>;
  readonly networks: Map<string, NetworkState>;
}

export const emptyCheckpoint = (): Checkpoint => ({ finished: new Map(), networks: new Map() });

export function encodeCheckpoint({ finished, networks }: Checkpoint): Uint8Array {
  const arrays: Float32Array[] = [];
  const header = {
    finished: [...finished].map(([name, { result, predictions }]) => {
      arrays.push(predictions);
      return { name, result, length: predictions.length };
    }),
    networks: [...networks].map(([key, state]) => {
      arrays.push(state.weights, state.gradient, state.square, state.best);
      const { epoch, bestEpoch, curve } = state;
      return { key, epoch, bestEpoch, curve, length: state.weights.length };
    }),
  };
  return encodeBytes(header, arrays);
}

interface Header {
  readonly finished: readonly { name: string; result: CandidateResult; length: number }[];
  readonly networks:
    readonly (Pick<NetworkState, "epoch" | "bestEpoch" | "curve"> & { key: string; length: number })[];
}

/** @throws {TypeError} the bytes are not a checkpoint */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { header, numbers } = decodeBytes(bytes);
  const { finished, networks } = header as Header;
  let offset = 0;
  const take = (length: number) => numbers.slice(offset, offset += length);
  return {
    finished: new Map(finished.map((f) => [f.name, { result: f.result, predictions: take(f.length) }])),
    networks: new Map(networks.map(({ key, length, epoch, bestEpoch, curve }) => {
      const [weights, gradient, square, best] = [take(length), take(length), take(length), take(length)];
      return [key, { epoch, bestEpoch, curve, weights, gradient, square, best }];
    })),
  };
}
