// Sorting and filtering of the table of results. Without it the pages are complete; nothing is loaded, stored or sent.
(function () {
  "use strict";

  var table = document.getElementById("part:table");
  if (!table) return;

  function each(list, act) { Array.prototype.forEach.call(list, act); }
  function all(selector, where) { return (where || document).querySelectorAll(selector); }
  function text(element) { return element ? element.textContent.trim() : ""; }

  // What is typed and what is searched look alike: small letters, no acute, grave or circumflex. Å, ä and ö stay letters.
  function folded(words) {
    return words.normalize("NFD").replace(/[\u0300-\u0302]/g, "").normalize("NFC").toLocaleLowerCase("sv").trim();
  }

  var names = all("#part\\:names tbody tr");
  var bodies = Array.prototype.slice.call(table.tBodies);
  var rows = [];
  bodies.forEach(function (body) {
    each(body.rows, function (element) {
      if (!element.id) return;
      var row = { element: element, body: body, place: rows.length, group: body.dataset.group || "", answers: {} };
      row.name = text(element.cells[0]);
      each(all("td", element), function (cell) { row.answers[cell.dataset.indicator] = text(cell.querySelector(".code")); });
      row.listed = names[row.place];
      row.searched = folded(element.id + " " + (row.listed ? text(row.listed.cells[0]) + " " + Array.prototype.map.call(
        row.listed.cells, function (cell) { return cell.firstChild ? cell.firstChild.textContent : ""; }).join(" ") : row.name));
      rows.push(row);
    });
  });

  // The order of answers is that of the legend: no ranking. What it lacks (pairs) comes after, not asked for last.
  var legend = {};
  each(all("dl[data-column]"), function (list) {
    legend[list.dataset.column] = Array.prototype.map.call(all("dt .chip", list), text);
  });
  function rank(column, answer) {
    var place = (legend[column] || []).indexOf(answer);
    return place >= 0 ? place : answer ? 1000 : 2000;
  }
  function inWords(one, other) { return one.localeCompare(other, "sv", { numeric: true }); }

  var controls = document.getElementById("filter:controls");
  var words = document.getElementById("filter:text");
  var group = document.getElementById("filter:group");
  var answer = document.getElementById("filter:answer");
  var reset = document.getElementById("filter:reset");
  var status = document.getElementById("filter:status");
  var headers = all("thead th[data-key]", table);
  var labels = {};
  each(headers, function (header) { labels[header.dataset.key] = text(header); });

  // A pair counts as each of its two answers.
  function parts(printed) { return printed.split("/"); }

  each(headers, function (header) {
    var column = header.dataset.key;
    var counts = {};
    if (column === "name") return;
    rows.forEach(function (row) {
      new Set(parts(row.answers[column])).forEach(function (part) { if (part) counts[part] = (counts[part] || 0) + 1; });
    });
    var options = document.createElement("optgroup");
    options.label = labels[column];
    Object.keys(counts).sort(function (one, other) {
      return rank(column, one) - rank(column, other) || inWords(one, other);
    }).forEach(function (part) {
      var option = document.createElement("option");
      option.value = column + ":" + part;
      option.textContent = labels[column] + ": " + part + " (" + counts[part] + ")";
      options.append(option);
    });
    if (options.children.length) answer.append(options);
  });

  var sorting = "";
  var sorted = document.createElement("tbody");
  sorted.setAttribute("role", "rowgroup");

  function sort() {
    var descending = sorting.charAt(0) === "-";
    var column = descending ? sorting.slice(1) : sorting;
    each(headers, function (header) {
      if (header.dataset.key !== column) header.removeAttribute("aria-sort");
      else header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    });
    if (!sorting) {
      rows.forEach(function (row) { row.body.append(row.element); });
      sorted.remove();
      return;
    }
    var ordered = rows.slice().sort(function (one, other) {
      var difference = column === "name" ? inWords(one.name, other.name)
        : rank(column, one.answers[column]) - rank(column, other.answers[column])
          || inWords(one.answers[column], other.answers[column]);
      return (descending ? -difference : difference) || one.place - other.place;
    });
    ordered.forEach(function (row) { sorted.append(row.element); });
    table.append(sorted);
  }

  function filter() {
    var wanted = folded(words.value).split(/\s+/);
    var own = group ? group.value : "";
    var at = answer.value.indexOf(":");
    var column = answer.value.slice(0, at);
    var printed = answer.value.slice(at + 1);
    var shown = 0;
    rows.forEach(function (row) {
      var fits = (!own || row.group === own)
        && (at < 0 || parts(row.answers[column]).indexOf(printed) >= 0)
        && wanted.every(function (word) { return row.searched.indexOf(word) >= 0; });
      row.element.hidden = !fits;
      if (row.listed) row.listed.hidden = !fits;
      if (fits) shown += 1;
    });
    bodies.forEach(function (body) {
      body.hidden = !Array.prototype.some.call(body.rows, function (row) { return row.id && !row.hidden; });
    });
    var said = shown === rows.length ? ""
      : status.dataset.text.replace("{shown}", shown).replace("{all}", rows.length);
    if (status.textContent !== said) status.textContent = said;
  }

  // The address says what is shown, so that it can be kept and sent; the other language is shown the same.
  var others = Array.prototype.map.call(all("nav a[hreflang]"), function (link) {
    return { link: link, address: link.getAttribute("href") };
  });
  function state() {
    var given = new URLSearchParams();
    if (words.value) given.set("q", words.value);
    if (group && group.value) given.set("group", group.value);
    if (answer.value) given.set("answer", answer.value);
    if (sorting) given.set("sort", sorting);
    return given.toString() ? "?" + given : "";
  }
  function remember() {
    var query = state();
    others.forEach(function (other) { other.link.setAttribute("href", other.address + query); });
    try {
      history.replaceState(null, "", location.pathname + query + location.hash);
    } catch (refused) {
      return; // some browsers do not let a page opened as a file name itself anew, or not so often
    }
  }
  function choose(select, value) {
    if (!select) return;
    select.value = value;
    if (select.selectedIndex < 0) select.value = "";
  }
  function recall() {
    var given = new URLSearchParams(location.search);
    words.value = given.get("q") || "";
    choose(group, given.get("group") || "");
    choose(answer, given.get("answer") || "");
    var asked = given.get("sort") || "";
    sorting = Object.prototype.hasOwnProperty.call(labels, asked.replace(/^-/, "")) ? asked : "";
  }
  function apply() { filter(); remember(); }
  function clear() {
    words.value = "";
    choose(group, "");
    answer.value = "";
    apply();
  }
  function reveal() {
    var id = "";
    try { id = decodeURIComponent(location.hash.slice(1)); } catch (malformed) { return; }
    var row = id && document.getElementById(id);
    if (!row || !row.hidden || !table.contains(row)) return;
    clear();
    row.scrollIntoView();
  }

  each(headers, function (header) {
    var column = header.dataset.key;
    var button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.textContent = labels[column];
    button.title = table.dataset.sort + " " + labels[column];
    button.addEventListener("click", function () {
      sorting = sorting === column ? "-" + column : sorting === "-" + column ? "" : column;
      sort();
      filter();
      remember();
    });
    header.replaceChildren(button);
  });
  table.classList.add("sortable");
  words.addEventListener("input", apply);
  if (group) group.addEventListener("change", apply);
  answer.addEventListener("change", apply);
  reset.addEventListener("click", function () { clear(); words.focus(); });
  window.addEventListener("hashchange", reveal);

  controls.hidden = false;
  recall();
  if (sorting) sort();
  if (location.search) apply();
  reveal();
})();
