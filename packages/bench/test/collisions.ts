/**
 * Runs inside a page: texts of a chart that lie on another one, or reach beyond the chart's drawing. Self-contained,
 * because only the function itself travels to the page.
 */
export function collisions(): string[] {
  /** Boxes are taller than letters, and neighbours may touch. */
  const SLACK = 2;
  return [...document.querySelectorAll('svg')]
    .filter((svg) => svg.checkVisibility())
    .flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      // A text with an outline is the halo of the same text.
      const texts = [...svg.querySelectorAll('text')]
        .filter((text) => text.textContent?.trim() && !text.getAttribute('stroke'))
        .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
      return texts.flatMap(({ text, box }, index) => {
        const outside =
          box.left < frame.left - SLACK ||
          box.right > frame.right + SLACK ||
          box.bottom > frame.bottom + SLACK;
        const hit = texts.slice(index + 1).find(({ box: other }) => {
          const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
          const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
          return across > SLACK && down > SLACK;
        });
        return [
          ...(outside ? [`"${text}" beyond the edge`] : []),
          ...(hit ? [`"${text}" on "${hit.text}"`] : []),
        ];
      });
    });
}
