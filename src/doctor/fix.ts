import { chmod } from "node:fs/promises";
import { messageOf } from "../core/errors.ts";
import { listVersions, unmarkDamaged } from "../db/models/versions.ts";
import { prepareNamespace } from "../embedded/temporal_namespace.ts";
import { ensureSchedules, reconcileNow } from "../temporal/workflow_control.ts";
import type { TroubleId } from "./catalogue.ts";
import type { Examination, Finding, ShownFinding } from "./finding.ts";
import { openedValue, type Patient } from "./patient.ts";

/** Does what is safe about a finding. @returns what was done */
type Fix = (found: Finding, patient: Patient) => Promise<string>;

/** Nothing here can lose anything: what it does, Perennial does by itself where it runs, or a person takes back in a moment. */
const FIXES: Partial<Record<TroubleId, Fix>> = {
  "folder-open": async ({ subject }, { uid }) => {
    const mode = uid === 0 ? 0o711 : 0o700;
    await chmod(subject!, mode);
    return `its rights are 0${mode.toString(8)} now`;
  },
  "secret-open": async ({ subject }) => {
    await chmod(subject!, 0o600);
    return "its rights are 0600 now";
  },
  "temporal-setup": async (_found, patient) => {
    const { connection, address } = needTemporal(patient);
    await prepareNamespace(connection, { address, namespace: patient.config.TEMPORAL_NAMESPACE });
    return "its search attributes are there now";
  },
  "schedule-missing": async (_found, patient) => {
    await ensureSchedules(needTemporal(patient).client, { taskQueue: patient.config.TEMPORAL_TASK_QUEUE });
    return "it is there now";
  },
  "workflow-lost": askReconciler,
  "wish-not-followed": askReconciler,
  "mark-stale": async (found, patient) => {
    if (openedValue(patient.temporal) !== null) return await askReconciler(found, patient);
    const sql = openedValue(patient.database)!;
    const [, model, version] = /^(\S+) version (\d+)$/.exec(found.subject!)!;
    const known = (await listVersions(sql, model)).find((one) => one.version === Number(version));
    if (known) await unmarkDamaged(sql, model, known.version);
    return "the mark is taken away; its alert closes once a worker runs";
  },
};

async function askReconciler(_found: Finding, patient: Patient): Promise<string> {
  const { client } = needTemporal(patient);
  await ensureSchedules(client, { taskQueue: patient.config.TEMPORAL_TASK_QUEUE });
  await reconcileNow(client);
  return "the reconciler was asked to look now; it needs a worker";
}

function needTemporal({ temporal }: Patient) {
  const value = openedValue(temporal);
  if (value === null) throw new Error("Temporal does not answer");
  return value;
}

export const FIXABLE = Object.keys(FIXES) as TroubleId[];

/** Does what is safe about each finding, once where several are of a kind that one step mends. */
export async function fix({ findings, ...rest }: Examination, patient: Patient): Promise<Examination> {
  const fixed: ShownFinding[] = [];
  for (const found of findings) {
    const mend = FIXES[found.id];
    fixed.push(
      mend
        ? { ...found, fixed: await mend(found, patient).catch((error) => `not fixed: ${messageOf(error)}`) }
        : found,
    );
  }
  return { ...rest, findings: fixed };
}
