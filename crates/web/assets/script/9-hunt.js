// Hits: a key for what may be done about the row that is chosen, or about the one where one is.
const press = (key) => {
  const button = $(`[data-key="${key}"]`, here() ?? make('p'));
  if (!button) return false;
  button.click();
};
for (const key of ['e', 'f', 'i']) keys[key] = () => press(key);
const choose = keys.x;
keys.x = () => {
  const box = $('input[type="checkbox"]', here() ?? make('p'));
  if (box) box.checked = !box.checked; else choose();
};
