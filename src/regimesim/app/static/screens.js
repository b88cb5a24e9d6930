/* The sequence of screens: one idea each, played before it is named. */

import { accident } from "./accident.js";
import { buffer, europe, orders, pillars } from "./large_screens.js";
import { deal, fog, forgive } from "./first_screens.js";
import { shadow, third } from "./next_screens.js";

export const SCREENS = [
  { id: "deal", title: "You and Tilda", build: deal },
  { id: "fog", title: "Did she cheat, or did you misread?", build: fog },
  { id: "forgive", title: "How often do you forgive?", build: forgive },
  { id: "shadow", title: "How much of a tomorrow?", build: shadow },
  { id: "third", title: "It is not your quarrel", build: third },
  { id: "buffer", title: "A small country in between", build: buffer },
  { id: "europe", title: "Five powers, 1816", build: europe },
  { id: "pillars", title: "What carried it?", build: pillars },
  { id: "orders", title: "Another order, the same world", build: orders },
  { id: "accident", title: "Was it an accident?", build: accident },
];
