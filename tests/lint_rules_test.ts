import plugin from "./lint_rules.ts";
import assert from "node:assert/strict";

/** The rules that a piece of code breaks, in their order. */
const broken = (code: string) => Deno.lint.runPlugin(plugin, "code.ts", code).map(({ id }) => id);

const CASES: readonly [name: string, code: string, rules: string[]][] = [
  ["reports an object literal spread into another", "f({ ...{ a, b }, c });", [
    "perennial/no-literal-spread",
  ]],
  ["reports an array literal spread into another", 'f([...["a", "b"], c]);', ["perennial/no-literal-spread"]],
  ["accepts a conditional spread", "f({ ...(a ? { a } : {}), ...rest });", []],
  ["reports two declarations in one statement", "const a = 1, b = 2;", ["perennial/one-declaration"]],
  ["accepts two declarations in the head of a loop", "for (let i = 0, n = 9; i < n; i++) f(i);", []],
  ["reports SQL torn at a value", "sql`select ${\n  a\n} from b`;", ["perennial/whole-sql"]],
  ["accepts SQL over several lines", "sql`select ${a}\n  from b`;", []],
  [
    "reports a test that returns early",
    'Deno.test("a", () => { if (!disk) return; check(); });',
    ["perennial/no-silent-return"],
  ],
  [
    "reports a property that returns early",
    "fc.property(x, (v) => { if (v < 0) return; check(v); });",
    ["perennial/no-silent-return"],
  ],
  ["accepts an early return of a helper", "const help = () => { if (a) return; b(); };", []],
  ["reports a node that is compared", "assert.equal((await open(a)).querySelector('b'), null);", [
    "perennial/no-compared-node",
  ]],
  ["accepts what a node says", "assert.equal(page.querySelector('b')!.textContent, null);", []],
  ["accepts a node that is there or not", "assert.ok(!page.querySelector('b'));", []],
  ["accepts other templates", "html`<p>${\n  a\n}</p>`;", []],
];
for (const [name, code, rules] of CASES) {
  Deno.test(`house lint rules: ${name}`, () => assert.deepEqual(broken(code), rules));
}
