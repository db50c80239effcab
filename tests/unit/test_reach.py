"""Which addresses a service may have, in every way that an address can be written."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from minibar_ml.config.checks import require_hosts
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.notify.channels.reach import NotPublic, Reach, is_public


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
     "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1",
     "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
     "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2002:808:808::1", "2001:0:808:808::1"],
)  # fmt: skip
def test_an_address_that_not_everybody_reaches_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "::1", "localhost", "localhost.",
             "LOCALHOST", "[::ffff:7f00:1]", "0", "fe80::1%lo"]
)  # fmt: skip
def test_every_way_to_write_this_machine_is_refused(host: str) -> None:
    reach = Reach()
    with pytest.raises(NotPublic):
        reach.look_up(host, 80)
    assert reach.refused == [host]


@pytest.mark.parametrize("private", ["127.0.0.1", "127.0.0.0/8", "10.0.0.0/8,127.0.0.1/32"])
def test_a_network_that_the_settings_name_may_be_reached_and_no_other(private: str) -> None:
    reach = Reach(private.split(","))
    assert reach.look_up("127.0.0.1", 80) == ["127.0.0.1"]
    with pytest.raises(NotPublic):
        reach.look_up("192.168.1.1", 80)


def test_a_name_that_the_settings_name_may_lead_anywhere() -> None:
    assert Reach(["LocalHost"]).look_up("localhost", 80)
    with pytest.raises(NotPublic):
        Reach(["chat.hotel.lan"]).look_up("localhost", 80)


def test_a_name_of_which_one_address_is_private_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(*_asked: Any, **_options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with pytest.raises(NotPublic):
        Reach().look_up("two.example", 80)


def test_the_proxy_of_the_environment_may_be_on_the_hotels_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    assert Reach().look_up("127.0.0.1", 3128) == ["127.0.0.1"]
    with pytest.raises(NotPublic):
        Reach().look_up("127.0.0.1", 80)


def test_the_setting_takes_names_addresses_and_networks() -> None:
    require_hosts("ML_PRIVATE_CHANNELS", "")
    require_hosts("ML_PRIVATE_CHANNELS", "chat.hotel.lan, 10.0.5.20,10.0.5.0/24, fd00::/8,::1")
    for wrong in ("http://chat", "a b", "10.0.5.0/99", "2130706433.", "-x", "1.2.3"):
        with pytest.raises(ConfigurationError, match="ML_PRIVATE_CHANNELS"):
            require_hosts("ML_PRIVATE_CHANNELS", wrong)
