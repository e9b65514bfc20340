"""Into which account a stack deploys: the configured one and no other, and none while a placeholder is configured."""

import msgspec
import pulumi

from pbckit.errors import PbckitError
from pbckit.infra.configuration import Configuration, InvalidConfiguration
from pbckit.infra.environment import EnvironmentConfig

PLACEHOLDER_ACCOUNTS = ("111111111111", "222222222222", "333333333333", "123456789012")
"""Accounts of the shipped stack files, and the one that AWS's documentation uses."""
PLACEHOLDER_OWNER = "example"
"""Owner of the repository in shipped stack files: whoever has that name on GitHub could deploy."""

_ALLOWED_KEY = "aws:allowedAccountIds"


class PlaceholderConfigured(PbckitError, pulumi.RunError):
    """A stack is about to be deployed with a value that stands in the shipped files as an example."""

    def __init__(self, key: str, value: str, remedy: str) -> None:
        super().__init__(f"{key} is {value!r}, the placeholder of the shipped stack files; {remedy}")


def check_account(config: EnvironmentConfig) -> None:
    """Refuse what would deploy into another account than the configured one.

    The AWS provider compares the account of the credentials with `aws:allowedAccountIds` when it starts, so that list
    must be the configured account alone. A preview needs no account of one's own: it warns of placeholders.

    Raises:
        InvalidConfiguration: the provider would take other accounts, or any.
        PlaceholderConfigured: this is a deployment to AWS with a placeholder.
    """
    _check_allowed_accounts(config.account)
    placeholder = None if config.embedded else _placeholder(config)
    if placeholder is None:
        return
    if not pulumi.runtime.is_dry_run():
        raise placeholder
    pulumi.log.warn(str(placeholder))


def _check_allowed_accounts(account: str) -> None:
    text = pulumi.Config("aws").get("allowedAccountIds")
    try:
        # `pulumi config set --path` writes digits as a number.
        listed = [str(one) for one in msgspec.json.decode(text or "[]", type=list[str | int])]
    except msgspec.DecodeError:
        listed = []
    if listed != [account]:
        raise InvalidConfiguration(
            _ALLOWED_KEY, text, f'["{account}"], the account of {Configuration().key("account")}'
        )


def _placeholder(config: EnvironmentConfig) -> PlaceholderConfigured | None:
    if config.account in PLACEHOLDER_ACCOUNTS:
        remedy = f"set the 12 digits of your AWS account there and in {_ALLOWED_KEY}"
        return PlaceholderConfigured(Configuration().key("account"), config.account, remedy)
    if config.repository is not None and config.repository.startswith(f"{PLACEHOLDER_OWNER}/"):
        remedy = "set your own as owner/name, or remove the line: then no pipeline may deploy"
        return PlaceholderConfigured(Configuration().key("repository"), config.repository, remedy)
    return None
