/** Backtests through the service and the production workflows, over a replay of the small shop, beside what serves. */
import assert from "node:assert/strict";
import { labelOf, readPolicy } from "../../src/backtest/policy_spec.ts";
import { momentsOf } from "../../src/backtest/plan.ts";
import { listBacktests, listSteps, saveBacktest, type SavedStep } from "../../src/db/backtests/backtests.ts";
import { addPolicy } from "../../src/backtest/policies/mod.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { currentConfig } from "../../src/db/config/config_versions.ts";
import { eventSpan } from "../../src/db/events/day_counts.ts";
import { LABELS, replayScores } from "../../src/backtest/replay.ts";
import { OWN_TABLES } from "../../src/db/backtests/scopes.ts";
import { sha256 } from "../../src/core/hash.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import type { Service } from "../../src/service.ts";
import { ensureBacktest, temporalControl } from "../../src/temporal/control_client.ts";
import { CUTOFFS, PROTOCOL, SCORED } from "./small_shop.ts";

const POLICIES = ["never", "every", "perennial", "calendar=56d", "own:e2e-every-second"];
/** One that trains, one that looks, one that validates each. */
const OTHERS = ["every", "drift", "every:validate=true,gate=evidence"];

/** A shop's own: at every second moment, as the calendar of twice the step. */
addPolicy({
  name: "e2e-every-second",
  means: "trains 56 days after the last time",
  looks: false,
  validates: "never",
  decide: ({ asOf, lastTrained }) => ({
    run: lastTrained === null || Date.parse(asOf) - Date.parse(lastTrained) >= 56 * DAY_MS,
    why: "56 days",
  }),
});

async function begin(
  service: Service,
  id: string,
  { policies: texts, models }: { policies: readonly string[]; models: string[] },
): Promise<void> {
  const { sql, client, taskQueue } = service;
  const { config } = await currentConfig(sql);
  const policies = texts.map(readPolicy).map((spec) => ({ ...spec, label: labelOf(spec) }));
  const moments = momentsOf(config, {
    models,
    span: await eventSpan(sql),
    to: PROTOCOL.last,
  });
  await saveBacktest(sql, {
    id,
    models,
    policies,
    ...moments,
    config,
    by: "ann",
    why: "",
  });
  await ensureBacktest(client, { id, taskQueue });
}

async function ended({ sql }: Service, id: string): Promise<string> {
  const over = async () => (await listBacktests(sql, { id }))[0].state !== "running";
  assert.ok(await waitUntil(over, { withinMs: 300_000, everyMs: 100 }), "it ends");
  const [{ state, text }] = await listBacktests(sql, { id });
  assert.notEqual(state, "failed", text ?? "");
  return state;
}

/** All that says what serves, was checked, looked at and told, table by table; but for what notes only the time. */
async function liveState({ sql }: Service): Promise<Record<string, string>> {
  const state: Record<string, string> = {};
  for (const table of OWN_TABLES.filter((name) => name !== "retrainers" && name !== "serving_minutes")) {
    const [{ all }] = await sql`
      select coalesce(string_agg(t::text, '|' order by t::text), '') as all from ${sql(table)} t`;
    state[table] = sha256(all);
  }
  return state;
}

/** Every second write of a backtest fails before it is there, as where the database goes away. */
async function unreliable({ sql }: Service): Promise<void> {
  await sql.unsafe(`
    create sequence writes;
    create function fail_sometimes() returns trigger language plpgsql as $$ begin
      if nextval('writes') % 2 = 1 then raise exception 'the database went away'; end if;
      return new;
    end $$;`);
  for (const table of ["backtest_steps", "backtest_trainings", "backtest_uses", "backtest_ends"]) {
    await sql.unsafe(
      `create trigger fails before insert on ${table} for each row execute function fail_sometimes()`,
    );
  }
}

const told = (steps: readonly SavedStep[]) =>
  steps.map(({ policy, model, asOf, run, outcome, trained, version, metrics }) => ({
    policy,
    model,
    asOf,
    run,
    outcome,
    trained,
    version,
    metrics,
  }));

