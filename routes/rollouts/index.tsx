import { page } from "fresh";
import { ApprovalTable } from "./(_components)/approval_table.tsx";
import { define } from "../../src/dashboard/define.ts";
import { rolloutBadge, rolloutHeadline, shownTo } from "../../components/rollout_labels.ts";
import { follow } from "../../src/dashboard/view.ts";
import { StatusBadge, Time } from "../../components/status_badge.tsx";
import { counted } from "../../src/format/numbers.ts";
import type { Rollout } from "../../src/rollout/rollout.ts";
import { PageHeader } from "../../components/page_header.tsx";

export const handler = define.handlers({
  async GET({ state }) {
    const { dashboard } = state;
    const { readAt: now } = await follow(state, "overview");
    const [rollouts, approvals] = await Promise.all([dashboard.rollouts(), dashboard.approvals()]);
    state.title = "Rollouts";
    return page({ rollouts, approvals, now });
  },
});

export default define.page<typeof handler>(function Rollouts({ data, state }) {
  const { rollouts, now } = data;
  const approvals = data.approvals.filter((a) => a.expiresAt > now);
  return (
    <div id="rollouts" data-redraw>
      <PageHeader>
        <h1>{answer(rollouts)}</h1>
        <p>
          A rollout shows a validated version to some shoppers first, and continues only while its guardrails
          hold.
        </p>
      </PageHeader>
      {approvals.length > 0 && (
        <section class="section" aria-labelledby="approvals">
          <ApprovalTable approvals={approvals} person={state.person} />
        </section>
      )}
      <section class="section" aria-labelledby="all">
        {rollouts.length === 0 ? <None /> : <RolloutTable rollouts={rollouts} />}
      </section>
    </div>
  );
});

function answer(rollouts: readonly Rollout[]): string {
  if (rollouts.length === 0) return "No rollouts yet.";
  const running = rollouts.filter((r) => r.state === "running");
  return running.length > 0 ? runningText(running) : `No rollout is running. ${rolloutHeadline(rollouts[0])}`;
}

const TOLD_MAX = 4;

function runningText(running: readonly Rollout[]): string {
  const told = running.length <= TOLD_MAX ? running : running.slice(0, TOLD_MAX - 2);
  const others = running.length - told.length;
  const rest = others > 0 ? [`${counted(others, "other rollout")} are running.`] : [];
  return [...told.map(rolloutHeadline), ...rest].join(" ");
}

function None() {
  return (
    <>
      <h2 id="all">No rollouts yet</h2>
      <p>
        By default a validated version serves everyone at once. To show each to a few shoppers first:{" "}
        <code>deno task perennial config set rollout=canary</code>. To roll out a stored version manually:
        {" "}
        <code>deno task perennial rollouts begin churn 7</code>.
      </p>
    </>
  );
}

function RolloutTable({ rollouts }: { rollouts: readonly Rollout[] }) {
  return (
    <table class="records">
      <caption>
        <h2 id="all">{counted(rollouts.length, "rollout")}</h2>
      </caption>
      <thead>
        <tr>
          <th scope="col">Rollout</th>
          <th scope="col">Status</th>
          <th scope="col">Strategy</th>
          <th scope="col">Started</th>
          <th scope="col">Ended</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        {rollouts.map((r) => (
          <tr key={r.id}>
            <th scope="row">
              <a href={`/rollouts/${r.id}`}>
                {r.model} {r.challengers.map((v) => `v${v}`).join(", ")}
              </a>{" "}
              <small>beside v{r.champion}</small>
            </th>
            <td data-label="Status">
              <StatusBadge badge={rolloutBadge(r)} />
              {r.state === "running" && <small>, shown to {shownTo(r)}</small>}
            </td>
            <td data-label="Strategy">{r.plan.strategy}</td>
            <td data-label="Started">
              <Time iso={r.startedAt} as="moment" />
            </td>
            <td data-label="Ended">{r.endedAt ? <Time iso={r.endedAt} as="moment" /> : "runs"}</td>
            <td data-label="Reason">{r.endedWhy ?? r.why}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
