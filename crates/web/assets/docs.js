// Copy buttons. Without this script they stay hidden and the page is whole.
const status = document.getElementById("copied");

async function copy(text, code) {
  // Browsers offer the clipboard only on https and localhost.
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  getSelection().selectAllChildren(code);
  if (!document.execCommand("copy")) throw new Error("the browser refused to copy");
  getSelection().removeAllRanges();
}

async function answer(button) {
  const code = button.closest("figure").querySelector("code");
  let word = "Copied";
  try {
    await copy(code.textContent, code);
  } catch {
    word = "Select it";
    getSelection().selectAllChildren(code);
  }
  button.textContent = word;
  status.textContent = word;
  setTimeout(() => {
    button.textContent = "Copy";
    status.textContent = "";
  }, 1600);
}

for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", () => answer(button));
}
