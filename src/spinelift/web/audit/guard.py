"""Triggers that keep the audit as it was written, whoever speaks to the database.

They are made after every `migrate`, because SQLite drops a table's triggers when it is altered.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE, CHAINS = "audit_auditentry", "audit_auditchain"
WORDS = "entries of the audit stay as they are"

TAKEN = (
    "SELECT 1 FROM audit_auditentry "
    "WHERE id = NEW.id OR (chain, sequence) = (NEW.chain, NEW.sequence)"
)

SQLITE = [
    *(
        f"CREATE TRIGGER IF NOT EXISTS audit_keeps_{deed.lower()} BEFORE {deed} ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        for deed in ("UPDATE", "DELETE")
    ),
    # For INSERT OR REPLACE, which deletes without a trigger where those are not recursive.
    f"CREATE TRIGGER IF NOT EXISTS audit_keeps_places BEFORE INSERT ON {TABLE} "
    f"WHEN EXISTS ({TAKEN}) BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
    f"CREATE TRIGGER IF NOT EXISTS audit_keeps_chains BEFORE DELETE ON {CHAINS} "
    f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
]
POSTGRESQL = [
    "CREATE OR REPLACE FUNCTION audit_keeps() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$",
    f"CREATE OR REPLACE TRIGGER audit_keeps_rows BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION audit_keeps()",
    f"CREATE OR REPLACE TRIGGER audit_keeps_table BEFORE TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_keeps()",
    f"CREATE OR REPLACE TRIGGER audit_keeps_chains BEFORE DELETE ON {CHAINS} "
    "FOR EACH ROW EXECUTE FUNCTION audit_keeps()",
    f"CREATE OR REPLACE TRIGGER audit_keeps_chain_table BEFORE TRUNCATE ON {CHAINS} "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_keeps()",
]
STATEMENTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def guard_audit(*, using: str, **_: Any) -> None:
    """Make the triggers; Django calls this after `migrate`."""
    connection: BaseDatabaseWrapper = connections[using]
    if TABLE not in connection.introspection.table_names():
        return  # only another application was migrated
    with connection.cursor() as cursor:
        for statement in STATEMENTS[connection.vendor]:
            cursor.execute(statement)
