import { render } from "preact";
import { reconnect } from "./server/live";
import { App } from "./ui/app";
import { foldMenus } from "./ui/menus";
import { chosen, show } from "./ui/theme";
import { preferred, speak } from "./ui/words";

addEventListener("online", reconnect);
foldMenus();
show(chosen());
await speak(preferred());
render(<App />, document.getElementById("page") as HTMLElement);
