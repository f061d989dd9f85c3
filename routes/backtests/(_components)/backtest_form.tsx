import type { OwnChoice } from "../../../src/dashboard/reads/configuration.ts";
import type { BacktestFields } from "./backtest_request.ts";
import { WHY_MAX } from "../../act/(_components)/action_form.tsx";
import type { Person } from "../../../src/dashboard/session.ts";
import { Problem } from "../../../components/problem.tsx";

interface Props {
  fields: BacktestFields;
  models: readonly string[];
  /** policies of the operator's files */
  own: readonly OwnChoice[];
  person: Person;
  why: string;
  /** the same twice counts once */
  once: string;
  /** why it was not begun; null: nobody tried yet */
  problem: string | null;
}

/** Asks what a backtest is to replay. */
export function BacktestForm({ fields, models, own, person, why, once, problem }: Props) {
  return (
    <>
      {problem && <Problem text={problem} />}
      <form class="form" method="post" action="/act/backtest">
        <input type="hidden" name="token" value={person.token} />
        <input type="hidden" name="once" value={once} />
        <Policies fields={fields} own={own} />
        <label for="lines">
          Perennial with other settings{" "}
          <small>
            One per line, such as gate=threshold or min_new_samples=500: an additional policy.
          </small>
        </label>
        <textarea id="lines" name="lines" rows={2} maxLength={4000}>{fields.lines}</textarea>
        <p class="row">
          <label for="model">Model</label>
          <select id="model" name="model">
            <option value="" selected={fields.model === ""}>every model</option>
            {models.map((model) => (
              <option key={model} value={model} selected={model === fields.model}>{model}</option>
            ))}
          </select>
          <label for="from">From</label>
          <input id="from" name="from" type="date" value={fields.from} />
          <label for="to">to</label>
          <input id="to" name="to" type="date" value={fields.to} />
          <label for="step">Step, days</label>
          <input id="step" name="step" type="number" min={1} max={365} value={fields.step} />
          <small>Empty: all history with complete outcomes, with the configured step.</small>
        </p>
        <label for="why">
          Reason <small>Required. Recorded in the audit log with your name ({person.name}).</small>
        </label>
        <textarea id="why" name="why" rows={2} maxLength={WHY_MAX} required>{why}</textarea>
        <p class="row">
          <button type="submit" class="chosen">Start backtest</button>
          <a href="/backtests">All backtests</a>
        </p>
      </form>
    </>
  );
}

function Policies({ fields, own }: Pick<Props, "fields" | "own">) {
  const chosen: readonly string[] = [...fields.policies, ...fields.own];
  const tick = (choice: string) => ({
    id: `policy-${choice}`,
    name: `policy.${choice}`,
    type: "checkbox",
    value: "on",
    checked: chosen.includes(choice),
  });
  return (
    <fieldset class="choices">
      <legend>
        Policies <small>"Never retrained" is always included as the baseline.</small>
      </legend>
      <p>
        <input {...tick("perennial")} /> <label for="policy-perennial">Perennial, as configured</label>
      </p>
      <p>
        <input {...tick("every")} /> <label for="policy-every">retrained at every cut-off</label>
      </p>
      <p>
        <input {...tick("gated")} />{" "}
        <label for="policy-gated">retrained at every cut-off, deployed only if proven better</label>
      </p>
      <p>
        <input {...tick("sliding")} />{" "}
        <label for="policy-sliding">retrained at every cut-off on the newest</label>{" "}
        <input id="cutoffs" name="cutoffs" type="number" min={1} max={1000} value={fields.cutoffs} />{" "}
        <label for="cutoffs">cut-offs: a sliding window</label>
      </p>
      <p>
        <input {...tick("calendar")} /> <label for="policy-calendar">retrained every</label>{" "}
        <input id="days" name="days" type="number" min={1} max={3650} value={fields.days} />{" "}
        <label for="days">days</label>
      </p>
      <p>
        <input {...tick("performance")} />{" "}
        <label for="policy-performance">retrained when outcomes show a degradation</label>
      </p>
      <p>
        <input {...tick("drift")} /> <label for="policy-drift">retrained when its inputs drift</label>
      </p>
      <p>
        <input {...tick("worth")} />{" "}
        <label for="policy-worth">retrained or recalibrated when that is worth more than waiting</label>
      </p>
      <p>
        <input {...tick("oracle")} />{" "}
        <label for="policy-oracle">
          retrained by the best schedule in hindsight: trains a version at every cut-off, 60 at most
        </label>
      </p>
      {own.map(({ name, means }) => (
        <p key={name}>
          <input {...tick(name)} /> <label for={`policy-${name}`}>{name}: {means}</label>
        </p>
      ))}
    </fieldset>
  );
}
