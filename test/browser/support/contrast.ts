/**
 * The script runs in the page. It returns each text whose contrast with its background is less than WCAG's 4.5:1, as
 * `text (ratio)`. It is a string, because Node does not have the globals of the page.
 */
export const POOR_CONTRAST = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const linear = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const [r, g, b, alpha = 1] = channels(getComputedStyle(one).backgroundColor);
      if (alpha > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const texts = [...document.body.querySelectorAll('*')].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim()));
  return texts.filter((element) => element.checkVisibility() && element.localName !== 'title').flatMap((element) => {
    const style = getComputedStyle(element);
    const [a, b] = [
      luminance(channels(element instanceof SVGElement ? style.fill : style.color)),
      luminance(ground(element)),
    ].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    return ratio < 4.5 ? [element.textContent.trim().slice(0, 40) + ' (' + ratio.toFixed(2) + ')'] : [];
  });
})()`;
