/** Longest text of a request or a failure that is kept: histories carry it. */
export const TEXT_MAX = 500;

/** Returns the message of the failure that came first: Temporal wraps it in one error for each layer. */
export function rootMessage(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.slice(0, TEXT_MAX);
}
