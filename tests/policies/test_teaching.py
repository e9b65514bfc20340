"""The page about teaching the pack, followed to the letter: each of its examples does what the page says."""

import json
import re
from typing import Any

import yaml

from pbc_isolation.analysis.context import Settings
from pbc_isolation.engine import judge
from pbc_isolation.pack import settings
from pbc_isolation.rules.samples import (
    ACCOUNT,
    allow,
    arn,
    physical,
    role,
    role_arn,
    stack,
    table,
    table_arn,
    thing,
)
from tests.conftest import ROOT

PAGE = (ROOT / "docs/teaching-the-pack.md").read_text()
OWN_TABLE = arn("dynamodb", "table/acme.dev.orders.store")


def block(section: str, language: str) -> Any:
    """The first example of a section."""
    text = PAGE.partition(f"## {section}\n")[2].partition("\n## ")[0]
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found, (section, language)
    return json.loads(found[1]) if language == "json" else yaml.safe_load(found[1])


def taught(tmp_path, *sections: str) -> Settings:
    """The settings of the page, with the files of some of its sections."""
    config = block("Add a type", "json")["all"]
    folder = tmp_path / "policies"
    folder.mkdir()
    [name] = config["types"]
    groups = [group for section in sections for group in block(section, "yaml")["types"]]
    (folder / name).resolve().write_text(yaml.safe_dump({"types": groups}))
    return settings({**config, "contracts": "contracts"}, folder)


def rules(*parts: Any, by: Settings) -> set[str]:
    return {one.rule for one in judge(stack(*parts), by) if one.rule.startswith("isolation-")}


def test_a_type_is_added(tmp_path):
    image = thing("orders", "docker-build:index:Image", "image", {"tags": ["x"]})
    assert "isolation-modelled-types" in rules(image, by=Settings())
    assert rules(image, by=taught(tmp_path, "Add a type")) == set()


def test_a_link_is_added(tmp_path):
    by = taught(tmp_path, "Add a link")
    bucket = thing("inventory", "aws:s3/bucket:Bucket", "bucket", {"bucket": "shop-dev-inventory--exports"})
    own = {"vaultName": "v", "sourceBucket": "shop-dev-orders--exports", "networkId": "vpc-0aaa1bbb2ccc3ddd4"}

    def vault(**props: Any) -> Any:
        return thing("orders", "acme:storage/vault:Vault", "vault", {**own, **props})

    assert "isolation-modelled-types" in rules(vault(), by=Settings())
    assert rules(vault(), by=by) == set()
    assert rules(vault(sourceBucket="shop-dev-inventory--exports"), bucket, by=by) == {"isolation-declared-wiring"}
    theirs = vault(replication={"roleArn": role_arn("inventory")})
    assert rules(theirs, role("inventory"), by=by) == {"isolation-declared-wiring"}


def test_names_follow_another_convention():
    config = block("Use your own names", "json")["all"]
    by = Settings(prefix=config["prefix"], bucket_prefix=config["bucketPrefix"])
    assert settings({**config, "contracts": "no/such/folder"}).prefix == by.prefix
    reader = role("orders", allow("dynamodb:GetItem", on=OWN_TABLE))
    assert "isolation-direct-read" in rules(reader, by=Settings())
    assert rules(reader, by=by) == set()
    theirs = role("orders", allow("dynamodb:GetItem", on=arn("dynamodb", "table/acme.dev.inventory.store")))
    assert rules(theirs, by=by) == {"isolation-direct-read"}


def test_a_managed_policy_is_allowed():
    config = block("Allow a managed policy", "json")["all"]
    [managed] = config["managedPolicies"]
    attached = {"role": physical("orders", "worker"), "policyArn": managed}
    attachment = thing("orders", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "more", attached)
    reader = role("orders", allow("dynamodb:GetItem", on=table_arn("orders")))
    assert rules(reader, attachment, table("orders"), by=Settings()) == {"isolation-unprovable"}
    assert rules(reader, attachment, table("orders"), by=settings({**config, "contracts": "no/such/folder"})) == set()
    assert managed.startswith("arn:aws:iam::aws:")
    assert ACCOUNT not in managed
