import type { Database } from "../../src/db/connect.ts";
import { checkedScope } from "../../src/db/backtests/scopes.ts";
import { ConflictError } from "../../src/core/errors.ts";
import type { Predictor } from "../../src/serving/prediction.ts";
import type { ArtefactStore } from "../../src/registry/artefacts.ts";
import type { SignalPolicy } from "../../src/app/control/admit.ts";
import type { ObserveDeps } from "../deps.ts";
import { recordingTrainer, rememberingTrainer, type UnderWay } from "./trainer.ts";

/** The dependencies of activities in a scope. */
export type ScopedDeps = ObserveDeps & { predictor: Predictor; signals: SignalPolicy };

/** Opens a connection into a scope's schema. */
export type OpenScope = (schema: string) => Database;

/** The scopes that this process works in. */
export interface Scopes {
  /**
   * @param scope left out: what serves
   * @param options.notes whether trainings count as those of the scope's policy; those that only tell losses do not
   */
  depsOf(scope?: string, options?: { notes: boolean }): ScopedDeps;
  /** Ends its connections, so that it can be dropped. */
  close(scope: string): Promise<void>;
}

type Given = ScopedDeps & { openScope: OpenScope };

/** Binds what activities reach the world through to scopes: their own tables, no alerts, no file deleted. */
export function createScopes(deps: Given): Scopes {
  const open = new Map<string, ScopedDeps>();
  const underWay: UnderWay = new Map();
  const live: ScopedDeps = { ...deps, trainer: recordingTrainer(deps, { underWay }) };
  return {
    depsOf(scope, { notes } = { notes: true }) {
      if (scope === undefined) return live;
      if (!notes) {
        return { ...this.depsOf(scope), trainer: rememberingTrainer(deps, { scope: null, underWay }) };
      }
      const known = open.get(scope);
      if (known) return known;
      const { openScope, ...shared } = deps;
      const scoped: ScopedDeps = {
        ...shared,
        sql: openScope(checkedScope(scope)),
        store: keepsAll(deps.store),
        trainer: rememberingTrainer(deps, { scope, underWay }),
        predictor: servesNobody,
        alertChannels: [],
        looksAreShown: false,
      };
      open.set(scope, scoped);
      return scoped;
    },
    async close(scope) {
      const known = open.get(scope);
      open.delete(scope);
      await known?.sql.end({ timeout: 5 });
    },
  };
}

/** The same bytes may serve in production: whoever only tries things deletes nothing. */
const keepsAll = (store: ArtefactStore): ArtefactStore => ({ ...store, remove: () => Promise.resolve() });

const refuse = () => Promise.reject(new ConflictError("Cannot predict in a backtest: it serves nobody"));
const servesNobody: Predictor = { predict: refuse, predictRows: refuse };

/** The registry that an activity works on. */
interface InScope {
  /** the scope it works on; left out: what serves */
  scope?: string;
}

type Activity = (input: never) => Promise<unknown>;

/** Activities that may be asked to work on a scope, where they are asked about anything. */
type Scoped<T extends Record<string, Activity>> = {
  [K in keyof T]: T[K] extends () => Promise<unknown> ? T[K]
    : (input: Parameters<T[K]>[0] & InScope) => ReturnType<T[K]>;
};

/**
 * Activities that work on what serves, or, where the workflow says a scope, on that. They are the very same.
 * @param live on what serves   @param inScope the same activities, bound to a scope
 */
export function scoped<T extends Record<string, Activity>>(
  live: T,
  inScope: (scope: string) => T,
): Scoped<T> {
  const wrapped = Object.entries(live).map(([name, run]) => [name, (input: never) => {
    const { scope, ...rest }: InScope = input ?? {};
    return scope === undefined ? run(input) : inScope(scope)[name](rest as never);
  }]);
  return Object.fromEntries(wrapped);
}
