// The proof, drawn: the receipt below, at each level its sibling beside it, the root above.
import { drawing, grouped, short } from "./dom.js";
import { climb, isEmpty, leafOf, type Proof, type SumNode, type Vault } from "./proof.js";

const WIDTH = 320;
const BOX = { width: 148, height: 34 };
const LEVEL = 58;
const LEFT = 4;
const RIGHT = WIDTH - BOX.width - 4;

function box(x: number, y: number, node: SumNode, title: string, kind: string): SVGElement {
  const middle = String(x + BOX.width / 2);
  const lines = isEmpty(node)
    ? [drawing("text", { x: middle, y: String(y + 20), "text-anchor": "middle", class: "sum" }, "nothing here")]
    : [drawing("text", { x: middle, y: String(y + 14), "text-anchor": "middle" }, `${title}${short(node.hash)}`),
      drawing("text", { x: middle, y: String(y + 27), "text-anchor": "middle", class: "sum" }, `${grouped(node.sumNano)} nano-USD`)];
  const frame = { x: String(x), y: String(y), width: String(BOX.width), height: String(BOX.height), rx: "5" };
  return drawing("g", { class: isEmpty(node) ? "none" : kind }, drawing("rect", frame), ...lines);
}

function line(fromX: number, fromY: number, toX: number, toY: number, kind: string): SVGElement {
  const half = (fromY + toY) / 2;
  return drawing("path", { class: kind, d: `M${fromX} ${fromY}V${half}H${toX}V${toY}` });
}

export function tree(vault: Vault, proof: Proof): SVGElement {
  const turns = climb(vault, proof);
  const height = turns.length * LEVEL + BOX.height + 8;
  const parts: SVGElement[] = [];
  let node = leafOf(vault, proof.receipt);
  const columnOf = (level: number): number => {
    const turn = turns[level];
    return turn === undefined ? (WIDTH - BOX.width) / 2 : turn.siblingIsRight ? LEFT : RIGHT;
  };
  turns.forEach((turn, level) => {
    const y = height - 4 - BOX.height - level * LEVEL;
    const x = columnOf(level);
    const beside = turn.siblingIsRight ? RIGHT : LEFT;
    const above = columnOf(level + 1) + BOX.width / 2;
    parts.push(
      line(beside + BOX.width / 2, y, above, y - LEVEL + BOX.height, ""),
      line(x + BOX.width / 2, y, above, y - LEVEL + BOX.height, "own"),
      box(beside, y, turn.sibling, "", ""),
      box(x, y, node, level === 0 ? "receipt " : "", "own"));
    node = turn.parent;
  });
  parts.push(box(columnOf(turns.length), 4, node, "root ", "own"));
  return drawing("svg", {
    class: "tree", viewBox: `0 0 ${WIDTH} ${height}`, role: "img",
    "aria-label": `The receipt's way to the epoch's root: ${turns.length} levels, each joined with the sibling that is listed below`,
  }, ...parts);
}
