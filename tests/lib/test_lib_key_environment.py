"""Keys from variables and from files."""

import pytest

from iotdash.lib.key_environment import KeyEnvironment


def test_a_variable_is_read_without_blanks_around_it():
    env = KeyEnvironment({"ONE": " first \n", "KEYS": "new, old ,\n"})
    assert (env.text("ONE"), env.text("TWO"), env.texts("KEYS"), env.texts("NONE")) == ("first", "", ["new", "old"], [])
    assert env.problems == []


def test_a_file_is_read_without_its_line_ends(tmp_path):
    file = tmp_path / "keys"
    file.write_text("new\nold\n")
    env = KeyEnvironment({"KEYS_FILE": str(file)})
    assert env.texts("KEYS") == ["new", "old"]
    assert env.problems == []


def test_both_at_once_are_refused(tmp_path):
    env = KeyEnvironment({"KEY": "s3cret", "KEY_FILE": str(tmp_path / "key")})
    assert env.text("KEY") == ""
    assert env.problems == ["KEY and KEY_FILE are both set. Keep one of them."]


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read: No such file or directory."), (b"", "is empty."), (b"\xff\xfe", "it is no text.")],
)
def test_a_file_that_is_of_no_use_is_named(tmp_path, content, words):
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    env = KeyEnvironment({"KEY_FILE": str(file)})
    assert env.text("KEY") == ""
    assert env.problems[0].startswith(f"KEY_FILE names {file}, which ")
    assert env.problems[0].endswith(words)
