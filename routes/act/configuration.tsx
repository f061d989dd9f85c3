import { HttpError, page } from "fresh";
import { ChangeTable } from "../configuration/(_components)/config_changes.tsx";
import { forWhom, lastChanges } from "../../components/config_labels.ts";
import type { Configuration } from "../../src/dashboard/reads/configuration.ts";
import { WHY_MAX } from "./(_components)/action_form.tsx";
import { define } from "../../src/dashboard/define.ts";
import { field, readForm, seeOther } from "../../src/dashboard/form.ts";
import { Problem } from "../../components/problem.tsx";
import { type Editing, SettingsTables } from "../configuration/(_components)/settings_table.tsx";
import { WhatIfView } from "../configuration/(_components)/what_if_report.tsx";
import type { ConfigVersion } from "../../src/db/config/config_versions.ts";
import type { WhatIfReport } from "../../src/retraining/what_if.ts";
import { changedFields, readConfig } from "../../src/config/form.ts";
import { type ConfigChange, configChanges } from "../../src/config/settings.ts";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";

const DAYS = 365;

/** The edited configuration, carried from step to step: the version it started from, and what was written. */
interface ConfigDraft {
  model: string | null;
  /** an earlier version to go back to; then nothing was written */
  version: number | null;
  after: number;
  fields: Record<string, string>;
}

/** The step of the form. */
type Step =
  | { kind: "edit"; problems: Record<string, string>; problem: string | null }
  | {
    kind: "review";
    changes: ConfigChange[];
    simulation: WhatIfReport;
    problem: string | null;
    why: string;
    once: string;
  }
  | { kind: "conflict"; mine: ConfigChange[]; theirs: ConfigChange[]; since: ConfigVersion[] };

interface Shown {
  configuration: Configuration;
  draft: ConfigDraft;
  step: Step;
}

/** A version by its number. @throws {HttpError} it is not in reach */
function versionOf({ current, defaults, versions }: Configuration, number: number): ConfigVersion {
  const known = [current, ...versions, defaults].find(({ version }) => version === number);
  if (!known) throw new HttpError(404, `There is no version ${number} of the configuration`);
  return known;
}

function modelOf({ models }: Configuration, name: string | null): string | null {
  if (name && !models.includes(name)) throw new HttpError(404, `There is no model "${name}"`);
  return name || null;
}

const numberIn = (text: string | null): number | null => text && /^\d+$/.test(text) ? Number(text) : null;

const edited = (problems: Record<string, string> = {}, problem: string | null = null): Step => ({
  kind: "edit",
  problems,
  problem,
});

/** Reads a draft as a configuration over the version it started from; null with the problems it has. */
function wanted(configuration: Configuration, { version, after, ...written }: ConfigDraft) {
  if (version !== null) return { config: versionOf(configuration, version).config, problems: null };
  return readConfig(versionOf(configuration, after).config, written);
}

/** Compares what was wanted with what is in force now. */
async function look(
  { configuration, draft, simulate }: Omit<Shown, "step"> & {
    simulate: (config: ConfigVersion["config"]) => Promise<WhatIfReport>;
  },
  { why = "", problem = null as string | null, once = crypto.randomUUID() as string } = {},
): Promise<{ step: Step; status: number }> {
  const { current, versions } = configuration;
  const parsed = wanted(configuration, draft);
  if (parsed.config === null) {
    const left = `Version ${current.version} is still active, unchanged`;
    return { step: edited(parsed.problems, left), status: 422 };
  }
  const base = versionOf(configuration, draft.after);
  const mine = configChanges(base.config, parsed.config);
  if (draft.after !== current.version) {
    const since = versions.filter(({ version }) => version > draft.after);
    const theirs = configChanges(base.config, current.config);
    return { step: { kind: "conflict", mine, theirs, since }, status: 409 };
  }
  if (mine.length === 0) {
    const same = `No difference from version ${current.version}, which is active`;
    return { step: edited({}, same), status: 422 };
  }
  const simulation = await simulate(parsed.config);
  return {
    step: { kind: "review", changes: mine, simulation, problem, why, once },
    status: problem ? 422 : 200,
  };
}

