// The page that compares two sweeps: what they printed stands packed in a template of the page, as the length of each run of equal cells.
(() => {
  "use strict";
  const part = (name) => document.getElementById("compare:" + name);
  const packed = part("packed");
  if (!packed) return;
  const data = JSON.parse(packed.content.textContent);
  const NOT_MEASURED = "Ej mätt";
  const CODES = "sv"; // the language of what was printed, on every page
  const chosen = { older: part("older"), newer: part("newer") };
  const count = part("count");
  const words = count.dataset;
  const places = new Map(data.sweeps.map(([slug], place) => [slug, place]));

  const cellAt = (runs, place) => {
    let end = 0;
    for (let at = 0; at < runs.length; at += 2) {
      end += runs[at + 1];
      if (place < end) return data.cells[runs[at]];
    }
    return "";
  };

  const isMeasured = (cell) => !cell.split("/").includes(NOT_MEASURED);

  const rowOf = (texts) => {
    const row = document.createElement("tr");
    texts.forEach((text, place) => {
      const cell = document.createElement(place ? "td" : "th");
      if (!place) cell.scope = "row";
      if (place > 1 && document.documentElement.lang !== CODES) cell.lang = CODES;
      cell.textContent = text;
      row.append(cell);
    });
    return row;
  };

  const fill = (name, found) => {
    const table = part(name);
    table.hidden = !found.length;
    table.tBodies[0].replaceChildren(...found.map(rowOf));
  };

  // the earlier sweep stands first, whichever way the two were chosen
  const put = (one, other) => {
    const isInOrder = places.get(one) <= places.get(other);
    chosen.older.value = isInOrder ? one : other;
    chosen.newer.value = isInOrder ? other : one;
  };

  const show = () => {
    const older = places.get(chosen.older.value);
    const newer = places.get(chosen.newer.value);
    const measured = [];
    const silent = [];
    const came = [];
    const went = [];
    for (const [region, ...columns] of data.rows) {
      const before = columns.map((runs) => cellAt(runs, older));
      const now = columns.map((runs) => cellAt(runs, newer));
      if (!before.some(Boolean) || !now.some(Boolean)) {
        if (now.some(Boolean)) came.push(region);
        if (before.some(Boolean)) went.push(region);
        continue;
      }
      columns.forEach((_, column) => {
        const [then, since] = [before[column], now[column]];
        // a column that one of the two did not ask for tells nothing
        if (!then || !since || then === since) return;
        const found = isMeasured(then) && isMeasured(since) ? measured : silent;
        found.push([region, data.columns[column], then, since]);
      });
    }
    fill("measured", measured);
    fill("silent", silent);
    const said = [
      measured.length === 0 ? words.none : measured.length === 1 ? words.one : words.many.replace("{n}", () => measured.length),
    ];
    if (silent.length) said.push(words.silent.replace("{n}", () => silent.length));
    if (came.length) said.push(words.came.replace("{names}", () => came.join(", ")));
    if (went.length) said.push(words.went.replace("{names}", () => went.join(", ")));
    const [rulesThen, rulesNow] = [data.sweeps[older][2], data.sweeps[newer][2]];
    if (rulesThen !== rulesNow) {
      said.push(words.rules.replace("{older}", () => rulesThen).replace("{newer}", () => rulesNow));
    }
    count.textContent = said.join(" ");
    part("older-page").href = `../${chosen.older.value}/index.html`;
    part("newer-page").href = `../${chosen.newer.value}/index.html`;
  };

  // the choice stands in the address: #2026-10-01..2026-11-01
  const read = () => {
    const [one, other] = location.hash.slice(1).split("..");
    if (places.has(one) && places.has(other)) put(one, other);
    else put(chosen.older.value, chosen.newer.value);
    show();
  };

  for (const select of Object.values(chosen)) {
    select.addEventListener("change", () => {
      put(chosen.older.value, chosen.newer.value);
      history.replaceState(null, "", `#${chosen.older.value}..${chosen.newer.value}`);
      show();
    });
  }
  addEventListener("hashchange", read);
  part("choices").hidden = false;
  read();
})();
