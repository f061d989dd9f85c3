/**
 * House rules that `deno lint` checks on every file: literals written out, one declaration a statement, SQL whole.
 * They hold what everybody else's code looks like; the formatter alone does not.
 */

/** A node of Deno's syntax tree, as far as these rules read it. */
type Node = Deno.lint.Node;

/** Reports `...{ a }` inside an object literal and `...["a"]` inside an array literal or a call. */
const noLiteralSpread: Deno.lint.Rule = {
  create: (context) => ({
    SpreadElement(node) {
      const { type } = node.argument;
      if (type !== "ObjectExpression" && type !== "ArrayExpression") return;
      context.report({ node, message: "Write the literal's members out instead of spreading it" });
    },
  }),
};

/** Reports `const a = 1, b = 2`; the head of a `for` loop may declare several. */
const oneDeclaration: Deno.lint.Rule = {
  create: (context) => ({
    VariableDeclaration(node) {
      if (node.declarations.length < 2 || node.parent?.type === "ForStatement") return;
      context.report({ node, message: "Declare one variable a statement" });
    },
  }),
};

const SQL_TAG = /^(sql|tx)\b/;

/** Reports a `${` in SQL whose value stands on another line: bind the value to a constant first. */
const wholeSql: Deno.lint.Rule = {
  create(context) {
    const source = context.sourceCode;
    return {
      TaggedTemplateExpression(node) {
        if (!SQL_TAG.test(source.getText(node.tag))) return;
        node.quasi.expressions.filter((value) => isTorn(source.text, value)).forEach((value) =>
          context.report({
            node: value,
            message: "Bind this value to a constant, so that the SQL reads whole",
          })
        );
      },
    };
  },
};

/** Whether a line break stands between `${` and the value. */
function isTorn(text: string, value: Node): boolean {
  return /\$\{\s*\n\s*$/.test(text.slice(0, value.range[0]).slice(-200));
}

/** Calls whose function is a test or a property: what returns early there has checked nothing. */
const CHECK = /^(Deno\.test|test|fc\.(async)?[pP]roperty)$/;

/** Reports `if (...) return;` in a test: a case that does not apply is skipped by `ignore`, or discarded by `fc.pre`. */
const noSilentReturn: Deno.lint.Rule = {
  create: (context) => ({
    ReturnStatement(node) {
      if (node.argument !== null || node.parent.type !== "IfStatement") return;
      const call = functionAround(node)?.parent;
      if (call?.type !== "CallExpression" || !CHECK.test(context.sourceCode.getText(call.callee))) return;
      context.report({ node, message: "Skip by `ignore` or discard by `fc.pre`, so that it is counted" });
    },
  }),
};

/** Returns the nearest function that a node stands in. */
function functionAround(
  node: Node,
): Deno.lint.ArrowFunctionExpression | Deno.lint.FunctionExpression | undefined {
  for (let at: Node | undefined = node; at && "parent" in at; at = at.parent as Node | undefined) {
    if (at.type === "ArrowFunctionExpression" || at.type === "FunctionExpression") return at;
  }
}

const EQUALITY = /^assert\.(not)?([dD]eep|[sS]trict)?[eE]qual$/;
const FINDS_NODE = /\.(querySelector|getElementById|closest)\([^()]*\)!?$/;

/** Reports a node of a page compared as it is: where that fails, its whole document is drawn, node within node, for hours. */
const noComparedNode: Deno.lint.Rule = {
  create: (context) => ({
    CallExpression(node) {
      if (!EQUALITY.test(context.sourceCode.getText(node.callee))) return;
      for (const argument of node.arguments) {
        if (!FINDS_NODE.test(context.sourceCode.getText(argument))) continue;
        context.report({
          node: argument,
          message: "Compare what the node says, or use `assert.ok`: it is never drawn whole",
        });
      }
    },
  }),
};

const plugin: Deno.lint.Plugin = {
  name: "perennial",
  rules: {
    "no-literal-spread": noLiteralSpread,
    "one-declaration": oneDeclaration,
    "whole-sql": wholeSql,
    "no-silent-return": noSilentReturn,
    "no-compared-node": noComparedNode,
  },
};
export default plugin;
