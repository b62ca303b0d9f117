"""What pydantic found wrong with a row, as a sentence for the person who wrote it."""

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

_SHOWN = 40
_LISTED = 14
_QUIET = "settings"
"""Below this name values are not repeated: somebody may have written a secret where its name belongs."""


def sentences(error: ValidationError, model: type[BaseModel], *, within: str = "") -> Iterator[str]:
    """One sentence a mistake, with the path of the value; `within` stands before it."""
    for one in error.errors():
        yield _sentence(one, model, ".".join(filter(None, (within, *map(str, one["loc"])))))


def _sentence(error: Any, model: type[BaseModel], where: str) -> str:
    path = error["loc"]
    if error["type"] == "missing":
        return f"{where} is missing"
    if error["type"] == "extra_forbidden":
        return f"{where} is not known here{hint(str(path[-1]), _model_at(model, path[:-1]).model_fields)}"
    if error["type"] == "value_error":
        text = str(error["ctx"]["error"])
        return f"{where}: {text}" if where else text
    should = error["msg"].replace("Input should", "it should")
    if where.partition(".")[0] == _QUIET:
        return f"{where} is not right: {should}"
    shown = repr(error["input"])
    return f"{where} is {shown if len(shown) <= _SHOWN else shown[:_SHOWN] + '…'}; {should}"


def hint(name: str, known: Collection[str]) -> str:
    """What somebody who wrote `name` may have meant."""
    near = get_close_matches(name, sorted(known), 1)
    if near:
        return f"; did you mean {near[0]}?"
    more = ", …" if len(known) > _LISTED else ""
    return f"; there are: {', '.join(sorted(known)[:_LISTED])}{more}"


def _model_at(model: type[BaseModel], path: Sequence[Any]) -> type[BaseModel]:
    """The model that a path of names and positions leads to."""
    for name in path:
        if name in model.model_fields:
            annotation = model.model_fields[name].annotation
            inner = [kind for kind in (annotation, *get_args(annotation)) if _is_model(kind)]
            model = inner[0] if inner else model
    return model


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
