/** Colours of `tokens.css` for canvases, which cannot read custom properties themselves. */

/** The present value of a colour token (`accent`, `series-1`), as `rgb(...)`; ask again when the theme changes. */
export function tokenColour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  probe.hidden = true;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
