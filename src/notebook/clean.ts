import { PLACE_TYPE } from "./show.ts";

interface Output {
  output_type: string;
  data?: Record<string, unknown>;
}

interface Cell {
  cell_type: string;
  metadata: Record<string, unknown>;
  source: string | string[];
  outputs?: Output[];
}

/** A notebook as `nbformat` 4 writes it, as far as we look at it. */
export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
}

/** An executed notebook without what says nothing of what was found: times, the machine, and places among what was shown. */
export function cleanNotebook({ cells, metadata, ...rest }: Notebook): Notebook {
  const { kernelspec, language_info } = metadata;
  return {
    cells: cells.map((cell) => ({
      ...cell,
      metadata: {},
      ...cell.outputs ? { outputs: cell.outputs.map(cleanOutput) } : {},
    })),
    metadata: { kernelspec, language_info },
    ...rest,
  };
}

function cleanOutput({ data, ...output }: Output): Output {
  if (!data) return output;
  const { [PLACE_TYPE]: _place, ...kept } = data;
  return { ...output, data: kept };
}

/** A cell that shows something, as its code says. */
const SHOWS = /\bshow\(/;

/** Numbers of the code cells, from 1, of which the kernel lost something that they showed. */
export function lostOutputs({ cells }: Notebook): number[] {
  const code = cells.filter(({ cell_type }) => cell_type === "code");
  return code.flatMap(({ source, outputs = [] }, i) => {
    if (!SHOWS.test([source].flat().join(""))) return [];
    const places = outputs.flatMap(({ data }) => data?.[PLACE_TYPE] ?? []).map(String);
    const all = Number(places[0]?.split("/")[1] ?? 1);
    return places.length === all ? [] : [i + 1];
  });
}
