"""Opening a content folder: units, factors, potentials, and documents as modules of one another."""

from __future__ import annotations

from pathlib import Path

from tanhui.kernel.refusals import Invalid, NotFound
from tanhui.methodology.binding import Shelf
from tanhui.methodology.document import Methodology
from tanhui.methodology.factors import FactorLibrary, Warming
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.reader import read_methodology
from tanhui.methodology.tomlfile import TomlFile
from tanhui.methodology.units import UnitTable

DOCUMENTS = "*/methodologies/**/*.toml"
FACTORS = Path("common") / "factors"


def _reference(file: TomlFile) -> str:
    """`id@version` as the file says it, without having checked it."""
    head = file.data.get("methodology")
    parts = [head.get(key) for key in ("id", "version")] if isinstance(head, dict) else []
    return "@".join(str(part) for part in parts)


class Shelves:
    """What lies under one content folder; documents are read once, when they are first asked for.

    Raises ContentRefused when units, potentials or factors are faulty.
    """

    def __init__(self, root: Path) -> None:
        units = UnitTable(root / "common" / "units.toml")
        warming = Warming(root / "common" / "gwp.toml", units)
        factors = FactorLibrary(root / FACTORS, units)
        self.root = root
        self.shelf = Shelf(units, factors, warming, self.module)
        self._problems: list[Problem] = []
        self._files: dict[str, TomlFile] | None = None
        self._read: dict[str, Methodology | None] = {}
        self._reading: list[str] = []

    def _indexed(self) -> dict[str, TomlFile]:
        """Every document by its reference; the same reference twice is a fault."""
        if self._files is None:
            self._files = {}
            for path in sorted(self.root.glob(DOCUMENTS)):
                try:
                    file = TomlFile(path)
                except ContentRefused as refusal:
                    self._problems.extend(refusal.problems)
                    continue
                reference = _reference(file)
                if reference in self._files:
                    first = self._files[reference].path.name
                    zh, en = f"{reference} 已在 {first} 中", f"{reference} is already in {first}"
                    line = file.line(("methodology", "version"))
                    key, code = "methodology.version", "duplicate_document"
                    self._problems.append(Problem(path, line, key, code, zh, en))
                    continue
                self._files[reference] = file
        return self._files

    def holds(self, id: str) -> bool:
        """Whether there is any version of the document `id`, faulty or not."""
        return any(reference.partition("@")[0] == id for reference in self._indexed())

    def module(self, reference: str) -> Methodology:
        """The document `id@version`, to be used by another one.

        Refuses: `no_such_module`, `circular_module`, `broken_module`.
        """
        files = self._indexed()
        if reference not in files:
            raise NotFound(
                "no_such_module",
                zh="没有文件 {reference}",
                en="there is no document {reference}",
                reference=reference,
            )
        if reference in self._reading:
            raise Invalid(
                "circular_module",
                zh="模块互相引用：{circle}",
                en="the modules use one another: {circle}",
                circle=" → ".join([*self._reading, reference]),
            )
        found = self._document(reference)
        if found is None:
            raise Invalid(
                "broken_module",
                zh="模块 {reference} 自身有误",
                en="the module {reference} has faults of its own",
                reference=reference,
            )
        return found

    def _document(self, reference: str) -> Methodology | None:
        """The document, or None when it is faulty; its faults are then kept."""
        if reference not in self._read:
            file = self._indexed()[reference]
            self._reading.append(reference)
            try:
                self._read[reference] = read_methodology(file.path, self.shelf, file)
            except ContentRefused as refusal:
                self._problems.extend(refusal.problems)
                self._read[reference] = None
            finally:
                self._reading.pop()
        return self._read[reference]

    def versions(self, id: str) -> list[Methodology]:
        """Every version of one document, with the modules it uses; the rest is left unread.

        Raises ContentRefused with the faults of these alone.
        """
        references = [name for name in self._indexed() if name.rpartition("@")[0] == id]
        before = len(self._problems)
        found = [self._document(reference) for reference in references]
        if len(self._problems) > before:
            raise ContentRefused(self._problems[before:])
        return [item for item in found if item is not None]

    def read_all(self) -> tuple[list[Methodology], list[Problem]]:
        """Every document that is faultless, and the faults of the others."""
        found = [self._document(reference) for reference in self._indexed()]
        return [item for item in found if item is not None], list(self._problems)


def open_shelf(root: Path) -> Shelf:
    """What a document may refer to under `root`. Raises ContentRefused when it is faulty."""
    return Shelves(root).shelf
