import type { Role } from "../server/projects";
import type { Key } from "./words";

/** What members of a project are called, those who may do least first. */
export const ROLES: Record<Role, Key> = {
  viewer: "role.viewer",
  editor: "role.editor",
  owner: "role.owner",
};
