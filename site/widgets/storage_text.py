"""What the worker says of the browser's storage, in words: an answer's key and values."""

from widgets.texts import text


def storage_text(said):
    """`said` is {"key": …} of a text `storage.…`, with its values; a `reason` is such a key and values, too. Errors
    of a session have their English message."""
    if "key" not in said:
        return text("error.english", message=said["message"])
    values = {name: value for name, value in said.items() if name != "key"}
    if "reason" in values:
        values["reason"] = storage_text(values["reason"])
    return text(f"storage.{said['key']}", **values)
