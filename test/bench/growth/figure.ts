const SIZE = { width: 720, height: 400, left: 56, right: 190, top: 40, bottom: 48 };
/** Told apart by people who see colours differently (Okabe and Ito). */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00'];

/** Lines over the number of stored images, each as a multiple of what it was at the smallest number: flat is good. */
export function growthFigure(sizes: number[], lines: { name: string; values: number[] }[]): string {
  const ratios = lines.map(({ name, values }) => ({ name, values: values.map((value) => value / (values[0] ?? 1)) }));
  const highest = Math.max(2, Math.ceil(Math.max(...ratios.flatMap(({ values }) => values))));
  const right = SIZE.width - SIZE.right;
  const bottom = SIZE.height - SIZE.bottom;
  const x = (size: number) => SIZE.left + ((right - SIZE.left) * size) / (sizes.at(-1) ?? 1);
  const y = (ratio: number) => bottom - ((bottom - SIZE.top) * ratio) / highest;
  const text = (at: { x: number; y: number }, content: string, more = '') =>
    `<text x="${at.x.toFixed(1)}" y="${at.y.toFixed(1)}" ${more}>${content}</text>`;
  const step = Math.max(1, Math.ceil(highest / 8));
  const grid = Array.from({ length: Math.floor(highest / step) + 1 }, (_, index) => index * step).map(
    (ratio) =>
      `<line x1="${SIZE.left}" x2="${right}" y1="${y(ratio).toFixed(1)}" y2="${y(ratio).toFixed(1)}" stroke="#ddd"/>${text({ x: SIZE.left - 8, y: y(ratio) + 4 }, `${ratio}×`, 'text-anchor="end"')}`,
  );
  const ticks = sizes.map((size) =>
    text({ x: x(size), y: bottom + 20 }, size.toLocaleString('en'), 'text-anchor="middle"'),
  );
  const drawn = ratios.map(({ name, values }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const points = values.map((value, at) => `${x(sizes[at] ?? 0).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    const legend = { x: right + 36, y: SIZE.top + 12 + index * 22 };
    return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2"/><line x1="${right + 12}" x2="${right + 30}" y1="${legend.y - 4}" y2="${legend.y - 4}" stroke="${colour}" stroke-width="3"/>${text(legend, name)}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-family="sans-serif" font-size="12" fill="#222">
<rect width="${SIZE.width}" height="${SIZE.height}" fill="#fff"/>
${text({ x: SIZE.left, y: 20 }, 'Cost of a further batch, as a multiple of the cost at the fewest images', 'font-size="14"')}
${[...grid, ...ticks, ...drawn].join('\n')}
${text({ x: (SIZE.left + right) / 2, y: SIZE.height - 8 }, 'images stored', 'text-anchor="middle"')}
</svg>
`;
}
