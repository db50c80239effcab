"""The services that SMS, push and chat may go through: those of apprise that send a message to people, by HTTP.

apprise knows many more. Some post any text to any address (`json://`, `form://`, `xml://`), some reach this machine
itself (`syslog://`, `dbus://`, `windows://`), some open connections of their own (`mqtt://`, `irc://`, `mailto://`).
Who may add an address would, with those, have this machine call wherever they like.
"""

from typing import TYPE_CHECKING, Any

from minibar_ml.notify.contract import NeverDeliverable

if TYPE_CHECKING:
    from apprise import Apprise

AT_THEIR_HOST = frozenset({
    "46elks", "atalk", "bulksms", "burstsms", "clickatell", "clicksend", "d7sms", "discord", "freemobile", "gchat",
    "httpsms", "ifttt", "ilert", "infobip", "join", "kavenegar", "lark", "line", "msgbird", "octopush", "onesignal",
    "opsgenie", "pagerduty", "pagertree", "pbul", "plivo", "pover", "prowl", "psafers", "pushy", "seven", "signl4",
    "sinch", "slack", "smsmanager", "sns", "spush", "telnyx", "tgram", "threema", "twilio", "twist", "voipms", "vonage",
    "whatsapp", "workflow", "wxteams", "zulip",
})  # fmt: skip
"""Services of one company, at addresses that apprise knows."""
AT_A_HOST = frozenset({
    "bark", "barks", "gotify", "gotifys", "hassio", "hassios", "matrix", "matrixs", "mmost", "mmosts", "ncloud",
    "nclouds", "nctalk", "nctalks", "ntfy", "ntfys", "rocket", "rockets", "signal", "signals", "smseagle", "smseagles",
    "synology", "synologys",
})  # fmt: skip
"""Services that a hotel may run itself: the URL names the host."""
ALLOWED = AT_THEIR_HOST | AT_A_HOST
LOCAL_FILE = "template"
"""The parameter by which some services have apprise read a file of this machine, or fetch one."""
LIST = "`minibar-ml docs installation` lists the services"


def require_allowed(service: "Apprise", scheme: str) -> None:
    """Raise NeverDeliverable unless this is one service, of those allowed. `scheme` is what may be shown of it."""
    if len(service) != 1:
        raise NeverDeliverable(f"{scheme} is more than one URL")
    if not names_of(service[0]) & ALLOWED:
        raise NeverDeliverable(f"{scheme} is not a service that messages may go through; {LIST}")
    if _reads_a_file(service[0]):
        raise NeverDeliverable(f"{scheme} with {LOCAL_FILE}= would read a file of this machine")


def _reads_a_file(plugin: Any) -> bool:
    from apprise import AppriseAttachment

    # Of other services the parameter is a name.
    named = getattr(plugin, LOCAL_FILE, None)
    return isinstance(named, AppriseAttachment) and len(named) > 0


def own_host(service: "Apprise") -> str | None:
    """The host that the URL names, where it does."""
    is_named = names_of(service[0]) & AT_A_HOST
    return str(service[0].host) if is_named and service[0].host else None


def names_of(plugin: Any) -> frozenset[str]:
    """The schemes by which apprise knows a service."""
    found: set[str] = set()
    kind = type(plugin)  # some keep another thing of that name
    for names in (getattr(kind, "protocol", None), getattr(kind, "secure_protocol", None)):
        found.update((names,) if isinstance(names, str) else names or ())
    return frozenset(found)
