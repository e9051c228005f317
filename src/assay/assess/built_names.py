"""Judge the names that a description has a loader import, build or call.

The lists for pickles come first: what runs code does so wherever it is named. Classes
of known frameworks are what honest descriptions consist of; what is left is weighed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from assay.assess.built_tables import (
    CALLS,
    DANGEROUS_CODE,
    FETCHERS,
    FRAMEWORKS,
    HDF5_FILTERS,
    HONEST_FUNCTIONS,
    KERAS_CALLS,
    KERAS_FUNCTIONS,
    KERAS_OUTWARD,
    KERAS_PACKAGES,
    LOGGING,
    PIPELINE_NAME,
    TENSORFLOW_CALLS,
    TENSORFLOW_PACKAGES,
)
from assay.assess.pickle_denied import Gain
from assay.assess.pickle_names import Verdict, judge, public_module

if TYPE_CHECKING:
    from assay.domain.facts import BuiltObject

__all__ = ["Standing", "Weighed", "weigh", "weigh_code"]


class Standing(StrEnum):
    """What an object that is built means for whoever loads the release."""

    HONEST = "honest"
    RUNS = "runs"
    REACHES = "reaches"
    CUSTOM = "custom"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A standing with its reason, and what an attacker gains by it."""

    standing: Standing
    reason: str = ""
    gain: str = ""


_HONEST = Weighed(standing=Standing.HONEST)
_RUNNING = frozenset({Gain.RUN.value, Gain.NATIVE.value, Gain.INDIRECT.value})
# Keras looks these up in its own tables before it imports anything.
_BUILT_IN = frozenset({"builtins", "__main__", ""})


def weigh(item: BuiltObject, framework: str) -> Weighed:
    """Judge one object by its name, in the light of who builds it."""
    if framework == "hdf5":
        return _filter(item)
    if framework == "keras":
        return _keras(item)
    if framework == "diffusers" and _is_pipeline(item):
        return _HONEST
    if framework == "logging" and LOGGING.fullmatch(f"{item.module}.{item.name}"):
        return _HONEST
    if framework == "mlflow" and "mlflow" in (item.name, item.module.split(".")[0]):
        return _HONEST
    return _general(item.module, item.name)


def weigh_code(code: str) -> Weighed:
    """Judge code that a file brings along by the words in it."""
    found = DANGEROUS_CODE.search(code)
    if found is None:
        return Weighed(standing=Standing.REACHES)
    return Weighed(
        standing=Standing.RUNS,
        reason=f"it uses `{found.group()}`",
        gain=Gain.RUN.value,
    )


def _filter(item: BuiltObject) -> Weighed:
    if item.name in HDF5_FILTERS:
        return _HONEST
    return Weighed(
        standing=Standing.REACHES, reason="the library loads a plug-in of native code"
    )


def _is_pipeline(item: BuiltObject) -> bool:
    """Tell a pipeline of diffusers, asked for by its bare name, or nothing at all."""
    if item.module in ("null", "None", ""):
        return True
    return (
        PIPELINE_NAME.match(item.module) is not None
        and item.name[:1].isupper()
        and judge(item.module, item.name).verdict is not Verdict.DENIED
    )


def _keras(item: BuiltObject) -> Weighed:
    head = item.module.split(".")[0]
    if item.module in _BUILT_IN:
        return _keras_plain(item)
    if item.module.startswith("tensorflow.keras") or head in KERAS_PACKAGES:
        return _keras_own(item)
    if head in TENSORFLOW_PACKAGES:
        return _tensorflow(item)
    return _general(item.module, item.name)


def _keras_plain(item: BuiltObject) -> Weighed:
    """Judge what Keras finds in its tables, or in those of the program that loads."""
    found = _denied(item.module, item.name) if item.module else None
    if found is not None:
        return found
    package, separator, _ = item.registered.partition(">")
    named = ">" in item.name
    if (separator and package not in KERAS_PACKAGES) or named:
        return Weighed(standing=Standing.CUSTOM)
    return _HONEST


def _keras_own(item: BuiltObject) -> Weighed:
    parts = item.module.split(".")
    if item.name in KERAS_CALLS or not KERAS_OUTWARD.isdisjoint(parts):
        reason = "it is no part of a model, and reaches files, the network or settings"
        return Weighed(standing=Standing.REACHES, reason=reason)
    if item.name[:1].isupper() or not KERAS_FUNCTIONS.isdisjoint(parts):
        return _HONEST
    reason = "it is a function that no layer, loss or metric needs"
    return Weighed(standing=Standing.REACHES, reason=reason)


def _tensorflow(item: BuiltObject) -> Weighed:
    if item.name in TENSORFLOW_CALLS or {"io", "gfile"} & set(item.module.split(".")):
        reason = "it reads, writes, loads or calls what it is given"
        return Weighed(standing=Standing.REACHES, reason=reason)
    return _HONEST


def _denied(module: str, name: str) -> Weighed | None:
    verdict = judge(module, name)
    if verdict.verdict not in (Verdict.DENIED, Verdict.RISKY):
        return None
    runs = verdict.gain in _RUNNING and verdict.verdict is Verdict.DENIED
    return Weighed(
        standing=Standing.RUNS if runs else Standing.REACHES,
        reason=verdict.reason,
        gain=verdict.gain,
    )


def _general(module: str, name: str) -> Weighed:
    full = f"{module}.{name}" if module else name
    known = CALLS.get(full)
    if known is not None:
        return Weighed(standing=Standing.REACHES, reason=known, gain=Gain.LOAD.value)
    if not module or full in FETCHERS:
        return _HONEST if module else Weighed(standing=Standing.UNKNOWN)
    head = public_module(module).split(".")[0]
    if head in FRAMEWORKS and _is_tame(full, name):
        return _HONEST
    verdict = judge(module, name)
    if verdict.verdict is Verdict.ALLOWED:
        return _HONEST
    return _denied(module, name) or _framework(head, full, name)


def _is_tame(full: str, name: str) -> bool:
    """Tell classes and makers of frameworks whose names alone would alarm."""
    plain = name[:1].isupper() or HONEST_FUNCTIONS.match(full) is not None
    module = full.rpartition(".")[0]
    return plain and judge(module, name).verdict not in (
        Verdict.DENIED,
        Verdict.RISKY,
    )


def _framework(head: str, full: str, name: str) -> Weighed:
    if head in FRAMEWORKS and (
        name.startswith(("from_", "get_", "build_", "create_", "make_"))
        or HONEST_FUNCTIONS.match(full)
    ):
        return Weighed(standing=Standing.CUSTOM)
    return Weighed(standing=Standing.UNKNOWN)
