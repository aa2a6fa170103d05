// Questions in a dialog: what will happen, then yes or no.

export interface Question {
  heading: string;
  sentences: string[];
  yes: string;
  danger?: boolean;
}

let number = 0;

export function ask(question: Question): Promise<boolean> {
  const dialog = document.createElement('dialog');
  const heading = document.createElement('h2');
  heading.id = `question-${++number}`;
  heading.textContent = question.heading;
  dialog.setAttribute('aria-labelledby', heading.id);
  const form = document.createElement('form');
  form.method = 'dialog';
  form.className = 'dialog-form';
  const buttons = document.createElement('p');
  buttons.className = 'buttons';
  const button = (label: string, value: string, look: string) => {
    const made = document.createElement('button');
    made.type = 'submit';
    made.className = `button ${look}`;
    made.value = value;
    made.textContent = label;
    buttons.append(made, ' ');
  };
  button(question.yes, 'yes', question.danger ? 'danger' : 'primary');
  button('Cancel', 'no', '');
  form.append(
    heading,
    ...question.sentences.map((sentence) => {
      const paragraph = document.createElement('p');
      paragraph.textContent = sentence;
      return paragraph;
    }),
    buttons,
  );
  dialog.append(form);
  (document.querySelector('#studio') ?? document.body).append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    dialog.showModal();
  });
}
