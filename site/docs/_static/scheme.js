// The colour scheme that the reader chose, before anything is drawn.
document.body.dataset.theme = localStorage.getItem("theme") || "auto";
