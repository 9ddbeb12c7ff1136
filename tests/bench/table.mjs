// One row: {what, ours, raw?, unit, better: 'less' | 'more', target?: {value, of: 'ours' | 'ratio', text}, note?}
const round = (value) => (value === undefined || value === null || Number.isNaN(value) ? '–'
  : Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2));

function verdict({ ours, raw, better, target }) {
  if (!target) return '';
  const value = target.of === 'ratio' ? ours / raw : target.of === 'added' ? ours - raw : ours;
  if (!Number.isFinite(value)) return 'not measured';
  return (better === 'less' ? value <= target.value : value >= target.value) ? 'met' : 'MISSED';
}

export function printTable(rows) {
  const cells = [['', 'gateway', 'raw', 'ratio', 'unit', 'target', ''],
    ...rows.map((row) => [row.what, round(row.ours), row.raw === undefined ? '' : round(row.raw), row.raw ? round(row.ours / row.raw) : '', row.unit, row.target?.text ?? '', verdict(row)])];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const isNumber = [false, true, true, true, false, false, false];
  for (const [i, line] of cells.entries()) {
    console.log(line.map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join('  ').trimEnd());
    if (i === 0) console.log('─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2)));
  }
  for (const { what, note } of rows.filter((row) => row.note)) console.log(`* ${what}: ${note}`);
}
