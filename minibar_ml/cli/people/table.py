"""The lines of `people list`: a paragraph per person, since preferences do not fit into 80 columns."""

from collections.abc import Iterator, Sequence

from minibar_ml.cli.alerts.table import folded
from minibar_ml.cli.terminal import console
from minibar_ml.domain.people import Person
from minibar_ml.i18n.screen import translated

INDENT = "  "


def listing(people: Sequence[Person], width: int) -> Iterator[str]:
    """Each person's name and role, then channels and preferences below."""
    for person in people:
        origin = ", follows the hotel application" if person.follows_source else ""
        state = "" if person.is_active else ", inactive"
        yield from folded(
            console.visible(f"{person.name} ({translated(person.role)}{translated(origin)}{translated(state)})"), width
        )
        for sentence in (_channels(person), _what(person), _when(person)):
            for line in folded(console.visible(translated(sentence)), width - len(INDENT)):
                yield INDENT + line


def _channels(person: Person) -> str:
    shown = ", ".join(f"{translated(kind)} {address}" for kind, address in sorted(person.channels.items()))
    return shown or "no address: not notified"


def _what(person: Person) -> str:
    hotels = "all hotels" if person.hotels is None else f"hotel {', '.join(map(str, person.hotels)) or 'none'}"
    types = "all types" if person.alert_types is None else ", ".join(person.alert_types) or "no type"
    also = "also when ended" if person.wants_resolved else ""
    reports = f"reports: {', '.join(person.reports)}" if person.reports else ""
    known = (hotels, types, f"severity {person.min_severity} and above", f"language: {person.language}")
    return "; ".join(map(translated, (*known, *filter(None, (also, reports)))))


def _when(person: Person) -> str:
    when = f"digest at {person.digest_at:%H:%M}" if person.digest_at else "at once"
    if person.quiet_from and person.quiet_until:
        when += f", quiet {person.quiet_from:%H:%M}-{person.quiet_until:%H:%M}"
    return when + (f", repeated every {person.repeat_minutes} minutes" if person.repeat_minutes else "")
