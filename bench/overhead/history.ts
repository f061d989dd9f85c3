import type { Client } from "@temporalio/client";

/** Where the time of one workflow run went, in ms; activities run one after another in what is measured here. */
export interface Timeline {
  workflowId: string;
  /** from its start to its close */
  totalMs: number;
  /** between each activity's start and its end, summed */
  activitiesMs: number;
  /** from scheduling each activity to its start, summed: waiting for a worker */
  queuedMs: number;
  activities: number;
  /** activities that were tried more than once: their lost attempts would count as overhead */
  retried: number;
}

/** What the run took beyond its activities. */
export const overheadMs = ({ totalMs, activitiesMs }: Timeline) => totalMs - activitiesMs;

/** Reads a closed workflow's history. @throws {Error} it is still open */
export async function timelineOf(client: Client, workflowId: string): Promise<Timeline> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  if (!events || events.length === 0) {
    throw new Error(`Cannot read the history of "${workflowId}": it is empty`);
  }
  const at = events.map(({ eventTime }) => Number(eventTime!.seconds) * 1000 + (eventTime!.nanos ?? 0) / 1e6);
  const indexOf = new Map(events.map(({ eventId }, i) => [String(eventId), i]));
  const timeline = {
    workflowId,
    totalMs: at[at.length - 1] - at[0],
    activitiesMs: 0,
    queuedMs: 0,
    activities: 0,
    retried: 0,
  };
  let closed = false;
  events.forEach((event, i) => {
    closed ||= Boolean(event.workflowExecutionCompletedEventAttributes);
    const done = event.activityTaskCompletedEventAttributes;
    if (!done) return;
    const scheduled = indexOf.get(String(done.scheduledEventId))!;
    const started = indexOf.get(String(done.startedEventId))!;
    timeline.activities++;
    timeline.activitiesMs += at[i] - at[started];
    timeline.queuedMs += at[started] - at[scheduled];
    if ((events[started].activityTaskStartedEventAttributes?.attempt ?? 1) > 1) timeline.retried++;
  });
  if (!closed) throw new Error(`Cannot measure "${workflowId}": it has not completed`);
  return timeline;
}
