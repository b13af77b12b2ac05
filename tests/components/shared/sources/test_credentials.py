"""Addresses with passwords are refused, and never said again."""

import pytest

from components.shared.errors import InputError
from components.shared.sources.address import parse_source, without_query
from components.shared.sources.credentials import refuse_credentials

SECRET = "s3cr3tpw"
ADDRESSES = (
    f"s3://AKIA:{SECRET}@bucket/key.csv",
    f"delta+s3://AKIA:{SECRET}@bucket/table",
    f"http://bob:{SECRET}@host/x.csv",
    f"http:/bob:{SECRET}@host/x.csv",
    f"dataset://bob:{SECRET}@x@1",
    f"postgresql://bob:{SECRET}@host/shop?table=t",
    f"postgresql://host/shop?table=t&password={SECRET}",
    f"postgresql://host/shop?table=t;password={SECRET}",
    f"postgresql://host/shop password={SECRET}?table=t",
    f"postgresql://host/shop?PASSWORD={SECRET}&table=t",
)
HARMLESS = (
    "https://host/x.csv?X-Amz-Signature=abc&token=def",
    "s3://bucket/key@2.csv",
    "dataset://customers@gold",
    "dataset://shop:customers@3",
    "postgresql://bob@host:5432/shop?table=public.customers",
    "C:/data/x.csv",
    "data/a:b@c.csv",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_password_is_refused_and_not_told(address: str) -> None:
    """Neither the command that takes it nor the step that would read it says it again."""
    for refuse in (refuse_credentials, parse_source):
        with pytest.raises(InputError, match="contains credentials") as refusal:
            refuse(address)
        assert SECRET not in str(refusal.value)


@pytest.mark.parametrize("address", HARMLESS)
def test_an_address_without_a_password_is_taken(address: str) -> None:
    """What only looks like one is no password."""
    refuse_credentials(address)


def test_a_signature_is_not_shown() -> None:
    """A web address is shown without its query, and one of a database with its table alone."""
    assert without_query(HARMLESS[0]) == "https://host/x.csv"
    shown = without_query("postgresql://bob@host/shop?table=t&sslmode=disable")
    assert shown == "postgresql://host/shop?table=t"
