"""docs/recipes/command.md: a line in a table and a module add a command that is listed, run and documented."""

from pathlib import Path

from support.program.copies import Copy

LINE = '    "collect": Command('
TOY_LINE = '    "greet": Command("greet", "Print a greeting.", JOBS),\n'
TOY = '''"""`minibar-ml greet`."""

import typer

from minibar_ml.cli.terminal import console
from minibar_ml.cli.arguments.options import Quiet, Verbose, examples


def register(root: typer.Typer) -> None:
    """Add this command to the app."""
    root.command(epilog=examples("greet"))(greet)


def greet(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Print a greeting."""
    console.say("hello")
'''


def test_a_toy_command_needs_a_line_and_a_module(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    copy.replace("minibar_ml/cli/app.py", LINE, TOY_LINE + LINE)
    copy.write("minibar_ml/cli/greet.py", TOY)
    assert copy.run("greet").stdout == "hello\n"
    assert "Print a greeting." in copy.run("--help").stdout
    assert "minibar-ml greet" in copy.run("greet", "--help").stdout
    assert copy.python("import runpy; runpy.run_path('docs/generate.py', run_name='__main__')").returncode == 0
    assert "## minibar-ml greet\n\nPrint a greeting." in (tmp_path / "docs" / "commands.md").read_text(encoding="utf-8")
