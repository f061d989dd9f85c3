/** Completions of the command line, as scripts of shells. */
import type { Argument, Command, Option } from "commander";
import { SETTINGS } from "../config/retraining.ts";
import { PRESETS } from "../events/presets.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = typeof SHELLS[number];

/** What can follow at one place of the command line. */
interface Place {
  /** the commands so far, each behind a blank: ` config set`; empty: none */
  readonly path: string;
  /** commands, options and values, with what each is for */
  readonly words: readonly (readonly [word: string, about: string])[];
  /** values that an option takes, by the option */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** Writes the completions of a program's commands, options and values. */
export function completions(program: Command, shell: Shell): string {
  const places = placesOf(program, "");
  if (shell === "fish") return fishScript(places);
  return shell === "zsh" ? zshScript(places) : bashScript(places);
}

function placesOf(command: Command, path: string): Place[] {
  const options = command.options as Option[];
  const words = [
    ...command.commands.map((below): [string, string] => [below.name(), below.description()]),
    ...(command.registeredArguments as Argument[]).flatMap(({ argChoices = [] }) =>
      argChoices.map((choice): [string, string] => [choice, ""])
    ),
    ...settingWords(path),
    ...options.flatMap(({ long, description }): [string, string][] => long ? [[long, description]] : []),
    ["--help", "display help for command"] as const,
  ];
  const values = options.flatMap(({ long, argChoices }) => {
    const choices = argChoices ?? (long === "--preset" ? Object.keys(PRESETS) : undefined);
    return long && choices ? [[long, choices]] : [];
  });
  const below = command.commands.flatMap((next) => placesOf(next, `${path} ${next.name()}`));
  return [{ path, words, values: Object.fromEntries(values) }, ...below];
}

/** Settings are arguments of some commands. */
const settingWords = (path: string): [string, string][] =>
  path === " config set" || path === " config try"
    ? Object.keys(SETTINGS).map((
      name,
    ) => [`${name}=`, SETTINGS[name as keyof typeof SETTINGS].description ?? ""])
    : [];

/** The `case` of a shell that sets `choices` by the commands so far and the word before. */
function cases(places: readonly Place[]): string {
  const ofOptions = places.flatMap(({ path, values }) =>
    Object.entries(values).map(([option, choices]) =>
      `    "${path} ${option}") choices="${choices.join(" ")}" ;;`
    )
  );
  const ofPlaces = places.map(({ path, words }) =>
    `      "${path}") choices="${words.map(([word]) => word).join(" ")}" ;;`
  );
  return [
    '  case "$place $before" in',
    ...ofOptions,
    '    *) case "$place" in',
    ...ofPlaces,
    "    esac ;;",
    "  esac",
  ].join("\n");
}

/** The `case` that follows the commands typed so far. */
const walk = (places: readonly Place[]) =>
  `    case "$place $word" in ${
    places.slice(1).map(({ path }) => `"${path}"`).join("|")
  }) place="$place $word" ;; esac`;

const bashScript = (places: readonly Place[]) =>
  `_perennial() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" place="" word choices=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
${walk(places)}
  done
${cases(places)}
  COMPREPLY=($(compgen -W "$choices" -- "$current"))
  if [ "\${#COMPREPLY[@]}" -eq 0 ]; then COMPREPLY=($(compgen -f -- "$current")); fi
  case "\${COMPREPLY[0]}" in *=) compopt -o nospace 2>/dev/null ;; esac
}
complete -o filenames -F _perennial perennial`;

const zshScript = (places: readonly Place[]) =>
  `#compdef perennial
_perennial() {
  local before="\${words[CURRENT-1]}" place="" word choices=""
  for word in "\${(@)words[2,CURRENT-1]}"; do
${walk(places)}
  done
${cases(places)}
  compadd -- \${(s: :)choices} || _files
}
if [ "\${funcstack[1]}" = "_perennial" ]; then _perennial "$@"; else compdef _perennial perennial; fi`;

function fishScript(places: readonly Place[]): string {
  const text = (about: string) => `'${about.replaceAll("\\", "").replaceAll("'", "\\'")}'`;
  const lines = places.flatMap(({ path, words, values }) => {
    const when = `-n "test (__perennial_place) = '${path.trim()}'"`;
    return words.map(([word, about]) => {
      if (!word.startsWith("--")) return `complete -c perennial -f ${when} -a ${word} -d ${text(about)}`;
      const choices = values[word] ? ` -x -a '${values[word].join(" ")}'` : "";
      return `complete -c perennial ${when} -l ${word.slice(2)} -d ${text(about)}${choices}`;
    });
  });
  const paths = places.slice(1).map(({ path }) => `'${path.trim()}'`).join(" ");
  return `function __perennial_place
  set -l place
  for word in (commandline -opc)[2..-1]
    if contains -- (string trim -- "$place $word") ${paths}
      set place (string trim -- "$place $word")
    end
  end
  echo -n "$place"
end
${lines.join("\n")}`;
}
