"""A list in the API for each table of facts that asks for one, made from what its columns say."""

from collections.abc import Iterable
from datetime import date
from keyword import iskeyword
from typing import Any

from ninja import Router
from pydantic import Field, create_model

from icsinfo.downloads import Column, Table
from icsinfo.http import absolute_paths
from icsinfo.openapi import responses
from systems.api.parameters import Query, parameter, wrong_query
from systems.api.schemas import ListOut, Out, SourceOut, sources_of_all
from systems.gazetteer import Gazetteer, GazetteerRequest

TYPES: dict[str, Any] = {"string": str, "integer": int, "number": float, "date": date}


class TableQuery(Query):
    """What the list of a table takes: a date, a part of the list, and systems by their slugs."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self._systems = [column for column in table.columns if column.points_at == "systems"]

    def parameters(self, gazetteer: Gazetteer | None = None) -> list[dict[str, Any]]:
        slugs = {"enum": sorted(gazetteer.atlas.systems)} if gazetteer else {}
        return [
            *super().parameters(gazetteer),
            *(
                parameter(column.name, column.description, {"type": "string"} | slugs)
                for column in self._systems
            ),
        ]

    def systems(self, request: GazetteerRequest) -> dict[str, str]:
        """The slugs that are asked for, by column. Raises FaultError for one that never was."""
        names = [column.name for column in self._systems]
        slugs = {name: slug for name in names if (slug := request.GET.get(name))}
        known = request.gazetteer.atlas.systems
        if wrong := [name for name, slug in slugs.items() if slug not in known]:
            raise wrong_query(f"{name}: There is no system with this slug." for name in wrong)
        return slugs


def lists_of(tables: Iterable[Table]) -> Router:
    """The list of each table that is `listed`, at `/<its name>`."""
    router = Router(tags=["Tables"])
    for table in tables:
        if table.listed:
            _add_list(router, table)
    return router


def _add_list(router: Router, table: Table) -> None:
    query = TableQuery(table)
    names = [column.name for column in table.own_columns]
    row_out: Any = _schema(table)

    @router.get(
        f"/{table.name}",
        response=responses(ListOut[row_out], 422),
        by_alias=True,
        summary=table.title,
        description=table.description,
        operation_id=f"list_{_identifier(table.name)}",
        openapi_extra={"query": query},
    )
    def get_rows(request: GazetteerRequest) -> Any:
        params, systems = query.read(request), query.systems(request)
        rows = [
            (dict(zip(names, cells, strict=True)), sources)
            for *cells, sources in table.rows(
                request.gazetteer, params.day, absolute_paths(request)
            )
        ]
        chosen = [(row, sources) for row, sources in rows if systems.items() <= row.items()]
        results = [
            row_out(
                sources=sources_of_all(*sources),
                **{_identifier(name): cell for name, cell in row.items()},
            )
            for row, sources in chosen[params.part]
        ]
        return ListOut(count=len(chosen), results=results).response()


def _schema(table: Table) -> type[Out]:
    """The shape of a row: a key for each column, and the sources as objects."""
    name = "".join(word.title() for word in table.name.split("-"))
    fields: dict[str, Any] = {_identifier(each.name): _field(each) for each in table.own_columns}
    fields["sources"] = (list[SourceOut], ...)
    return create_model(f"{name}RowOut", __base__=Out, **fields)


def _field(column: Column) -> tuple[Any, Any]:
    kind = TYPES[column.type]
    field = Field(description=column.description, serialization_alias=column.name)
    return kind if column.always else kind | None, field


def _identifier(name: str) -> str:
    """A name as Python can have it: `from` is a word of the language."""
    plain = name.replace("-", "_")
    return f"{plain}_" if iskeyword(plain) else plain
