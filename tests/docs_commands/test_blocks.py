"""Every command block is told to be run or not to be, and names what exists."""

import pytest

from tests.docs_commands.blocks import Block, WrongBlock, all_blocks, blocks
from tests.docs_commands.named import unknown

BLOCKS = [block for some in all_blocks().values() for block in some]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_what_a_block_names_exists(block: Block):
    assert unknown(block.text) == []


def page(above: str, fence: str = "sh") -> str:
    return f"Words.\n\n{above}```{fence}\nmake demo\n```\n"


def test_a_block_has_its_place_and_its_reason():
    (block,) = blocks("p.md", page("<!-- not run: takes minutes -->\n"))
    assert (block.place, block.text, block.not_run) == ("p.md:4", "make demo\n", "takes minutes")


def test_a_block_without_a_comment_is_run():
    (block,) = blocks("p.md", page(""))
    assert block.not_run == ""


@pytest.mark.parametrize("said", ["not run: no time", "skip", "not run: run by tests/x.py"])
def test_an_unknown_comment_is_refused(said: str):
    with pytest.raises(WrongBlock, match=r"p.md:4: "):
        list(blocks("p.md", page(f"<!-- {said} -->\n")))


@pytest.mark.parametrize("fence", ["", "bash", "console"])
def test_commands_in_another_fence_are_refused(fence: str):
    with pytest.raises(WrongBlock, match="begins with ```sh"):
        list(blocks("p.md", page("", fence)))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("make fly", "make fly: no such target"),
        (".venv/bin/rewards fly", "rewards fly: there are demo"),
        ("pbc sandbox fly", "pbc sandbox fly: there are up"),
        ("pbc preview --fly", "pbc preview: no option --fly"),
        ("cd x && pbc preview --stack dev --fly   # words", "pbc preview: no option --fly"),
        ("python -m devtools.fly run", "no such module"),
        ("fly --now", "no known program"),
    ],
)
def test_what_does_not_exist_is_named(text: str, problem: str):
    (found,) = unknown(text)
    assert problem in found


def test_what_exists_is_not_named():
    assert unknown("make test-unit UNIT=campaigns\n.venv/bin/rewards preview --stack prod | git diff\n") == []
