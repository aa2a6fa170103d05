// Small comforts on public pages; every page works without them.

const address = document.querySelector<HTMLInputElement>('#feed-address');
if (address) {
  address.addEventListener('focus', () => address.select());
  if (navigator.clipboard) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button';
    button.textContent = 'Copy';
    const status = document.createElement('span');
    status.className = 'visually-hidden';
    status.setAttribute('role', 'status');
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(address.value);
        button.textContent = 'Copied';
        status.textContent = 'The feed address is copied.';
      } catch {
        address.focus(); // selected: the reader can copy it by hand
      }
      setTimeout(() => {
        button.textContent = 'Copy';
        status.textContent = '';
      }, 3000);
    });
    address.after(button, status);
  }
}

export {};
