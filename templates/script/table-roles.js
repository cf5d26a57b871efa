// Safari forgets that a table is one when its parts are laid out as blocks, as on narrow screens. In the markup these roles
// would be errors to the W3C's validator: what an element is already, it must not say.
(function () {
  "use strict";

  var roles = {
    "thead, tbody": "rowgroup", "tr": "row", "thead th": "columnheader", "tbody th": "rowheader",
    "td": "cell"
  };
  document.querySelectorAll("table").forEach(function (table) {
    table.setAttribute("role", "table");
    Object.keys(roles).forEach(function (selector) {
      table.querySelectorAll(selector).forEach(function (part) { part.setAttribute("role", roles[selector]); });
    });
  });
})();
