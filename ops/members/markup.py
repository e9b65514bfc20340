"""Trees of marked-up text, each element with its line: what bank statements are read from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

import defusedxml.sax
from defusedxml import DefusedXmlException


class InvalidMarkup(ValueError):
    """The text is no such markup, or has a declaration that is not allowed in it."""


@dataclass(kw_only=True)
class Node:
    """An element. Names have no namespace prefix."""

    name: str
    line: int
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    children: list["Node"] = field(default_factory=list["Node"])

    def all(self, path: str) -> Iterator["Node"]:
        """The elements at a path of names, for example `NtryDtls/TxDtls`, in their order."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                yield from child.all(rest) if rest else (child,)

    def first(self, path: str) -> "Node | None":
        """The first element at a path."""
        return next(self.all(path), None)

    def value(self, *paths: str) -> str | None:
        """The text at the first of several paths that has any; None where no path has."""
        for path in paths:
            found = self.first(path)
            if found is not None and found.text.strip():
                return found.text.strip()
        return None

    def descendants(self, name: str) -> Iterator["Node"]:
        """All elements of a name below this one."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.descendants(name)


MOST_LEVELS = 64
"""Statements nest about 15 levels deep."""


def read_xml(content: bytes) -> Node:
    """The root of an XML document.

    A document type declaration is refused, and with it every entity: they read other files, call other hosts, or grow
    without end (CWE-611, CWE-776). No statement needs one.

    Raises:
        InvalidMarkup: it is no well-formed XML, or has a document type declaration.
    """
    tree = _Tree()
    try:
        defusedxml.sax.parseString(content, tree, forbid_dtd=True)
    except DefusedXmlException as error:
        raise InvalidMarkup("has a document type declaration or an entity, which is not allowed in a file") from error
    except SAXParseException as error:
        raise InvalidMarkup(f"line {error.getLineNumber()}: not well-formed XML: {error.getMessage()}") from error
    except (LookupError, ValueError) as error:
        raise InvalidMarkup(f"not readable as XML: {error}") from error
    return tree.top.children[0]


class _Tree(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.top = Node(name="", line=0)
        self._open = [self.top]
        self._locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 SAX's names
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        line = (self._locator.getLineNumber() if self._locator else None) or 0
        if len(self._open) > MOST_LEVELS:
            raise InvalidMarkup(f"line {line}: more than {MOST_LEVELS} levels of elements")
        node = Node(name=name.rpartition(":")[2], line=line, attributes=dict(attrs.items()))
        self._open[-1].children.append(node)
        self._open.append(node)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802
        self._open.pop()

    def characters(self, content: str) -> None:
        self._open[-1].text += content