/** Says, step by step, whether backtests of two models agree with the replay `e2e`, touch nothing, and outlive failures. */
export async function askBacktests(t: Deno.TestContext, service: Service, models: string[]): Promise<void> {
  const { sql, client, taskQueue } = service;
  const step = async (name: string, work: () => Promise<void>) => assert.ok(await t.step(name, work), name);
  const before = await liveState(service);

  await step(
    "Perennial in a registry of its own scores as what served did, to the last digit",
    async () => {
      await begin(service, "first", { policies: POLICIES, models });
      assert.equal(await ended(service, "first"), "finished");
      const steps = await listSteps(sql, { backtest: "first" });
      assert.equal(steps.length, POLICIES.length * models.length * CUTOFFS.length);
      const scores = replayScores(await listSteps(sql, { backtest: "e2e" }));
      for (const theirs of ["frozen", "always", "perennial"] as const) {
        const policy = LABELS[theirs];
        for (
          const { model, cutoff, metrics: want, rows } of scores.filter((s) =>
            s.policy === theirs && models.includes(s.model)
          )
        ) {
          const ours = steps.find((s) => s.policy === policy && s.model === model && s.asOf === cutoff)!;
          assert.equal(ours.rows, rows);
          for (const [name, value] of Object.entries(want)) {
            const off = Math.abs(ours.metrics![name]! - value!) / Math.max(1, Math.abs(value!));
            assert.ok(
              off < 1e-6,
              `${policy} ${model} ${cutoff} ${name}: ${ours.metrics![name]}, not ${value}`,
            );
          }
        }
      }
    },
  );

  await step("each policy did what it is called after", async () => {
    const steps = await listSteps(sql, { backtest: "first" });
    const trainings = (policy: string) => steps.filter((s) => s.policy === policy && s.trained).length;
    assert.equal(trainings("never"), models.length, "the first model of each");
    assert.equal(trainings("every"), models.length * SCORED.length);
    assert.equal(
      trainings("calendar=56d"),
      models.length * 2,
      "28 days between moments: at every second of three",
    );
    const bare = (policy: string) =>
      told(steps.filter((s) => s.policy === policy)).map(({ policy: _, ...step }) => step);
    assert.deepEqual(bare("own:e2e-every-second"), bare("calendar=56d"), "the shop's own decides alike");
  });

  await step(
    "what serves, its checks, looks and alerts are as before, and no schema is left",
    async () => {
      assert.deepEqual(await liveState(service), before);
      assert.deepEqual(
        [...await sql`select nspname from pg_namespace where nspname like 'backtest%'`],
        [],
      );
    },
  );

  await step("failing at every second write, and trained anew, every comes to the same", async () => {
    const [churn] = models;
    const want = told(await listSteps(sql, { backtest: "first", policy: "every", model: churn }));
    await sql`truncate backtest_uses, backtest_trainings`;
    await unreliable(service);
    await begin(service, "second", { policies: OTHERS, models: [churn] });
    assert.equal(await ended(service, "second"), "finished");
    const steps = await listSteps(sql, { backtest: "second" });
    assert.equal(steps.length, OTHERS.length * CUTOFFS.length);
    assert.deepEqual(told(steps.filter((s) => s.policy === "every")), want);
    assert.ok(
      steps.some((s) => s.policy === "every:validate=true,gate=evidence" && s.outcome === "inconclusive"),
    );
    assert.ok(steps.filter((s) => s.policy === "drift").every(({ why }) => why.length > 0));
  });

  await step("cancelled, it ends, what it found stays, and nothing is left of the rest", async () => {
    await begin(service, "third", { policies: POLICIES.slice(0, 3), models });
    const moving = async () => (await listSteps(sql, { backtest: "third" })).length > 2;
    assert.ok(await waitUntil(moving, { withinMs: 300_000, everyMs: 5 }));
    assert.ok(await temporalControl(client, { taskQueue }).cancelBacktest("third"));
    assert.equal(await ended(service, "third"), "cancelled");
    const steps = await listSteps(sql, { backtest: "third" });
    assert.ok(steps.length > 2 && steps.length < 3 * models.length * CUTOFFS.length, String(steps.length));
    assert.deepEqual([...await sql`select nspname from pg_namespace where nspname like 'backtest%'`], []);
    assert.deepEqual(await liveState(service), before);
  });
  await sql.unsafe("drop function fail_sometimes() cascade; drop sequence writes");
}
