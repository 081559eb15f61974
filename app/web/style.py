"""How our own HTML looks, light and dark; Streamlit's parts take their colours from `options.THEME`."""

from __future__ import annotations

CSS = """
<style>
.stApp {
  --rw-soft: light-dark(#4f5d63, #a9b6bb);
  --rw-line: light-dark(#d3dbd9, #3a4549);
  --rw-card: light-dark(#f3f6f5, #1e2528);
  --rw-sheet: light-dark(#ffffff, #1a2023);
  --rw-accent: light-dark(#0b6461, #86d4cc);
  --rw-tint: light-dark(#e3f0ee, #1f3533);
  --rw-mark: light-dark(#ffedb0, #5a4a14);
  --rw-warn: light-dark(#fbf3e2, #33290f);
}
/* Streamlit's own "running" figure and anchors beside headings: our page says itself what it is doing */
[data-testid="stStatusWidget"], [data-testid="stHeaderActionElements"] { display: none; }
.block-container, [data-testid="stBottomBlockContainer"] { max-width: 50rem; }
[data-testid="stBottomBlockContainer"] { padding-top: .5rem; padding-bottom: .75rem; }
.stHtml { overflow-wrap: anywhere; }
.stHtml h1, .stHtml h2, .stHtml h3, .stHtml h4, .stHtml p { margin: 0; padding: 0; }
.rw-sr, #rw-live { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.rw-top { display: flex; align-items: baseline; gap: .75rem; flex-wrap: wrap; }
.rw-top h1 { font-size: 1.35rem; font-weight: 650; letter-spacing: -.01em; }
.rw-top p { color: var(--rw-soft); font-size: .95rem; }
.rw-hello { margin-top: 8vh; }
.rw-hello h1 { font-size: 2rem; font-weight: 680; letter-spacing: -.02em; line-height: 1.2; }
.rw-hello p { margin-top: .6rem !important; font-size: 1.1rem; line-height: 1.55; max-width: 40rem; }
.rw-not { color: var(--rw-soft); font-size: .9rem; line-height: 1.55; border-left: 3px solid var(--rw-line); padding-left: .9rem; }

.rw-q { margin: 1.4rem 0 .2rem auto; width: fit-content; max-width: 88%; background: var(--rw-tint); border-radius: 1rem 1rem .25rem 1rem;
  padding: .65rem 1rem; line-height: 1.5; white-space: pre-wrap; max-height: 22rem; overflow-y: auto; }
.rw-a { line-height: 1.65; font-size: 1.03rem; }
.rw-a p { margin-bottom: .7rem !important; }
.rw-a .rw-lead { font-size: 1.08rem; }
.rw-a h3 { font-size: .95rem; font-weight: 650; margin: .9rem 0 .3rem !important; }
.rw-a ul { margin: 0 0 .7rem; padding-left: 1.25rem !important; }
.rw-a li { margin-bottom: .4rem; }
.rw-ask { border-left: 3px solid var(--rw-accent); padding: .15rem 0 .15rem .9rem; font-weight: 550; }
.rw-status { display: inline-block; font-size: .82rem; font-weight: 600; color: var(--rw-accent); background: var(--rw-tint);
  border-radius: 1rem; padding: .1rem .7rem; margin-bottom: .6rem; }
.rw-own { font-size: .78rem; color: var(--rw-soft); white-space: nowrap; }
.rw-own::before { content: "\\00b7\\00a0"; }
.rw-note { font-size: .88rem; color: var(--rw-soft); }
.rw-wait { color: var(--rw-soft); font-size: .95rem; }
.rw-wait::before { content: ""; display: inline-block; width: .6rem; height: .6rem; margin-right: .55rem; border-radius: 50%;
  background: var(--rw-accent); animation: rw-breathe 1.6s ease-in-out infinite; }
@keyframes rw-breathe { 50% { opacity: .25; } }
@media (prefers-reduced-motion: reduce) { .rw-wait::before { animation: none; } }

.rw-m { all: unset; cursor: pointer; box-sizing: border-box; min-width: 1.5rem; min-height: 1.5rem; padding: 0 .35rem; margin: 0 .12rem;
  font-size: .78rem; line-height: 1.5rem; font-weight: 650; text-align: center; color: var(--rw-accent); background: var(--rw-tint);
  border-radius: .45rem; vertical-align: .08em; display: inline-block; }
.rw-m:hover { text-decoration: underline; }
.rw-m:focus-visible, .rw-card:focus-visible, .rw-link:focus-visible, .rw-close:focus-visible, .rw-pop a:focus-visible, .rw-pop h3:focus-visible {
  outline: 2px solid var(--rw-accent); outline-offset: 2px; }

.rw-two { display: grid; grid-template-columns: 1fr 1fr; gap: .9rem; margin: .2rem 0 .9rem; }
.rw-two > div { background: var(--rw-card); border: 1px solid var(--rw-line); border-radius: .8rem; padding: .8rem 1rem .5rem; }
.rw-two h3 { margin-top: 0 !important; }

.rw-sources h3 { font-size: .85rem; font-weight: 650; color: var(--rw-soft); margin-bottom: .4rem !important; }
.rw-cards { list-style: none; margin: 0; padding: 0 !important; display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; }
.rw-cards li { margin: 0; min-width: 0; }
.rw-card { all: unset; box-sizing: border-box; width: 100%; height: 100%; cursor: pointer; display: grid; grid-template-columns: auto 1fr; gap: 0 .6rem;
  padding: .55rem .75rem; border: 1px solid var(--rw-line); border-radius: .7rem; background: var(--rw-card); font-size: .88rem; line-height: 1.4; }
.rw-card:hover { border-color: var(--rw-accent); }
.rw-card b { color: var(--rw-accent); font-weight: 650; grid-row: span 2; }
.rw-card small { color: var(--rw-soft); font-size: .8rem; }

.rw-pop { position: fixed; inset: 0; margin: auto; width: min(42rem, calc(100vw - 2rem)); height: fit-content; max-height: 80vh; overflow: auto;
  box-sizing: border-box; padding: 1.25rem 1.4rem; border: 1px solid var(--rw-line); border-radius: 1rem; background: var(--rw-sheet);
  color: inherit; font-size: .98rem; line-height: 1.6; text-align: left; box-shadow: 0 12px 40px rgb(0 0 0 / .25); }
.rw-pop::backdrop { background: rgb(0 0 0 / .4); }
.rw-pop header { display: flex; gap: 1rem; justify-content: space-between; align-items: start; }
.rw-pop h3 { font-size: 1.1rem; font-weight: 650; line-height: 1.35; }
.rw-pop h4 { font-size: .9rem; font-weight: 650; margin-top: .9rem !important; }
.rw-pop .rw-passage { margin: .8rem 0; white-space: pre-line; }
.rw-pop mark { background: var(--rw-mark); color: inherit; border-radius: .2rem; padding: .05rem .1rem; }
.rw-pop dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .8rem 0 0; padding: 0 !important; font-size: .88rem; }
.rw-pop dt { color: var(--rw-soft); font-weight: 400; }
.rw-pop dd { margin: 0; }
.rw-pop a { color: var(--rw-accent); text-decoration: underline; }
.rw-close { all: unset; box-sizing: border-box; cursor: pointer; flex: none; font-size: .88rem; padding: .25rem .75rem; border: 1px solid var(--rw-line);
  border-radius: .5rem; }
.rw-close:hover { border-color: var(--rw-accent); }

.rw-tools { display: flex; flex-wrap: wrap; gap: .2rem 1rem; align-items: center; font-size: .85rem; color: var(--rw-soft); }
.rw-link { all: unset; cursor: pointer; color: var(--rw-accent); padding: .3rem 0; }
.rw-link:hover { text-decoration: underline; }

.rw-problem { background: var(--rw-warn); border: 1px solid var(--rw-line); border-radius: .8rem; padding: .8rem 1rem; line-height: 1.55; }
.rw-problem p + p { margin-top: .3rem !important; }
.rw-promise { font-size: .82rem; color: var(--rw-soft); text-align: center; line-height: 1.5; }
.rw-promise.rw-out { color: inherit; }
.rw-fact { font-size: .85rem; color: var(--rw-soft); line-height: 1.45; }
.rw-fact q { color: inherit; font-style: italic; }

@media (max-width: 640px) {
  .block-container { padding-left: 1rem !important; padding-right: 1rem !important; }
  .rw-hello { margin-top: 1rem; }
  .rw-hello h1 { font-size: 1.6rem; }
  .rw-hello p { font-size: 1.02rem; }
  .rw-two, .rw-cards { grid-template-columns: 1fr; }
  .rw-q { max-width: 94%; }
  .rw-m { min-width: 1.75rem; line-height: 1.75rem; }
  .rw-pop { inset: auto 0 0 0; margin: 0; width: 100%; max-width: 100%; max-height: 82vh; border-radius: 1rem 1rem 0 0; }
  .rw-pop dl { grid-template-columns: 1fr; gap: 0; }
  .rw-pop dd { margin-bottom: .35rem; }
}
</style>
"""
