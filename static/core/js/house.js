// What every page of the portal gains where scripts run. Each module looks for its own marks
// (data-… attributes) and does nothing where there are none; no page depends on any of them.
import { confirmations } from "./confirm.js";
import { finder } from "./finder.js";
import { fragments } from "./fragments.js";
import { lists } from "./lists.js";
import { menus } from "./menus.js";
import { tabs } from "./tabs.js";
import { unsavedChanges } from "./unsaved.js";

document.documentElement.classList.add("scripted");
menus();
tabs();
finder();
fragments();
lists();
confirmations();
unsavedChanges();
