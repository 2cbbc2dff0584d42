// Below each box for Markdown: how many words there are, and how the text will look. The server
// renders it, by the rules that the public page goes by.

const PAUSE = 400; // milliseconds without a key before the server is asked

function enhance(box) {
  const words = document.createElement("p");
  words.className = "help";
  const preview = document.createElement("div");
  preview.className = "markdown-preview";
  preview.setAttribute("role", "region");
  preview.setAttribute("aria-label", "How it will look");
  box.parentElement.append(words, preview);

  let timer, latest = 0;

  async function show() {
    const asked = ++latest;
    const body = new FormData();
    body.set("text", box.value);
    body.set("csrfmiddlewaretoken", box.form.elements.csrfmiddlewaretoken.value);
    try {
      const answer = await fetch(box.dataset.markdown, { method: "POST", body });
      const html = answer.ok ? await answer.text() : "";
      if (asked === latest) preview.innerHTML = html; // cleaned by the server, as on the public page
    } catch {
      if (asked === latest) preview.textContent = "The preview is not there just now.";
    }
  }

  function count() {
    const number = (box.value.match(/\S+/g) ?? []).length;
    words.textContent = `${number} word${number === 1 ? "" : "s"}`;
  }

  box.addEventListener("input", () => {
    count();
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  });
  count();
  show();
}

document.querySelectorAll("textarea[data-markdown]").forEach(enhance);
