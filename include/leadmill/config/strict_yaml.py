"""YAML read strictly, as version 1.2: `NO` is Norway, unknown keys are refused with a suggestion, every error names file and line.

`load(path, Model)` is the only way a configuration file enters Leadmill.
"""

from __future__ import annotations

import difflib
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from leadmill.errors import ConfigError

MAX_BYTES = 1_000_000
MAX_NODES = 100_000  # aliases expand when read: a bomb of nine lines must not


class Strict(BaseModel):
    """A frozen settings object that refuses unknown keys and never turns one type into another."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Misfit(ValueError):
    """A fault found by the validator of a whole model: `where` is the path below that model, so that the error names the line."""

    def __init__(self, message: str, *where: str | int) -> None:
        super().__init__(message)
        self.where = where


Model = TypeVar("Model", bound=Strict)


def load(path: Path, model: type[Model], **given: Any) -> Model:
    """Read one YAML file into `model`; `given` adds keys the file may not set itself (its name).

    Raises ConfigError with file, line and the way out: unreadable YAML, unknown or missing keys, wrong types.
    """
    tree = read_tree(path)
    if not isinstance(tree, CommentedMap):
        raise ConfigError("expected keys and values, found something else.", file=str(path), line=1)
    clash = sorted(set(tree) & set(given))
    if clash:
        raise ConfigError(
            f"the key {clash[0]!r} is set by the file's name.",
            file=str(path),
            line=_line(tree, (clash[0],)),
            hint="Remove it.",
        )
    try:
        return model.model_validate({**plain(tree, str(path)), **given})
    except ValidationError as error:
        raise explain(error, model, tree, str(path)) from None


def read_tree(path: Path) -> Any:
    """Parse YAML 1.2 keeping line numbers. Raises ConfigError when missing, too large, or not YAML."""
    if not path.is_file():
        near = difflib.get_close_matches(path.stem, [p.stem for p in path.parent.glob("*.yaml")], n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Put the file there, or look at what is in {path.parent}."
        raise ConfigError("there is no such file.", file=str(path), hint=hint)
    if path.stat().st_size > MAX_BYTES:
        raise ConfigError(f"larger than {MAX_BYTES} bytes.", file=str(path), hint="Configuration is written by people; split it.")
    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"not UTF-8 at byte {error.start}.", file=str(path), hint="Save the file as UTF-8.") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise ConfigError(f"not valid YAML: {error.problem}.", file=str(path), line=line) from None
    except (YAMLError, ValueError) as error:
        raise ConfigError(f"not valid YAML: {str(error).splitlines()[0]}.", file=str(path)) from None


def plain(tree: Any, file: str) -> Any:
    """Turn the parsed tree into plain dicts, lists and scalars, within MAX_NODES."""
    budget = [MAX_NODES]

    def walk(node: Any) -> Any:
        budget[0] -= 1
        if budget[0] < 0:
            raise ConfigError(f"more than {MAX_NODES} values once aliases are expanded.", file=file)
        if isinstance(node, dict):
            return {walk(key): walk(value) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(value) for value in node]
        for kind in (bool, int, float, str):
            if isinstance(node, kind):
                return kind(node)
        return node

    return walk(tree)


def explain(error: ValidationError, model: type[BaseModel], tree: Any, file: str) -> ConfigError:
    """Turn pydantic's findings into one ConfigError: the first is the message, all are listed."""
    found = [_sentence(item, model, tree) for item in error.errors()]
    line, message, hint = found[0]
    more = "".join(f"\n  line {other_line or '?'}: {text} {other_hint or ''}".rstrip() for other_line, text, other_hint in found[1:])
    return ConfigError(message, file=file, line=line, hint=f"{hint or ''}{more}" or None)


def _sentence(item: Any, model: type[BaseModel], tree: Any) -> tuple[int | None, str, str | None]:
    below = getattr(item.get("ctx", {}).get("error"), "where", ())
    where = (*(part for part in item["loc"] if part != "[key]"), *below)
    path = ".".join(str(part) for part in where)
    line = _line(tree, where)
    if item["type"] == "extra_forbidden":
        known = _fields_at(model, where[:-1])
        near = difflib.get_close_matches(str(where[-1]), known, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(sorted(known))}."
        return line, f"unknown key {path!r}.", hint
    if item["type"] == "missing":
        return line, f"the key {path!r} is missing.", None
    if item["type"] == "string_type":
        return line, f"{path!r} must be text.", "Put the value in quotes."
    text = item["msg"].removeprefix("Value error, ").rstrip(".")
    return line, f"{f'{path!r}: ' if path else ''}{text}{'' if text.endswith('?') else '.'}", None


def _line(tree: Any, where: tuple[Any, ...]) -> int | None:
    """1-based line of the deepest node on the path that exists."""
    line = 1
    for part in where:
        try:
            if isinstance(tree, CommentedMap) and part in tree:
                line = tree.lc.key(part)[0] + 1
                tree = tree[part]
            elif isinstance(tree, CommentedSeq) and isinstance(part, int) and part < len(tree):
                line = tree.lc.item(part)[0] + 1
                tree = tree[part]
        except (KeyError, AttributeError):  # ruamel keeps no position for merged keys
            break
    return line


def _fields_at(model: Any, where: tuple[Any, ...]) -> list[str]:
    """Keys allowed at a path of the model; empty when the path leaves the models."""
    current: Any = model
    for part in where:
        for candidate in _models_in(current):
            if part in candidate.model_fields:
                current = candidate.model_fields[part].annotation
                break
    return sorted({name for candidate in _models_in(current) for name in candidate.model_fields})


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Every model an annotation may hold: unwraps lists, dicts and unions."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in typing.get_args(annotation) for model in _models_in(inner)]
