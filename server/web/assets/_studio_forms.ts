// Forms that become one JSON document: names of inputs are the API's, rows are its lists. A refusal is shown at the field it speaks of.

import { call, new_key, type Refusal, refused } from './_studio_api';
import { find, main, on_start, refresh_quietly, say, visit } from './_studio_page';

type Value = string | number | boolean | null;
type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function add_value(into: Record<string, unknown>, field: Field): void {
  const kind = field.dataset.kind;
  const text = field.value;
  let value: Value = text;
  if (field instanceof HTMLInputElement && field.type === 'checkbox') value = field.checked;
  if (kind === 'number') value = text.trim() === '' ? null : Number(text);
  if (kind === 'category' || kind === 'role') {
    const [first, second] = text.split('|');
    into[field.name] = first;
    if (kind === 'category') into.subcategory = second ?? '';
    else into.group = second ?? 'cast';
    return;
  }
  into[field.name] = value;
}

const fields_of = (root: ParentNode): Field[] => [...root.querySelectorAll<Field>('input[name], textarea[name], select[name]')];

function read(form: HTMLFormElement): Record<string, unknown> {
  const document_: Record<string, unknown> = {};
  for (const field of fields_of(form)) if (!field.closest('[data-rows]')) add_value(document_, field);
  for (const list of form.querySelectorAll<HTMLElement>('[data-rows]')) {
    document_[list.dataset.rows ?? ''] = [...list.querySelectorAll('.row')].map((row) => {
      const one: Record<string, unknown> = {};
      for (const field of fields_of(row)) add_value(one, field);
      return one;
    });
  }
  return document_;
}

// --- refusals ---------------------------------------------------------------------------------------------------------------------------
function field_meant(form: HTMLFormElement, sentence: string): Field | undefined {
  const row = /^(Person|Action|Range) (\d+)/.exec(sentence);
  if (row) {
    const lists: Record<string, string> = { Person: 'people', Action: 'actions', Range: 'ranges' };
    const rows = form.querySelectorAll(`[data-rows="${lists[row[1]]}"] .row`);
    const part = rows[Number(row[2]) - 1];
    if (row[1] === 'Range') return part?.querySelector<Field>(`[name="${/^Range \d+ (ends|has no end)/.test(sentence) ? 'end' : 'start'}"]`) ?? undefined;
    const name = /address|https|telephone|mail/.test(sentence) ? 'href' : row[1] === 'Person' ? 'name' : 'label';
    return part?.querySelector<Field>(`[name="${name}"]`) ?? undefined;
  }
  return fields_of(form).find((field) => field.dataset.says !== undefined && sentence.startsWith(field.dataset.says));
}

function clear_problems(form: HTMLFormElement): void {
  for (const old of form.querySelectorAll('.field-problem')) old.remove();
  for (const field of fields_of(form)) {
    if (!field.hasAttribute('aria-invalid')) continue;
    field.removeAttribute('aria-invalid');
    const described = (field.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id && !id.endsWith('-problem'));
    if (described.length > 0) field.setAttribute('aria-describedby', described.join(' '));
    else field.removeAttribute('aria-describedby');
  }
}

let number = 0;

export function show_refusal(form: HTMLFormElement, refusal: Refusal): void {
  const answer = find('.answer', form);
  const field = field_meant(form, refusal.sentence);
  say(answer, refusal.sentence, 'problem');
  if (!field) {
    answer?.scrollIntoView({ block: 'nearest' });
    return;
  }
  const note = document.createElement('small');
  note.className = 'field-problem';
  note.id = `field-${++number}-problem`;
  note.textContent = refusal.sentence;
  field.after(note);
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', [field.getAttribute('aria-describedby'), note.id].filter(Boolean).join(' '));
  field.closest('details')?.setAttribute('open', '');
  field.focus();
}

// --- saving -----------------------------------------------------------------------------------------------------------------------------
// What a form sends, by its data-form; others send their fields as JSON.
type Sender = (form: HTMLFormElement) => Promise<string>;
const senders = new Map<string, Sender>();
export const on_save = (name: string, sender: Sender): void => {
  senders.set(name, sender);
};

async function send_fields(form: HTMLFormElement): Promise<string> {
  const { endpoint = '', method = 'PATCH', then } = form.dataset;
  if (then !== undefined) form.dataset.key ??= new_key(); // until something else is wished for
  form.addEventListener('input', () => delete form.dataset.key, { once: true });
  const made = await call<{ slug?: string; id?: string }>(method, endpoint, read(form), { key: form.dataset.key });
  if (then !== undefined) {
    delete form.dataset.dirty;
    await visit(then + (made.slug === 'new' ? made.id : made.slug));
    say(find('form .answer', main()), 'The show exists now. Add its cover, then drop your first recording in the studio.');
    return '';
  }
  return 'Saved.';
}

// true when it is saved.
export async function save(form: HTMLFormElement): Promise<boolean> {
  const answer = find('.answer', form);
  const button = find<HTMLButtonElement>('button[type="submit"]', form);
  clear_problems(form);
  say(answer, 'Saving …', 'busy');
  if (button) button.disabled = true;
  const stamp = form.dataset.dirty;
  try {
    const sentence = await (senders.get(form.dataset.form ?? '') ?? send_fields)(form);
    if (form.dataset.dirty === stamp) delete form.dataset.dirty; // typed on meanwhile: still unsaved
    say(answer, sentence);
    refresh_quietly();
    return true;
  } catch (error) {
    if (button) button.disabled = false;
    show_refusal(form, refused(error));
    return false;
  } finally {
    if (button) button.disabled = false;
  }
}

let edits = 0;
// Forms around a file hold nothing worth keeping until one is chosen.
export const mark = (form: HTMLFormElement): void => {
  const file = find<HTMLInputElement>('input[type="file"]', form);
  if (file && !file.files?.length) return;
  form.dataset.dirty = String(++edits);
  const done = find('.answer .done', form);
  if (done) done.remove();
};

function add_row(list: HTMLElement): void {
  const template = find<HTMLTemplateElement>('template', list);
  if (!template) return;
  find('.row-list', list)?.append(document.importNode(template.content, true));
  find<HTMLElement>('.row:last-child input', list)?.focus();
}

function remove_row(row: HTMLElement): void {
  const list = row.closest<HTMLElement>('[data-rows]');
  row.remove();
  find('[data-act="add-row"]', list ?? document)?.focus();
}

document.addEventListener('click', (event) => {
  const button = (event.target as Element).closest<HTMLElement>('[data-act="add-row"], [data-act="remove-row"]');
  const list = button?.closest<HTMLElement>('[data-rows]');
  if (!button || !list) return;
  const form = button.closest('form');
  if (button.dataset.act === 'add-row') add_row(list);
  else remove_row(button.closest('.row') as HTMLElement);
  if (form) mark(form);
});

on_start((root) => {
  for (const form of root.querySelectorAll<HTMLFormElement>('form[data-form]')) {
    form.addEventListener('input', () => mark(form));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void save(form);
    });
  }
});
