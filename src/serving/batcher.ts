interface Waiting<Ask, Answer> {
  ask: Ask;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/**
 * Answers many callers together: what arrives while one batch is being answered forms the next, so that nobody waits for
 * a timer, and the batches grow with the load.
 * @param run answers a batch, one answer per ask in the same order; where it fails, all of the batch fail
 * @param options.most rows in one batch, by `rowsOf`; an ask that is larger goes alone
 */
export function createBatcher<Ask, Answer>(
  run: (asks: readonly Ask[]) => Promise<readonly Answer[]>,
  { most, rowsOf }: { most: number; rowsOf: (ask: Ask) => number },
): (ask: Ask) => Promise<Answer> {
  let waiting: Waiting<Ask, Answer>[] = [];
  let running = false;
  const nextBatch = () => {
    let rows = 0;
    const fitting = waiting.findIndex(({ ask }, i) => (rows += rowsOf(ask)) > most && i > 0);
    const batch = fitting < 0 ? waiting : waiting.slice(0, fitting);
    waiting = fitting < 0 ? [] : waiting.slice(fitting);
    return batch;
  };
  const runAll = async () => {
    running = true;
    while (waiting.length > 0) await settle(nextBatch(), run);
    running = false;
  };
  return (ask) =>
    new Promise((resolve, reject) => {
      waiting.push({ ask, resolve, reject });
      if (!running) void runAll();
    });
}

async function settle<Ask, Answer>(
  batch: readonly Waiting<Ask, Answer>[],
  run: (asks: readonly Ask[]) => Promise<readonly Answer[]>,
): Promise<void> {
  try {
    const answers = await run(batch.map(({ ask }) => ask));
    batch.forEach(({ resolve }, i) => resolve(answers[i]));
  } catch (error) {
    batch.forEach(({ reject }) => reject(error));
  }
}
