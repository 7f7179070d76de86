const TABLE = /^(<!-- table:(\S+) -->)$[\s\S]*?^(<!-- \/table -->)$/gm;

/**
 * A text with every marked table made anew.
 *
 * @param records - Recorded runs by name.
 * @param tables - By name: the record that a table shows, and the function that draws it.
 */
export function replaceTables(text, records, tables, path) {
  const opened = text.match(/^<!-- table:/gm)?.length ?? 0;
  const replaced = [...text.matchAll(TABLE)].length;
  if (opened !== replaced) throw new Error(`Expected <!-- /table --> after every table marker of ${path}`);
  return text.replace(
    TABLE,
    (_, begin, name, end) => `${begin}\n${drawTable(name, records, tables, path)}\n${end}`,
  );
}

function drawTable(name, records, tables, path) {
  const table = tables[name];
  if (table === undefined) {
    throw new Error(`Expected a table (${Object.keys(tables).join(', ')}) in ${path} but received "${name}"`);
  }
  const record = records.get(table.record);
  return record === undefined ? `Not recorded yet.` : table.draw(record);
}
