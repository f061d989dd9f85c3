/** Durations of the stages of a cycle, waiting for workers included. */
export function secondsByStage(
  stages: readonly { stage: string; startedAt: string; endedAt: string | null }[],
): Record<string, number> {
  const seconds: Record<string, number> = {};
  for (const { stage, startedAt, endedAt } of stages) {
    if (endedAt === null || stage === "ended") continue;
    seconds[stage] = (seconds[stage] ?? 0) + (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  }
  return seconds;
}
