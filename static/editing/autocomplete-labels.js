// Fields with a search of their own get the name that their label says: select2 gives them none.

function name(field) {
  const label = document.querySelector(`label[for="${field.id}"]`);
  const box = field.nextElementSibling;
  if (!label || !box?.matches(".select2")) return;
  label.id ||= `${field.id}_label`;
  const shown = box.querySelector(".select2-selection__rendered");
  const named = `${label.id} ${shown.id}`.trim();
  for (const part of box.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]"))
    part.setAttribute("aria-labelledby", named);
}

const nameAll = () => document.querySelectorAll("select.admin-autocomplete").forEach(name);

// After the admin's own function for when the page is ready, which makes these fields.
window.django?.jQuery(() => {
  nameAll();
  // The box for the search is made when it opens.
  django.jQuery(document).on("select2:open", ({ target }) => {
    const text = document.querySelector(`label[for="${target.id}"]`)?.textContent.trim();
    for (const box of document.querySelectorAll(".select2-container--open .select2-search__field"))
      box.setAttribute("aria-label", `Search: ${text}`);
  });
});
document.addEventListener("formset:added", () => setTimeout(nameAll));
