"""What `import` says of files and rows: in the language of whoever has to correct them."""

from collections.abc import Sequence

from minibar_ml.domain.imports import FileRefused, Imported, Problem, Reason
from minibar_ml.i18n import Lang, catalog, screen
from minibar_ml.i18n.formats import day_cell, whole

DOMAIN = "imports"
REASONS: dict[Reason, str] = {
    "missing": "is missing",
    "unknown_room": "there is no such room; import it with the rooms, or use --add-missing",
    "unknown_product": "there is no such product; import it with the products, or use --add-missing",
    "unknown_hotel": "there is no such hotel",
    "which_hotel": "the row names no hotel, and there are several: use --hotel",
    "unknown_role": "is no role known here: write Administrator, Storekeeper or Attendant",
    "unknown_result": "is no result known here: write Found, Nothing Used or DND",
    "unknown_kind": "is no movement known here: write Delivery, Issue, Return, Write-off, Count or Reversal",
    "unknown_status": "is no status known here: write Occupied or Vacant",
    "neither_yes_nor_no": "is neither yes nor no",
    "dnd_with_product": "nobody entered the room, and yet a product was used",
    "bad_date": "is not a date",
    "bad_time": "is not a time of day",
    "bad_number": "is not a number",
    "ambiguous_number": "may be more than a thousand or a decimal number: write it without the separator",
    "negative": "is negative",
    "not_whole": "is not a whole number",
    "too_large": "is too large",
    "ends_before_start": "the second date is before the first",
    "other_day": "does not belong on the list of that day",
    "in_future": "is in the future",
    "nothing_to_reverse": "no movement of this product has that reference",
    "too_long": "is longer than 200 characters",
}
PROBLEMS: dict[Problem, str] = {
    "not_found": "can't be read ({why})",
    "empty": "the file is empty",
    "too_big": "the file is larger than {limit}: split it",
    "too_many_rows": "there are more than {limit} rows: split the file, or delete the empty rows below the list",
    "too_many_cells": "there are more than {limit} cells: split the file, or delete the columns that the list does not "
    "need",
    "overloaded": "to read it takes more than {limit} of memory: copy the list into a new workbook",
    "old_excel": "this is an old .xls, a web page, or protected by a password: open it in Excel or LibreOffice and "
    "save it as .xlsx or .csv, without a password",
    "pdf": "this is a PDF, whose columns nobody can tell apart: export the list as Excel or CSV",
    "broken_excel": "this is not an Excel workbook, or it is damaged: save it again as .xlsx",
    "not_computed": "a program wrote formulas without their values ({cell} of sheet {sheet}): open it in Excel or "
    "LibreOffice and save it",
    "encoding": "the text's encoding is not known: save it as CSV UTF-8",
    "not_csv": "this is not CSV (line {line}): save it again as .csv or .xlsx",
    "no_heading": "no column for {missing}; the file has: {there}. `minibar-ml import map FILE` makes a file for --map",
    "no_such_heading": "--map names {heading}; the file has: {there}",
    "other_kind": "it has products and units: if it is a list of checks, use `import checks`, or name it minibar check",
    "several_sheets": "several sheets hold such a list ({sheets}): save each as a file of its own, or hide the others",
    "days_as_columns": "its columns are days ({days}): a list has a row for each room and day",
    "which_kind": "the file's name does not say which list it is; begin it with in_house, arrivals, departures, "
    "checks, movements, orders, rooms, products or people",
    "which_day": "of which day is this list? Use --day 2026-11-27, or put the date into the file's name",
    "two_days": "its name says another day than its column {heading} ({there}): use --day with the right one",
    "future_day": "it is the list of {day}, a day to come: correct the date, or use --day",
    "which_hotel": "of which hotel is this list? Use --hotel NAME; there are: {hotels}",
    "new_hotel": "there is no hotel {hotel}; there are: {hotels}. Use --add-missing to make it",
    "ambiguous_dates": "{example} can be day/month or month/day, and nothing in the file decides: use --dates dmy or "
    "--dates mdy",
    "contradicting_dates": "some dates have the day first and others the month: correct the file",
    "swapped_dates": "in column {heading} a spreadsheet has taken days for months ({example} beside the text {text}): "
    "import the file that the system exported, or format the column as text before you open it",
    "no_rows": "there are no rows below the headings",
}
REFUSED_ROWS = "{rejected} of {rows} rows rejected: nothing was imported; see {rejects}"
WOULD_REFUSE = "{rejected} of {rows} rows would be rejected, and so nothing imported"
REFUSED = "not imported: {why}"
KNOWN = "imported before: nothing to do"
TAKEN = ("{rows} row imported", "{rows} rows imported")
TAKEN_SOME = (
    "{rows} row imported, {rejected} rejected; see {rejects}",
    "{rows} rows imported, {rejected} rejected; see {rejects}",
)
WOULD_TAKE = (
    "{rows} row would be imported, {rejected} rejected",
    "{rows} rows would be imported, {rejected} rejected",
)
OF_DAY = "list of {day}"
OF_DAYS = "lists of {count} days"
LEFT_OUT = "without column {names}, which holds other words than yes and no"
LACKING = "no column for {names}: if there is one, `minibar-ml import map FILE` names it"
STRANGERS = "without a name for people who are not known: {names}; import a list of people, then this file again"
ARRIVING = "Not taken yet, written to less than {seconds} seconds ago: {names}. Run the command again in a moment."
UNREADABLE = "Left alone, neither CSV nor Excel: {names}."
NOTHING_NEW = "No new lists in {inbox}."
SKIPPED = ("{count} row without a room or a guest left out", "{count} rows without a room or a guest left out")
ADDED = ("{count} new room, product or person", "{count} new rooms, products or people")
REJECT_HEADINGS = ("row", "column", "value", "reason")
COUNTED = (TAKEN, TAKEN_SOME, WOULD_TAKE, SKIPPED, ADDED)
TEXTS = (*REASONS.values(), *PROBLEMS.values(), REFUSED_ROWS, WOULD_REFUSE, REFUSED, KNOWN, OF_DAY, OF_DAYS, LEFT_OUT,
         LACKING, STRANGERS, ARRIVING, UNREADABLE, NOTHING_NEW, *REJECT_HEADINGS)  # fmt: skip
