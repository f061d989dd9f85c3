import type { ComponentChildren } from "preact";
import { ActButton } from "../../../components/act.tsx";
import { Time } from "../../../components/status_badge.tsx";
import type { ImportTrial, UploadState } from "../../../src/dashboard/uploads.ts";
import type { ImportRow } from "../../../src/db/events/imports.ts";
import type { Person } from "../../../src/dashboard/session.ts";
import { listed } from "../../../src/format/words.ts";
import { count, counted, money, percent } from "../../../src/format/numbers.ts";
import { inForm, OPTIONS, PRESET } from "./form_words.ts";

/** Takes a file: chosen, or dropped onto the field. */
export function UploadForm({ token, sizeMax }: { token: string; sizeMax: string }) {
  return (
    <form class="form" method="post" action="/act/import" encType="multipart/form-data">
      <input type="hidden" name="token" value={token} />
      <label for="file">
        File{" "}
        <small>
          CSV, JSON, NDJSON or Parquet, also .gz and .zip, up to{" "}
          {sizeMax}; choose it, or drop it here. Nothing is imported before you have reviewed the preview.
        </small>
      </label>
      <input id="file" name="file" type="file" required />
      <p class="row">
        <button type="submit" class="chosen">Preview</button>
        <a href="/data">Cancel</a>
      </p>
    </form>
  );
}

/** How far an import is, or what it came to. */
export function RunningImport({ name, state }: { name: string; state: UploadState }) {
  if (state.kind === "running") {
    const { bytesRead, bytesTotal, lines } = state;
    return (
      <section class="section" aria-label="Progress">
        <label for="progress">{count(lines)} lines of {name} are in</label>{" "}
        <progress id="progress" max={bytesTotal} value={bytesRead}>
          {percent(bytesRead / bytesTotal)}
        </progress>
        <p>
          <a href="">Preview again</a>
        </p>
      </section>
    );
  }
  if (state.kind !== "done") return null;
  return (
    <section class="section" aria-labelledby="summary">
      <h2 id="summary">
        {state.already ? "It was imported before" : `${counted(state.added, "event")} added now`}
      </h2>
      <Report report={state.report} />
      <p class="row">
        <a href="/">
          {state.checked.length > 0
            ? `Next: ${listed(state.checked)} ${
              state.checked.length > 1 ? "are" : "is"
            } checked now, see the overview`
            : "Next: run a cycle now, on the overview"}
        </a>
        <a href="/data">See the data</a>
        <a href="/act/import">Import another file</a>
      </p>
    </section>
  );
}

