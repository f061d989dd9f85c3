/**
 * Losses of versions as a linear Gaussian model, updated window by window (Kalman, Journal of Basic Engineering 82, 1960):
 * a conjugate Bayesian regression in which a window's difficulty, shared by all versions, drops out of their comparison.
 *
 *     loss(c, j) / level = m + b_j + w_j - maturity * learned(rows_c) + ageing * age + q_c(j) + noise
 *
 * `b` is autoregressive, `w` new in each window, `q_c` what version c falls behind by: a walk whose steps hit all versions
 * that are there, so that the differences of one window go together.
 */
import { samplingVariance, type WorthVersion, type WorthWindow } from "./evidence.ts";
import { learned } from "./learning_curve.ts";
import type { Regime } from "./regime.ts";

/** Of more versions than this the oldest are forgotten; what was learned from them stays. */
export const VERSIONS_MAX = 9;

/** Places in the state: level, difficulty, maturity, ageing, shock, what a training now would lack; then versions. */
const LEVEL = 0;
const DIFFICULTY = 1;
const MATURITY = 2;
const AGEING = 3;
const SHOCK = 4;
const LACK = 5;
const FIRST = 6;
const STRIDE = FIRST + VERSIONS_MAX;
/** A sudden change less likely than this is left out of the variance. */
const JUMP_MIN = 0.01;

/** What is believed under one regime. */
export interface Belief {
  readonly regime: Regime;
  /** loss that stands for 1 */
  readonly level: number;
  /** rows that the learning curve is counted from */
  readonly rows: number;
  readonly mean: Float64Array;
  /** row by row, STRIDE apart */
  readonly covariance: Float64Array;
  versions: WorthVersion[];
  /** number of the newest window; null: none yet */
  window: number | null;
  /** log of the prior weight times the likelihood of all windows */
  logWeight: number;
}

/** Returns what the prior says before any window. */
export function priorBelief(regime: Regime, { level, rows }: { level: number; rows: number }): Belief {
  const mean = new Float64Array(STRIDE);
  const covariance = new Float64Array(STRIDE * STRIDE);
  mean[LEVEL] = 1;
  mean[MATURITY] = regime.maturity;
  mean[AGEING] = regime.ageing;
  const deviations = [regime.level, regime.difficulty, regime.maturitySd, regime.ageingSd];
  deviations.forEach((deviation, i) => covariance[i * STRIDE + i] = deviation ** 2);
  return {
    regime,
    level,
    rows,
    mean,
    covariance,
    versions: [],
    window: null,
    logWeight: Math.log(regime.weight),
  };
}

/**
 * Adds a version, before the first window that it is scored on: it lacks what a training now would lack, give or take
 * luck. Where there are too many, the oldest that does not serve is dropped.
 */
export function addVersion(belief: Belief, version: WorthVersion, { serving }: { serving: string }): void {
  const { mean, covariance, regime } = belief;
  if (belief.versions.length === VERSIONS_MAX) dropOldest(belief, serving);
  const place = FIRST + belief.versions.length;
  const { inherited } = regime;
  mean[place] = inherited * mean[LACK];
  for (let a = 0; a < place; a++) {
    const value = inherited * covariance[LACK * STRIDE + a];
    covariance[place * STRIDE + a] = value;
    covariance[a * STRIDE + place] = value;
  }
  covariance[place * STRIDE + place] = inherited ** 2 * covariance[LACK * STRIDE + LACK] + regime.luck ** 2;
  belief.versions = [...belief.versions, version];
}

function dropOldest(belief: Belief, serving: string): void {
  const { mean, covariance, versions } = belief;
  const dropped = versions[0].id === serving ? 1 : 0;
  const last = FIRST + versions.length - 1;
  for (let a = FIRST + dropped; a < last; a++) {
    mean[a] = mean[a + 1];
    covariance.copyWithin(a * STRIDE, (a + 1) * STRIDE, (a + 2) * STRIDE);
  }
  for (let a = FIRST + dropped; a < last; a++) {
    for (let b = 0; b <= last; b++) covariance[b * STRIDE + a] = covariance[b * STRIDE + a + 1];
  }
  belief.versions = versions.filter((_, i) => i !== dropped);
}

