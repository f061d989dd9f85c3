import { HttpError, page } from "fresh";
import { Offers } from "../../components/act.tsx";
import { define } from "../../src/dashboard/define.ts";
import { DifferenceChart } from "./(_components)/difference_chart.tsx";
import { moment } from "../../src/format/times.ts";
import { Arms, Looks, Segments } from "./(_components)/rollout_evidence.tsx";
import { isPaused, rolloutBadge, rolloutHeadline } from "../../components/rollout_labels.ts";
import { ShareChart } from "./(_components)/share_chart.tsx";
import { follow } from "../../src/dashboard/view.ts";
import { StatusBadge, Time } from "../../components/status_badge.tsx";
import type { RolloutStory } from "../../src/dashboard/reads/rollouts.ts";
import type { RolloutPause } from "../../src/rollout/rollout.ts";
import { RolloutSteps } from "./(_components)/rollout_steps.tsx";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";

const DRILL = { glyph: "watch", tone: "watch", word: "Drill: deliberately degraded" } as const;

export const handler = define.handlers({
  async GET({ params, state }) {
    const story = await state.dashboard.rollout(params.id);
    if (!story) throw new HttpError(404, `There is no rollout "${params.id}"`);
    state.title = `Rollout of ${story.rollout.model}`;
    if (story.rollout.state !== "running") return page(story);
    await follow(state, "overview");
    return page(await state.dashboard.rollout(params.id) ?? story); // not older than what it follows
  },
});

export default define.page<typeof handler>(function OneRollout({ data, state }) {
  const { rollout, plan, looks, moves } = data;
  const { id, model, champion, challengers } = rollout;
  const last = looks.at(-1);
  const drill = !rollout.plan.mayPromote;
  return (
    <div id="rollout" data-redraw>
      <PageHeader>
        <Crumbs
          above={["/rollouts", { href: `/versions#${model}`, name: model }]}
          here={`${challengers.map((version) => `v${version}`).join(", ")} against v${champion}`}
        />
        <h1>{rolloutHeadline(rollout)}</h1>
        <RolloutSteps rollout={rollout} />
        <Answers {...data} />
        {drill && (
          <p>
            <StatusBadge badge={DRILL} />{" "}
            <small>Version {challengers.join(", ")} was made worse on purpose, to test the rollback.</small>
          </p>
        )}
        {rollout.state === "running" && (
          <Offers
            person={state.person}
            here={`/rollouts/${id}`}
            offers={[
              isPaused(rollout)
                ? { action: "resume-rollout", model, text: "Resume" }
                : { action: "pause-rollout", model, text: "Pause" },
              ...(drill ? [] : challengers).map((version) => ({
                action: "promote" as const,
                model,
                version,
                text: `Promote v${version}`,
              })),
              { action: "roll-back", model, version: champion, text: `Roll back to v${champion}` },
            ]}
          />
        )}
      </PageHeader>
      <div class="columns">
        {challengers.map((version) => (
          <section key={version} class="section" aria-labelledby={`against-${version}`}>
            <h2 id={`against-${version}`}>Version {version} against {champion}</h2>
            <DifferenceChart rollout={rollout} looks={looks} version={version} />
          </section>
        ))}
        <section class="section" aria-labelledby="shown">
          <h2 id="shown">Traffic share</h2>
          <ShareChart rollout={rollout} looks={looks} moves={moves} />
        </section>
      </div>
      {last && <Arms rollout={rollout} look={last} />}
      {last && <Segments look={last} champion={champion} />}
      <section class="section" aria-labelledby="plan">
        <h2 id="plan">
          Plan <small>Fixed at the start; changed settings apply to the next rollout.</small>
        </h2>
        <ul class="plain">{plan.map((line) => <li key={line}>{line}</li>)}</ul>
      </section>
      <Looks looks={looks} />
    </div>
  );
});

function Answers({ rollout, looks }: RolloutStory) {
  const { plan, asOf, startedAt, endedAt, endedWhy, beganBy, why, cycleId } = rollout;
  const last = looks.at(-1);
  return (
    <dl class="answers">
      <div>
        <dt>Status</dt>
        <dd>
          <StatusBadge badge={rolloutBadge(rollout)} />
          {isPaused(rollout) && <Pause {...rollout.paused!} />}
        </dd>
      </div>
      <div>
        <dt>Strategy</dt>
        <dd>{plan.strategy}</dd>
      </div>
      <div>
        <dt>Started</dt>
        <dd>
          <Time iso={startedAt} as="moment" /> <small>as of {moment(asOf, "day")}</small>
        </dd>
      </div>
      <div>
        <dt>By</dt>
        <dd>
          {/^retrainer\//.test(cycleId) ? <a href={`/cycles/${cycleId}`}>a cycle</a> : beganBy}
          {why && <small>: {why}</small>}
        </dd>
      </div>
      {endedAt
        ? (
          <div>
            <dt>Ended</dt>
            <dd>
              <Time iso={endedAt} as="moment" />
              {endedWhy && <small>: {endedWhy}</small>}
            </dd>
          </div>
        )
        : last && (
          <div>
            <dt>Last decision</dt>
            <dd>
              <small>{last.decision.text}</small>
            </dd>
          </div>
        )}
    </dl>
  );
}

function Pause({ at, until, by, why }: RolloutPause) {
  return (
    <small>
      , by {by} since <Time iso={at} as="moment" />
      {why && `: ${why}`}. An alert reminds of it from <Time iso={until} as="moment" />.
    </small>
  );
}
