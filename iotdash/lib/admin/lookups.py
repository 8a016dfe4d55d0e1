"""A prefix that an index answers on both databases; upper and lower case differ."""

from typing import Any

from django.db.models import CharField, Lookup
from django.db.models.sql.compiler import SQLCompiler

_LAST = "\U0010ffff"
Sql = tuple[str, list[Any]]


@CharField.register_lookup
class StartsWithIndexed(Lookup):
    """`column__startswith_indexed="89"`: a range on SQLite, whose LIKE reads every row.

    On PostgreSQL a range follows the language of the database, so there it is LIKE, for columns with the collation C or
    an index of varchar_pattern_ops (which Django adds to unique text columns).
    """

    lookup_name = "startswith_indexed"

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Sql:
        column, values = self.process_lhs(compiler, connection)
        return f"({column} >= %s AND {column} < %s)", [*values, self.rhs, *values, self.rhs + _LAST]

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> Sql:
        column, values = self.process_lhs(compiler, connection)
        return f"{column} LIKE %s", [*values, connection.ops.prep_for_like_query(self.rhs) + "%"]
