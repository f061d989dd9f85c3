import { Argument, type Command } from "commander";
import { completions, type Shell, SHELLS } from "../completions.ts";
import { type Context, withExamples } from "../context.ts";
import { loadAllCommands } from "../load_commands.ts";
import { perennial } from "../program.ts";

/** `perennial completions` */
export function addCompletions(program: Command, { io }: Context): void {
  const command = program.command("completions").description(
    "write the completions of a shell: bash, zsh, fish",
  )
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS));
  const examples = [
    "source <(perennial completions bash)",
    "perennial completions zsh > ~/.zfunc/_perennial",
    "perennial completions fish > ~/.config/fish/completions/perennial.fish",
  ];
  withExamples(command, examples.join("\n")).action(async (shell: Shell) => {
    io.out(completions(await perennial(io, loadAllCommands), shell));
  });
}
