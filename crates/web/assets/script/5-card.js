// The card of a value: on hovering over its chip for a moment, or on focus.
const cards = new Map();
let card = null;
let hovering = 0;
const closeCard = () => { clearTimeout(hovering); card?.remove(); card = null; };

const showCard = async (chip) => {
  const address = `/card/${encodeURIComponent(chip.dataset.kind)}/${encodeURIComponent(chip.dataset.value)}`;
  if (!cards.has(address)) {
    if (cards.size > 200) cards.clear();
    cards.set(address, fetch(address).then((answer) => (answer.ok ? answer.text() : Promise.reject(answer))).catch(() => null));
  }
  const text = await cards.get(address);
  if (!chip.matches(':hover, :focus-within') || chipMenu) return;
  card?.remove();
  card = make('div', { className: 'hover' });
  card.setAttribute('role', 'tooltip');
  if (text === null) { cards.delete(address); card.append(words().cardFailed); }
  // Made by the server from its own template, and parsed without running anything.
  else card.append(...parse(text).body.children);
  tellTimes(card);
  card.id = 'card';
  $('a', chip).setAttribute('aria-describedby', 'card');
  $('main').append(card);
  beside(card, chip);
};

// With Trusted Types only this policy may make markup of text, and only of our own pages and pieces of them.
const policy = window.trustedTypes?.createPolicy('card', { createHTML: (text) => text }) ?? { createHTML: (text) => text };
const parse = (text) => new DOMParser().parseFromString(policy.createHTML(text), 'text/html');

const hover = (event) => {
  const chip = event.target.closest?.('.chip');
  if (!chip) return;
  clearTimeout(hovering);
  hovering = setTimeout(() => showCard(chip), 250);
};
document.addEventListener('mouseover', hover);
document.addEventListener('focusin', (event) => { closeCard(); hover(event); });
document.addEventListener('mouseout', (event) => {
  const chip = event.target.closest?.('.chip');
  if (chip && !chip.contains(event.relatedTarget)) closeCard();
});
document.addEventListener('focusout', closeCard);
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') closeCard(); });
addEventListener('scroll', closeCard, { passive: true });
