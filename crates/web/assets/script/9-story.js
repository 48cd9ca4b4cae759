// Writing a story: parts move without asking the server, by button or by their grip. What is sent is their order.
for (const list of $$('[data-parts]')) {
  list.addEventListener('click', (event) => {
    const button = event.target.closest('[data-move]');
    if (!button) return;
    event.preventDefault();
    const row = button.closest('li');
    const { move } = button.dataset;
    if (move === 'up') row.previousElementSibling?.before(row);
    if (move === 'down') row.nextElementSibling?.after(row);
    if (move === 'out') {
      ($('button', row.nextElementSibling ?? row.previousElementSibling ?? list.closest('form')))?.focus();
      row.remove();
    } else {
      button.focus();
      row.scrollIntoView({ block: 'nearest' });
    }
  });

  let moving = null;
  list.addEventListener('pointerdown', (event) => {
    const grip = event.target.closest('.grip');
    if (grip) grip.closest('li').draggable = true;
  });
  list.addEventListener('dragstart', (event) => {
    moving = event.target.closest('li');
    moving.classList.add('moving');
    event.dataTransfer.effectAllowed = 'move';
  });
  list.addEventListener('dragover', (event) => {
    const over = event.target.closest('[data-parts] > li');
    if (!moving || !over) return;
    event.preventDefault();
    const { top, height } = over.getBoundingClientRect();
    if (event.clientY < top + height / 2) over.before(moving); else over.after(moving);
  });
  list.addEventListener('dragend', () => {
    if (!moving) return;
    moving.classList.remove('moving');
    moving.draggable = false;
    moving = null;
  });
}
