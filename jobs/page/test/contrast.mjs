/** Runs in the browser: of each text that is shown, its contrast with what is behind it, as WCAG 2 reckons it. */
export function contrasts() {
  const channels = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const linear = (value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const luminance = ({ r, g, b }) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const beside = at.parentElement?.querySelector(":scope > rect");
      if (at.localName === "text" && beside) return channels(getComputedStyle(beside).fill);
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.a > 0) return colour;
    }
    return channels("rgb(255, 255, 255)");
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.textContent.trim();
    if (text === "" || !element.checkVisibility() || element.closest("noscript")) continue;
    const style = getComputedStyle(element);
    const ink = luminance(channels(element.localName === "text" ? style.fill : style.color));
    const ground = luminance(behind(element));
    const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    found.push({ text: text.slice(0, 40), ratio: Math.round(100 * ratio) / 100 });
  }
  return found;
}
