import { z } from "zod";

/** Kinds of work, a task queue each: workflows and quick steps; reading and checking many rows; fitting models. */
export const QUEUE_KINDS = ["light", "features", "training"] as const;
export type QueueKind = (typeof QUEUE_KINDS)[number];

/** A number for each kind of work. */
export type ByQueue = Readonly<Record<QueueKind, number>>;

/** Activities of each kind that one worker runs at once; a training fills a core. */
export const AT_ONCE: ByQueue = { light: 20, features: 4, training: 2 };

const isKind = (text: string): text is QueueKind => (QUEUE_KINDS as readonly string[]).includes(text);

/** Kinds of work, set apart by commas. */
export const queueKinds = z.string().transform((
  text,
) => [...new Set(text.split(",").map((kind) => kind.trim()))])
  .pipe(z.array(z.custom<QueueKind>((kind) => isKind(String(kind)), {
    error: `need ${QUEUE_KINDS.join(", ")}, or some of them, set apart by commas`,
  })));

/** Positive numbers for some kinds of work, as `features=2,training=1`. */
export const queueNumbers = ({ whole }: { whole: boolean }) =>
  z.string().transform((text, context): Partial<ByQueue> => {
    const numbers: Partial<Record<QueueKind, number>> = {};
    for (const pair of text.split(",")) {
      const [kind, number] = pair.split("=").map((part) => part.trim());
      const value = Number(number);
      if (!isKind(kind) || !(value > 0) || !Number.isFinite(value) || (whole && !Number.isInteger(value))) {
        const message = `need ${whole ? "whole " : ""}numbers above 0 as features=2,training=1`;
        context.addIssue({ code: "custom", message });
        return z.NEVER;
      }
      numbers[kind] = value;
    }
    return numbers;
  });
