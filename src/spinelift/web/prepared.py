"""Statements that Django compiles once, for what is done for every job or asked again and again.

It compiles a query anew each time that it is made, which takes ten times as long as the database
needs to answer it: docs/decisions/0019-prepared-statements.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import get_related_populators  # what select_related needs
from django.db.models.sql import UpdateQuery

Row = TypeVar("Row", bound=Model)
Rows = Sequence[Sequence[Any]]


class Parameter(Expression):
    """Stands in a query for a value that comes when it is run, and is written as `field` has it."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, *_: object, **__: object) -> Any:
        return "%s", [self]

    def bound(self, given: Mapping[str, Any], connection: BaseDatabaseWrapper) -> Any:
        return self.output_field.get_db_prep_save(given[self.name], connection)


@dataclass(frozen=True)
class _Compiled(Generic[Row]):
    """Of one kind of database."""

    statement: str
    parameters: Sequence[Any]
    read: Callable[[Rows], list[Row]]

    def run(self, given: Mapping[str, Any], connection: BaseDatabaseWrapper) -> list[Row]:
        bound = [
            each.bound(given, connection) if isinstance(each, Parameter) else each
            for each in self.parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.statement, bound)
            return self.read(cursor.fetchall())


class _Prepared(Generic[Row]):
    """Compiled when it is first run; what `Parameter`s it has, it is given by name."""

    def __init__(self) -> None:
        self._of_vendor: dict[str, _Compiled[Row]] = {}

    def all(self, **given: Any) -> list[Row]:
        """Run it; gives the rows."""
        connection = _connection()
        if connection.vendor not in self._of_vendor:
            self._of_vendor[connection.vendor] = self._compile(connection)
        return self._of_vendor[connection.vendor].run(given, connection)

    def first(self, **given: Any) -> Row | None:
        """Run what finds or changes one row at most."""
        found = self.all(**given)
        return found[0] if found else None

    def _compile(self, connection: BaseDatabaseWrapper) -> _Compiled[Row]:
        raise NotImplementedError


class PreparedQuery(_Prepared[Row]):
    """The rows of a queryset, with those that are selected with them and what is annotated."""

    def __init__(self, build: Callable[[], QuerySet[Row]]) -> None:
        super().__init__()
        self._build = build

    def _compile(self, connection: BaseDatabaseWrapper) -> _Compiled[Row]:
        compiler = self._build().query.get_compiler(connection=connection)
        statement, parameters = compiler.as_sql()
        assert compiler.klass_info is not None
        return _Compiled(
            statement,
            parameters,
            _reader(compiler, compiler.klass_info, compiler.annotation_col_map or {}),
        )


class PreparedUpdate(_Prepared[Row]):
    """An update of the rows of a queryset, which have to be chosen by their own columns alone.

    Gives them as they are then: https://www.sqlite.org/lang_returning.html, and PostgreSQL's.
    """

    def __init__(self, build: Callable[[], tuple[QuerySet[Row], Mapping[str, Any]]]) -> None:
        super().__init__()
        self._build = build

    def _compile(self, connection: BaseDatabaseWrapper) -> _Compiled[Row]:
        rows, values = self._build()
        update: Any = rows.query.chain(UpdateQuery)
        update.clear_ordering(force=True)
        update.add_update_values(values)
        statement, parameters = update.get_compiler(connection=connection).as_sql()
        compiler = rows.model._base_manager.all().query.get_compiler(connection=connection)
        compiler.as_sql()
        assert compiler.klass_info is not None
        quoted = connection.ops.quote_name
        columns = ", ".join(quoted(column.target.column) for column, _, _ in compiler.select)
        return _Compiled(
            f"{statement} RETURNING {columns}",
            parameters,
            _reader(compiler, compiler.klass_info, {}),
        )


def _reader(
    compiler: Any, info: dict[str, Any], annotations: Mapping[str, int]
) -> Callable[[Rows], list[Any]]:
    """What makes models of rows as Django does, and as `ModelIterable` has it."""
    select = compiler.select
    connection = compiler.connection
    alias = connection.alias
    converters = compiler.get_converters([column for column, _, _ in select])
    positions = info["select_fields"]
    begin, end = positions[0], positions[-1] + 1
    names = {select[position][0].target.attname for position in positions}
    populators = get_related_populators(info, select, alias)  # type: ignore[call-arg]  # 6.1's
    model = info["model"]

    def read(rows: Rows) -> list[Any]:
        made = []
        for raw in rows:
            row = list(raw)
            for position, (convert, column) in converters.items():
                for converter in convert:
                    row[position] = converter(row[position], column, connection)
            found = model.from_db(alias, names, row[begin:end])
            for populator in populators:
                populator.populate(row, found)
            for name, position in annotations.items():
                setattr(found, name, row[position])
            made.append(found)
        return made

    return read


def _connection() -> BaseDatabaseWrapper:
    """This thread's; Django's `connection` would look it up again for each value."""
    return connections[DEFAULT_DB_ALIAS]


def insert(row: Model) -> None:
    """Write a new row, of which nobody has to be told."""
    connection = _connection()
    statement, fields = _insertion(type(row), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields],
        )


@cache
def _insertion(model: type[Model], vendor: str) -> tuple[str, list[Field[Any, Any]]]:  # noqa: ARG001
    quoted = _connection().ops.quote_name
    fields = [
        field
        for field in model._meta.local_concrete_fields
        if field.db_returning is False  # the database fills in the others
    ]
    columns = ", ".join(quoted(field.column or "") for field in fields)
    places = ", ".join(["%s"] * len(fields))
    # Of names that models have, and no values.
    statement = f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
    return statement, fields
