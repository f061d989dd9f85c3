import { setCurrentDetails, sleep } from "@temporalio/workflow";
import { activities, PRIVACY_STEP } from "./proxies.ts";

/**
 * Carries out what a person asked for by their rights. It knows the request, not the person. After the person was taken off
 * the map other processes may remember them for a while: what came in meanwhile is taken out in a second round.
 */
export async function privacyRequest(
  { request, kind }: { request: string; kind: "erasure" | "objection" },
): Promise<void> {
  const step = (summary: string) => activities(PRIVACY_STEP, summary);
  if (kind === "objection") {
    await step("Forget the rows that the person is in").dropPersonBlocks({ request });
  } else {
    const { settleMs } = await step("Take the person off the map").forgetPerson({ request });
    for (const round of ["first", "second"]) {
      if (round === "second") await sleep(settleMs);
      setCurrentDetails(`${round} round`);
      await step("Delete the person's rows").erasePersonRows({ request });
      await step("Take the person out of sealed files").redactPersonFiles({ request });
    }
  }
  await step("Sign the receipt").closePrivacyRequest({ request });
  setCurrentDetails("done");
}
