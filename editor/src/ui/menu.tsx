import { Opener } from "./opener";
import { signOut } from "./session";
import { show, type Theme, theme } from "./theme";
import { type Key, LANGUAGES, type Language, language, say, speak } from "./words";

const THEMES: Record<Theme, Key> = {
  system: "theme.system",
  light: "theme.light",
  dark: "theme.dark",
};

/** What is one's own: language, theme, what is set more seldom, signing out. */
export function Menu() {
  return (
    <details class="menu">
      <summary>{say("settings")}</summary>
      <div class="sheet">
        <label>
          {say("language")}
          <select
            value={language.value}
            onChange={(event) => void speak(event.currentTarget.value as Language)}
          >
            {Object.entries(LANGUAGES).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {say("theme")}
          <select
            value={theme.value}
            onChange={(event) => show(event.currentTarget.value as Theme)}
          >
            {Object.entries(THEMES).map(([name, key]) => (
              <option key={name} value={name}>
                {say(key)}
              </option>
            ))}
          </select>
        </label>
        <Opener
          label={say("settings.more")}
          load={async () => {
            const { Settings } = await import("./settings");
            return (close) => <Settings onClose={close} />;
          }}
        />
        <button type="button" onClick={() => void signOut()}>
          {say("account.sign-out")}
        </button>
      </div>
    </details>
  );
}
