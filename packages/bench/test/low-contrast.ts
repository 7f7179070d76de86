/**
 * Runs inside a page: every text whose contrast with what is behind it is below 4.5, by WCAG 2.2, success criterion
 * 1.4.3. Self-contained, because only the function itself travels to the page.
 */
export function lowContrast(): string[] {
  const LEAST = 4.5;
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

  return [...document.querySelectorAll('body *')]
    .filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
    )
    .filter((element) => element.getClientRects().length > 0)
    .flatMap((element) => {
      const { color, fill } = getComputedStyle(element);
      const [text, back] = [element.closest('svg') ? fill : color, backgroundOf(element)].map(luminance);
      const contrast = (Math.max(text!, back!) + 0.05) / (Math.min(text!, back!) + 0.05);
      return contrast < LEAST ? [`${element.textContent} ${contrast.toFixed(2)}`] : [];
    });
}
