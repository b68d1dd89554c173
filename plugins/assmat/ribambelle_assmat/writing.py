"""Writing to a childminder as she chose: at the telephone she proved, else by e-mail."""

from collections.abc import Mapping
from typing import Any

from ribambelle import tenants
from ribambelle.messages import choices, post, text


async def write(template: str, row: Mapping[str, Any], **facts: Any) -> None:
    """Write one message.

    :param row: her `account` and its `email`.
    """
    number = await choices.phone_of(row["account"]) if tenants.current().sends_sms else ""
    if number:
        await text(template, number, account=row["account"], **facts)
    else:
        await post(template, row["email"], account=row["account"], **facts)