/** Learns from the newest labelled window. @param options.alarmChance chance of a sudden change where an alarm sounded */
export function observe(
  belief: Belief,
  window: WorthWindow,
  { overlap = 0, alarmChance = 0.5 }: { overlap?: number; alarmChance?: number } = {},
): void {
  const steps = belief.window === null ? 0 : Math.max(0, window.number - belief.window);
  for (let step = 0; step < Math.max(1, steps); step++) {
    if (step < steps) passTime(belief);
    fallBehind(belief, belief.regime.wander ** 2);
    stray(belief);
  }
  renewShock(belief);
  const rows = scoredVersions(belief, window);
  const noise = belief.regime.noise ** 2 +
    belief.regime.sampling * samplingVariance(window, { overlap }) / belief.level ** 2;
  const chance = window.alarm ? Math.max(alarmChance, belief.regime.jumpChance) : belief.regime.jumpChance;
  if (rows.length > 0 && chance > 0) widenForJump(belief, rows, { noise, chance });
  for (const row of rows) belief.logWeight += update(belief, row, noise);
  belief.window = window.number;
}

/** What difficulty and falling behind keep from one window to the next. */
function passTime(belief: Belief): void {
  const { regime, covariance } = belief;
  const { memory, passing, inherited, difficulty } = regime;
  scale(belief, DIFFICULTY, memory);
  covariance[DIFFICULTY * STRIDE + DIFFICULTY] += difficulty ** 2 * (1 - memory ** 2);
  scale(belief, LACK, passing * inherited);
  if (passing === 1) return;
  for (let a = FIRST; a < FIRST + belief.versions.length; a++) scale(belief, a, passing);
}

function scale({ mean, covariance, versions }: Belief, place: number, factor: number): void {
  mean[place] *= factor;
  for (let a = 0; a < FIRST + versions.length; a++) {
    covariance[place * STRIDE + a] *= factor;
    covariance[a * STRIDE + place] *= factor;
  }
}

/** All versions that are there fall behind together; so does what was learned by now. */
function fallBehind({ covariance, versions }: Belief, variance: number): void {
  const size = FIRST + versions.length;
  for (let a = LACK; a < size; a++) for (let b = LACK; b < size; b++) covariance[a * STRIDE + b] += variance;
}

/** Each version also falls behind by itself. */
function stray({ covariance, versions, regime }: Belief): void {
  for (let a = FIRST; a < FIRST + versions.length; a++) covariance[a * STRIDE + a] += regime.straying ** 2;
}

function renewShock({ mean, covariance, versions, regime }: Belief): void {
  mean[SHOCK] = 0;
  for (let a = 0; a < FIRST + versions.length; a++) {
    covariance[SHOCK * STRIDE + a] = 0;
    covariance[a * STRIDE + SHOCK] = 0;
  }
  covariance[SHOCK * STRIDE + SHOCK] = regime.shock ** 2;
}

/** One loss, and the weights with which the state makes it up. */
interface Row {
  readonly weights: Float64Array;
  readonly value: number;
}

function scoredVersions(
  { versions, level, regime, rows: from }: Belief,
  { number, losses }: Pick<WorthWindow, "number" | "losses">,
): Row[] {
  const lossOf = new Map(losses.map(({ version, loss }) => [version, loss]));
  return versions.flatMap(({ id, through, rows }, i) => {
    const loss = lossOf.get(id);
    if (loss === undefined || through >= number) return [];
    const weights = new Float64Array(FIRST + versions.length);
    weights[LEVEL] =
      weights[DIFFICULTY] =
      weights[SHOCK] =
      weights[FIRST + i] =
        1;
    weights[MATURITY] = -learned(rows, { from, curve: regime.curve });
    weights[AGEING] = number - through - 1;
    return [{ weights, value: loss / level }];
  });
}

/**
 * A sudden change shows as a loss of all versions far above what was expected: by as much as that is more likely than
 * chance, what they fall behind by becomes wider.
 */
function widenForJump(
  belief: Belief,
  rows: readonly Row[],
  { noise, chance }: { noise: number; chance: number },
): void {
  const size = FIRST + belief.versions.length;
  const weights = new Float64Array(size);
  for (const row of rows) for (let a = 0; a < size; a++) weights[a] += row.weights[a] / rows.length;
  const value = rows.reduce((sum, row) => sum + row.value, 0) / rows.length;
  const rise = value - dot(weights, belief.mean);
  if (rise <= 0) return;
  const variance = quadratic(belief, weights) + noise / rows.length;
  const jump = belief.regime.jump ** 2;
  const sudden = chance * density(rise, variance + jump);
  const usual = (1 - chance) * density(rise, variance);
  const probability = sudden + usual > 0 ? sudden / (sudden + usual) : 0;
  if (probability <= JUMP_MIN) return;
  const { jumpShared } = belief.regime;
  fallBehind(belief, probability * jump * (1 - jumpShared));
  belief.covariance[DIFFICULTY * STRIDE + DIFFICULTY] += probability * jump * jumpShared;
  belief.logWeight += Math.log(sudden + usual) - Math.log(density(rise, variance + probability * jump));
}

