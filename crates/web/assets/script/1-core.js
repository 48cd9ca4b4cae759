// The script of all pages: what it adds is convenience; without it everything reads and searches.
'use strict';
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const language = document.documentElement.lang;
const words = () => $('#words')?.dataset ?? {};

// An element of text and elements; never of markup.
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const toast = (text) => {
  const area = $('#toasts');
  if (!area) return;
  const one = make('p', { className: 'toast' }, text);
  area.append(one);
  setTimeout(() => one.remove(), 4000);
};

const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

// Buttons that open a dialog, and one that only shows a toast.
document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-opens]');
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const told = event.target.closest('[data-toast]');
  if (told) toast(told.dataset.toast);
  // A menu closes when something else is clicked.
  for (const menu of $$('details.menu[open], details.more[open]')) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const menu = $('details.menu[open], details.more[open]');
  if (menu) { menu.open = false; $('summary', menu).focus(); }
});
