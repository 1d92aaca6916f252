import { page } from "./pages";
import { ask, path } from "./request";
import type { components } from "./schema";

export type Notification = components["schemas"]["NotificationOut"];
export type NotificationSettings = components["schemas"]["SettingsOut"];
export type NotificationSettingsChange = components["schemas"]["SettingsChange"];
export type WebhookTest = components["schemas"]["WebhookTestOut"];

/** As many as a list shows. */
const SHOWN = 100;

/** The newest, or the newest of those that are unread. */
export async function list(unread = false): Promise<readonly Notification[]> {
  return (await page<Notification>("/notifications", { unread, limit: SHOWN })).items;
}

export async function countUnread(): Promise<number> {
  return (await ask<components["schemas"]["CountOut"]>("GET", "/notifications/count")).unread;
}

export function markRead(id: string): Promise<Notification> {
  return ask("POST", path`/notifications/${id}/read`);
}

export async function markAllRead(): Promise<void> {
  await ask("POST", "/notifications/read");
}

export function settings(): Promise<NotificationSettings> {
  return ask("GET", "/notifications/settings");
}

export function changeSettings(wanted: NotificationSettingsChange): Promise<NotificationSettings> {
  return ask("PATCH", "/notifications/settings", { body: wanted });
}

/** Makes what webhooks are signed with, in place of any before; it is never shown again. */
export async function makeSecret(): Promise<string> {
  const { secret } = await ask<components["schemas"]["SecretOut"]>(
    "POST",
    "/notifications/settings/secret",
  );
  return secret;
}

/** Sends a webhook now, and says what came back. */
export function testWebhook(): Promise<WebhookTest> {
  return ask("POST", "/notifications/test");
}
