/** Uploads as the pages see them. */
import { NotFoundError } from "../core/errors.ts";
import type { UploadState } from "../app/events/upload_files.ts";
import { UPLOAD_BYTES_MAX, type Uploads } from "../app/events/uploads.ts";
import type { ImportTrial } from "../app/events/try_import.ts";
import { type ImportPlan, PLAN_FIELDS } from "../events/plan.ts";
import { planFromFields } from "../events/plan_fields.ts";
import { PRESETS } from "../events/presets.ts";

export type { ImportTrial, UploadState };

/** Uploads, with what a form about them offers. */
export interface PageUploads extends Uploads {
  readonly presets: readonly string[];
  readonly planFields: readonly string[];
  /** in words */
  readonly sizeMax: string;
  readonly tooLarge: string;
  /** @throws {InvalidInputError} naming the field */
  planFrom(valueOf: (name: string) => string): ImportPlan;
}

const SIZE_MAX = `${UPLOAD_BYTES_MAX / 1024 / 1024} MiB`;

/** Adds what a form offers. */
export const pageUploads = (uploads: Uploads): PageUploads => ({
  ...uploads,
  presets: Object.keys(PRESETS),
  planFields: PLAN_FIELDS,
  sizeMax: SIZE_MAX,
  tooLarge: `The file is larger than ${SIZE_MAX}: perennial import reads files of any size`,
  planFrom: planFromFields,
});

/** Nothing can be uploaded: for pages that are drawn without a database behind them. */
export const NO_UPLOADS: PageUploads = pageUploads({
  keep: () => Promise.reject(new NotFoundError("place for", "uploads")),
  find: (id) => Promise.reject(new NotFoundError("uploaded file", id)),
  preview: (id) => Promise.reject(new NotFoundError("uploaded file", id)),
  start: (id) => Promise.reject(new NotFoundError("uploaded file", id)),
});