export const handler = define.handlers({
  async GET({ url, state }) {
    const { dashboard } = state;
    const configuration = await dashboard.configuration();
    const query = url.searchParams;
    const draft: ConfigDraft = {
      model: modelOf(configuration, query.get("model")),
      version: numberIn(query.get("version")),
      after: configuration.current.version,
      fields: {},
    };
    state.title = "Change the configuration";
    if (draft.version === null) return page<Shown>({ configuration, draft, step: edited() });
    const simulate = (config: ConfigVersion["config"]) => dashboard.simulateConfig(config, DAYS);
    const { step } = await look({ configuration, draft, simulate });
    return page<Shown>({ configuration, draft, step });
  },

  async POST(ctx) {
    const { dashboard, sessions } = ctx.state;
    const person = ctx.state.person!;
    const form = await readForm(ctx);
    const configuration = await dashboard.configuration();
    const draft = readDraft(form, configuration);
    const why = field(form, "why");
    const once = field(form, "once");
    ctx.state.title = "Change the configuration";
    if (field(form, "step") === "edit") return page<Shown>({ configuration, draft, step: edited() });
    const simulate = (config: ConfigVersion["config"]) => dashboard.simulateConfig(config, DAYS);
    const saving = field(form, "step") === "save";
    const parsed = wanted(configuration, draft);
    const refused = saving && parsed.config
      ? await save({ ...draft, config: parsed.config, why, once })
      : null;
    if (saving && parsed.config && !refused) {
      await sessions.leaveNotice(person, `Version ${draft.after + 1} of the configuration is now active.`);
      return seeOther("/configuration");
    }
    // where somebody else saved first, what is in force now shows it
    const now = { configuration: refused ? await dashboard.configuration() : configuration, draft };
    const review = { why, problem: refused?.why, once: once || undefined };
    const { step, status } = await look({ ...now, simulate }, review);
    return page<Shown>({ ...now, step }, { status: refused?.status ?? status });

    async function save(
      { after, config, why, once }: ConfigDraft & { config: unknown; why: string; once: string },
    ) {
      if (!why) return { status: 422, why: "A reason is required: it is recorded in the history" };
      const how = { method: "PUT", path: "/retraining/config", ifMatch: after, once } as const;
      return await sessions.change(person, { ...how, body: { config, why } });
    }
  },
});

function readDraft(form: FormData, configuration: Configuration): ConfigDraft {
  const model = modelOf(configuration, field(form, "model"));
  const after = numberIn(field(form, "after")) ?? configuration.current.version;
  const sent = [...form.keys()].filter((name) => name.startsWith("set."));
  const fields = Object.fromEntries(sent.map((name) => [name.slice(4), field(form, name)]));
  const base = versionOf(configuration, after).config;
  return {
    model,
    after,
    version: numberIn(field(form, "version")),
    fields: changedFields(base, { model, fields }),
  };
}

export default define.page<typeof handler>(function ChangeConfiguration({ data, state }) {
  const shown = data as Shown;
  const token = state.person!.token;
  switch (shown.step.kind) {
    case "edit":
      return <Edit {...shown} step={shown.step} token={token} />;
    case "review":
      return <Review {...shown} step={shown.step} token={token} name={state.person!.name} />;
    case "conflict":
      return <Conflict {...shown} step={shown.step} token={token} />;
  }
});

type Of<K extends Step["kind"]> = Shown & { step: Extract<Step, { kind: K }>; token: string };

function Edit({ configuration, draft, step, token }: Of<"edit">) {
  const { current, defaults, versions, models } = configuration;
  const base = versionOf(configuration, draft.after);
  const editing: Editing = {
    model: draft.model,
    fields: draft.fields,
    problems: step.problems,
    own: { rollout: configuration.own.strategies },
  };
  const wrong = Object.entries(step.problems);
  return (
    <>
      <PageHeader>
        <Crumbs above={["/configuration"]} here="Change settings" />
        <h1>Change settings for {forWhom(draft.model)}.</h1>
        <p>
          Nothing is saved before you have reviewed the difference to version{" "}
          {current.version}, which is active.
          {draft.model !== null &&
            " An empty field takes the value for all models; none means not set."}
        </p>
        <nav class="row" aria-label="Scope">
          {[null, ...models].filter((model) => model !== draft.model).map((model) => (
            <a key={model} href={`/act/configuration${model ? `?model=${model}` : ""}`}>
              For {forWhom(model)} instead
            </a>
          ))}
        </nav>
      </PageHeader>
      {step.problem && <Problem text={step.problem} />}
      {wrong.length > 0 && (
        <ul>
          {wrong.map(([name, problem]) => (
            <li key={name}>
              <a href={`#${name}`}>
                <code>{name}</code>
              </a>: {problem}
            </li>
          ))}
        </ul>
      )}
      <form method="post" action="/act/configuration" class="settings-form">
        <Carried token={token} draft={{ ...draft, fields: {} }} />
        <SettingsTables config={base.config} changed={lastChanges(versions, defaults)} editing={editing} />
        <p class="row stays">
          <button type="submit" name="step" value="review" class="chosen">Review changes</button>
          <a href="/configuration">Cancel</a>
        </p>
      </form>
    </>
  );
}

