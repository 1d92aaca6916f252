import { all } from "./pages";
import { ask, path } from "./request";
import type { components } from "./schema";

export type Project = components["schemas"]["ProjectOut"];
export type Member = components["schemas"]["MemberOut"];
export type Role = components["schemas"]["Role"];

/** One's projects, the newest first: those in use, or those in the archive. */
export function list(archived = false): Promise<readonly Project[]> {
  return all("/projects", { archived });
}

export function read(id: string): Promise<Project> {
  return ask("GET", path`/projects/${id}`);
}

/** Makes a project; asked again with the same key, the same one. */
export function create(name: string, key?: string): Promise<Project> {
  return ask("POST", "/projects", { body: { name }, key });
}

export function rename(id: string, name: string): Promise<Project> {
  return ask("PATCH", path`/projects/${id}`, { body: { name } });
}

export function archive(id: string, archived: boolean): Promise<Project> {
  return ask("PATCH", path`/projects/${id}`, { body: { archived } });
}

/** Deletes a project, with all that is in it. */
export function remove(id: string): Promise<void> {
  return ask("DELETE", path`/projects/${id}`);
}

export function members(id: string): Promise<readonly Member[]> {
  return all(path`/projects/${id}/members`);
}

/** Adds somebody who has registered. */
export function addMember(id: string, email: string, role: Role): Promise<Member> {
  return ask("POST", path`/projects/${id}/members`, { body: { email, role } });
}

export function changeMember(id: string, user: string, role: Role): Promise<Member> {
  return ask("PATCH", path`/projects/${id}/members/${user}`, { body: { role } });
}

export function removeMember(id: string, user: string): Promise<void> {
  return ask("DELETE", path`/projects/${id}/members/${user}`);
}
