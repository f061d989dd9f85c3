import assert from "node:assert/strict";
import { alarmRecord, type JudgedLook } from "../../src/monitoring/alarm_record.ts";

const look = (alarm: boolean, worse: boolean | null): JudgedLook => ({ alarm, worse });

Deno.test("alarmRecord() counts what outcomes said of alarms, and of silence", () => {
  const record = alarmRecord([
    look(true, true),
    look(true, true),
    look(true, false),
    look(true, null),
    look(false, true),
    look(false, false),
    look(false, null),
  ]);
  const { precision, ...counts } = record;
  assert.deepEqual(counts, { looks: 7, alarms: 4, right: 2, wrong: 1, missed: 1 });
  assert.equal(precision!.n, 3);
  assert.ok(Math.abs(precision!.value - 2 / 3) < 1e-12);
  assert.ok(precision!.low < 2 / 3 && 2 / 3 < precision!.high);
});

Deno.test("alarmRecord() does not know how often alarms are right where none can be judged", () => {
  assert.equal(alarmRecord([look(true, null), look(false, true)]).precision, null);
  assert.equal(alarmRecord([]).precision, null);
});