function Review({ draft, step, token, name }: Of<"review"> & { name: string }) {
  const { changes, simulation, problem, why, once } = step;
  const next = draft.after + 1;
  return (
    <>
      <PageHeader>
        <Crumbs above={["/configuration"]} here="Change settings" />
        <h1>
          {draft.version === null
            ? `Activate version ${next}?`
            : `Restore version ${draft.version} as version ${next}?`}
        </h1>
        <ul class="plain">
          <li>It applies from the next check on; a running cycle or rollout keeps its settings.</li>
          <li>Nothing is deleted: version {draft.after} can be restored.</li>
        </ul>
      </PageHeader>
      {problem && <Problem text={problem} />}
      <ChangeTable
        changes={changes}
        title="Changes"
        from={`Version ${draft.after}, active`}
        to={`Version ${next}`}
      />
      <form class="form section" method="post" action="/act/configuration">
        <Carried token={token} draft={draft} />
        <input type="hidden" name="once" value={once} />
        <label for="why">
          Reason <small>Required. Recorded in the history and the audit log with your name ({name}).</small>
        </label>
        <textarea id="why" name="why" rows={3} maxLength={WHY_MAX} required>{why}</textarea>
        <p class="row">
          <button type="submit" name="step" value="save" class="chosen">Activate version {next}</button>
          {draft.version === null && (
            <button type="submit" name="step" value="edit" formNoValidate>Keep editing</button>
          )}
          <a href="/configuration">Cancel</a>
        </p>
      </form>
      <section class="section" aria-labelledby="tried">
        <h2 id="tried">
          On the last {DAYS} days of history{" "}
          <small>Every stored check and verdict, recomputed from its stored evidence.</small>
        </h2>
        <WhatIfView simulation={simulation} csv={false} />
      </section>
    </>
  );
}

function Conflict({ configuration: { current }, draft, step, token }: Of<"conflict">) {
  const { mine, theirs, since } = step;
  const newest = since[0] ?? current;
  return (
    <>
      <PageHeader>
        <Crumbs above={["/configuration"]} here="Change settings" />
        <h1>Not saved: {newest.by} activated version {current.version} while you were editing.</h1>
        <p>
          You started from version {draft.after}. {newest.why && `Their reason: ${newest.why}. `}
          Your changes are kept.
        </p>
      </PageHeader>
      <div class="columns">
        <div>
          <ChangeTable
            changes={theirs}
            title={`Theirs, active now (version ${current.version})`}
            from={`Version ${draft.after}`}
            to={`Version ${current.version}`}
          />
        </div>
        <div>
          <ChangeTable changes={mine} title="Yours, not saved" from={`Version ${draft.after}`} to="Yours" />
        </div>
      </div>
      <form class="form section" method="post" action="/act/configuration">
        <Carried token={token} draft={{ ...draft, after: current.version }} />
        <p class="row">
          <button type="submit" name="step" value="review" class="chosen">
            Review yours on top of version {current.version}
          </button>
          <a href="/configuration">Discard yours</a>
        </p>
      </form>
    </>
  );
}

/** Hidden fields that carry the draft from step to step. */
function Carried({ token, draft: { model, version, after, fields } }: { token: string; draft: ConfigDraft }) {
  return (
    <>
      <input type="hidden" name="token" value={token} />
      <input type="hidden" name="after" value={after} />
      {model !== null && <input type="hidden" name="model" value={model} />}
      {version !== null && <input type="hidden" name="version" value={version} />}
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={`set.${name}`} value={value} />
      ))}
    </>
  );
}
