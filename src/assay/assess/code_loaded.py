"""Which sources of a release a loader runs, and what they call in one another."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.assess.check import facts_of
from assay.domain.facts import BuildFacts, CodeFacts, ConfigFacts, PickleFacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.assess.check import CheckSubject
    from assay.domain.facts import CodeAction

__all__ = ["Loaded"]

# Files that libraries look for by name: transformers, diffusers, endpoints, hubs,
# installers, and what Python itself runs.
_BY_NAME = re.compile(
    r"(?:^|/)(?:(?:modell?ing|configuration|tokeni[sz]ation|processing|image_processing"
    r"|video_processing|feature_extraction|pipeline|custom_pipeline|generation)\w*"
    r"|handler|hubconf|setup|hatch_build|conftest|sitecustomize|usercustomize|__init__|__main__"
    r"|model|inference|predict|transform|custom_st|loading_script|processor|tokenizer"
    r"|custom_generate/[^/]+)\.py\Z|\.pth\Z|(?:^|/)1/model\.py\Z",
    re.IGNORECASE,
)
_MOMENTS = {"import": 0, "load": 1, "use": 2, "call": 3}


class Loaded:
    """Which files a loader imports, and when their functions run."""

    def __init__(self, subject: CheckSubject) -> None:
        code = facts_of(subject, CodeFacts)
        self._paths = {source.place.path for source in code}
        self._calls: dict[tuple[str, str], str] = {}
        named = {path for path in self._paths if _BY_NAME.search(path)}
        named.update(self._named(subject))
        self._loaded: set[str] = set()
        self._import(code, sorted(named & self._paths))
        for source in code:
            self._follow(source)

    def _named(self, subject: CheckSubject) -> Iterator[str]:
        """Give the files that a configuration, a description or a pickle names."""
        for config in facts_of(subject, ConfigFacts):
            for entry in config.remote_code:
                if entry.file is not None:
                    yield entry.file
        for description in facts_of(subject, BuildFacts):
            for item in description.objects:
                yield from self._beside(description.place.path, item.module)
        for pickle in facts_of(subject, PickleFacts):
            for imported in pickle.imports:
                yield from self._beside(pickle.place.path, imported.module)

    def _beside(self, path: str, module: str) -> list[str]:
        """Give the files of a module, beside the file that names it or at the top."""
        return [*self._files(path, module), *self._files("", module)]

    def _import(self, code: tuple[CodeFacts, ...], waiting: list[str]) -> None:
        """Follow imports, from the files that are named to what they need."""
        imports: dict[str, set[str]] = {}
        for source in code:
            needed = imports.setdefault(source.place.path, set())
            needed.update(source.imports)
            # `from . import tools` and `tools.go()` name the module in the call alone.
            needed.update(name.rpartition(".")[0] for name, _ in source.calls)
        while waiting:
            path = waiting.pop()
            if path in self._loaded:
                continue
            self._loaded.add(path)
            for name in sorted(imports[path]):
                waiting += self._files(path, name)

    def _follow(self, source: CodeFacts) -> None:
        for name, when in source.calls:
            module, _, function = name.rpartition(".")
            for path in self._files(source.place.path, module):
                known = self._calls.get((path, function), "call")
                if _MOMENTS[when] < _MOMENTS[known]:
                    self._calls[path, function] = when

    def _files(self, path: str, module: str) -> list[str]:
        """Give the files that a module's name may stand for, beside `path`."""
        level = len(module) - len(module.lstrip("."))
        folder = path.rpartition("/")[0]
        for _ in range(level - 1):
            folder = folder.rpartition("/")[0]
        inner = module.lstrip(".").replace(".", "/")
        names = (f"{inner}.py", f"{inner}/__init__.py") if inner else ("__init__.py",)
        full = [f"{folder}/{name}" if folder else name for name in names]
        return [name for name in full if name in self._paths]

    def __contains__(self, source: CodeFacts) -> bool:
        """Tell whether a loader imports this source."""
        return source.place.path in self._loaded

    def moved(self, source: CodeFacts, action: CodeAction) -> CodeAction:
        """Give an action as early as this and other files bring it about.

        What libraries call when they load a file waits for its caller in one that no
        library loads: a `setup` of a tool for the command line is only a function.
        """
        python = source.language == "python"
        if action.when == "load" and python and source not in self:
            action = replace(action, when="call")
        top = action.scope.split(".")[0]
        earlier = self._calls.get((source.place.path, top), "call")
        if _MOMENTS[earlier] < _MOMENTS[action.when]:
            return replace(action, when=earlier)
        return action
