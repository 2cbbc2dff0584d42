// A form is sent once, however often its button is pressed; after a while it can be sent again, for
// whoever stopped it on its way.

const WAIT = 5000; // milliseconds
const sent = new WeakSet();

window.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (sent.has(event.target)) event.preventDefault();
  sent.add(event.target);
  setTimeout(() => sent.delete(event.target), WAIT);
});
