/** The button, and the colours of both themes. */
export const launcherStyles = `
:host {
  all: initial;
  color-scheme: light dark;
  position: fixed;
  z-index: 2147483000;
  --bg: light-dark(#ffffff, #0e181c);
  --raised: light-dark(#f3f7f8, #15232a);
  --sunk: light-dark(#eaf1f3, #0a1215);
  --line: light-dark(#d5e1e4, #263a41);
  --ink: light-dark(#12292f, #e4eff1);
  --soft: light-dark(#4b6670, #9cb4bb);
  --accent: light-dark(#0b6a7c, #5cc8d9);
  --on-accent: light-dark(#ffffff, #05191e);
  --good: light-dark(#207534, #6fdd82);
  --wait: light-dark(#9a4d00, #ffb65c);
  --bad: light-dark(#b31b50, #ff8fb1);
  --c0: light-dark(#0b7285, #55c7da);
  --c1: light-dark(#1b63c9, #85b6ff);
  --c2: light-dark(#2b7a3d, #76d98a);
  --c3: light-dark(#b35300, #ffad5c);
  --c4: light-dark(#9031b8, #d79bf5);
  --c5: light-dark(#bd2352, #ff92b1);
  --c6: light-dark(#7a6200, #e2c54e);
  --c7: light-dark(#5b5aa8, #b3b1ff);
}
:host([data-theme="light"]) { color-scheme: light; }
:host([data-theme="dark"]) { color-scheme: dark; }
.launcher {
  position: fixed;
  right: 16px;
  bottom: 16px;
  width: 40px;
  height: 40px;
  padding: 9px;
  border: 1px solid var(--line);
  border-radius: 50%;
  background: var(--bg);
  box-shadow: 0 2px 10px rgb(0 0 0 / 22%);
  cursor: pointer;
}
.launcher[hidden] { display: none; }
.launcher svg { display: block; width: 100%; height: 100%; fill: var(--accent); }
.launcher:hover { border-color: var(--accent); }
.launcher:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media print { :host { display: none; } }
`
