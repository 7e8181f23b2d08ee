"""A study of two groups that the tests of findings share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coding.findings import Material, read_material
from coding.store import Project
from tests.findings.support import SMALL, build

ATTRIBUTES = {
    "Retail/Bob": {"sector": "retail", "level": "senior"},
    "Retail/Ann": {"sector": "retail", "level": "junior"},
    "Retail/Eve": {"sector": "retail", "level": "senior"},
    "Bank/Cat": {"sector": "bank", "level": "junior"},
    "Bank/Dan": {"sector": "bank", "level": "senior"},
}


@pytest.fixture(scope="session")
def small_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("findings") / "s.sqlite", SMALL, attributes=ATTRIBUTES)


@pytest.fixture
def small(small_path: Path) -> Iterator[Project]:
    with Project.open(small_path) as project:
        yield project


@pytest.fixture(scope="session")
def material(small_path: Path) -> Material:
    with Project.open(small_path) as project:
        return read_material(project)
