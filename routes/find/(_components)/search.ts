/** Searches all that has a page: pages, documents, models, versions, cycles and settings. */
import { NAVIGATION } from "../../../components/navigation.tsx";
import { ALL_SETTINGS } from "../../../src/config/settings.ts";
import type { Dashboard } from "../../../src/dashboard/dashboard.ts";
import type { Found } from "../../../src/dashboard/found.ts";
import { GUIDES } from "../../../src/dashboard/guides.ts";

const CYCLES_SEARCHED = 500;
const MOST = 20;

const PAGES: readonly Found[] = NAVIGATION.flatMap(({ name: group, pages }) =>
  pages.map(({ name, path }) => ({ kind: "Page", name, about: group, path }))
);

const DOCUMENTS: readonly Found[] = GUIDES.map(({ name, title, about }) => ({
  kind: "Help",
  name: title,
  about,
  path: `/help/${name}`,
}));

const SETTINGS: readonly Found[] = ALL_SETTINGS.map(({ name, means }) => ({
  kind: "Setting",
  name,
  about: means,
  path: `/configuration?${new URLSearchParams({ q: name })}`,
}));

/** Returns what holds every word of the text, best first; the pages where the text is empty. */
export async function search(dashboard: Dashboard, text: string): Promise<Found[]> {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return [...PAGES];
  const all = [...PAGES, ...await ofModels(dashboard), ...DOCUMENTS, ...SETTINGS];
  return all
    .map((found, order) => ({ found, order, rank: rankOf(found, words) }))
    .filter(({ rank }) => rank < NOT_FOUND)
    .sort((a, b) => a.rank - b.rank || a.order - b.order)
    .slice(0, MOST)
    .map(({ found }) => found);
}

/** Models, their versions and cycles, newest first. */
async function ofModels(dashboard: Dashboard): Promise<Found[]> {
  const [{ models }, cycles] = await Promise.all([
    dashboard.status(),
    dashboard.cycles({ limit: CYCLES_SEARCHED, offset: 0 }),
  ]);
  const versions = await Promise.all(models.map(({ model }) => dashboard.versions(model)));
  const notes = (await Promise.all(models.map(({ model }) => dashboard.notes(model)))).flat();
  const noteOf = new Map(notes.map((note) => [`${note.model} v${note.version}`, note]));
  return [
    ...models.map(({ model }) => ({
      kind: "Model",
      name: model,
      about: "Versions",
      path: `/versions#${model}`,
    })),
    ...versions.flat().map(({ model, version, manifest }) => {
      const note = noteOf.get(`${model} v${version}`);
      return {
        kind: "Version",
        name: `${model} v${version}`,
        about: [manifest.candidate, ...note?.tags ?? [], ...note?.note ? [note.note] : []].join(", "),
        path: `/versions/${model}/${version}`,
      };
    }),
    ...cycles.map(({ model, number, id, outcome }) => ({
      kind: "Cycle",
      name: `${model}, cycle ${number}`,
      about: outcome ?? "running",
      path: `/cycles/${id}`,
    })),
  ];
}

const NOT_FOUND = 4;

/** 0: it is the name; 1: the name begins so; 2: the name holds every word; 3: name and description together do. */
function rankOf({ name, about, kind }: Found, words: readonly string[]): number {
  const lower = name.toLowerCase();
  const text = words.join(" ");
  if (lower === text) return 0;
  if (lower.startsWith(text)) return 1;
  const holds = (whole: string) => words.every((word) => whole.includes(word));
  if (holds(lower)) return 2;
  return holds(`${kind} ${lower} ${about}`.toLowerCase()) ? 3 : NOT_FOUND;
}
