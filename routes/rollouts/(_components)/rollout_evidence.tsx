import type { ReadLook } from "../../../src/app/reports/rollout_looks.ts";
import type { ArmEvidence } from "../../../src/rollout/rollout_evidence.ts";
import type { Rollout } from "../../../src/rollout/rollout.ts";
import { bounds } from "./difference_chart.tsx";
import { count, counted, figure, signed } from "../../../src/format/numbers.ts";
import { moment } from "../../../src/format/times.ts";
import { DECISIONS } from "../../../components/rollout_labels.ts";
import { StatusBadge } from "../../../components/status_badge.tsx";

/** Shows each version's results with the shoppers that it was shown to, at the newest look. */
export function Arms({ rollout, look }: { rollout: Rollout; look: ReadLook }) {
  const { arms } = look.evidence;
  const rewarded = arms.some((arm) => arm.reward !== null);
  return (
    <section class="section" aria-labelledby="arms">
      <table class="records">
        <caption>
          <h2 id="arms">
            Versions in this rollout{" "}
            <small>
              As of {moment(look.asOf, "moment")}{" "}
              UTC. Shoppers since the start of the step, all else since the start of the rollout; the loss is
              on each version's own shoppers: compare losses in the chart above.
            </small>
          </h2>
        </caption>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col" class="num">Shoppers</th>
            <th scope="col" class="num">Answers</th>
            <th scope="col" class="num">Errors</th>
            <th scope="col" class="num">Fallbacks</th>
            <th scope="col" class="num">Slow</th>
            <th scope="col" class="num">Loss</th>
            {rewarded && <th scope="col" class="num">{rollout.plan.bandit.reward}</th>}
          </tr>
        </thead>
        <tbody>
          {arms.map((arm) => <Arm key={arm.version} arm={arm} rollout={rollout} rewarded={rewarded} />)}
        </tbody>
      </table>
    </section>
  );
}

function Arm({ arm, rollout, rewarded }: { arm: ArmEvidence; rollout: Rollout; rewarded: boolean }) {
  const { version, shoppers, answers, errors, fallbacks, slow, timed, loss, reward } = arm;
  return (
    <tr>
      <th scope="row">
        v{version} <small>{version === rollout.champion ? "champion" : "challenger"}</small>
      </th>
      <td data-label="Shoppers" class="num">{count(shoppers)}</td>
      <td data-label="Answers" class="num">{count(answers)}</td>
      <td data-label="Errors" class="num">{count(errors)}</td>
      <td data-label="Fallbacks" class="num">{count(fallbacks)}</td>
      <td data-label="Slow" class="num">
        {timed === 0 ? "not timed" : `${count(slow)} of ${count(timed)}`}
      </td>
      <td data-label="Loss" class="num">{mean(loss)}</td>
      {rewarded && <td data-label={rollout.plan.bandit.reward} class="num">{reward && mean(reward)}</td>}
    </tr>
  );
}

const mean = ({ n, mean }: ArmEvidence["loss"]) =>
  n === 0 ? "no outcomes yet" : (
    <>
      {figure(mean)} <small>on {counted(n, "shopper")}</small>
    </>
  );

/** The paired difference within kinds of shoppers, at the newest look. */
export function Segments({ look, champion }: { look: ReadLook; champion: number }) {
  if (look.segments.length === 0) return null;
  return (
    <section class="section" aria-labelledby="segments">
      <table class="records">
        <caption>
          <h2 id="segments">
            By segment{" "}
            <small>
              Loss minus v{champion}'s on the same shoppers. A rise beyond the limit rolls the version back.
            </small>
          </h2>
        </caption>
        <thead>
          <tr>
            <th scope="col">Shoppers</th>
            <th scope="col">Version</th>
            <th scope="col" class="num">With outcomes</th>
            <th scope="col" class="num">Loss of v{champion}</th>
            <th scope="col" class="num">Difference</th>
            <th scope="col" class="num">Allowed</th>
          </tr>
        </thead>
        <tbody>
          {look.segments.map((s) => (
            <tr key={`${s.version} ${s.segment}`}>
              <th scope="row">{s.segment}</th>
              <td data-label="Version">v{s.version}</td>
              <td data-label="With outcomes" class="num">{count(s.n)}</td>
              <td data-label={`Loss of v${champion}`} class="num">{figure(s.championLoss)}</td>
              <td data-label="Difference" class="num">
                {s.n === 0 ? "no outcomes yet" : (
                  <>
                    {signed(s.mean)} <small>{bounds(s)}</small>
                  </>
                )}
              </td>
              <td data-label="Allowed" class="num">{signed(s.margin)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Each look: what it decided, on what, and whether its evidence gives the same again. */
export function Looks({ looks }: { looks: readonly ReadLook[] }) {
  return (
    <section class="section" aria-labelledby="looks">
      {looks.length === 0
        ? (
          <>
            <h2 id="looks">No decisions yet</h2>
            <p>The first decision is made within the hour; each is logged with its evidence.</p>
          </>
        )
        : <LookTable looks={looks} />}
    </section>
  );
}

function LookTable({ looks }: { looks: readonly ReadLook[] }) {
  const differing = looks.filter((look) => !look.same).length;
  return (
    <table class="records">
      <caption>
        <h2 id="looks">
          Decision log: {counted(looks.length, "decision")},{" "}
          {differing === 0 ? "reproduced" : `${count(differing)} not reproduced`}{" "}
          <small>Newest first. Recomputed just now from the stored evidence.</small>
        </h2>
      </caption>
      <thead>
        <tr>
          <th scope="col">No.</th>
          <th scope="col">As of</th>
          <th scope="col">Decision</th>
          <th scope="col">Reproduced</th>
          <th scope="col">Evidence</th>
        </tr>
      </thead>
      <tbody>
        {looks.toReversed().map(({ number, asOf, decision, same }) => (
          <tr key={number}>
            <th scope="row">{number}</th>
            <td data-label="As of">{moment(asOf, "moment")}</td>
            <td data-label="Decision">
              <StatusBadge badge={DECISIONS[decision.kind]} />
            </td>
            <td data-label="Reproduced">
              {same ? "yes" : <StatusBadge badge={{ glyph: "bad", tone: "bad", word: "Differs" }} />}
            </td>
            <td data-label="Evidence">{decision.text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
