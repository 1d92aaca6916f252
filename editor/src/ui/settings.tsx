import { Dialog } from "./dialog";
import { NotificationSettings } from "./notification-settings";
import { Tokens } from "./tokens";
import { say } from "./words";

/** What one sets seldom: tokens for programs, and how one is told of what has happened. */
export function Settings({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={say("settings.more")} onClose={onClose}>
      <Tokens />
      <NotificationSettings />
    </Dialog>
  );
}
