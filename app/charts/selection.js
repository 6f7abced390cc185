// A button that takes what is selected: the selection is lost when a button is pressed, so that the last one is held.
export default function ({ data, parentElement, setTriggerValue }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  let held = "";
  const look = () => {
    const words = String(document.getSelection() ?? "").trim();
    if (words) held = words.slice(0, data.most);
    button.disabled = !held;
  };
  const take = () => {
    if (!held) return;
    setTriggerValue("picked", held);
    held = "";
    document.getSelection()?.removeAllRanges();
    button.disabled = true;
  };
  const press = (event) => {
    const typing = event.target.closest?.("input, textarea, [contenteditable]");
    if (event.key === "m" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) take();
  };
  button.onmousedown = (event) => event.preventDefault(); // keeps the selection while it is pressed
  button.onclick = take;
  document.addEventListener("selectionchange", look);
  document.addEventListener("keydown", press);
  look();
  return () => {
    document.removeEventListener("selectionchange", look);
    document.removeEventListener("keydown", press);
  };
}
