import { canonicalJson, sha256 } from "../core/hash.ts";
import { FEATURE_HASH, FEATURE_MEANINGS, featureRow, FEATURES, STEADY_FEATURES } from "./definition.ts";
import { type OwnFeature, ownRows, type Seen, sourceOf } from "./own.ts";
import { SESSION_FEATURES, SESSION_HASH, SESSION_MEANINGS, sessionRow } from "./session.ts";

/** The part of a model's definition that says what is known of a shopper. */
export interface DefinesFeatures {
  /** what it learns from by name; only those of the session make a difference here */
  readonly features?: readonly string[];
  readonly ownFeatures?: readonly OwnFeature[];
  /** types of the shop's own events that its features and its label read */
  readonly events?: readonly string[];
  /** of several classes: a version that knows others answers another question */
  readonly classes?: readonly string[];
}

/** All features of a model: those that every model has, those of the session if it names any, then its own. The same for training and serving. */
export interface FeatureSet {
  /** the columns, in the order of a row; `FEATURES` come first */
  readonly names: readonly string[];
  readonly meanings: readonly { readonly name: string; readonly means: string }[];
  readonly places: ReadonlyMap<string, number>;
  /** those that keep their distribution while nothing changes */
  readonly steady: readonly string[];
  /** stored with each version and compared before it serves */
  readonly hash: string;
  /** types of own events that have to be read */
  readonly events: readonly string[];
  /** whether the newest events of the last days have to be read */
  readonly session: boolean;
  /** Rows of shoppers, in their order: one number per name, NaN where there is nothing to say. */
  rows(seen: readonly Seen[]): Promise<readonly number[][]>;
}

const placesOf = (names: readonly string[]) => new Map(names.map((name, i) => [name, i]));

/** The features of a model that has none of its own. */
export const SHARED_FEATURES: FeatureSet = {
  names: FEATURES,
  meanings: FEATURE_MEANINGS,
  places: placesOf(FEATURES),
  steady: STEADY_FEATURES,
  hash: FEATURE_HASH,
  events: [],
  session: false,
  rows: (seen) => Promise.resolve(seen.map((shopper) => featureRow(shopper.days, shopper.asOfMs, shopper))),
};

const sets = new WeakMap<DefinesFeatures, FeatureSet>();

/** Whether a model learns from what a visitor does now. */
export const namesSession = ({ features = [] }: Pick<DefinesFeatures, "features">): boolean =>
  features.some((name) => SESSION_FEATURES.includes(name));

/** Returns the features of a model: made once for each definition, for every prediction asks. */
export function featuresOf(model: DefinesFeatures): FeatureSet {
  let known = sets.get(model);
  if (!known) sets.set(model, known = madeOf(model));
  return known;
}

function madeOf(model: DefinesFeatures): FeatureSet {
  const { ownFeatures = [], events = [], classes = [] } = model;
  const session = namesSession(model);
  const set = ownFeatures.length === 0 && !session ? SHARED_FEATURES : extended(ownFeatures, events, session);
  return ofClasses(set, classes);
}

const ofClasses = (set: FeatureSet, classes: readonly string[]): FeatureSet =>
  classes.length === 0 ? set : { ...set, hash: sha256(canonicalJson({ features: set.hash, classes })) };

function extended(own: readonly OwnFeature[], events: readonly string[], session: boolean): FeatureSet {
  const ofSession = session ? SESSION_MEANINGS : [];
  const meanings = [...FEATURE_MEANINGS, ...ofSession, ...own.map(({ name, means }) => ({ name, means }))];
  const names = meanings.map(({ name }) => name);
  const steady = own.filter(({ moves }) => !moves).map(({ name }) => name);
  return {
    names,
    meanings,
    places: placesOf(names),
    steady: [...STEADY_FEATURES, ...session ? SESSION_FEATURES : [], ...steady],
    hash: session ? sessionHash(own, events) : ownHash(own, events),
    events,
    session,
    async rows(seen) {
      const ofOwn = await ownRows(own, seen);
      return seen.map((shopper, i) => {
        const { days, asOfMs } = shopper;
        const now = session ? sessionRow(days, asOfMs) : [];
        return [...featureRow(days, asOfMs, shopper), ...now, ...ofOwn[i]];
      });
    },
  };
}

/** Labels are words for people: a change of them alone changes no number, and is no other definition. */
function ownHash(own: readonly OwnFeature[], events: readonly string[]): string {
  const columns = own.map((feature) => [feature.name, feature.version ?? 1, sourceOf(feature)]);
  return sha256(canonicalJson({ shared: FEATURE_HASH, events, columns }));
}

const sessionHash = (own: readonly OwnFeature[], events: readonly string[]): string =>
  sha256(canonicalJson({ others: ownHash(own, events), session: SESSION_HASH }));
