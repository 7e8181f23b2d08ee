"""A codebook alone, as a study without talk: what is new is added to the codebook that is there."""

from __future__ import annotations

from pathlib import PurePath

from coding.codebook import parse_codebook
from coding.errors import CodebookError
from coding.export.identity import make_guid
from coding.interchange.codebook_tables import SUFFIXES as TABLES
from coding.interchange.codebook_tables import read_codebook_table
from coding.interchange.study import CodebookHead, Study, StudyCode
from coding.model import Codebook, tree_order

YAML = (".yaml", ".yml")
SUFFIXES = (*YAML, *TABLES)


def read_codebook_study(data: bytes, name: str) -> Study:
    """Read a codebook from YAML, CSV, Excel or a table in a Word document.

    Raises:
        CodebookError: It cannot be read, or holds no codes; says where.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in YAML:
        return codebook_study(read_codebook_table(name, data), f"codebook ({suffix.removeprefix('.').upper()})")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise CodebookError("this is not UTF-8, as YAML has to be", path=name) from err
    return codebook_study(parse_codebook(text, path=name), "codebook (YAML)")


def codebook_study(codebook: Codebook, form: str) -> Study:
    """Return a codebook as a study.

    >>> from coding.model import Code
    >>> study = codebook_study(Codebook("Leaders", codes=(Code("rings", "Rings back"),)), "codebook (CSV)")
    >>> [(code.name, code.code_id) for code in study.codes], study.head.name
    ([('Rings back', 'rings')], 'Leaders')
    """
    keys = {code.id: make_guid("code", code.id) for code in codebook.codes}
    codes = tuple(
        StudyCode(
            keys[code.id],
            code.name,
            None if code.parent is None else keys[code.parent],
            code.definition,
            code.include,
            code.exclude,
            code.examples,
            code.contrary_examples,
            code.colour,
            code.source,
            code.codable,
            code.id,
        )
        for code, _ in tree_order(codebook)
    )
    head = CodebookHead(codebook.name, codebook.version, codebook.language, codebook.description)
    return Study(form, name=codebook.name, head=head, codes=codes)
