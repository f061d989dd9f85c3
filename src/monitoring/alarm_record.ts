import { wilson } from "../stats/wilson.ts";

/** One look at a model's inputs, and what became of the model's answers at that moment. */
export interface JudgedLook {
  /** whether a rule spoke */
  alarm: boolean;
  /** whether outcomes later showed that the model did worse there; null: they cannot tell */
  worse: boolean | null;
}

/** The record of a rule: its alarms, and the share that were right. */
export interface AlarmRecord {
  looks: number;
  alarms: number;
  /** alarms after which the model did do worse */
  right: number;
  /** alarms after which it did not */
  wrong: number;
  /** looks without an alarm at which it did worse */
  missed: number;
  /** share of alarms that were right, of those that outcomes can judge, with Wilson's interval; null: none can be judged */
  precision: { value: number; low: number; high: number; n: number } | null;
}

/** Returns the record of a rule's alarms. */
export function alarmRecord(looks: readonly JudgedLook[], { confidence = 0.9 } = {}): AlarmRecord {
  const n = (alarm: boolean, worse: boolean) =>
    looks.filter((look) => look.alarm === alarm && look.worse === worse).length;
  const right = n(true, true);
  const wrong = n(true, false);
  const judged = right + wrong;
  return {
    looks: looks.length,
    alarms: looks.filter(({ alarm }) => alarm).length,
    right,
    wrong,
    missed: n(false, true),
    precision: judged === 0
      ? null
      : { value: right / judged, n: judged, ...wilson(right / judged, judged, confidence) },
  };
}
