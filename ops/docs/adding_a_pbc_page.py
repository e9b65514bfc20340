"""The page that says how a PBC is added, with the files that it shows as they are made."""

import re
from pathlib import Path

from ops.pbc_template.command import purchases
from pbckit.cli.errors import OperatorError
from pbckit.cli.new.rendering import rendered

PAGE = Path("docs/adding-a-pbc.md")
EXAMPLE = "badges"
_SHOWN_FILE = re.compile(r'(?<=^```)(?P<language>\w+) title="(?P<path>[^"]+)"\n.*?(?=^```$)', re.DOTALL | re.MULTILINE)


def adding_page(root: Path) -> str:
    """The page, with each code block that has a file's path for its title replaced by that file of the example.

    Raises:
        OperatorError: a title names no file that the example has.
    """
    files = {str(path): text for path, text in rendered(root, EXAMPLE, purchases()).items()}

    def shown(block: re.Match[str]) -> str:
        path = block["path"]
        if path not in files:
            raise OperatorError(f"{PAGE} shows {path}, which is none of: {', '.join(sorted(files))}")
        return f'{block["language"]} title="{path}"\n{files[path]}'

    return _SHOWN_FILE.sub(shown, (root / PAGE).read_text())
