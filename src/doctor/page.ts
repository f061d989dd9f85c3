import { AREAS, CATALOGUE, type Trouble, TROUBLE_IDS, type TroubleId } from "./catalogue.ts";
import { type ExplainedMessage, MESSAGE_SECTIONS, type MessageSection } from "./messages.ts";

const LEAD = `# Troubleshooting

<!-- Written by \`deno task docs:troubleshooting\` from src/doctor/catalogue.ts and src/doctor/messages.ts. -->

\`perennial doctor\` looks for all that follows, whether the service runs or not, says what it found with its
cure, and ends with exit code 1 where something does not work; \`--fix\` does what is safe about it, \`--json\`
answers for programs. Where the service does not run, it starts the embedded Postgres for as long as it looks.
The word in brackets is the finding's id. [Messages](#messages) come after it.`;

/** The page `docs/troubleshooting.md`, as Markdown that is not yet broken into lines. */
export function troubleshootingPage(): string {
  const areas = AREAS.map((area) => {
    const ids = TROUBLE_IDS.filter((id) => CATALOGUE[id].area === area);
    return [`## ${area}`, ...ids.map(troubleText)].join("\n\n");
  });
  return [LEAD, ...areas, "## Messages", ...MESSAGE_SECTIONS.map(sectionText)].join("\n\n") + "\n";
}

function troubleText(id: TroubleId): string {
  const { title, symptom, causes, cure, fix }: Trouble = CATALOGUE[id];
  const fixText = fix === undefined ? "" : ` \`--fix\` ${fix}.`;
  return `### ${title} (\`${id}\`)

${symptom}

${causes.map((cause) => `- ${cause}`).join("\n")}

**Cure**: ${cure}${fixText}`;
}

function sectionText({ title, lead, messages }: MessageSection): string {
  return [`### ${title}`, ...lead === "" ? [] : [lead], ...messages.map(messageText)].join("\n\n");
}

const messageText = ({ message, text }: ExplainedMessage): string => `#### \`${message}\`\n\n${text}`;
