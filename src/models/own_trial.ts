import { lateImport } from "../core/late_import.ts";
import { isModel } from "./mod.ts";
import { defineModel } from "./model.ts";
import { labelFingerprint } from "./outcome.ts";

/** What a thread that can be ended does with the operator's models, before the service loads them itself. */
export default {
  /** Loads a file and tries its definition on all invented shoppers that the service asks it about itself. @throws {RangeError} it cannot be used */
  async tryModel(address: string): Promise<void> {
    const { default: exported } = await lateImport<{ default: unknown }>(address);
    if (isModel(exported)) labelFingerprint(defineModel(exported));
  },
};
