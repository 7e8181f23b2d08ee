(() => {
// Streamlit shows the label of a field as markdown but gives it to screen readers as it was written, with the
// backslashes that keep names from being read as markup. Here they are taken out of what is read aloud.
const ESCAPED = /\\([\\`*_{}[\]()<>#+\-.!|~$:=^&"'/@])|\u2060/g;

function mend(node) {
  if (!(node instanceof Element) || node.closest(".fcr")) return;
  const fields = node.hasAttribute("aria-label") ? [node] : [];
  for (const field of [...fields, ...node.querySelectorAll("[aria-label]")]) {
    const name = field.getAttribute("aria-label");
    const said = name.replace(ESCAPED, "$1");
    if (said !== name) field.setAttribute("aria-label", said);
  }
}

if (!window.focusNames) {
  window.focusNames = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") mend(change.target);
      else change.addedNodes.forEach(mend);
    }
  });
  window.focusNames.observe(document.body, { subtree: true, childList: true, attributeFilter: ["aria-label"] });
  mend(document.body);
}
})();
