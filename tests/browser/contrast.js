// Gives every text under an element that is hard to read: its contrast with what lies behind it, as WCAG 2 reckons it.
// `behind` is the colour [r, g, b] below the outermost element.
(root, behind) => {
  const numbers = (colour) => colour.match(/[\d.]+(?:e-?\d+)?/g).map(Number);
  const over = ([r, g, b, alpha = 1], under) => [r, g, b].map((part, at) => part * alpha + under[at] * (1 - alpha));
  const line = (element) => {
    const found = [];
    for (let each = element; each; each = each.parentElement) found.push(each);
    return found;
  };
  const ground = (element) => line(element).reverse().reduce(
    (under, each) => over(numbers(getComputedStyle(each).backgroundColor), under), behind);
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255).map(
      (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const judge = (element) => {
    const { color, fill, fontSize, fontWeight } = getComputedStyle(element);
    const under = ground(element);
    const seen = line(element).reduce((share, each) => share * Number(getComputedStyle(each).opacity), 1);
    const [r, g, b, alpha = 1] = numbers(element instanceof SVGElement ? fill : color);
    const found = contrast(over([r, g, b, alpha * seen], under), under);
    const large = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700);
    return { found, wanted: large ? 3 : 4.5 };
  };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const poor = [];
  let looked = 0;
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
    if (!text || ["SCRIPT", "STYLE", "NOSCRIPT", "TITLE", "OPTION"].includes(element.tagName)) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.closest("[disabled], [aria-disabled='true']")) continue;
    looked += 1;
    const { found, wanted } = judge(element);
    if (found < wanted) poor.push(`${found.toFixed(2)} of ${wanted}: ${text.slice(0, 60)}`);
  }
  return { looked, poor };
}