/** What an import would do, with the first events as they would be stored. */
export function Trial({ trial }: { trial: ImportTrial }) {
  return (
    <section class="section" aria-labelledby="found">
      <h2 id="found">Preview</h2>
      <Report report={trial} />
      {trial.examples.length > 0 && (
        <Table
          caption="The first events, as they would be stored"
          head={["Id", "Type", "Shopper", "Product", "Money", "Time"]}
        >
          {trial.examples.map((e) => (
            <tr key={e.id}>
              <th scope="row">{e.id}</th>
              <td data-label="Type">{e.type}</td>
              <td data-label="Shopper">{e.user ?? "none"}</td>
              <td data-label="Product">{e.product ?? "none"}</td>
              <td data-label="Money">{e.amount === null ? "none" : money(e.amount, "")}</td>
              <td data-label="Time">{new Date(e.atMs).toISOString()}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function Report({ report: { summary, details } }: { report: Pick<ImportTrial, "summary" | "details"> }) {
  const { read, accepted, duplicates, conflicts, refused, shoppers, withoutShopper, first, last, columns } =
    summary;
  return (
    <>
      <p>
        {count(read)} read: {count(accepted)} accepted, {counted(duplicates, "duplicate")},{" "}
        {counted(conflicts, "conflict")}, {count(refused)} refused. {counted(shoppers, "shopper")},{" "}
        {counted(withoutShopper, "event")} without one. {first && last && (
          <>
            From <Time iso={first} as="moment" /> to <Time iso={last} as="moment" />.
          </>
        )}
      </p>
      <ul class="plain">
        <li>
          Columns taken:{" "}
          {Object.entries(columns.taken).map(([to, from]) => to === from ? to : `${to} from ${from}`)
            .join(", ") || "none"}
        </li>
        {columns.left.length > 0 && <li>Columns left: {columns.left.slice(0, 30).join(", ")}</li>}
        {details.notes.map((note) => <li key={note}>{inForm(note)}</li>)}
      </ul>
      <Table caption="By type" head={["Type", "Events", "Money"]}>
        {Object.entries(summary.types).map(([type, events]) => (
          <tr key={type}>
            <th scope="row">{type}</th>
            <td data-label="Events">{count(events)}</td>
            <td data-label="Money">
              {details.money[type] === undefined ? "none" : money(details.money[type], "")}
            </td>
          </tr>
        ))}
      </Table>
      {details.reasons.length > 0 && (
        <Table caption="Refused" head={["Reason", "Events", "First in line", "Value"]}>
          {details.reasons.slice(0, 20).map(({ reason, events, first }) => (
            <tr key={reason}>
              <th scope="row">{inForm(reason)}</th>
              <td data-label="Events">{count(events)}</td>
              <td data-label="First in line">{count(first.line)}</td>
              <td data-label="Value">{first.value ?? "none"}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

function Table(
  { caption, head, children }: { caption: string; head: string[]; children: ComponentChildren },
) {
  return (
    <table class="records">
      <caption>
        <h3>{caption}</h3>
      </caption>
      <thead>
        <tr>{head.map((name) => <th key={name} scope="col">{name}</th>)}</tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

interface PlanFormProps {
  id: string;
  token: string;
  fields: Readonly<Record<string, string>>;
  trial: ImportTrial | null;
  presets: readonly string[];
  planFields: readonly string[];
}

/** Says how the file is read: the preview follows it, and the import is made by it. */
export function PlanForm({ id, token, fields, trial, presets, planFields }: PlanFormProps) {
  const { taken = {}, left = [] } = trial?.summary.columns ?? {};
  const usable = (trial?.summary.accepted ?? 0) + (trial?.summary.duplicates ?? 0);
  return (
    <section class="section" aria-labelledby="how">
      <h2 id="how">How it is read</h2>
      <form class="form" method="get" action="/act/import">
        <input type="hidden" name="upload" value={id} />
        <label for="preset">{PRESET}</label>
        <select id="preset" name="preset">
          <option value="">any other</option>
          {presets.map((name) => (
            <option key={name} value={name} selected={fields.preset === name}>{name}</option>
          ))}
        </select>
        <fieldset>
          <legend>Columns: a name, first|else, date+time, :constant, or - for none</legend>
          <datalist id="columns">
            {[...new Set([...Object.values(taken), ...left])].map((name) => (
              <option
                key={name}
                value={name}
              />
            ))}
          </datalist>
          {planFields.map((name) => (
            <Text
              key={name}
              name={`map.${name}`}
              label={name}
              value={fields[`map.${name}`]}
              hint={taken[name] ?? ""}
              list="columns"
            />
          ))}
        </fieldset>
        <fieldset>
          <legend>Values</legend>
          {OPTIONS.map(([name, label, hint]) => (
            <Text key={name} name={name} label={label} value={fields[name]} hint={hint} />
          ))}
        </fieldset>
        <p class="row">
          <button type="submit">Preview again</button>
          <a href="/act/import">Choose another file</a>
        </p>
      </form>
      {trial && usable > 0 && (
        <form class="form" method="post" action="/act/import">
          <input type="hidden" name="token" value={token} />
          {Object.entries({ ...fields, upload: id }).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <p class="row">
            <button type="submit" class="chosen">Import {counted(usable, "event")}</button>
          </p>
        </form>
      )}
    </section>
  );
}

function Text(
  { name, label, value, hint, list }: {
    name: string;
    label: string;
    value?: string;
    hint: string;
    list?: string;
  },
) {
  const id = `field-${name}`;
  return (
    <>
      <label for={id}>{label}</label>
      <input id={id} name={name} value={value ?? ""} placeholder={hint} list={list} />
    </>
  );
}

/** The imports, each with the way to take it out again. */
export function ImportList({ imports, person }: { imports: readonly ImportRow[]; person: Person }) {
  return (
    <section class="section" aria-labelledby="imports">
      <h2 id="imports">Imports</h2>
      {imports.length === 0 ? <p>Nothing was imported yet.</p> : (
        <table class="records">
          <thead>
            <tr>
              {["File", "Accepted", "Duplicates", "Conflicts", "Refused", "State"].map((name) => (
                <th key={name} scope="col">{name}</th>
              ))}
              <th scope="col">
                <span class="visually-hidden">Act</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {imports.map((row) => (
              <tr key={row.id}>
                <th scope="row">{row.id}: {row.name}</th>
                <td data-label="Accepted">{count(row.accepted)}</td>
                <td data-label="Duplicates">{count(row.duplicates)}</td>
                <td data-label="Conflicts">{count(row.conflicts)}</td>
                <td data-label="Refused">{count(row.refused)}</td>
                <td data-label="State">
                  {row.undoneAt ? "taken out " : row.finishedAt ? "finished " : "not finished, last "}
                  <Time iso={row.undoneAt ?? row.finishedAt ?? row.updatedAt} as="moment" />
                </td>
                <td>
                  {!row.undoneAt && (
                    <ActButton person={person} href={`/act/undo-import?id=${row.id}`}>
                      Undo <span class="visually-hidden">import {row.id}</span>
                    </ActButton>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
