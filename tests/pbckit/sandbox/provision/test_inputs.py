"""Inputs that remember what was read of them."""

from pbckit.sandbox.provision.inputs import Inputs, attribute_text, plain, tag_list


def test_what_nobody_read_is_named():
    inputs = Inputs({"name": "a", "size": 1, "mode": "x"})
    assert inputs["name"] == "a"
    assert inputs.get("size") == 1
    assert inputs.unread() == ["mode"]


def test_asking_whether_it_is_there_is_not_reading():
    inputs = Inputs({"name": "a"})
    assert "name" in inputs
    assert len(inputs) == 1
    assert inputs.unread() == ["name"]


def test_what_nobody_read_inside_an_object_is_named():
    inputs = Inputs({"logging": {"level": "ALL", "format": "JSON"}})
    assert inputs["logging"]["level"] == "ALL"
    assert inputs.unread() == ["logging.format"]


def test_an_object_that_nobody_opened_is_named_once():
    assert Inputs({"logging": {"level": "ALL", "format": "JSON"}}).unread() == ["logging"]


def test_what_nobody_read_inside_a_list_is_named_with_its_place():
    inputs = Inputs({"indexes": [{"name": "a"}, {"name": "b", "size": 1}]})
    assert [index["name"] for index in inputs["indexes"]] == ["a", "b"]
    assert inputs.unread() == ["indexes[1].size"]


def test_plain_data_is_read_to_the_bottom():
    inputs = Inputs({"tags": {"a": {"b": [{"c": 1}]}}})
    assert plain(inputs["tags"]) == {"a": {"b": [{"c": 1}]}}
    assert type(plain(inputs["tags"])) is dict
    assert inputs.unread() == []


def test_renamed_takes_what_is_given():
    inputs = Inputs({"batchSize": 5, "enabled": False, "other": 1})
    assert inputs.renamed({"batchSize": "BatchSize", "enabled": "Enabled", "mode": "Mode"}) == {
        "BatchSize": 5,
        "Enabled": False,
    }
    assert inputs.unread() == ["other"]


def test_tags_as_pairs():
    assert tag_list(Inputs({"tags": {"pbc": "a"}})) == [{"Key": "pbc", "Value": "a"}]
    assert tag_list(Inputs({"tags": {"pbc": "a"}}), "TagKey", "TagValue") == [{"TagKey": "pbc", "TagValue": "a"}]
    assert tag_list(Inputs({})) == []


def test_attributes_are_text():
    assert [attribute_text(value) for value in (True, False, 30, "text")] == ["true", "false", "30", "text"]
