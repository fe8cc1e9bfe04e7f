// How well words can be told from what lies behind them, as WCAG 2 reckons it. One object of three functions.
({
  light(colour) {
    const [r, g, b] = colour.map((part) => part / 255).map(
      (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  },

  contrast(one, other) {
    const [low, high] = [this.light(one), this.light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  },

  // Every piece of text under an element that is shown and not switched off, with the element that it stands in.
  texts(root) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) {
      const text = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
      const said = text && !["SCRIPT", "STYLE", "NOSCRIPT", "TITLE", "OPTION"].includes(element.tagName);
      const off = element.closest("[disabled], [aria-disabled='true']");
      if (said && !off && element.checkVisibility({ visibilityProperty: true })) found.push([text.slice(0, 60), element]);
    }
    return found;
  },

  // By the colours that the styles give: the texts that are hard to read, and how many were looked at.
  hardToRead(root) {
    const numbers = (colour) => colour.match(/[\d.]+(?:e-?\d+)?/g).map(Number);
    const over = ([r, g, b, alpha = 1], under) => [r, g, b].map((part, at) => part * alpha + under[at] * (1 - alpha));
    const line = (element) => (element ? [...line(element.parentElement), element] : []);
    const texts = this.texts(root);
    const poor = texts.flatMap(([text, element]) => {
      const { color, fontSize, fontWeight } = getComputedStyle(element), around = line(element);
      const ground = around.reduce((under, each) => over(numbers(getComputedStyle(each).backgroundColor), under),
        [255, 255, 255]);
      const share = around.reduce((share, each) => share * Number(getComputedStyle(each).opacity), 1);
      const [r, g, b, alpha = 1] = numbers(color);
      const found = this.contrast(over([r, g, b, alpha * share], ground), ground);
      const large = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700);
      return found < (large ? 3 : 4.5) ? [`${found.toFixed(2)}: ${text}`] : [];
    });
    return { looked: texts.length, poor };
  },

  // Where the texts of a page stand in its window.
  places(root) {
    return this.texts(root).map(([text, element]) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return { text, x, y, width, height };
    }).filter(({ x, y, width, height }) => width && height && x >= 0 && y >= 0 && y < innerHeight && x < innerWidth);
  },

  // By the pixels of a picture: its ground, which is its commonest colour, and for each place the best contrast with it.
  async seen(packed, places) {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${packed}`)).blob());
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    canvas.drawImage(picture, 0, 0);
    const colours = (x, y, width, height) => {
      const { data } = canvas.getImageData(Math.floor(x), Math.floor(y), Math.ceil(width), Math.ceil(height));
      const counts = new Map();
      for (let at = 0; at < data.length; at += 4) {
        const colour = data.slice(at, at + 3).join();
        counts.set(colour, (counts.get(colour) ?? 0) + 1);
      }
      return [...counts].sort((one, other) => other[1] - one[1]).map(([colour]) => colour.split(",").map(Number));
    };
    const [ground] = colours(0, 0, picture.width, picture.height);
    const contrasts = places.map(({ text, x, y, width, height }) => [
      text, Math.max(...colours(x, y, width, height).map((colour) => this.contrast(colour, ground)))]);
    return { ground, contrasts };
  },
})
