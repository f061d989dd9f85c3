import { messageOf } from "../../core/errors.ts";
import { duration } from "../../format/times.ts";
import { type Finding, finding } from "../finding.ts";
import type { Patient } from "../patient.ts";

const ANSWERS_WITHIN_MS = 5_000;
/** A clock that is off by this much refuses events and signatures. */
const CLOCKS_AGREE_MS = 5_000;

/** Whether the API answers, and is ready. */
export async function lookAtApi({ apiUrl, runBy }: Patient): Promise<Finding[]> {
  const url = new URL("/readyz", apiUrl);
  const runner = runBy
    ? `process ${runBy.pid} has the installation since ${runBy.startedAt}`
    : "no process runs it";
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
    const text = await answer.text();
    if (answer.ok) return [];
    const detail = `${url.href} answers ${answer.status}: ${text.slice(0, 300)}`;
    return [finding("service-not-ready", "problem", { subject: apiUrl, detail })];
  } catch (error) {
    const detail = `${url.href}: ${messageOf(error)}; ${runner}`;
    return [finding("service-down", runBy ? "problem" : "warning", { subject: apiUrl, detail })];
  }
}

/** Whether a clock elsewhere agrees with this machine's. @param askedMs before and after the other one was read */
export function clockFinding(
  whose: string,
  otherMs: number,
  { beforeMs, afterMs }: { beforeMs: number; afterMs: number },
): Finding[] {
  const offMs = otherMs < beforeMs ? otherMs - beforeMs : Math.max(0, otherMs - afterMs);
  if (Math.abs(offMs) <= CLOCKS_AGREE_MS) return [];
  const detail = `the clock of ${whose} is ${duration(Math.abs(offMs))} ${
    offMs > 0 ? "ahead of" : "behind"
  } this machine's`;
  return [finding("clock-off", "problem", { subject: whose, detail })];
}
