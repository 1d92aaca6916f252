"""Verdicts as JUnit XML, which build servers show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold, not even escaped; a file's name may."""


def junit_xml(cases: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """Write a test case for each name; its sentences say why it failed."""
    failures = sum(1 for _, faults in cases if faults)
    suite = ElementTree.Element(
        "testsuite", name="spinelift check", tests=str(len(cases)), failures=str(failures)
    )
    for name, faults in cases:
        case = ElementTree.SubElement(suite, "testcase", classname="spinelift", name=_clean(name))
        if faults:
            failed = ElementTree.SubElement(case, "failure", message=_clean(" ".join(faults)))
            failed.text = _clean("\n".join(faults))
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    xml: bytes = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return xml + b"\n"


def _clean(text: str) -> str:
    return NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
