// The one piece of JavaScript: copying, announcing to screen readers, and where the focus goes. It only reads the page.
// What it shows it takes from the page as text and puts back as text: nothing that came from data is run or parsed.
export default function () {
  // One set of listeners for as long as the page is open, however often Streamlit mounts this.
  if (window.rolewiseHelper) return;
  window.rolewiseHelper = true;

  const live = document.createElement('div');
  live.id = 'rw-live';
  live.setAttribute('role', 'status');
  live.setAttribute('aria-live', 'polite');
  document.body.appendChild(live);
  const announce = (text) => {
    live.textContent = '';
    setTimeout(() => { live.textContent = text; }, 60);
  };

  const box = () => document.querySelector('textarea[data-testid="stChatInputTextArea"]');
  // A finger would be shown a keyboard that hides the answer.
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  const hasKeyboard = window.matchMedia('(pointer: fine)').matches;

  // A new question is brought to the top of the window, with its answer below, until the person does something.
  let asked = -1, left = true;
  for (const kind of ['wheel', 'touchmove', 'keydown', 'pointerdown']) {
    document.addEventListener(kind, () => { left = true; }, { capture: true, passive: true });
  }
  const place = () => {
    const questions = document.querySelectorAll('.rw-q');
    if (questions.length !== asked) {
      asked = questions.length;
      left = asked === 0;
    }
    if (!left) (asked === 1 ? document.querySelector('.rw-top') : questions[asked - 1])?.scrollIntoView({ block: 'start' });
  };

  let heard = '';
  const listen = () => {
    const said = Array.from(document.querySelectorAll('.rw-say')).pop();
    if (!said || said.dataset.mark === heard) return;
    heard = said.dataset.mark;
    announce(said.textContent);
    const lost = !document.activeElement || document.activeElement === document.body;
    if (!lost || !said.dataset.focus) return;
    if (said.dataset.focus !== 'box') document.getElementById(said.dataset.focus)?.focus({ preventScroll: true });
    else if (hasKeyboard) box()?.focus({ preventScroll: true });
  };
  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    setTimeout(() => { due = false; place(); listen(); }, 50);
  }).observe(document.body, { childList: true, subtree: true });
  place();
  listen();

  const byHand = (text) => {
    // Without https, and not on this machine, browsers have no clipboard for pages.
    const area = document.createElement('textarea');
    area.value = text;
    area.style.position = 'fixed';
    area.style.opacity = '0';
    document.body.appendChild(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  };
  document.addEventListener('click', async (event) => {
    const button = event.target.closest?.('[data-rw-copy]');
    if (!button) return;
    const text = button.dataset.rwCopy;
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      done = byHand(text);
      button.focus();
    }
    announce(done ? 'Copied.' : 'This browser does not let the page copy.');
    const label = button.querySelector('span');
    const before = button.dataset.rwLabel ??= label.textContent;
    label.textContent = done ? 'Copied' : 'Not copied';
    setTimeout(() => { label.textContent = before; }, 2000);
  });

  // A quote leads to where it stands in the text, which scrolls within its own frame.
  document.addEventListener('click', (event) => {
    const to = event.target.closest?.('[data-rw-goto]');
    const mark = to && document.getElementById(to.dataset.rwGoto);
    if (!mark) return;
    mark.scrollIntoView({ block: 'center', behavior: calm.matches ? 'auto' : 'smooth' });
    mark.focus({ preventScroll: true });
  });

  // A passage that opens is read from its title; Escape and closing return to the marker by themselves.
  document.addEventListener('toggle', (event) => {
    if (event.newState === 'open') event.target.querySelector?.('[data-rw-first]')?.focus();
  }, true);
}
