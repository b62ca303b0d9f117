"""Commands about the rules: policies as files, and cases of other products run through the engine."""

import json
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from hub.cli.base import DONE, LEFT, WRONG, AsJson, app, out, print_json, say
from hub.rules.policy_file import load, schema
from hub.rules.presets import names, parameters
from hub.stops import WrongInputError

ADAPTERS: Final = {
    "timetrex": "timetrex", "frappe_hrms": "frappe", "odoo": "odoo", "odoo_leave": "odoo_leave", "kimai": "kimai",
    "oca": "oca", "orangehrm": "orangehrm", "horilla_derived": "horilla", "icehrm_derived": "icehrm",
    "policy_examples": "policies",
}  # fmt: skip

policy = typer.Typer(no_args_is_help=True, help="Policies as files.")
rules = typer.Typer(no_args_is_help=True, help="The rules engine.")
app.add_typer(policy, name="policy")
app.add_typer(rules, name="rules")


@policy.command()
def validate(file: Path) -> None:
    """Say whether FILE is a good policy, with the line and the allowed values of whatever is wrong."""
    if not file.is_file():
        raise WrongInputError(f"There is no file {file}.")
    found = load(file.read_text(encoding="utf-8"))
    if isinstance(found, list):
        for problem in found:
            say(f"{file}: {problem}")
        raise typer.Exit(WRONG)
    code, good = found
    versions = [str(one.version) for _, one in good.versions()]
    say(f"{file}: policy {code} is good, versions {', '.join(versions)}.")


@policy.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of policy files."""
    print_json(schema())


@policy.command()
def presets(name: Annotated[str | None, typer.Argument()] = None) -> None:
    """List the presets, or print the parameters of the one called NAME."""
    if name is None:
        say("\n".join(names()))
        return
    try:
        print_json(parameters(name))
    except LookupError as unknown:
        raise WrongInputError(str(unknown)) from None


@rules.command()
def conformance(directory: Path, *, as_json: AsJson = False) -> None:
    """Run every case of the corpora in DIRECTORY through the engine and say which come out as stated."""
    from hub.rules.conformance import Report, run_file  # noqa: PLC0415 - only this command needs it

    files = sorted(path for path in directory.glob("*.json") if path.stem in ADAPTERS)
    if not files:
        raise WrongInputError(f"{directory} holds none of {', '.join(f'{name}.json' for name in sorted(ADAPTERS))}.")
    reports: list[Report] = []
    for path in files:
        corpus = json.loads(path.read_text(encoding="utf-8"))
        adapter = import_module(f"hub.rules.conformance.{ADAPTERS[path.stem]}").adapt
        reports.append(run_file(path.stem, [*corpus["cases"], *corpus.get("function_cases", [])], adapter))
    if as_json:
        print_json(_figures(reports))
    else:
        _show(reports)
    raise typer.Exit(LEFT if any(report.failures for report in reports) else DONE)


def _figures(reports: list[Any]) -> dict[str, Any]:
    failures = [
        {"file": one.file, "case": one.case, "input": one.input, "expected": one.expected, "got": one.got}
        for report in reports
        for one in report.failures
    ]
    reasons = {report.file: dict(report.reasons) for report in reports}
    files = {report.file: report.figures() for report in reports}
    return {"files": files, "not_applicable": reasons, "failures": failures}


def _show(reports: list[Any]) -> None:
    table = Table("file", "passed", "failed", "not applicable")
    for report in reports:
        table.add_row(report.file, *map(str, report.figures().values()))
    out.print(table)
    for report in reports:
        for reason, count in sorted(report.reasons.items()):
            say(f"{report.file}: {count} not applicable: {reason}")
    for one in (failure for report in reports for failure in report.failures):
        say(f"{one.case}\n  input     {json.dumps(one.input)}\n  expected  {json.dumps(one.expected, default=str)}")
        say(f"  got       {json.dumps(one.got, default=str)}")
