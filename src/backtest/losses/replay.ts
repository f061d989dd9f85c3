import { RECALIBRATION_SHARE } from "../../retraining/worth/recalibration.ts";
import { knownBlocks, type LossView, type Version } from "./view.ts";

/** What a policy may look at: nothing that is not known at the start of block `t`, or of versions it has not. */
export interface Look {
  readonly t: number;
  /** blocks `0 .. known - 1` have labels */
  readonly known: number;
  /** versions that can be scored: those of the history, and those it paid for since */
  readonly versions: readonly Version[];
  /** the version that a training now would give */
  readonly next: Version | null;
  /** @throws {RangeError} the labels of block `j` are not known, or there is no such version */
  seen(version: number, j: number): number;
  pairSe(a: number, b: number, j: number): number;
  recalibrated(version: number, r: number, j: number): number;
  /** inputs need no labels: of all blocks before `t` */
  shift(a: number, b: number): number;
}

/** A policy at a block: what it knows, what serves. */
export interface Step extends Look {
  readonly alpha: number;
  /** the version that serves, named by the block before which it was trained */
  readonly serving: number;
  /** block of its last recalibration; null: none */
  readonly recalibratedAt: number | null;
  /** block of the newest training, deployed or not */
  readonly lastTraining: number;
  /** number of the block after the last */
  readonly end: number;
}

export type Action =
  | { readonly kind: "keep" }
  /** `removes`: what was trained serves again without a line, for the same price */
  | { readonly kind: "recalibrate"; readonly removes?: boolean }
  | {
    readonly kind: "train";
    /** asked after the training is paid for; none: the challenger serves */
    readonly gate?: (look: Look, challenger: GateVersions) => boolean;
    /** what the policy forecasts that it wins, before its price; left out: it forecasts nothing */
    readonly gain?: number;
  };

/** The two versions that a gate may compare with the one that serves. */
export interface GateVersions {
  /** trained on all that is known: it would serve, but there are no labels that it has not seen */
  readonly challenger: number;
  /** the same without the newest known block, on which it can be judged; null: there is none */
  readonly heldOut: number | null;
}

export interface Policy<V extends LossView = LossView> {
  readonly name: string;
  /** may be asked only in order of blocks: it may keep what it learned */
  start(view: V, alpha: number): (step: Step) => Action;
}

/** How a policy fared. */
export interface Bill {
  readonly cost: number;
  readonly trainings: readonly number[];
  /** those of them that came to serve */
  readonly deployed: readonly number[];
  readonly recalibrations: number;
}

/**
 * Returns the action of a policy at block `t`, while the version of `serving` serves. Every version that could have been
 * trained by then may be looked at: more than a shop has that trains when the policy says.
 */
export function actionAt(
  view: LossView,
  policy: Policy,
  { t, alpha, serving }: { t: number; alpha: number; serving: number },
): Action {
  const versions: Version[] = [];
  for (let at = 0; at < t; at++) {
    const version = view.version(at);
    if (version) versions.push(version);
  }
  const look = lookAt(view, t, versions);
  const step = { ...look, alpha, serving, recalibratedAt: null, lastTraining: serving, end: view.blocks };
  return policy.start({ ...view, start: t }, alpha)(step);
}

/** Replays a policy over a view. */
export function replay<V extends LossView>(view: V, alpha: number, policy: Policy<V>): Bill {
  const decide = policy.start(view, alpha);
  const trainings: number[] = [];
  const deployed: number[] = [];
  const own: Version[] = [];
  for (let t = 1; t <= view.start; t++) {
    const version = view.version(t);
    if (version) own.push(version);
  }
  let serving = view.start;
  let recalibratedAt: number | null = null;
  let recalibrations = 0;
  let cost = 0;
  for (let t = view.start; t < view.blocks; t++) {
    if (t > view.start) {
      const look = lookAt(view, t, own);
      const lastTraining = trainings.at(-1) ?? view.start;
      const action = decide({ ...look, alpha, serving, recalibratedAt, lastTraining, end: view.blocks });
      if (action.kind === "train" && look.next) {
        cost += alpha;
        trainings.push(t);
        if (passes(view, t, own, action.gate)) {
          deployed.push(t);
          serving = t;
          recalibratedAt = null;
        }
        own.push(look.next);
      } else if (action.kind === "recalibrate" && !Number.isNaN(view.recalibrated(serving, t, t))) {
        cost += RECALIBRATION_SHARE * alpha;
        recalibrations++;
        recalibratedAt = action.removes ? null : t;
      }
    }
    cost += recalibratedAt === null ? view.loss(serving, t) : view.recalibrated(serving, recalibratedAt, t);
  }
  return { cost, trainings, deployed, recalibrations };
}

function passes(
  view: LossView,
  t: number,
  own: readonly Version[],
  gate: (Action & { kind: "train" })["gate"],
) {
  if (!gate) return true;
  const heldOut = heldOutOf(view, t);
  const withHeldOut = heldOut === null ? own : [...own, view.version(heldOut)!];
  return gate(lookAt(view, t, withHeldOut), { challenger: t, heldOut });
}

/** The version that was to be had one label earlier. */
function heldOutOf(view: LossView, t: number): number | null {
  const through = view.version(t)!.through;
  for (let before = t - 1; before >= 1; before--) {
    const version = view.version(before);
    if (version && version.through < through) return before;
  }
  return null;
}

function lookAt(view: LossView, t: number, versions: readonly Version[]): Look {
  const known = knownBlocks(view, t);
  const own = new Set(versions.map(({ at }) => at));
  const check = (version: number, j: number) => {
    if (!own.has(version)) throw new RangeError(`Cannot look: version ${version} was never trained`);
    if (j >= known) throw new RangeError(`Cannot look: labels of block ${j} are not known at block ${t}`);
  };
  return {
    t,
    known,
    versions,
    next: view.version(t),
    seen(version, j) {
      check(version, j);
      return view.seen(version, j);
    },
    pairSe(a, b, j) {
      check(a, j);
      check(b, j);
      return view.pairSe(a, b, j);
    },
    recalibrated(version, r, j) {
      check(version, j);
      if (r > t) throw new RangeError(`Cannot look: block ${r} is not there at block ${t}`);
      return view.recalibrated(version, r, j);
    },
    shift(a, b) {
      if (Math.max(a, b) >= t) {
        throw new RangeError(`Cannot look: inputs of block ${Math.max(a, b)} are not there`);
      }
      return view.shift(a, b);
    },
  };
}

/** A schedule made elsewhere: the Python peers'. */
export function scheduled(name: string, trainings: readonly number[]): Policy {
  const at = new Set(trainings);
  return { name, start: () => ({ t }) => at.has(t) ? { kind: "train" } : { kind: "keep" } };
}
