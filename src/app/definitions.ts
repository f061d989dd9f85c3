/** What a shop's own models, checks, detectors, strategies, policies and channels are defined with, in library and package alike. */
export {
  defineChannel,
  defineCheck,
  defineDistance,
  definePolicy,
  defineStrategy,
  defineStreamDetector,
  type OwnChannel,
} from "./define.ts";
export type { OwnCheck, OwnTested } from "../quality/own.ts";
export type { View } from "../quality/view.ts";
export type { Detector } from "../drift/detectors.ts";
export type { StreamDetector, StreamDetectorKind } from "../drift/stream/detector.ts";
export type { OwnStrategy } from "../rollout/strategies/strategy.ts";
export type { Known, Policy } from "../backtest/policies/policy.ts";
export { defineModel, type ModelDefinition } from "../models/model.ts";
export type { OwnSegment } from "../models/own_segments.ts";
export { type Brought, broughtModel } from "../models/brought.ts";
export type { Recipe } from "../models/recipe.ts";
export type { MetricRow, OwnMetric } from "../stats/own_metrics.ts";
export type { OwnFeature, Seen } from "../features/own.ts";
export type { OwnEvent, UserDay } from "../features/user_day.ts";
