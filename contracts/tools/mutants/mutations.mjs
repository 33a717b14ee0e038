// What can be wrong with one node of solc's syntax tree: each rule gives the texts that may stand in the node's place.

const SWAPPED = {
  "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "+": "-", "-": "+", "*": "/", "/": "*",
  "%": "*", "&": "|", "|": "&", "^": "|", "<<": ">>", ">>": "<<", "+=": "-=", "-=": "+=", "++": "--", "--": "++",
};
const SWAPPED_YUL = { add: "sub", sub: "add", shl: "shr", shr: "shl", and: "or", or: "and" };

const swapped = ({ operator }, write) => (operator in SWAPPED ? [["operator", write(SWAPPED[operator])]] : []);

const rules = {
  BinaryOperation({ node, text, of }) {
    const [left, right] = [node.leftExpression, node.rightExpression];
    const between = text.slice(of(left).length, text.length - of(right).length);
    if (node.operator === "&&" || node.operator === "||") return [["operand", of(left)], ["operand", of(right)]];
    return swapped(node, (operator) => of(left) + between.replace(node.operator, operator) + of(right));
  },
  UnaryOperation({ node, text }) {
    if (node.operator === "!" || node.operator === "~") return [["operator", text.slice(1)]];
    return swapped(node, (operator) => text.replace(node.operator, operator));
  },
  Assignment({ node, text, of }) {
    return swapped(node, (operator) => `${of(node.leftHandSide)} ${operator} ${of(node.rightHandSide)}`);
  },
  IfStatement({ node, text, of }) {
    const condition = of(node.condition);
    const at = text.indexOf(condition);
    const withCondition = (value) => text.slice(0, at) + value + text.slice(at + condition.length);
    const guard = node.trueBody.nodeType === "RevertStatement" || node.trueBody.statements?.at(-1)?.nodeType === "RevertStatement";
    // a check that always fires stops everything, which no test can miss
    return guard ? [["no check", withCondition("false")]] : ["false", "true"].map((value) => ["condition", withCondition(value)]);
  },
  Conditional({ node, of }) {
    return [["branch", of(node.trueExpression)], ["branch", of(node.falseExpression)]];
  },
  ForStatement({ node, text, of }) {
    return [["no loop", text.replace(of(node.condition), "false")]];
  },
  ExpressionStatement: () => [["no statement", "{}"]],
  EmitStatement: () => [["no statement", "{}"]],
  Return({ node, text }) {
    if (node.expression === undefined || node.expression === null) return [["no statement", "{}"]];
    if (node.expression.typeDescriptions?.typeString !== "bool") return [["no statement", "{}"]];
    return ["true", "false"].filter((value) => text !== `return ${value}`).map((value) => ["answer", `return ${value}`]);
  },
  ModifierInvocation({ node }) {
    return node.kind === "modifierInvocation" ? [["no modifier", ""]] : [];
  },
  Literal({ node, text }) {
    if (node.kind === "string") return [["constant", text.replace(/"(.)/, (_, first) => `"${first === "x" ? "y" : "x"}`)]];
    if (node.kind !== "number") return [];
    const value = node.value.replaceAll("_", "");
    if (!/^(0x[0-9a-f]+|\d+)$/i.test(value)) return [["constant", `(${text} + 1)`]];
    const more = BigInt(value) + 1n;
    const number = value.startsWith("0x") ? `0x${more.toString(16).padStart(value.length - 2, "0")}` : `${more}`;
    return [["constant", node.subdenomination ? `${number} ${node.subdenomination}` : number]];
  },
  Identifier: ({ node, siblings }) => siblings(node.referencedDeclaration).map((name) => ["name", name]),
  MemberAccess({ node, of, siblings }) {
    return siblings(node.referencedDeclaration).map((name) => ["name", `${of(node.expression)}.${name}`]);
  },
  YulFunctionCall({ node, text }) {
    const other = SWAPPED_YUL[node.functionName.name];
    return other ? [["operator", text.replace(node.functionName.name, other)]] : [];
  },
  YulLiteral: ({ node }) => (node.kind === "number" ? [["constant", `0x${(BigInt(node.value) + 1n).toString(16)}`]] : []),
  YulExpressionStatement: () => [["no statement", "{}"]],
};

/**
 * @param node    of solc's tree
 * @param text    its source
 * @param of      gives the source of another node
 * @param siblings names of declarations that may be confused with the one of an id
 * @returns pairs of the kind of mutation and the text to put in the node's place
 */
export function mutationsOf(node, text, of, siblings) {
  const rule = rules[node.nodeType];
  return rule ? rule({ node, text, of, siblings }).filter(([, mutant]) => mutant !== text) : [];
}
