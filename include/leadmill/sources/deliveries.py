"""Where deliveries lie: a file, a folder or a glob. What lies elsewhere (`places`, services) is fetched into a folder first."""

from __future__ import annotations

import difflib
import hashlib
import itertools
from pathlib import Path

from leadmill.config import Source
from leadmill.errors import SourceError

HIDDEN = (".", "~$")  # editors' and office programs' own files


def find_deliveries(source: Source, root: Path, delivery: str | None = None) -> list[Path]:
    """List the files a source has delivered, by name; `delivery` (a file name or path) narrows to one.

    Raises SourceError when there is none, or none of that name.
    """
    if delivery is not None:
        return [_one(source, root, delivery)]
    found = list_local(source.deliveries, root)
    if not found:
        raise SourceError(
            f"source {source.name} has no delivery: nothing matches {source.deliveries!r}.",
            file=str(root / source.deliveries),
            hint=f"Put the file there, or correct `deliveries` in {source.name}.yaml.",
        )
    return found


def delivery_id(path: Path) -> str:
    """Name a delivery by its bytes: sha256, hex. The same file under another name is the same delivery."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def list_local(deliveries: str, root: Path) -> list[Path]:
    """List the files at a place as a source's YAML writes it, by name; a place that is not there has none."""
    place = root / deliveries
    if place.is_file():
        return [place]
    if place.is_dir():
        found = place.iterdir()
    else:
        anchor = Path(place.anchor)
        found = anchor.glob(str(place.relative_to(anchor)))
    return sorted(path for path in found if path.is_file() and not path.name.startswith(HIDDEN))


def _one(source: Source, root: Path, delivery: str) -> Path:
    """Find one delivery by file name, or by a path below the source's own folder.

    Whoever may trigger an intake names it, so nothing else on the machine can be asked for.
    """
    known = list_local(source.deliveries, root)
    for path in known:
        if path.name == delivery:
            return path
    path, folder = (root / delivery).resolve(), _folder(source.deliveries, root)
    if not path.is_relative_to(folder):
        raise SourceError(
            f"a delivery of {source.name} lies elsewhere.",
            file=delivery,
            hint=f"Put it below {folder}, or correct `deliveries` in {source.name}.yaml.",
        )
    if path.is_file():
        return path
    near = difflib.get_close_matches(path.name, [other.name for other in known], n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Deliveries of {source.name} lie under {source.deliveries!r}."
    raise SourceError("there is no such file.", file=delivery, hint=hint)


def _folder(deliveries: str, root: Path) -> Path:
    """Return the folder a place names before its first wildcard."""
    place = root / deliveries
    fixed = list(itertools.takewhile(lambda part: not set(part) & set("*?["), place.parts))
    folder = Path(*fixed)
    return (folder if folder.is_dir() else folder.parent).resolve()
