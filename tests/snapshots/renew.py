"""Write the snapshots and the published schema anew: `python -m tests.snapshots.renew`; then read the difference."""

import io
import json
from pathlib import Path

from rich.console import Console

from grader.report import json as report_json
from grader.report import terminal
from tests.snapshots import reports

HERE = Path(__file__).parent


def main() -> None:
    for name in ("usual", "everything", "perfect", "empty"):
        out = io.StringIO()
        terminal.render(getattr(reports, name)(), console=Console(file=out, width=80, color_system=None))
        (HERE / f"{name}.txt").write_text(out.getvalue(), encoding="utf-8")
    (HERE / "usual.json").write_text(report_json.render(reports.usual()) + "\n", encoding="utf-8")
    schema = HERE.parents[1] / "docs" / "schema" / report_json.SCHEMA_ID
    schema.parent.mkdir(parents=True, exist_ok=True)
    schema.write_text(json.dumps(report_json.schema(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
