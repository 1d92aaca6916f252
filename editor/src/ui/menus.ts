/** Have open menus fold away by Escape, and by a press or the focus anywhere else. */
export function foldMenus(): void {
  const fold = ({ target }: Event) => {
    for (const menu of open()) if (!menu.contains(target as Node)) menu.open = false;
  };
  addEventListener("pointerdown", fold);
  addEventListener("focusin", fold);
  addEventListener(
    "keydown",
    (event) => {
      const [menu] = open();
      const isForDialog = document.querySelector(":modal") !== null;
      if (event.key !== "Escape" || menu === undefined || isForDialog) return;
      menu.open = false;
      menu.querySelector("summary")?.focus();
      // It is not for what lies below the menu as well.
      event.stopPropagation();
    },
    { capture: true },
  );
}

function open(): readonly HTMLDetailsElement[] {
  return [...document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")];
}
