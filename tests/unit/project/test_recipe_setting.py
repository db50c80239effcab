"""docs/recipes/setting.md: one line adds a setting that is read, limited, documented and suggested."""

from pathlib import Path

from support.program.copies import Copy

FIRST = '    enabled: bool = _setting(True, "'
TOY = '    grace_minutes: int = _setting(15, "minutes before a request counts as unanswered", 1, 240)\n'


def test_a_toy_setting_needs_one_line(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    copy.replace("minibar_ml/config/settings.py", FIRST, TOY + FIRST)
    read = "from minibar_ml.config.loading import load; print(load().grace_minutes)"
    assert copy.python(read).stdout == "15\n"
    assert copy.python(read, ML_GRACE_MINUTES="30").stdout == "30\n"
    refused = copy.run("cron", ML_GRACE_MINUTES="241")
    assert (refused.returncode, "ML_GRACE_MINUTES=241 must be between 1 and 240" in refused.stderr) == (3, True)
    assert "did you mean ML_GRACE_MINUTES?" in copy.run("cron", ML_GRACE_MINUTE="30").stderr
    assert copy.python("import runpy; runpy.run_path('docs/generate.py', run_name='__main__')").returncode == 0
    row = "| `ML_GRACE_MINUTES` | whole number, 1 to 240 | `15` | minutes before a request counts as unanswered |"
    assert row in (tmp_path / "docs" / "settings.md").read_text(encoding="utf-8")
