// Puts a button that copies beside each text that is there to be copied. Without it, one selects.
for (const box of document.querySelectorAll('.copy')) {
  const field = box.querySelector('input, textarea');
  const label = box.querySelector('label').textContent;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'secondary';
  const say = (word) => { button.innerHTML = `${word}<span class="visually-hidden"> ${label}</span>`; };
  say('Copy');
  button.setAttribute('aria-live', 'polite');
  button.addEventListener('click', async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      say('Copied');
    } catch {
      say('Selected: now press Ctrl+C to copy');
    }
  });
  box.append(button);
}
