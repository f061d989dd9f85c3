import type { ConfigVersion } from "../../../src/db/config/config_versions.ts";
import {
  changesText,
  forWhom,
  type LabelledChange,
  steps,
  valueLabel,
} from "../../../components/config_labels.ts";
import { ActButton } from "../../../components/act.tsx";
import type { Person } from "../../../src/dashboard/session.ts";
import { Time } from "../../../components/status_badge.tsx";

/** In what two configurations differ, value beside value. */
export function ChangeTable({ changes, title, from, to }: {
  changes: readonly LabelledChange[];
  title: string;
  /** what the two are called */
  from: string;
  to: string;
}) {
  return (
    <table class="records narrow">
      <caption>
        <h2>{title}</h2>
      </caption>
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">For</th>
          <th scope="col">{from}</th>
          <th scope="col">{to}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ name, model, before, after }) => (
          <tr key={`${model}/${name}`}>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td data-label="For">{forWhom(model)}</td>
            <td data-label={from}>{valueLabel(before)}</td>
            <td data-label={to}>
              <b>{valueLabel(after)}</b>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface HistoryProps {
  /** newest first */
  versions: readonly ConfigVersion[];
  defaults: ConfigVersion;
  current: number;
  person: Person | null;
  /** only versions below this one; null: from the newest */
  before: number | null;
}

const SHOWN = 20;

/** Lists the changes: who, what, when and why. */
export function ConfigHistory({ versions, defaults, current, person, before }: HistoryProps) {
  const all = steps(versions, defaults).filter(({ version }) => before === null || version.version < before);
  const shown = all.slice(0, SHOWN);
  return (
    <section class="section" aria-labelledby="history">
      <table class="records">
        <caption>
          <h2 id="history">
            History{" "}
            <small>
              Every version is kept. Restoring one creates a new version with the same values.
            </small>
          </h2>
        </caption>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Since</th>
            <th scope="col">By</th>
            <th scope="col">Reason</th>
            <th scope="col">Changes</th>
            <th scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ version: { version, at, by, why }, changes }) => (
            <tr key={version} id={`version-${version}`}>
              <th scope="row">{version}</th>
              <td data-label="Since">
                <Time iso={at} as="moment" />
              </td>
              <td data-label="By">{by}</td>
              <td data-label="Reason">{why || <small>no reason given</small>}</td>
              <td data-label="Changes">{changesText(changes) || <small>nothing</small>}</td>
              <td>
                {version === current ? <small>active</small> : <BackTo version={version} person={person} />}
              </td>
            </tr>
          ))}
          {all.length <= SHOWN && (
            <tr>
              <th scope="row">0</th>
              <td data-label="Since"></td>
              <td data-label="By">perennial</td>
              <td data-label="Reason">the defaults</td>
              <td data-label="Changes"></td>
              <td>{current === 0 ? <small>active</small> : <BackTo version={0} person={person} />}</td>
            </tr>
          )}
        </tbody>
      </table>
      <nav class="row pages" aria-label="Versions">
        {before !== null && <a rel="prev" href="/configuration#history">Newest versions</a>}
        {all.length > SHOWN && (
          <a rel="next" href={`/configuration?before=${shown.at(-1)!.version.version}#history`}>
            Earlier versions
          </a>
        )}
      </nav>
    </section>
  );
}

function BackTo({ version, person }: { version: number; person: Person | null }) {
  if (!person) return null;
  return (
    <ActButton person={person} href={`/act/configuration?version=${version}`}>Restore {version}</ActButton>
  );
}
