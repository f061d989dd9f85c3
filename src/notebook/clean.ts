/** A notebook as `nbformat` 4 writes it, as far as we look at it. */
interface Notebook {
  cells: { cell_type: string; metadata: Record<string, unknown>; execution_count?: number | null }[];
  metadata: Record<string, unknown>;
}

/** An executed notebook without what says nothing of what was found: times of execution, and what the machine is. */
export function cleanNotebook(text: string): string {
  const notebook: Notebook = JSON.parse(text);
  const cells = notebook.cells.map((cell) => ({ ...cell, metadata: {} }));
  const { kernelspec, language_info } = notebook.metadata;
  return JSON.stringify({ ...notebook, cells, metadata: { kernelspec, language_info } }, null, 1) + "\n";
}
