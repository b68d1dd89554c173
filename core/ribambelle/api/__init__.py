"""The public API: what programs a commune trusts may read and write, by the same rules as its pages."""

from ribambelle.api.answering import Listed, listed, page_of, said
from ribambelle.api.declaring import Operation
from ribambelle.api.paging import Paged, number_of
from ribambelle.api.reading import body, query
from ribambelle.api.scopes import ApiScope
from ribambelle.api.writing import once

__all__ = [
    "ApiScope",
    "Listed",
    "Operation",
    "Paged",
    "body",
    "listed",
    "number_of",
    "once",
    "page_of",
    "query",
    "said",
]
