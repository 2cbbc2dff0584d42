// Suggests names in the search box, which works without. The pattern is the editable combobox
// with a list of the ARIA Authoring Practices Guide.

const WAIT = 150; // milliseconds

// Three letters and no digit: a postcode begins with two at most, so typing one sends nothing.
const isName = (text) => /(\p{L}\P{L}*){3}/u.test(text) && !/[\p{Nd}@]/u.test(text);

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function make(tag, attributes, ...content) {
  const element = set(document.createElement(tag), attributes);
  element.append(...content);
  return element;
}

function enhance(input) {
  const { form } = input;
  const id = `${input.id}-suggestions`;
  const list = make("ul", { id, role: "listbox", class: "suggestions", "aria-label": "Suggestions" });
  const status = make("p", { class: "visually-hidden", role: "status" });
  let active, request, timer, shownFor;

  function activate(option = null) {
    active?.removeAttribute("aria-selected");
    active = option;
    active?.setAttribute("aria-selected", "true");
    active?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", active?.id ?? "");
  }

  function show(suggestions) {
    const count = suggestions.length;
    activate();
    list.replaceChildren(
      ...suggestions.map(({ label, qualifier, value }, index) =>
        make(
          "li",
          { id: id + index, role: "option", "aria-label": `${label}, ${qualifier}`, "data-value": value },
          label,
          make("span", { class: "qualifier" }, qualifier),
        ),
      ),
    );
    list.hidden = !count;
    input.setAttribute("aria-expanded", !list.hidden);
    status.textContent = count ? `${count} suggestion${count > 1 ? "s" : ""}` : "";
    shownFor = input.value;
  }

  function stop() {
    clearTimeout(timer);
    request?.abort();
  }

  function close() {
    stop();
    show([]);
  }

  async function ask() {
    stop();
    const { signal } = (request = new AbortController());
    const body = new URLSearchParams(new FormData(form));
    const options = { method: "POST", body, credentials: "omit", signal };
    let found = [];
    try {
      const response = await fetch(`${form.action}suggestions/`, options);
      found = (await response.json()).suggestions;
    } catch {} // the box works without
    if (!signal.aborted) show(found);
  }

  async function move(step) {
    if (list.hidden || shownFor !== input.value) await ask();
    const stops = [null, ...list.children]; // the first is the box
    activate(stops.at((stops.indexOf(active) + step) % stops.length));
  }

  function choose(option) {
    input.value = option.dataset.value;
    form.requestSubmit();
  }

  input.addEventListener("input", () => {
    stop();
    activate();
    if (isName(input.value)) timer = setTimeout(ask, WAIT);
    else close();
  });
  input.addEventListener("keydown", (event) => {
    const { key } = event;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (event.isComposing) return;
    if (step && isName(input.value)) move(step);
    else if (key === "Enter" && active) choose(active);
    else if (key === "Escape" && !list.hidden) close();
    else {
      if (/^(Home|End|Arrow)/.test(key)) activate(); // these move in the text
      return;
    }
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", ({ target }) => target !== list && choose(target.closest("li")));

  set(input, { role: "combobox", "aria-autocomplete": "list", "aria-controls": id });
  input.autocomplete = "off";
  input.after(list);
  form.append(status);
  close();
}

document.querySelectorAll("form.search input[name=q]").forEach(enhance);

// Puts a button that copies beside each text that is there to be copied. Without it, one selects.
for (const box of document.querySelectorAll(".copy")) {
  const field = box.querySelector("input, textarea");
  const label = box.querySelector("label").textContent;
  const button = make("button", { type: "button", class: "secondary", "aria-live": "polite" });
  const say = (word) => button.replaceChildren(word, make("span", { class: "visually-hidden" }, ` ${label}`));
  say("Copy");
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      say("Copied");
    } catch {
      say("Selected: now press Ctrl+C to copy");
    }
  });
  box.append(button);
}
