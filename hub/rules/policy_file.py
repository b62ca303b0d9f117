"""Policies as files: YAML (and so JSON) with a code, perhaps a preset, parameters and later versions.

Every complaint names the line and, where there is a closed list, the values that are allowed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import yaml
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from hub.rules.policy import Amendment, Policy
from hub.rules.policy_rules import Part
from hub.rules.presets import names, parameters


class PolicyFile(Part):
    """A policy as somebody writes it down."""

    policy: str = Field(description="Code under which employments name it.", min_length=1)
    preset: str | None = Field(None, description="Preset that the parameters stand on.")
    version: int = Field(1, ge=1, description="Number of the first version.")
    parameters: dict[str, Any] = Field(default_factory=dict, description="Parameters that differ from the preset.")
    amendments: tuple[Amendment, ...] = Field((), description="Later versions, by date.")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file, and where."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


def load(text: str) -> tuple[str, Policy] | list[Problem]:
    """Code and policy of a file, or what is wrong with it."""
    try:
        tree, value = yaml.compose(text), yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        return [Problem(mark.line + 1 if mark else 1, f"is no YAML: {getattr(wrong, 'problem', wrong)}")]
    if not isinstance(value, dict):
        return [Problem(1, "is no mapping; expected policy, preset, parameters, amendments")]
    return _judged(tree, value)


def _judged(tree: Any, value: dict[str, Any]) -> tuple[str, Policy] | list[Problem]:
    try:
        file = PolicyFile.model_validate(value)
    except ValidationError as wrong:
        return list(_problems(wrong, tree, PolicyFile, ()))
    if file.preset is not None and file.preset not in names():
        return [Problem(_line(tree, ("preset",)), f"{file.preset!r} is no preset; allowed: {', '.join(names())}")]
    base = parameters(file.preset) if file.preset else {}
    try:
        plain = Policy.model_validate({**base, **file.parameters, "version": file.version})
    except ValidationError as wrong:
        return list(_problems(wrong, tree, Policy, ("parameters",)))
    return _amended(tree, file, plain)


def _amended(tree: Any, file: PolicyFile, plain: Policy) -> tuple[str, Policy] | list[Problem]:
    values = plain.model_dump(exclude={"amendments"})
    for n, one in enumerate(file.amendments):
        try:
            Policy.model_validate(values | one.changes)
        except ValidationError as wrong:
            return list(_problems(wrong, tree, Policy, ("amendments", n, "changes")))
    try:
        return file.policy, Policy.model_validate({**values, "amendments": [a.model_dump() for a in file.amendments]})
    except ValidationError as wrong:
        return list(_problems(wrong, tree, Policy, ("amendments",)))


def _problems(wrong: ValidationError, tree: Any, model: type[BaseModel], at: tuple[Any, ...]) -> Iterator[Problem]:
    for error in wrong.errors():
        place = tuple(part for part in error["loc"] if not str(part).startswith(("literal[", "bool")))
        yield Problem(_line(tree, (*at, *place)), _sentence(error, model, place))


def _sentence(error: ErrorDetails, model: type[BaseModel], place: tuple[Any, ...]) -> str:
    name = ".".join(str(part) for part in place) or "policy"
    if error["type"] == "missing":
        return f"{name} is missing"
    if error["type"] == "extra_forbidden":
        known = sorted(model.model_fields) if len(place) == 1 else ["see the schema"]
        meant = "".join(f" (did you mean {one}?)" for one in get_close_matches(name, known, 1))
        return f"{name} is no parameter{meant}; allowed: {', '.join(known)}"
    if error["type"] == "literal_error":
        return f"{name} is {error['input']!r}; allowed: {error['ctx']['expected']}"
    return f"{name} is {error['input']!r}: {error['msg']}"


def _line(tree: Any, place: tuple[Any, ...]) -> int:
    """The line of a node, or of the nearest one around it that there is."""
    node, line = tree, 1
    for part in place:
        found = _child(node, part)
        if found is None:
            break
        line, node = found
    return line


def _child(node: Any, part: Any) -> tuple[int, Any] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    return None


def schema() -> dict[str, Any]:
    """JSON Schema of a policy file, its parameters spelled out."""
    whole = PolicyFile.model_json_schema()
    own = Policy.model_json_schema()
    definitions = {**whole.pop("$defs", {}), **own.pop("$defs", {})}
    own["properties"] = {k: v for k, v in own["properties"].items() if k not in {"amendments", "version"}}
    whole["properties"]["parameters"] = own
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, "$defs": definitions}
