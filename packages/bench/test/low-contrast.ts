/**
 * Runs inside a page: every text whose contrast with what is behind it is below 4.5, and every mark of a chart below 3,
 * by WCAG 2.2, success criteria 1.4.3 and 1.4.11. Self-contained, because only the function itself travels to the page.
 */
export function lowContrast(): string[] {
  const LEAST = { text: 4.5, mark: 3 };
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;

  function channels(color: string): number[] {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  }

  function luminance(color: string): number {
    const linear = channels(color)
      .slice(0, 3)
      .map((byte) => byte / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
  }

  function backgroundOf(element: Element): string {
    for (let at: Element | null = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (channels(backgroundColor)[3]! === 255) return backgroundColor;
    }
    return 'white';
  }

  function contrast(color: string, element: Element): number {
    const [front, back] = [color, backgroundOf(element)].map(luminance);
    return (Math.max(front!, back!) + 0.05) / (Math.min(front!, back!) + 0.05);
  }

  const shown = (element: Element) => element.getClientRects().length > 0;
  const texts = [...document.querySelectorAll('body *')]
    // The outline of a text in the page's colour is its halo.
    .filter((element) => element.localName !== 'title' && !element.hasAttribute('stroke') && shown(element))
    .filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
    )
    .map((element) => {
      const { color, fill } = getComputedStyle(element);
      return {
        what: element.textContent,
        least: LEAST.text,
        found: contrast(element.closest('svg') ? fill : color, element),
      };
    });
  const marks = [...document.querySelectorAll('.mark-symbol.role-mark path, .legend path')]
    .filter((element) => shown(element) && getComputedStyle(element).opacity !== '0')
    .map((element) => {
      const { stroke, fill } = getComputedStyle(element);
      return {
        what: 'a mark',
        least: LEAST.mark,
        found: contrast(stroke === 'none' ? fill : stroke, element),
      };
    });
  return [...texts, ...marks]
    .filter(({ least, found }) => found < least)
    .map(({ what, found }) => `${what} ${found.toFixed(2)}`);
}