/** Up to the constant factor that all densities here share. */
const density = (x: number, variance: number) => Math.exp(-0.5 * x * x / variance) / Math.sqrt(variance);

/** Learns one loss. @returns its log likelihood, up to a constant */
function update(belief: Belief, { weights, value }: Row, noise: number): number {
  const { mean, covariance } = belief;
  const size = weights.length;
  const gain = new Float64Array(size);
  for (let a = 0; a < size; a++) {
    let sum = 0;
    for (let b = 0; b < size; b++) sum += covariance[a * STRIDE + b] * weights[b];
    gain[a] = sum;
  }
  const variance = dot(weights, gain) + noise;
  const residual = value - dot(weights, mean);
  for (let a = 0; a < size; a++) {
    mean[a] += gain[a] * residual / variance;
    for (let b = 0; b < size; b++) covariance[a * STRIDE + b] -= gain[a] * gain[b] / variance;
  }
  return -0.5 * (residual * residual / variance + Math.log(variance));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function quadratic({ covariance }: Belief, weights: Float64Array): number {
  let sum = 0;
  for (let a = 0; a < weights.length; a++) {
    if (weights[a] === 0) continue;
    for (let b = 0; b < weights.length; b++) sum += weights[a] * covariance[a * STRIDE + b] * weights[b];
  }
  return sum;
}

/** What a version that serves loses more than one that is trained now, in levels: parts and spread. */
export interface Lag {
  maturity: number;
  ageing: number;
  /** what the one that serves has fallen behind by, at the newest window */
  behind: number;
  /** what a training now would lack as well */
  lack: number;
  /** standard deviation of the whole */
  sd: number;
}

/** How much further the learning curve has fallen from some rows to more. */
export function learnedMore({ regime: { curve }, rows: from }: Belief, rows: number, more: number): number {
  return learned(more, { from, curve }) - learned(rows, { from, curve });
}

/** @throws {RangeError} the version that serves is not known */
export function lagOf(belief: Belief, serving: string, next: Omit<WorthVersion, "id">): Lag {
  const i = belief.versions.findIndex(({ id }) => id === serving);
  if (i < 0) throw new RangeError(`Cannot forecast: version "${serving}" was never scored`);
  const { mean, regime, versions } = belief;
  const weights = new Float64Array(FIRST + versions.length);
  weights[MATURITY] = learnedMore(belief, versions[i].rows, next.rows);
  weights[AGEING] = next.through - versions[i].through;
  weights[FIRST + i] = 1;
  weights[LACK] = -regime.inherited;
  return {
    maturity: mean[MATURITY],
    ageing: mean[AGEING],
    behind: mean[FIRST + i],
    lack: mean[LACK],
    sd: Math.sqrt(Math.max(0, quadratic(belief, weights)) + regime.luck ** 2),
  };
}

/**
 * Returns by how much the next labelled window is expected to move the forecast of a lag: its standard deviation before
 * the window's losses are known. Exact but for sudden changes, since the spread of a Gaussian model does not depend on them.
 */
export function nextMove(belief: Belief, serving: string, next: Omit<WorthVersion, "id">): number {
  const later = copyOf(belief);
  const number = (belief.window ?? next.through) + 1;
  const expected = scoredVersions(later, {
    number,
    losses: later.versions.map(({ id }) => ({ version: id, loss: 0 })),
  });
  later.window = number - 1;
  passTime(later);
  fallBehind(later, later.regime.wander ** 2);
  stray(later);
  renewShock(later);
  const before = lagOf(later, serving, next).sd;
  const noise = later.regime.noise ** 2;
  for (const { weights } of expected) update(later, { weights, value: dot(weights, later.mean) }, noise);
  return Math.sqrt(Math.max(0, before ** 2 - lagOf(later, serving, next).sd ** 2));
}

const copyOf = (belief: Belief): Belief => ({
  ...belief,
  mean: belief.mean.slice(),
  covariance: belief.covariance.slice(),
});
