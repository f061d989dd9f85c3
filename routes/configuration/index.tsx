import { page } from "fresh";
import { ChangeButtons } from "./(_components)/change_buttons.tsx";
import { ChangeTable, ConfigHistory } from "./(_components)/config_changes.tsx";
import { lastChanges } from "../../components/config_labels.ts";
import type { Configuration } from "../../src/dashboard/reads/configuration.ts";
import { define } from "../../src/dashboard/define.ts";
import { counted } from "../../src/format/numbers.ts";
import { Time } from "../../components/status_badge.tsx";
import { FieldProblem, type SettingsFilter, SettingsTables } from "./(_components)/settings_table.tsx";
import { WhatIfView } from "./(_components)/what_if_report.tsx";
import type { WhatIfReport } from "../../src/retraining/what_if.ts";
import { readLines } from "../../src/config/form.ts";
import { configChanges, SETTING_GROUPS } from "../../src/config/settings.ts";
import { follow } from "../../src/dashboard/view.ts";
import { PageHeader } from "../../components/page_header.tsx";

const DAYS = 365;
const DAYS_MAX = 3650;
const LINES_MAX = 4000;

/** The query of a what-if simulation, as it was written. */
interface WhatIfQuery {
  lines: string;
  days: number;
}

function readQuery(params: URLSearchParams): WhatIfQuery {
  const days = Number(params.get("days") ?? DAYS);
  return {
    lines: (params.get("try") ?? "").slice(0, LINES_MAX),
    days: Number.isInteger(days) && days > 0 ? Math.min(days, DAYS_MAX) : DAYS,
  };
}

export const handler = define.handlers({
  async GET({ url, state }) {
    await follow(state, "looks"); // whatever a person changes
    const configuration = await state.dashboard.configuration();
    const query = readQuery(url.searchParams);
    const { current, models } = configuration;
    const parsed = readLines(current.config, query.lines, models);
    const tries = query.lines.trim() !== "" && parsed.config !== null;
    const simulation = tries ? await state.dashboard.simulateConfig(parsed.config!, query.days) : null;
    state.title = "Configuration";
    const filter = {
      text: (url.searchParams.get("q") ?? "").slice(0, 100),
      changed: url.searchParams.has("changed"),
    };
    const before = Number(url.searchParams.get("before")) || null;
    return page({ configuration, query, simulation, problems: parsed.problems ?? {}, before, filter });
  },
});

export default define.page<typeof handler>(function ConfigurationPage({ data, state }) {
  const { configuration, query, simulation, problems, before, filter } = data;
  const { current, defaults, versions, models } = configuration;
  return (
    <>
      <PageHeader id="answer" data-redraw>
        <h1>{answer(configuration)}</h1>
        <p>
          {current.version > 0 && (
            <>
              Since <Time iso={current.at} as="moment" />
              {current.why ? `, because: ${current.why}. ` : "; no reason was given. "}
            </>
          )}
          Changes apply from the next check on; a running cycle keeps its settings.
        </p>
        {state.person ? <ChangeButtons person={state.person} models={models} /> : (
          <p>
            <a href="/sign-in?to=%2Fconfiguration">Sign in to change settings</a>
          </p>
        )}
      </PageHeader>
      <WhatIfForm query={query} simulation={simulation} problems={problems} />
      <nav class="row section" aria-label="On this page">
        {SETTING_GROUPS.map(({ name }, i) => <a key={name} href={`#group-${i}`}>{name}</a>)}
        <a href="#history">History</a>
      </nav>
      <SettingsSearch filter={filter} />
      <div id="settings" data-redraw>
        <SettingsTables
          config={current.config}
          changed={lastChanges(versions, defaults)}
          filter={filter}
          models={models}
        />
        <ConfigHistory
          versions={versions}
          defaults={defaults}
          current={current.version}
          person={state.person}
          before={before}
        />
      </div>
    </>
  );
});

/** Finds settings by a word, or those that were changed: a form, so that it works without JavaScript. */
function SettingsSearch({ filter: { text, changed } }: { filter: SettingsFilter }) {
  return (
    <form class="row filter" method="get" action="/configuration" role="search">
      <label>
        Find a setting <input type="search" name="q" value={text} maxLength={100} />
      </label>
      <label>
        <input type="checkbox" name="changed" value="1" checked={changed} /> Changed only
      </label>
      <button type="submit">Show</button>
      {(text !== "" || changed) && <a href="/configuration">All settings</a>}
    </form>
  );
}

/** Sums up the configuration in force: since when, by whom, and how far from the defaults. */
function answer({ current: { version, config, by }, defaults }: Configuration): string {
  const differing = configChanges(defaults.config, config).length;
  if (version === 0) return "The defaults are active; no setting has been changed yet.";
  const far = differing === 0
    ? "its values equal the defaults"
    : `${counted(differing, "value")} ${differing === 1 ? "differs" : "differ"} from the defaults`;
  return `Version ${version}, by ${by}, is active; ${far}.`;
}

function WhatIfForm({ query, simulation, problems }: {
  query: WhatIfQuery;
  simulation: WhatIfReport | null;
  problems: Readonly<Record<string, string>>;
}) {
  const wrong = Object.values(problems);
  return (
    <section class="section" aria-labelledby="try">
      <h2 id="try">
        Try a change on history{" "}
        <small>
          Recomputes every stored check and verdict from its stored evidence with these settings. Nothing is
          trained or changed; a <a href="/backtests">backtest</a> also trains.
        </small>
      </h2>
      <form class="form try" method="get" action="/configuration#try">
        <label for="lines">
          Settings to try <small>One per line, such as routine_cutoffs=0 or churn.gate=threshold.</small>
        </label>
        <textarea
          id="lines"
          name="try"
          rows={3}
          maxLength={LINES_MAX}
          required
          aria-invalid={wrong.length > 0 ? "true" : undefined}
          aria-describedby={wrong.length > 0 ? "lines-problem" : undefined}
        >
          {query.lines}
        </textarea>
        {wrong.length > 0 && <FieldProblem id="lines-problem">{wrong.join("; ")}</FieldProblem>}
        <p class="row">
          <label for="days">Days of history</label>
          <input id="days" name="days" type="number" min={1} max={DAYS_MAX} value={query.days} />
          <button type="submit">Try it</button>
        </p>
      </form>
      {simulation && (
        <div class="trial">
          {simulation.changes.length > 0 && (
            <ChangeTable changes={simulation.changes} title="Settings to try" from="Current" to="Trial" />
          )}
          <WhatIfView simulation={simulation} csv />
        </div>
      )}
    </section>
  );
}