MOST_NAMES = 8


def reason(why: Reason, lang: Lang) -> str:
    """Why a row was rejected."""
    return catalog(DOMAIN, lang).gettext(REASONS[why])


def refusal(why: FileRefused, lang: Lang) -> str:
    """Why a file was not imported."""
    about = dict(why.about)
    if "why" in about:  # the operating system's words
        about["why"] = catalog(screen.DOMAIN, lang).gettext(about["why"])
    said = catalog(DOMAIN, lang).gettext(PROBLEMS[why.problem]).format(**about)
    return catalog(DOMAIN, lang).gettext(REFUSED).format(why=said)


def nothing_new(inbox: str, lang: Lang) -> str:
    """That no list has arrived in a folder."""
    return catalog(DOMAIN, lang).gettext(NOTHING_NEW).format(inbox=inbox)


def unreadable(files: Sequence[str], lang: Lang) -> str:
    """Which files of a folder are no lists that can be read."""
    return catalog(DOMAIN, lang).gettext(UNREADABLE).format(names=_names(files))


def arriving(files: Sequence[str], seconds: int, lang: Lang) -> str:
    """Which files of a folder may still be arriving."""
    return catalog(DOMAIN, lang).gettext(ARRIVING).format(names=_names(files), seconds=seconds)


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMES]) + (" …" if len(names) > MOST_NAMES else "")


def reject_headings(lang: Lang) -> tuple[str, ...]:
    """The headings of a file of rejected rows."""
    return tuple(map(catalog(DOMAIN, lang).gettext, REJECT_HEADINGS))


def outcome(done: Imported, lang: Lang, *, rejects: str, is_dry: bool) -> str:
    """What became of a file, in one line."""
    translate = catalog(DOMAIN, lang).gettext
    if done.is_known:
        return translate(KNOWN)
    counts = {
        "rows": whole(done.accepted, lang),
        "rejected": whole(len(done.rejects), lang),
        "rejects": rejects,
    }
    if done.is_refused:
        total = whole(done.accepted + len(done.rejects), lang)
        return translate(WOULD_REFUSE if is_dry else REFUSED_ROWS).format(**counts | {"rows": total})
    text = WOULD_TAKE if is_dry else TAKEN_SOME if done.rejects else TAKEN
    several = catalog(DOMAIN, lang).ngettext
    said = [several(*text, done.accepted).format(**counts)]
    said += [translate(OF_DAY).format(day=day_cell(done.day, lang))] if done.day else []
    said += [translate(OF_DAYS).format(count=whole(done.days, lang))] if done.days else []
    said += [several(*SKIPPED, done.skipped).format(count=whole(done.skipped, lang))] if done.skipped else []
    said += [several(*ADDED, done.added).format(count=whole(done.added, lang))] if done.added else []
    said += [translate(LEFT_OUT).format(names=_names(done.left_out))] if done.left_out else []
    said += [translate(LACKING).format(names=_names(done.lacking))] if done.lacking else []
    if done.strangers:
        said.append(translate(STRANGERS).format(names=_names(done.strangers)))
    return "; ".join(said)
