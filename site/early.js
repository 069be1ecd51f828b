// Runs before the modules. If the browser loads none, nothing else of the page runs.
var failed = function (name) {
  var state = document.querySelector("#state");
  state.textContent = document.querySelector('[data-text="boot.' + name + '"]').textContent;
  state.setAttribute("data-state", "failed");
};
if (location.protocol === "file:") {
  failed("file");
} else if (self.origin === "null") {
  failed("frame");
} else if (!("noModule" in HTMLScriptElement.prototype)) {
  failed("old");
}
